/**
 * Lets so many through at once, the others in their order. Node carries out on four threads what is done to files: what hangs
 * there must not take the last of them.
 */
export interface Gate {
  pass<T>(through: () => Promise<T>): Promise<T>;
}

export function createGate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];
  return {
    async pass(through) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await through();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
