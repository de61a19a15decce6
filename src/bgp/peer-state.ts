/** What the machine of a peer knows, PURE, and the moves that its steps are made of. */
import type { IpAddress } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { PeerSettings } from '../model/peer.ts';
import { cease } from './cease.ts';
import { type Negotiated, outgoingWins } from './negotiate.ts';
import type { FsmAction, FsmTimer, Way } from './vocabulary.ts';
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

/** Both OPENs are there. */
export type Agreed = Extract<Connection, { readonly negotiated: Negotiated }>;

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

/** With other settings from now on. What was agreed by those of before stays agreed: whoever needs it otherwise has stopped. */
export const reconfigured = (state: PeerState, settings: PeerSettings, speaker: Speaker): PeerState => ({
  ...state,
  settings,
  speaker,
});

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
  (state) => [withTimer(state, timer), [{ type: 'setTimer', timer, after, jitter }]];

/** With every UPDATE of a peer's whole table its hold timer is set again. */
const withTimer = (state: PeerState, timer: FsmTimer): PeerState =>
  state.timers.has(timer) ? state : { ...state, timers: new Set([...state.timers, timer]) };

export const disarm =
  (...timers: readonly FsmTimer[]): Move =>
  (state) => {
    const armed = timers.filter((timer) => state.timers.has(timer));
    if (armed.length === 0) return still(state);
    const left = new Set([...state.timers].filter((timer) => !armed.includes(timer)));
    return [{ ...state, timers: left }, armed.map((timer) => ({ type: 'clearTimer', timer }))];
  };

export const put = (way: Way, connection: Connection): Move =>
  become(way === 'outgoing' ? { outgoing: connection } : { incoming: connection });

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

/**
 * RFC 4271 §6.8: the peer's OPEN has come on `way`; is there another connection, on which it came before? One of the two
 * goes. Which one, both sides find out for themselves. (Beside a session there is no other connection.)
 */
export function loserOf(state: PeerState, way: Way, negotiated: Negotiated, local: Open): Way | undefined {
  const other = state[otherWay(way)];
  if (other === undefined || other.phase === 'openSent') return undefined;
  return outgoingWins(local, negotiated) ? 'incoming' : 'outgoing';
}

export const collision = cease(CEASE.connectionCollision);
