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
  /**
   * Says so if this process stood still until just now. Timers notice by themselves that they are late; whoever reads the
   * world for another reason, and may come before them, has to ask. Returns when the last stall ended; long ago if never.
   */
  noticeStall(): Millis;
}

/** A timer this late is a stall of ours: SIGSTOP, a paused machine, starvation. */
export const STALL = ms(500);
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The host's CLOCK_MONOTONIC. `stalled` hears of time that this process lost, before anything that it reads after it. */
export function realClock(stalled: (lost: Millis) => void = () => {}): Clock {
  const timers = new Map<string, { readonly timeout: NodeJS.Timeout; readonly expected: number }>();
  const now = (): Millis => ms(performance.now());
  /** Until when lost time has been reported: several timers are late through one stall. */
  let reportedUntil = now();
  let stalledUntil = ms(Number.NEGATIVE_INFINITY);

  function report(expected: number): void {
    const at = now();
    const lost = ms(at - Math.max(expected, reportedUntil));
    if (lost <= STALL) return;
    reportedUntil = at;
    stalledUntil = at;
    stalled(lost);
  }

  function arm(name: string, due: Millis, fire: () => void): void {
    const expected = Math.max(due, now());
    const wait = Math.min(Math.ceil(expected - now()), LONGEST_TIMEOUT);
    const timeout = setTimeout(() => {
      if (now() < due) {
        arm(name, due, fire);
        return;
      }
      timers.delete(name);
      report(expected);
      fire();
    }, wait);
    timers.set(name, { timeout, expected });
  }

  return {
    now,
    setTimer(name, due, fire) {
      clearTimeout(timers.get(name)?.timeout);
      arm(name, due, fire);
    },
    clearTimer(name) {
      clearTimeout(timers.get(name)?.timeout);
      timers.delete(name);
    },
    pending: () => [...timers.keys()],
    noticeStall() {
      let earliest = Number.POSITIVE_INFINITY;
      for (const { expected } of timers.values()) earliest = Math.min(earliest, expected);
      report(earliest);
      return stalledUntil;
    },
  };
}
