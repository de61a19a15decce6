/** What the machine of a peer knows, PURE, and the small moves that its steps are made of: timers, attempts, connections. */
import type { IpAddress } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { PeerSettings } from '../model/peer.ts';
import { cease } from './cease.ts';
import { type Negotiated, outgoingWins } from './negotiate.ts';
import type { FsmAction, FsmTimer, Way, Why } from './vocabulary.ts';
import { CEASE } from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';
import type { Open } from './wire/open.ts';

export interface Speaker {
  readonly routerId: IpAddress;
}

export type Connection =
  /** Our OPEN is on its way, the peer's is awaited. */
  | { readonly phase: 'openSent'; readonly localOpen: Open }
  /** The peer's OPEN was answered with KEEPALIVE, and its own is awaited (`openConfirm`), or came. */
  | {
      readonly phase: 'openConfirm' | 'established';
      readonly localOpen: Open;
      readonly negotiated: Negotiated;
      /** The peer was sent a KEEPALIVE out of turn, and nothing was heard since. */
      readonly isProbed: boolean;
    };

export interface PeerState {
  readonly settings: PeerSettings;
  readonly speaker: Speaker;
  readonly isStarted: boolean;
  /** Towards the next outgoing connection: none is wanted, one is due when `connectRetry` expires, one is being opened. */
  readonly attempt: 'none' | 'waiting' | 'connecting';
  readonly outgoing: Connection | undefined;
  readonly incoming: Connection | undefined;
  /** Those that are set. */
  readonly timers: ReadonlySet<FsmTimer>;
  /** In a row: since the start, or since a session was `settled`. */
  readonly failures: number;
  /** Codes of the capabilities that the peer has just refused. */
  readonly withheld: ReadonlySet<number>;
  /** A session was up since the process began. */
  readonly wasUp: boolean;
}

export type Step = readonly [PeerState, readonly FsmAction[]];
export type Move = (state: PeerState) => Step;

/** RFC 4271 §8.2.2, as people know them; of two connections, the one that has come further. */
export type StateName = 'idle' | 'connect' | 'active' | Connection['phase'];

export function createPeer(settings: PeerSettings, speaker: Speaker): PeerState {
  return {
    settings,
    speaker,
    isStarted: false,
    attempt: 'none',
    outgoing: undefined,
    incoming: undefined,
    timers: new Set(),
    failures: 0,
    withheld: new Set(),
    wasUp: false,
  };
}

export function stateOf(state: PeerState): StateName {
  const phases = [state.outgoing?.phase, state.incoming?.phase];
  for (const phase of ['established', 'openConfirm', 'openSent'] as const) if (phases.includes(phase)) return phase;
  if (!state.isStarted) return 'idle';
  return state.attempt === 'connecting' ? 'connect' : 'active';
}

export const otherWay = (way: Way): Way => (way === 'outgoing' ? 'incoming' : 'outgoing');
/** The peer has accepted our OPEN on it, as far as we can tell. */
export const isBeyondOpen = (connection: Connection | undefined): boolean =>
  connection !== undefined && connection.phase !== 'openSent';

export const still: Move = (state) => [state, []];
export const say =
  (...actions: readonly FsmAction[]): Move =>
  (state) => [state, actions];
export const become =
  (change: Partial<PeerState>): Move =>
  (state) => [{ ...state, ...change }, []];

/** One after the other. */
export function steps(state: PeerState, ...moves: readonly Move[]): Step {
  let now = state;
  const actions: FsmAction[] = [];
  for (const move of moves) {
    const [next, said] = move(now);
    now = next;
    actions.push(...said);
  }
  return [now, actions];
}

export const arm =
  (timer: FsmTimer, after: Millis, jitter = false): Move =>
  (state) => [{ ...state, timers: new Set([...state.timers, timer]) }, [{ type: 'setTimer', timer, after, jitter }]];

export const disarm =
  (...timers: readonly FsmTimer[]): Move =>
  (state) => {
    const armed = timers.filter((timer) => state.timers.has(timer));
    if (armed.length === 0) return still(state);
    const left = new Set([...state.timers].filter((timer) => !armed.includes(timer)));
    return [{ ...state, timers: left }, armed.map((timer) => ({ type: 'clearTimer', timer }))];
  };

