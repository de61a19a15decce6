/**
 * The state machine of one peer, PURE: RFC 4271 §8. One function per state; every event is allowed in every one of them, and
 * nothing here reads a clock, draws a random number or touches a socket.
 *
 * A peer has up to two connections at a time, one that we opened and one that it did, until it is known which stays (RFC
 * 4271 §6.8, RFC 6286 §2.3). Each has a state of its own; what is the peer's is when to connect next.
 *
 * - A connection that comes from the peer is taken at any time, also while we wait before we connect again ourselves: that
 *   wait spares the peer, and it isn't spared by being turned away. How many may come is the shell's to bound.
 * - One that comes while a session is up is refused, but may mean that the peer has forgotten the session (it was restarted,
 *   and nobody told us). So the session is sent a KEEPALIVE: a host that knows nothing of it answers with a reset.
 * - Every failure doubles the wait before the next attempt, and only a session that was up for a minute makes it short again.
 *
 * Not here: graceful restart of the peer (RFC 4724 §4.2), whose routes we don't keep.
 */
import { ms } from '../model/millis.ts';
import type { PeerSettings } from '../model/peer.ts';
import { attempt, attemptFailed, CONNECT_TIMEOUT, type Ending, end, stopAttempts } from './attempts.ts';
import { administrative, cease, hardReset, holdTimerExpired, unexpected } from './cease.ts';
import { answered, awaitOpen, keepalive, OPEN_WITHIN, probe, restartHold, restartKeepalive } from './liveness.ts';
import { keepsRoutesOnNotification, localOpen, negotiate } from './negotiate.ts';
import {
  type Agreed,
  arm,
  become,
  type Connection,
  close,
  collision,
  disarm,
  isBeyondOpen,
  loserOf,
  type Move,
  otherWay,
  type PeerState,
  put,
  type Step,
  say,
  steps,
  still,
} from './peer-state.ts';
import { refusedIn } from './refusal.ts';
import type { FsmEvent, FsmTimer, Way } from './vocabulary.ts';
import { CEASE } from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';
import type { Open } from './wire/open.ts';

export { createPeer, type PeerState, reconfigured, type StateName, stateOf } from './peer-state.ts';
export type { FsmAction, FsmEvent, FsmTimer, Way, Why } from './vocabulary.ts';

/** A session that has lasted so long was no failure. */
const SETTLED = ms(60_000);
const SECOND = 1_000;

/** Total: an event that doesn't fit the state is passed over, or answered as the RFC has it. */
export function handle(state: PeerState, event: FsmEvent): Step {
  switch (event.type) {
    case 'started':
      return started(state);
    case 'stopped':
      return stopped(state, administrative(event.subcode, event.communication));
    case 'connected':
      return event.way === 'outgoing' ? connectedOut(state) : connectedIn(state);
    case 'connectFailed':
      if (state.attempt !== 'connecting') return still(state);
      return attemptFailed({ by: 'network', detail: event.detail })(state);
    case 'timerExpired':
      return state.timers.has(event.timer) ? timerExpired(without(state, event.timer), event.timer) : still(state);
    default: {
      const connection = state[event.way];
      return connection === undefined ? still(state) : heard(state, connection, event);
    }
  }
}

/** What is of one connection. */
type Heard = Exclude<Extract<FsmEvent, { readonly way: Way }>, { readonly type: 'connected' }>;

function heard(state: PeerState, connection: Connection, event: Heard): Step {
  switch (event.type) {
    case 'openReceived':
    case 'messageReceived':
      switch (connection.phase) {
        case 'openSent':
          return openSent(state, connection.localOpen, event);
        case 'openConfirm':
          return openConfirm(state, connection, event);
        case 'established':
          return established(state, connection, event);
        default:
          return connection satisfies never;
      }
    case 'notificationReceived':
      return notified(state, connection, event.way, event.notification);
    case 'faultReceived':
      return fail(event.way, event.notification, `the peer sent what cannot be read: ${event.detail}`)(state);
    case 'sendHoldExpired': {
      // RFC 9687 §3: a NOTIFICATION only where it delays nothing. It would stand behind what the peer does not read.
      const detail = 'the peer has read nothing for the send hold time';
      const why = { by: 'us', notification: undefined, detail } as const;
      return end(event.way, { ...plain, why, closing: { notification: undefined } })(state);
    }
    case 'closed':
      return end(event.way, { ...plain, why: { by: 'network', detail: event.detail }, closing: undefined })(state);
    default:
      return event satisfies never;
  }
}

type Received = Extract<Heard, { readonly type: 'openReceived' | 'messageReceived' }>;

