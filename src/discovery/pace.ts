/** How often the kernel is read, PURE: as often as asked, but never so often that reading takes more than its share. */
import { type Millis, ms } from '../model/millis.ts';

export interface Pace {
  /** What a reading took of a processor, as far as it can tell. */
  spent(cost: Millis): void;
  /** What this process took of processors from one reading to the next, while it did nothing but read. */
  spentQuietly(total: Millis): void;
  /** From one reading to the next. */
  interval(): Millis;
}

/**
 * Reading takes at most a hundredth of one processor. A median knows nothing of the few that take much more, and the process
 * nothing of interrupts and of a processor that leaves its sleep: a fifth is kept for them.
 */
const SHARE = 0.008;
/**
 * At most so much of a quiet interval is put down to the reading, beyond what it measured: a timer, waking up, caches that
 * are cold by then, garbage that is collected on another thread. 0.4 to 1.2 ms were seen (Node 20), of readings that
 * measured a tenth of a millisecond. What else this process may be doing is not to make it blind.
 */
const MOST_WAKING = 2;
/** The median of so many counts: one that was interrupted by the scheduler says nothing. */
const REMEMBERED = 9;
const LONGEST = ms(10_000);

/** `base`: while readings are cheap. */
export function adaptivePace(base: () => Millis): Pace {
  const costs: number[] = [];
  const wakings: number[] = [];
  return {
    spent: (cost) => remember(costs, cost),
    spentQuietly: (total) => remember(wakings, total - (costs.at(-1) ?? 0)),
    interval() {
      const cost = median(costs);
      if (cost === undefined) return base();
      const waking = Math.min(MOST_WAKING, Math.max(0, median(wakings) ?? 0));
      return ms(Math.min(LONGEST, Math.max(base(), Math.ceil((cost + waking) / SHARE))));
    },
  };
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > REMEMBERED) values.shift();
}

/** Undefined while too little is remembered. */
function median(values: readonly number[]): number | undefined {
  if (values.length < REMEMBERED) return undefined;
  return [...values].sort((one, other) => one - other)[REMEMBERED >> 1];
}

export const fixedPace = (interval: Millis): Pace => ({
  spent: () => {},
  spentQuietly: () => {},
  interval: () => interval,
});
