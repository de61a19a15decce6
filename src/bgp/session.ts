/**
 * SHELL: a session that is up. Tells the peer what its Adj-RIB-Out (`adj-rib-out`) has for it, as fast as the peer reads;
 * counts what the peer announces, and answers its route refreshes (RFC 2918).
 */
import { type Millis, ms } from '../model/millis.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type AdjRibOut, createAdjRibOut } from './adj-rib-out.ts';
import type { Connection } from './connection.ts';
import { heldSentence } from './held-words.ts';
import { localEndOf } from './local-end.ts';
import type { Negotiated } from './negotiate.ts';
import { createRarely } from './rarely.ts';
import { createReceived, type Received } from './received.ts';
import type { Rib } from './rib.ts';
import type { Turns } from './turns.ts';
import type { UpdateGroups } from './update-group.ts';
import { ROUTE_REFRESH } from './wire/codes.ts';
import type { Message } from './wire/message.ts';
import { familyFrom } from './wire/nlri.ts';
import type { RouteRefresh } from './wire/route-refresh.ts';

export interface Session {
  readonly connection: Connection;
  readonly negotiated: Negotiated;
  readonly out: AdjRibOut;
  readonly received: Received;
  /** When everything was told that there was, by these settings; `undefined` before. */
  toldAt(): Millis | undefined;
  /** An UPDATE or ROUTE-REFRESH of the peer's; others are none of its business. */
  heard(message: Message): void;
  /** There may be something to tell. */
  flush(): void;
  /** Other settings, as far as a session can have them: see `softly` of `peer-change`. */
  change(settings: PeerSettings): void;
  /** The connection is somebody else's to close. */
  close(): void;
}

export interface SessionOptions {
  readonly connection: Connection;
  readonly negotiated: Negotiated;
  readonly settings: PeerSettings;
  readonly rib: Rib;
  /** Whether the RIB has all that a peer which kept our routes (RFC 4724) is to compare them with. */
  readonly isComplete: () => boolean;
  readonly groups: UpdateGroups;
  readonly turns: Turns;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export function openSession({
  connection,
  negotiated,
  settings,
  rib,
  isComplete,
  groups,
  turns,
  clock,
  log,
}: SessionOptions): Session {
  const peer = peerName(settings);
  const { asOctets, longestReceived: longestMessage, isExternal, holdTime } = negotiated;
  connection.agree({ asOctets, longestMessage, isExternal, addPathReceived: new Set() }, ms(2_000 * holdTime));
  const local = localEndOf(connection.local, settings, negotiated);
  const mayEnd = (): boolean => negotiated.gracefulRestart === 0 || isComplete();
  const out = createAdjRibOut(rib, { settings, negotiated, local }, mayEnd, groups);
  const received = createReceived(settings, log);
  const refreshes = createRarely();
  const strange = createRarely();
  const malformed = createRarely();
  let isResting = false;
  let isOver = false;
  /** How many reasons why something is not told. */
  let said = 0;
  let toldAt: Millis | undefined;

  function step(): boolean {
    if (isOver || out.isLevel() || !connection.hasRoom()) return false;
    const messages = out.next();
    if (messages.length > 0) connection.send(...messages);
    if (out.isLevel()) toldAt ??= clock.now();
    for (const { family, why } of out.unsaid().slice(said)) {
      log.warn({ peer, family, why: heldSentence(why, family) }, 'not all routes are told');
      said++;
    }
    return !out.isLevel() && connection.hasRoom();
  }
  const flush = (): void => turns.ask(step);

  /** After whatever else is ready. */
  function soon(): void {
    if (isResting) return;
    isResting = true;
    setImmediate(() => {
      isResting = false;
      flush();
    });
  }

  // RFC 2918 §3: of a peer without RFC 7313 that octet means nothing.
  const hasSubtypes = negotiated.peerOpen.capabilities.some(({ type }) => type === 'enhancedRouteRefresh');

  /** RFC 2918 §4: of a family that was not negotiated it is ignored. RFC 7313 §5: so is an unknown subtype. */
  function refresh({ afi, safi, subtype: octet }: RouteRefresh): void {
    const subtype = hasSubtypes ? octet : ROUTE_REFRESH.request;
    const family = familyFrom(afi, safi);
    const isOurs = family !== undefined && negotiated.families.has(family);
    // RFC 7313 §4: around what the peer tells once more. Nothing of it is kept, so nothing is to be purged.
    const isMark = subtype === ROUTE_REFRESH.beginning || subtype === ROUTE_REFRESH.end;
    if (isOurs && isMark && negotiated.hasEnhancedRouteRefresh) return;
    if (!isOurs || subtype !== ROUTE_REFRESH.request) {
      const count = strange.count();
      if (count !== undefined) {
        log.warn({ peer, afi, safi, subtype, count }, 'route refresh that was not negotiated, ignored');
      }
      return;
    }
    const count = refreshes.count();
    if (count !== undefined) log.info({ peer, family, count }, 'route refresh');
    // Many at once are one.
    out.again(family);
    soon();
  }

  return {
    connection,
    negotiated,
    out,
    received,
    toldAt: () => toldAt,
    heard(message) {
      if (message.type === 'routeRefresh') refresh(message.routeRefresh);
      if (message.type !== 'update') return;
      received.update(message.update, message.outcome === 'treatedAsWithdraw');
      if (message.outcome === 'accepted') return;
      // RFC 7606 §8: it is to be said, with what is wrong.
      const count = malformed.count();
      if (count === undefined) return;
      const why = message.faults.map((fault) => fault.why).join('; ');
      log.warn({ peer, outcome: message.outcome, why, count }, 'malformed UPDATE');
    },
    flush,
    change(next) {
      received.change(next);
      out.change(next);
      said = 0;
      // The table is another one.
      if (!out.isLevel()) toldAt = undefined;
      flush();
    },
    close() {
      isOver = true;
      out.close();
    },
  };
}
