/** How long readings take, PURE: counted by length, as a histogram wants them. */
import type { Millis } from '../model/millis.ts';

export interface ReadingTimes {
  readonly count: number;
  /** Milliseconds, of all together. */
  readonly total: number;
  /** Of the last one; `undefined` before the first. */
  readonly last: Millis | undefined;
  /** How many took so long or less; the others took longer than all of these. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** Milliseconds. A reading takes some tenths of one on a small host, and ten on one with ten thousand listeners. */
export const UP_TO = [0.5, 1, 2, 5, 10, 20, 50, 100, 500, 1_000, 5_000] as const;

/** Of two that follow one another. */
export const bothReadings = (one: ReadingTimes, other: ReadingTimes): ReadingTimes => ({
  count: one.count + other.count,
  total: one.total + other.total,
  last: other.last ?? one.last,
  buckets: other.buckets.map(({ upTo, count }, place) => ({ upTo, count: count + (one.buckets[place]?.count ?? 0) })),
});

export interface ReadingClock {
  took(length: Millis): void;
  times(): ReadingTimes;
}

export function countReadings(): ReadingClock {
  const counts = UP_TO.map(() => 0);
  let count = 0;
  let total = 0;
  let last: Millis | undefined;
  return {
    took(length) {
      count++;
      total += length;
      last = length;
      const place = UP_TO.findIndex((upTo) => length <= upTo);
      if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
    },
    times() {
      let sum = 0;
      const buckets = UP_TO.map((upTo, place) => {
        sum += counts[place] ?? 0;
        return { upTo, count: sum };
      });
      return { count, total, last, buckets };
    },
  };
}
