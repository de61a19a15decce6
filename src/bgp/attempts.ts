/** When a peer is connected to, PURE: attempts, what an end of one or of a connection means for the next, and how soon it is made. */
import { type Millis, ms } from '../model/millis.ts';
import { arm, become, close, disarm, forget, isBeyondOpen, type Move, say, steps, still } from './peer-state.ts';
import type { FsmAction, Way, Why } from './vocabulary.ts';
import type { Notification } from './wire/notification.ts';

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