/** How soon after a failure the next attempt is made. `idleHold`: one side has told the other that it would not have it. */
export type Pace = 'backOff' | 'idleHold';
/** Doubled by every failure in a row, up to the setting. */
const SHORTEST_WAIT: Readonly<Record<Pace, number>> = {
  backOff: 1_000,
  // RFC 4271 §8.1, DampPeerOscillations. Jitter leaves at least 5 s of it.
  idleHold: 7_000,
};
/** Beyond any setting. */
const MOST_DOUBLINGS = 30;
/** A SYN is repeated after 1 s and 3 s more, and then 7 s after the first. */
export const CONNECT_TIMEOUT = ms(10_000);

export const waitAfter = (pace: Pace, failures: number, longest: Millis): Millis =>
  ms(Math.min(SHORTEST_WAIT[pace] * 2 ** Math.min(failures, MOST_DOUBLINGS), Math.max(longest, SHORTEST_WAIT[pace])));

export const attempt: Move = (state) =>
  steps(state, become({ attempt: 'connecting' }), say({ type: 'connect' }), arm('connect', CONNECT_TIMEOUT));

/** No attempt is made, or due, any more. */
export const stopAttempts: Move = (state) =>
  steps(
    state,
    disarm('connectRetry', 'connect'),
    state.attempt === 'connecting' ? say({ type: 'abandonConnect' }) : still,
    become({ attempt: 'none' }),
  );

/** The next attempt, unless there is one already, or something better; says when. */
export const tryAgain =
  (pace: Pace, say: (again: Millis | undefined) => readonly FsmAction[]): Move =>
  (state) => {
    const { isStarted, settings, outgoing, incoming, failures } = state;
    const isWanted =
      isStarted && !settings.passive && state.attempt === 'none' && outgoing === undefined && !isBeyondOpen(incoming);
    if (!isWanted) return [state, say(undefined)];
    const after = waitAfter(pace, failures, settings.connectRetry);
    return steps(
      state,
      become({ attempt: 'waiting', failures: failures + 1 }),
      arm('connectRetry', after, true),
      (next) => [next, say(after)],
    );
  };

/** An attempt has ended without a connection. What the peer refused is told to it again: it may be another one by now. */
export const attemptFailed =
  (why: Why): Move =>
  (state) =>
    steps(
      state,
      disarm('connect'),
      become({ attempt: 'none', withheld: new Set() }),
      tryAgain('backOff', (again) => [{ type: 'attemptFailed', why, again }]),
    );

/** The connection is no more; what becomes of the peer is not looked at. */
export const forget =
  (way: Way): Move =>
  (state) =>
    steps(
      state,
      become(way === 'outgoing' ? { outgoing: undefined } : { incoming: undefined }),
      disarm(`hold ${way}`, `keepalive ${way}`),
      state[way]?.phase === 'established' ? disarm('settled') : still,
    );

/** Closes it, if it is there. */
export const close =
  (way: Way, notification: Notification | undefined): Move =>
  (state) =>
    state[way] === undefined ? still(state) : steps(state, say({ type: 'close', way, notification }), forget(way));

/** How a connection has ended, and what follows from that. */
export interface Ending {
  readonly why: Why;
  /** What is ours to do: nothing if TCP is gone. */
  readonly closing: { readonly notification: Notification | undefined } | undefined;
  readonly pace: Pace;
  /** Codes of capabilities to leave out of the next OPEN. */
  readonly withheld: ReadonlySet<number>;
}

export const end =
  (way: Way, { why, closing, pace, withheld }: Ending): Move =>
  (state) => {
    const wasUp = state[way]?.phase === 'established';
    return steps(
      state,
      closing === undefined ? forget(way) : close(way, closing.notification),
      become({ withheld }),
      wasUp ? say({ type: 'sessionDown', why }) : still,
      tryAgain(pace, (again) => (wasUp ? [] : [{ type: 'attemptFailed', why, again }])),
    );
  };

/**
 * RFC 4271 §6.8: the peer's OPEN has come on `way`; is there another connection, on which it came before? One of the two
 * goes. Which one, both sides find out for themselves.
 */
export function loserOf(state: PeerState, way: Way, negotiated: Negotiated, local: Open): Way | undefined {
  const other = state[otherWay(way)];
  if (other === undefined || other.phase === 'openSent') return undefined;
  if (other.phase === 'established') return way;
  return outgoingWins(local, negotiated) ? 'incoming' : 'outgoing';
}

export const collision = cease(CEASE.connectionCollision);
