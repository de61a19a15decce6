/**
 * Turns: whoever has something to do asks for one, does a few milliseconds of it, and asks again. All that wait have so many
 * milliseconds of an iteration of the event loop together, so that it does not matter to anything else how many they are.
 */
export interface Turns {
  /** Resolves with what says whether there is time for more; there may be none left. In the order of those who wait. */
  next(): Promise<() => boolean>;
}

export function createTurns(budgetMs: number): Turns {
  const waiting: ((hasTime: () => boolean) => void)[] = [];
  /** Of this iteration; `undefined` before the first turn in it. */
  let end: number | undefined;

  function take(): void {
    if (end === undefined) {
      end = performance.now() + budgetMs;
      // Runs at the beginning of the next iteration.
      setImmediate(() => {
        end = undefined;
      });
    } else if (performance.now() >= end) {
      setImmediate(take);
      return;
    }
    const until = end;
    // What it does then is done before the next immediate callback.
    waiting.shift()?.(() => performance.now() < until);
  }

  return {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        setImmediate(take);
      }),
  };
}
