/**
 * Adj-RIB-Out of one session, PURE: which routes of the RIB this peer is told, in which messages. RFC 4271 §3.2, §9.1.3.
 *
 * What it does: leaves out what the peer may not have (its scope, `only`, what is not its family, loopback addresses to one
 * that is not on a loopback address, the session's own address and next hop: `choice`); packs what is left; ends the first
 * round with an End-of-RIB for each family; tells everything again when asked (RFC 2918), between a beginning and an end
 * where both sides have RFC 7313; and when the peer's settings change, what they make other. A route with several next hops
 * is a path by way of each where the peer takes several (RFC 7911), elsewhere a route by way of the first that it may have.
 */
import type { Family } from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import type { Route } from '../model/route.ts';
import { type Choice, createChoice } from './choice.ts';
import type { Held, Terms, Unsaid, Words } from './path-attributes.ts';
import { withPathId } from './paths.ts';
import type { Rib } from './rib.ts';
import { type Entry, type Found, isSame } from './rib-list.ts';
import { createUpdateGroups, type Said, type UpdateGroups } from './update-group.ts';
import { endOfRib, updatesOf } from './update-messages.ts';
import { AFI, ROUTE_REFRESH, SAFI } from './wire/codes.ts';
import { encodeRouteRefresh } from './wire/route-refresh.ts';

/** `told` and `leaving`: it has the route. `not-for-it`: it is not to have it; `none`: there is nothing to have. */
export type PeerStance = 'told' | 'waiting' | 'leaving' | 'not-for-it' | 'none';

export interface AdjRibOut {
  /** What has to be written next, in whole messages; none when there is nothing. */
  next(): readonly Uint8Array[];
  isLevel(): boolean;
  /** The peer asks for everything of that family once more. */
  again(family: Family): void;
  /** Other settings, as far as the session can have them: what they make other is to be told next, and nothing else. */
  change(settings: PeerSettings): void;
  /** How many routes the peer was told and not withdrawn. */
  told(): number;
  /** How many announces and withdraws it was told so far. */
  said(): Said;
  /** How the peer stands to that entry. */
  standingOf(entry: Found): PeerStance;
  /** Why that entry is not for the peer, as far as this session decides it; `undefined` where settings do, or nothing. */
  whyHeld(entry: Found): Held | undefined;
  /** Why routes were not told so far, each reason once. */
  unsaid(): readonly Unsaid[];
  close(): void;
}

/** Entries that are packed together: enough that messages are full, few enough that a turn of the loop is short. */
const BATCH = 10_000;
/** What is handed on at a time: long attributes make many messages of a batch. */
const MOST_OCTETS = 64 * 1_024;
/** Different words that are remembered; beyond that some are told once more. */
const MOST_INTERNED = 10_000;

