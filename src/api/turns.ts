/**
 * Turns: whoever has much to do asks for one, does a few milliseconds of it, and asks again. One of all that wait has its
 * turn in an iteration of the event loop, so that it does not matter to anything else how many they are.
 */
export interface Turns {
  /** Resolves with what says whether the time is not yet up. */
  next(): Promise<() => boolean>;
}

export function createTurns(budgetMs: number): Turns {
  const waiting: ((goOn: () => boolean) => void)[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      const end = performance.now() + budgetMs;
      waiting.shift()?.(() => performance.now() < end);
      schedule();
    });
  }

  return {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        schedule();
      }),
  };
}
