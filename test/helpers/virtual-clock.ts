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
  let stalledUntil = ms(Number.NEGATIVE_INFINITY);

  const next = (): [string, { due: Millis; fire: () => void }] | undefined =>
    [...timers].sort(([, one], [, other]) => one.due - other.due)[0];

  function report(due: Millis): void {
    const lost = ms(now - Math.max(due, reportedUntil));
    if (lost <= STALL) return;
    reportedUntil = now;
    stalledUntil = now;
    stalled(lost);
  }

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
        report(due);
        fire();
        await settled();
      }
      now = time;
      await settled();
    },
    stall(time) {
      now = time;
    },
    noticeStall() {
      report(next()?.[1].due ?? now);
      return stalledUntil;
    },
  };
}

/** When all microtasks are done, and what they put off to the end of an iteration of the event loop. */
export async function settled(): Promise<void> {
  for (let iteration = 0; iteration < 3; iteration++) await new Promise((resolve) => setImmediate(resolve));
}