/** `mayEnd`: whether everything is in the RIB that was to come first, so that an End-of-RIB is true (RFC 4724 §4.1). */
export function createAdjRibOut(
  rib: Rib,
  terms: Terms,
  mayEnd: () => boolean = () => true,
  groups: UpdateGroups = createUpdateGroups(),
): AdjRibOut {
  const { negotiated } = terms;
  let { settings } = terms;
  const reader = rib.open();
  let group = groups(terms);
  const interned = new Map<string, Words>();
  let choice = createChoice(terms, intern, leaveOut);
  /** By which choice the peer was told; while other settings are on their way through the table, some entries by another. */
  let toldBy = choice;
  const toldByOf = new Map<Entry, Choice>();
  const hasPaths = { ipv4: negotiated.addPathSent.has('ipv4'), ipv6: negotiated.addPathSent.has('ipv6') };
  /** Packed, and not yet handed on. */
  const ready: Uint8Array[] = [];
  /** Families of which everything is to be told once more. */
  const asked = new Set<Family>();
  /** Those of which that is under way. What is asked for meanwhile comes after it. */
  const repeated = new Set<Family>();
  /** Families whose first round is not over. */
  const fresh = new Set(negotiated.families);
  let told = 0;
  const counts = { announced: 0, withdrawn: 0 };
  /** Everything up to that version of the RIB was handed on. */
  let handedOn = 0;
  let unsaid: readonly Unsaid[] = [];

  function leaveOut(what: Unsaid): void {
    if (!unsaid.some(({ family, why }) => family === what.family && why === what.why)) unsaid = [...unsaid, what];
  }

  /** What differs only in what this peer never hears is the same (RFC 4271 §9.2: no route is told twice as it is). */
  function intern(made: Words): Words {
    if (interned.size > MOST_INTERNED) interned.clear();
    const octets = `${hex(made.reach)} ${hex(made.attributes)}`;
    const same = interned.get(octets) ?? made;
    interned.set(octets, same);
    return same;
  }

  const isFor = (by: Choice, entry: Entry, routes: readonly Route[]): boolean =>
    hasPaths[entry.family]
      ? by.paths(entry, routes).some((said) => said !== undefined)
      : by.one(entry, routes) !== undefined;

  function standingOf(entry: Found): PeerStance {
    const { routes } = entry;
    const isToHave = isFor(choice, entry, routes);
    const by = whoTold(entry);
    if (entry.version > handedOn) {
      const known = reader.knows(entry);
      if (isToHave) return isSame(known, routes) && by === choice && reader.version() === handedOn ? 'told' : 'waiting';
      if (isFor(by, entry, known)) return 'leaving';
    } else if (isToHave) return by === choice ? 'told' : 'waiting';
    else if (by !== choice && isFor(by, entry, routes)) return 'leaving';
    return routes.length > 0 ? 'not-for-it' : 'none';
  }

  const isChanging = (): boolean => toldBy !== choice;
  const whoTold = (entry: Entry): Choice => (isChanging() ? (toldByOf.get(entry) ?? toldBy) : choice);

  /** RFC 7313 §4: not before the End-of-RIB. */
  const mayRepeat = (): boolean =>
    asked.size > 0 && repeated.size === 0 && !(negotiated.hasEnhancedRouteRefresh && fresh.size > 0);

  /** RFC 7313 §4, to a peer that knows it. */
  const marks = (subtype: number): Uint8Array[] =>
    negotiated.hasEnhancedRouteRefresh
      ? [...repeated].map((family) => encodeRouteRefresh({ afi: AFI[family], safi: SAFI.unicast, subtype }))
      : [];

  function pack(): void {
    const isBeginning = mayRepeat();
    if (isBeginning) {
      for (const family of asked) repeated.add(family);
      asked.clear();
      reader.again();
    }
    if (isBeginning) ready.push(...marks(ROUTE_REFRESH.beginning));
    for (const message of packed()) ready.push(message);
    if (!reader.isLevel()) return;
    ready.push(...marks(ROUTE_REFRESH.end));
    repeated.clear();
    toldBy = choice;
    toldByOf.clear();
    if (!mayEnd()) return;
    for (const family of fresh) ready.push(endOfRib(family));
    fresh.clear();
  }

  /** By somebody else, if that was the same. */
  function packed(): Uint8Array[] {
    const mark = rib.names(settings.address) ? undefined : reader.mark();
    if (mark === undefined) return read();
    const { version } = rib;
    const same = group.take(mark, version);
    if (same !== undefined) {
      reader.follow(same.place);
      told += same.more;
      counts.announced += same.counts.announced;
      counts.withdrawn += same.counts.withdrawn;
      for (const each of same.unsaid) leaveOut(each);
      return [...same.messages];
    }
    const before = { told, ...counts };
    const messages = read();
    const more = {
      announced: counts.announced - before.announced,
      withdrawn: counts.withdrawn - before.withdrawn,
    };
    const place = reader.place();
    group.keep(mark, version, { messages, place, more: told - before.told, counts: more, unsaid });
    return [...messages];
  }

  function read(): Uint8Array[] {
    const changes = createChanges();
    const isRetelling = isChanging();
    reader.read(BATCH, (entry, known, now) => {
      tell(changes, entry, known, now, known === now && repeated.has(entry.family));
      if (isRetelling) toldByOf.set(entry, choice);
    });
    return updatesOf(changes, negotiated.longestMessage);
  }

  function announce({ announced }: Changes, said: Words, nlri: Uint8Array): void {
    counts.announced++;
    const same = announced.get(said);
    if (same === undefined) announced.set(said, [nlri]);
    else same.push(nlri);
  }

  function withdraw({ withdrawn }: Changes, family: Family, nlri: Uint8Array): void {
    counts.withdrawn++;
    withdrawn[family].push(nlri);
  }

  /** `isOnceMore`: also what is as it was. */
  function tell(
    changes: Changes,
    entry: Entry,
    known: readonly Route[],
    now: readonly Route[],
    isOnceMore: boolean,
  ): void {
    const { family, nlri } = entry;
    const was = whoTold(entry);
    if (hasPaths[family]) {
      const before = was.paths(entry, known);
      const after = choice.paths(entry, now);
      for (let index = 0; index < Math.max(before.length, after.length); index++) {
        const [old, said] = [before[index], after[index]];
        if (said === old && !isOnceMore) continue;
        if (said !== undefined) announce(changes, said, withPathId(nlri, index + 1));
        else if (old !== undefined) withdraw(changes, family, withPathId(nlri, index + 1));
      }
      told += Math.sign(after.length) - Math.sign(before.length);
      return;
    }
    const before = was.one(entry, known);
    const after = choice.one(entry, now);
    if (after === undefined) {
      if (before === undefined) return;
      withdraw(changes, family, nlri);
      told--;
    } else if (before !== after || isOnceMore) {
      announce(changes, after, nlri);
      if (before === undefined) told++;
    }
  }

  /** As with a table that is told once more: what comes and goes meanwhile is told before the rest of it. */
  function change(next: PeerSettings): void {
    settings = next;
    const now = { ...terms, settings };
    unsaid = [];
    choice = createChoice(now, intern, leaveOut);
    group.leave();
    group = groups(now);
    reader.again();
  }

  const isPacked = (): boolean => reader.isLevel() && !mayRepeat() && (fresh.size === 0 || !mayEnd());

  function slice(): Uint8Array[] {
    let octets = 0;
    let count = 0;
    for (; count < ready.length && octets < MOST_OCTETS; count++) octets += ready[count]?.length ?? 0;
    return ready.splice(0, count);
  }

  return {
    next() {
      if (ready.length === 0) pack();
      const messages = slice();
      if (ready.length === 0) handedOn = reader.version();
      return messages;
    },
    isLevel: () => ready.length === 0 && isPacked(),
    again: (family) => void asked.add(family),
    change,
    told: () => told,
    said: () => ({ ...counts }),
    standingOf,
    whyHeld: (entry) => choice.whyHeld(entry),
    unsaid: () => unsaid,
    close() {
      group.leave();
      reader.close();
    },
  };
}

interface Changes {
  readonly withdrawn: Record<Family, Uint8Array[]>;
  readonly announced: Map<Words, Uint8Array[]>;
}

const createChanges = (): Changes => ({ withdrawn: { ipv4: [], ipv6: [] }, announced: new Map() });

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytes.join(' '));
