/** A clock that a test moves. Timers fire in the order of their times, and everything they set off happens before the next. */
import { type Millis, ms } from '../../src/model/millis.ts';
import { type Clock, STALL } from '../../src/runtime/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves on to `time`, firing on the way what is due. */
  advance(time: Millis): Promise<void>;
  /** Stands still until `time`: what was due meanwhile is late, and fires once, at the end. */
  stall(time: Millis): void;
}

export function virtualClock(stalled: (lost: Millis) => void = () => {}): VirtualClock {
  const timers = new Map<string, { due: Millis; fire: () => void }>();
  let now = ms(0);
  let reportedUntil = now;

  const next = (): [string, { due: Millis; fire: () => void }] | undefined =>
    [...timers].sort(([, one], [, other]) => one.due - other.due)[0];

  return {
    now: () => now,
    setTimer: (name, due, fire) => timers.set(name, { due, fire }),
    clearTimer: (name) => timers.delete(name),
    pending: () => [...timers.keys()],
    async advance(time) {
      for (let timer = next(); timer !== undefined && timer[1].due <= time; timer = next()) {
        const [name, { due, fire }] = timer;
        now = ms(Math.max(now, due));
        timers.delete(name);
        const lost = ms(now - Math.max(due, reportedUntil));
        if (lost > STALL) {
          reportedUntil = now;
          stalled(lost);
        }
        fire();
        await settled();
      }
      now = time;
      await settled();
    },
    stall(time) {
      now = time;
    },
  };
}

/** When all microtasks, and what a stream puts off, are done. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
