/**
 * Changes of the view, handed to whoever subscribed: behind the turn in which they came, so that no withdraw waits for those
 * who watch, and some at a time. All subscribers get the same objects.
 */
import type { Change } from '../model/view.ts';

export interface Changes {
  push(change: Change): void;
  /** Returns how to stop it. What hears must not throw, and must not take long. */
  subscribe(hear: (change: Change) => void): () => void;
  /** Whether anybody hears. */
  isHeard(): boolean;
  close(): void;
}

/** So many are handed on before others have their turn. */
const MOST_AT_ONCE = 200;

export function createChanges(): Changes {
  const subscribers = new Set<(change: Change) => void>();
  let queue: Change[] = [];
  let next = 0;
  let rest: NodeJS.Immediate | undefined;

  function deliver(): void {
    rest = undefined;
    const end = Math.min(queue.length, next + MOST_AT_ONCE);
    while (next < end) {
      const change = queue[next++] as Change;
      for (const hear of subscribers) hear(change);
    }
    if (next < queue.length) {
      rest = setImmediate(deliver);
      return;
    }
    queue = [];
    next = 0;
  }

  return {
    push(change) {
      if (subscribers.size === 0) return;
      queue.push(change);
      rest ??= setImmediate(deliver);
    },
    subscribe(hear) {
      // The same function may be given twice.
      const own = (change: Change): void => hear(change);
      subscribers.add(own);
      return () => void subscribers.delete(own);
    },
    isHeard: () => subscribers.size > 0,
    close() {
      clearImmediate(rest);
      subscribers.clear();
    },
  };
}