function openSent(state: PeerState, local: Open, event: Received): Step {
  // RFC 6608 §4.
  if (event.type === 'messageReceived')
    return fail(event.way, unexpected('openSent', event.message), OUT_OF_TURN)(state);
  const { way, open } = event;
  const answer = negotiate(local, open, state.settings);
  if ('notification' in answer) return fail(way, answer.notification, answer.detail)(state);
  const { negotiated } = answer;
  const loser = loserOf(state, way, negotiated, local);
  if (loser === way) return close(way, collision)(state);
  return steps(
    state,
    loser === undefined ? still : close(loser, collision),
    // RFC 4271 §8.2.2, OpenSent, event 19. What was on its way to the peer besides is not needed any more.
    stopAttempts,
    put(way, { phase: 'openConfirm', localOpen: local, negotiated, isProbed: false }),
    say({ type: 'sendKeepalive', way }),
    restartHold(way, negotiated),
    restartKeepalive(way, negotiated),
  );
}

function openConfirm(state: PeerState, connection: Agreed, event: Received): Step {
  const { way } = event;
  // RFC 6608 §4: a second OPEN too.
  if (event.type === 'openReceived') return fail(way, unexpected('openConfirm', 'open'), OUT_OF_TURN)(state);
  if (event.message !== 'keepalive') return fail(way, unexpected('openConfirm', event.message), OUT_OF_TURN)(state);
  const { negotiated } = connection;
  // RFC 4271 §8.2.2, OpenConfirm, event 26; §6.8: a session that is up ends every other connection.
  return steps(
    state,
    close(otherWay(way), collision),
    put(way, { ...connection, phase: 'established' }),
    become({ wasUp: true }),
    restartHold(way, negotiated),
    arm('settled', SETTLED),
    say({ type: 'sessionUp', way, negotiated }),
  );
}

function established(state: PeerState, connection: Agreed, event: Received): Step {
  const { way } = event;
  if (event.type === 'openReceived') return fail(way, unexpected('established', 'open'), OUT_OF_TURN)(state);
  switch (event.message) {
    // RFC 4271 §8.2.2, Established, events 26 and 27.
    case 'keepalive':
    case 'update':
      return steps(state, answered(way, connection), restartHold(way, connection.negotiated));
    // It does not prolong the hold time: RFC 4271 §4.2 counts KEEPALIVE and UPDATE. The shell answers it.
    case 'routeRefresh':
      return answered(way, connection)(state);
    default:
      return event.message satisfies never;
  }
}

function started(state: PeerState): Step {
  if (state.isStarted) return still(state);
  return steps(state, become({ isStarted: true }), state.settings.passive ? still : attempt);
}

/** RFC 4271 §8.2.2, event 2, in every state: nothing is left. */
function stopped(state: PeerState, notification: Notification): Step {
  const stop =
    (way: Way): Move =>
    (now) => {
      const connection = now[way];
      if (connection === undefined) return still(now);
      const said = withdrawing(connection, notification);
      const why = { by: 'us', notification: said, detail: 'stopped' } as const;
      return steps(
        now,
        close(way, said),
        connection.phase === 'established' ? say({ type: 'sessionDown', why }) : still,
      );
    };
  return steps(
    state,
    become({ isStarted: false, failures: 0, withheld: new Set() }),
    stopAttempts,
    stop('outgoing'),
    stop('incoming'),
  );
}

/**
 * Who is stopped takes the routes along, also where the peer would keep them (RFC 8538 §3); who only changes is back in a
 * moment.
 */
const withdrawing = (connection: Connection, notification: Notification): Notification =>
  connection.phase === 'established' &&
  notification.subcode !== CEASE.otherConfigurationChange &&
  keepsRoutesOnNotification(connection.localOpen, connection.negotiated.peerOpen)
    ? hardReset(notification)
    : notification;

function connectedOut(state: PeerState): Step {
  if (state.attempt !== 'connecting') {
    // Given up meanwhile. One that is there already is not what is meant.
    const late = { type: 'close', way: 'outgoing', notification: undefined } as const;
    return state.outgoing === undefined ? say(late)(state) : still(state);
  }
  return steps(state, become({ attempt: 'none' }), disarm('connect'), greet('outgoing'));
}

function connectedIn(state: PeerState): Step {
  // RFC 4486: we would not have it now.
  if (!state.isStarted) return say({ type: 'refuse', notification: cease(CEASE.connectionRejected) })(state);
  for (const way of ['outgoing', 'incoming'] as const) {
    const connection = state[way];
    if (connection?.phase !== 'established') continue;
    // RFC 4271 §6.8: the session that is up stays.
    return steps(state, say({ type: 'refuse', notification: collision }), probe(way, connection));
  }
  if (state.incoming === undefined) return greet('incoming')(state);
  // The peer opens one connection at a time: it has given the older one up.
  const why = { by: 'us', notification: collision, detail: 'the peer has opened another connection' } as const;
  const { withheld } = state;
  return steps(
    state,
    end('incoming', { ...plain, why, closing: { notification: collision }, withheld }),
    greet('incoming'),
  );
}

