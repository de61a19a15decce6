/** How often the kernel is read, PURE: as often as asked, but never so often that reading takes more than its share. */
import { type Millis, ms } from '../model/millis.ts';

export interface Pace {
  /** What a reading took of a processor. */
  spent(cost: Millis): void;
  /** From one reading to the next. */
  interval(): Millis;
}

/** Reading takes at most a hundredth of one processor. */
const SHARE = 0.01;
/**
 * What a reading takes besides what it measures itself: a timer, waking up, caches that are cold by then. A host where
 * nothing happens was seen to spend 0.47 ms on each, of which it measures a tenth of a millisecond (Node 20).
 */
const WAKING = 0.4;
/** The median of so many readings counts: one that was interrupted by the scheduler says nothing. */
const REMEMBERED = 9;
const LONGEST = ms(10_000);

/** `base`: while readings are cheap. */
export function adaptivePace(base: () => Millis): Pace {
  const costs: number[] = [];
  return {
    spent(cost) {
      costs.push(cost);
      if (costs.length > REMEMBERED) costs.shift();
    },
    interval() {
      if (costs.length < REMEMBERED) return base();
      const median = [...costs].sort((one, other) => one - other)[REMEMBERED >> 1] ?? 0;
      return ms(Math.min(LONGEST, Math.max(base(), Math.ceil((median + WAKING) / SHARE))));
    },
  };
}

export const fixedPace = (interval: Millis): Pace => ({ spent: () => {}, interval: () => interval });
