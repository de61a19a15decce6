/**
 * The clock: monotonic time, and timers that have names.
 *
 * Names make timers countable: whoever ends (a test, a sink, the process) can show that none is left. A timer never fires
 * before it is due, and a delay longer than setTimeout(3) of Node can hold (24.8 days) is waited for in pieces.
 */
import { type Millis, ms } from '../model/millis.ts';

export interface Clock {
  now(): Millis;
  /** Calls `fire` at `due` or later, once. A timer of the same name is replaced. */
  setTimer(name: string, due: Millis, fire: () => void): void;
  clearTimer(name: string): void;
  /** The names of all timers that wait. */
  pending(): readonly string[];
}

/** A timer this late is a stall of ours: SIGSTOP, a paused machine, starvation. */
export const STALL = ms(500);
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The host's CLOCK_MONOTONIC. `stalled` hears of time that this process lost, before the late timers fire. */
export function realClock(stalled: (lost: Millis) => void = () => {}): Clock {
  const timers = new Map<string, NodeJS.Timeout>();
  const now = (): Millis => ms(performance.now());
  /** Until when lost time has been reported: several timers are late through one stall. */
  let reportedUntil = now();

  function arm(name: string, due: Millis, fire: () => void): void {
    const armedAt = now();
    const wait = Math.min(Math.max(0, Math.ceil(due - now())), LONGEST_TIMEOUT);
    timers.set(
      name,
      setTimeout(() => {
        const at = now();
        if (at < due) {
          arm(name, due, fire);
          return;
        }
        const lost = ms(at - Math.max(due, armedAt, reportedUntil));
        timers.delete(name);
        if (lost > STALL) {
          reportedUntil = at;
          stalled(lost);
        }
        fire();
      }, wait),
    );
  }

  return {
    now,
    setTimer(name, due, fire) {
      clearTimeout(timers.get(name));
      arm(name, due, fire);
    },
    clearTimer(name) {
      clearTimeout(timers.get(name));
      timers.delete(name);
    },
    pending: () => [...timers.keys()],
  };
}