/** RFC 4271 §8.2.2, Connect and Active, events 16 and 17. */
const greet =
  (way: Way): Move =>
  (state) => {
    const { settings, speaker, withheld, wasUp } = state;
    const open = localOpen(settings, speaker.routerId, withheld, !wasUp);
    return steps(
      state,
      put(way, { phase: 'openSent', localOpen: open }),
      say({ type: 'sendOpen', way, open }),
      awaitOpen(way),
    );
  };

/** The timer was set, and is no more. */
function timerExpired(state: PeerState, timer: FsmTimer): Step {
  switch (timer) {
    case 'connectRetry':
      return attempt({ ...state, attempt: 'none' });
    case 'connect': {
      const detail = `no answer within ${CONNECT_TIMEOUT / SECOND} s${hintsFor(state.settings)}`;
      return steps(state, say({ type: 'abandonConnect' }), attemptFailed({ by: 'network', detail }));
    }
    case 'settled':
      return become({ failures: 0 })(state);
    case 'hold outgoing':
      return silent('outgoing')(state);
    case 'hold incoming':
      return silent('incoming')(state);
    case 'keepalive outgoing':
      return keepalive('outgoing')(state);
    case 'keepalive incoming':
      return keepalive('incoming')(state);
    default:
      return timer satisfies never;
  }
}

const OUT_OF_TURN = 'the peer sent a message out of turn';

/** RFC 4271 §6.5. */
const silent =
  (way: Way): Move =>
  (state) => {
    const isEarly = state[way]?.phase === 'openSent';
    const { ttlSecurity, multihop } = state.settings;
    // What the kernel of either side drops without a word (RFC 5082 §3) leaves a connection on which nothing comes.
    const ttl =
      ttlSecurity === undefined && multihop === undefined
        ? 'does the peer expect ttl-security (GTSM), or is it more than one hop away (multihop)?'
        : 'compare ttl-security and multihop on both sides';
    const detail = isEarly
      ? `connected, but the peer sent no OPEN within ${OPEN_WITHIN / SECOND} s: ${ttl}`
      : 'nothing came from the peer for the hold time';
    return fail(way, holdTimerExpired, detail)(state);
  };

/** What the kernel of either side drops without a word (RFC 2385 §2, RFC 5082 §3). */
function hintsFor({ password, ttlSecurity }: PeerSettings): string {
  const looks = [
    password === undefined
      ? 'a peer that has a TCP MD5 password, and we have none'
      : 'a TCP MD5 password that is another one, or only on one side',
  ];
  if (ttlSecurity !== undefined) {
    looks.push(`a peer more than ${ttlSecurity} away, or one that does not send with TTL 255`);
  }
  return `; this is what it looks like with ${looks.join(', and with ')}: compare both sides`;
}

function notified(
  state: PeerState,
  { phase, localOpen: local }: Connection,
  way: Way,
  notification: Notification,
): Step {
  const why = { by: 'peer', notification } as const;
  // RFC 4271 §6: it is not answered.
  const ending = { ...plain, why, closing: { notification: undefined } };
  if (phase === 'established') return end(way, ending)(state);
  if (notification.code === collision.code && notification.subcode === collision.subcode) {
    return isBeyondOpen(state[otherWay(way)])
      ? close(way, undefined)(state)
      : end(way, { ...ending, withheld: state.withheld })(state);
  }
  const refused = refusedIn(local, notification);
  if (refused.size === 0) return end(way, { ...ending, pace: 'idleHold' })(state);
  return end(way, { ...ending, withheld: new Set([...state.withheld, ...refused]) })(state);
}

/** Nothing that the peer would have us leave out. */
const plain = { pace: 'backOff', withheld: new Set() } satisfies Partial<Ending>;

/** Ends it with that NOTIFICATION. Before a session is up both sides had better change something first. */
const fail =
  (way: Way, notification: Notification, detail: string): Move =>
  (state) => {
    const pace = state[way]?.phase === 'established' ? 'backOff' : 'idleHold';
    return end(way, { ...plain, why: { by: 'us', notification, detail }, closing: { notification }, pace })(state);
  };

function without(state: PeerState, timer: FsmTimer): PeerState {
  return { ...state, timers: new Set([...state.timers].filter((each) => each !== timer)) };
}
