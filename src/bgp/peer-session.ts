/**
 * SHELL: one peer. Carries out what its state machine (`fsm`) asks for, and tells the machine what happens. What is told to
 * the peer while a session is up is `session`'s.
 */
import type net from 'node:net';
import { type Family, familyOf, type IpAddress, type Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Telling } from '../model/telling.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { descriptorOf } from '../runtime/readable.ts';
import { setTtl } from '../runtime/tcp-socket.ts';
import { type Attempt, openAttempt } from './attempt.ts';
import { whyNotForOf } from './audience.ts';
import { createConnections } from './connections.ts';
import {
  createPeer,
  type FsmAction,
  type FsmEvent,
  handle,
  type PeerState,
  reconfigured,
  type Way,
  type Why,
} from './fsm.ts';
import { heldSentence } from './held-words.ts';
import { createIncomingLimit } from './incoming-limit.ts';
import type { Negotiated } from './negotiate.ts';
import type { Unsaid } from './path-attributes.ts';
import { changeOf } from './peer-change.ts';
import { createPeerLog } from './peer-log.ts';
import { createPeerTimers } from './peer-timers.ts';
import type { Rib } from './rib.ts';
import type { Found } from './rib-list.ts';
import { rolesSaid } from './role.ts';
import { openSession, type Session } from './session.ts';
import { ttlOf } from './ttl.ts';
import type { Turns } from './turns.ts';
import type { Said, UpdateGroups } from './update-group.ts';
import { CEASE } from './wire/codes.ts';
import { encodeKeepalive } from './wire/keepalive.ts';
import type { Message } from './wire/message.ts';
import { encodeOpen } from './wire/open.ts';

export interface PeerStatus {
  readonly name: string;
  readonly as: number;
  readonly state: 'idle' | 'connecting' | 'established';
  /** Of the clock: since when it is so. */
  readonly since: Millis;
  /** Why there is no session, or was none before. */
  readonly last: string;
  readonly negotiated: Negotiated | undefined;
  readonly told: number;
  /** Whether everything was written that there is. */
  readonly isLevel: boolean;
  /** Why some routes are not told. */
  readonly unsaid: readonly Unsaid[];
  readonly received: Readonly<Record<Family, number>>;
}

export interface PeerSession {
  /** As they are now. */
  readonly settings: PeerSettings;
  start(): void;
  /** Administratively: Cease with that subcode. Resolves when every connection is gone. */
  stop(subcode: number, communication: string): Promise<void>;
  /**
   * Other settings of the same peer. Ends its session, with Cease/Other Configuration Change (RFC 4486 §3), and begins a new
   * one only where there is no other way; `routerId` too is of the session.
   */
  change(settings: PeerSettings, routerId: IpAddress): void;
  /** A connection that the peer opened; it is taken, or closed. */
  accept(socket: net.Socket): void;
  /** There may be something to tell. */
  flush(): void;
  status(): PeerStatus;
  /** What the peer was told of the prefix, of which that is the entry. */
  telling(prefix: Prefix, entry: Found | undefined): Telling;
  /** What it was told over all its sessions. */
  said(): Said;
}

export interface PeerSessionOptions {
  readonly settings: PeerSettings;
  readonly routerId: IpAddress;
  readonly rib: Rib;
  readonly isComplete: () => boolean;
  readonly groups: UpdateGroups;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Hears that a session came up or went. */
  readonly changed: () => void;
}

/** RFC 4271 §10: a timer with jitter runs for at least so much of its time. */
const LEAST_JITTER = 0.75;

