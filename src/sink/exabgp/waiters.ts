/** Whoever waits for a moment that comes again and again, PURE. */
export interface Waiters {
  /** Resolves when the moment comes next, or when `signal` says that the time is up. */
  wait(signal: AbortSignal): Promise<void>;
  release(): void;
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>();
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener('abort', done);
      }),
    release() {
      for (const each of waiting) each();
    },
  };
}
