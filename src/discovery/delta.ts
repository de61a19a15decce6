/** What became of the facts between two readings, PURE. */
import type { Delta } from '../model/event.ts';

export interface Tracked<T> {
  /** What is new, changed or gone since the last call; that call's facts are forgotten. */
  update(facts: readonly T[]): Delta<T>;
}

/** `keyOf` says which fact replaces which; facts are compared by their JSON, and have to be plain data. */
export function track<T>(keyOf: (fact: T) => string): Tracked<T> {
  let known = new Map<string, string>();
  return {
    update(facts) {
      const now = new Map<string, string>();
      const added: T[] = [];
      for (const fact of facts) {
        const key = keyOf(fact);
        if (now.has(key)) continue; // of two with one key the first counts
        const value = JSON.stringify(fact);
        if (known.get(key) !== value) added.push(fact);
        now.set(key, value);
      }
      const removed = [...known.keys()].filter((key) => !now.has(key));
      known = now;
      return { added, removed };
    },
  };
}

export const isEmpty = (delta: Delta<unknown>): boolean => delta.added.length === 0 && delta.removed.length === 0;