export function createPeerSession(options: PeerSessionOptions): PeerSession {
  const { rib, isComplete, groups, turns, clock, log, random, changed } = options;
  let { settings, routerId } = options;
  const name = peerName(settings);
  const said = createPeerLog(() => settings, clock, log);
  const timers = createPeerTimers(name, clock, (timer) => hear({ type: 'timerExpired', timer }));
  const limit = createIncomingLimit();
  let machine: PeerState = createPeer(settings, { routerId });
  let attempt: Attempt | undefined;
  const connections = createConnections(name, clock, { message: heard, happened: hear, drained: flush });
  let session: Session | undefined;
  let since = clock.now();
  let whyNotFor = whyNotForOf(settings);
  /** In sessions that are over. */
  let saidBefore: Said = { announced: 0, withdrawn: 0 };

  const queue: FsmEvent[] = [];
  let isHandling = false;
  /** What happens while an action is carried out is told when all of them are. */
  function hear(event: FsmEvent): void {
    queue.push(event);
    if (isHandling) return;
    isHandling = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [state, actions] = handle(machine, next);
        machine = state;
        for (const action of actions) execute(action);
      }
    } finally {
      // Whatever fails: goodbye has yet to be said.
      isHandling = false;
    }
  }

  function execute(action: FsmAction): void {
    switch (action.type) {
      case 'connect':
        connect();
        return;
      case 'abandonConnect':
        attempt?.abandon();
        attempt = undefined;
        return;
      case 'sendOpen':
        connections.of(action.way)?.send(encodeOpen(action.open));
        return;
      case 'sendKeepalive':
        connections.of(action.way)?.send(encodeKeepalive());
        return;
      case 'close':
        connections.close(action.way, action.notification);
        return;
      case 'refuse':
        connections.refuse(action.notification);
        return;
      case 'setTimer':
        timers.set(action.timer, action.jitter ? jittered(action.after) : action.after);
        return;
      case 'clearTimer':
        timers.clear(action.timer);
        return;
      case 'sessionUp':
        sessionUp(action.way, action.negotiated);
        return;
      case 'sessionDown':
        sessionDown(action.why);
        return;
      case 'attemptFailed':
        said.failed(action.why, action.again);
        return;
      default:
        action satisfies never;
    }
  }

  const jittered = (after: Millis): Millis => ms(after * (LEAST_JITTER + (1 - LEAST_JITTER) * random()));

  function connect(): void {
    attempt = openAttempt(settings, {
      connected(socket) {
        attempt = undefined;
        connections.take('outgoing', socket);
      },
      failed(detail) {
        attempt = undefined;
        hear({ type: 'connectFailed', detail });
      },
    });
  }

  function heard(way: Way, message: Message): void {
    switch (message.type) {
      case 'open':
        hear({ type: 'openReceived', way, open: message.open });
        return;
      case 'notification':
        hear({ type: 'notificationReceived', way, notification: message.notification });
        return;
      case 'update':
      case 'keepalive':
      case 'routeRefresh':
        hear({ type: 'messageReceived', way, message: message.type });
        if (session !== undefined && session.connection === connections.of(way)) session.heard(message);
        return;
      default:
        message satisfies never;
    }
  }

  function sessionUp(way: Way, negotiated: Negotiated): void {
    const connection = connections.of(way);
    if (connection === undefined) return;
    session = openSession({ connection, negotiated, settings, rib, isComplete, groups, turns, clock, log });
    since = clock.now();
    said.up();
    const { peerAs, holdTime } = negotiated;
    const families = [...negotiated.families].join(',');
    const about = { peer: name, as: peerAs, holdTime: `${holdTime}s`, families, local: connection.local };
    log.info({ ...about, ...rolesSaid(settings.role, negotiated.peerOpen) }, 'session up');
    for (const family of settings.addPath) {
      if (negotiated.addPathSent.has(family) || !negotiated.families.has(family)) continue;
      log.info({ peer: name, family }, 'no ADD-PATH on its side: of several next hops it is told the first');
    }
    session.flush();
    changed();
  }

  function flush(): void {
    session?.flush();
  }

  function saidSoFar(): Said {
    const { announced, withdrawn } = session?.out.said() ?? { announced: 0, withdrawn: 0 };
    return { announced: saidBefore.announced + announced, withdrawn: saidBefore.withdrawn + withdrawn };
  }

  function sessionDown(why: Why): void {
    saidBefore = saidSoFar();
    session?.close();
    session = undefined;
    since = clock.now();
    said.down(why);
    changed();
  }

  /** The peer has nothing: it forgets what it was told when the session ends. */
  function withoutSession(prefix: Prefix, entry: Found | undefined): Telling {
    if (entry === undefined || entry.routes.length === 0) return ofNothing(prefix);
    const detail = whyNotFor(prefix, entry.routes);
    if (detail !== undefined) return { to: name, state: 'not-for-it', detail };
    const last = said.last();
    return { to: name, state: 'no-session', at: since, ...(last !== '' && { detail: last }) };
  }

  /** There is no route, and there may never be one for it. */
  function ofNothing(prefix: Prefix): Telling {
    const family = familyOf(prefix);
    const isTaken = session?.negotiated.families.has(family) ?? true;
    const detail = whyNotFor(prefix, []) ?? (isTaken ? undefined : heldSentence('family-not-negotiated', family));
    return detail === undefined ? { to: name, state: 'none' } : { to: name, state: 'not-for-it', detail };
  }

  function telling(prefix: Prefix, entry: Found | undefined): Telling {
    if (session === undefined) return withoutSession(prefix, entry);
    const state = entry === undefined ? 'none' : session.out.standingOf(entry);
    if (entry === undefined || state === 'none') return ofNothing(prefix);
    if (state === 'not-for-it') {
      return { to: name, state, detail: whyNotFor(prefix, entry.routes) ?? whyHeld(prefix, entry, session) };
    }
    const toldAt = session.toldAt();
    if (state !== 'told') return { to: name, state, at: ms(entry.at) };
    return toldAt === undefined ? { to: name, state } : { to: name, state, at: ms(Math.max(entry.at, toldAt)) };
  }

  function whyHeld(prefix: Prefix, entry: Found, { out }: Session): string {
    const why = out.whyHeld(entry);
    return why === undefined ? "the session's own address" : heldSentence(why, familyOf(prefix));
  }

  /** Without what was asked for there is no session. */
  function secure(socket: net.Socket): boolean {
    const fd = descriptorOf(socket);
    try {
      if (fd === undefined) throw new Error('its descriptor is not to be had');
      setTtl(fd, familyOf(settings.address), ttlOf(settings));
      return true;
    } catch (error) {
      const { message: detail } = error as Error;
      log.error({ peer: name, detail }, 'TTL of an incoming connection cannot be set, closed');
      return false;
    }
  }

  function change(next: PeerSettings, nextRouterId: IpAddress): void {
    const how = routerId === nextRouterId ? changeOf(settings, next) : 'anew';
    if (how === 'none') return;
    if (how === 'anew') hear({ type: 'stopped', subcode: CEASE.otherConfigurationChange, communication: '' });
    settings = next;
    whyNotFor = whyNotForOf(settings);
    routerId = nextRouterId;
    machine = reconfigured(machine, settings, { routerId });
    if (how === 'anew') hear({ type: 'started' });
    else session?.change(settings);
  }

  return {
    get settings() {
      return settings;
    },
    change,
    start: () => hear({ type: 'started' }),
    async stop(subcode, communication) {
      hear({ type: 'stopped', subcode, communication });
      await connections.allGone();
    },
    accept(socket) {
      const answer = limit(clock.now());
      if (answer === 'first too many') log.warn({ peer: name }, 'connects too often, closed unread');
      if (answer === 'taken' && secure(socket)) connections.take('incoming', socket);
      else socket.destroy();
    },
    flush,
    telling,
    said: saidSoFar,
    status: () => ({
      name,
      as: settings.as,
      state:
        session !== undefined ? 'established' : attempt !== undefined || connections.hasAny() ? 'connecting' : 'idle',
      since,
      last: said.last(),
      negotiated: session?.negotiated,
      told: session?.out.told() ?? 0,
      isLevel: session?.out.isLevel() ?? false,
      unsaid: session?.out.unsaid() ?? [],
      received: session?.received.counts() ?? { ipv4: 0, ipv6: 0 },
    }),
  };
}
