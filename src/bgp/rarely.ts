/** What may happen without end, and is said at the 1st, 10th, 100th … time, PURE. */

export interface Rarely {
  /** Counts once more; the count where it is to be said. */
  count(): number | undefined;
}

export function createRarely(): Rarely {
  let count = 0;
  let next = 1;
  return {
    count() {
      if (++count < next) return undefined;
      next *= 10;
      return count;
    },
  };
}
