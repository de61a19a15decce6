/**
 * Transitions of each service, counted from when metrics are asked for first: what was before is in the history, and in no
 * rate. Services that have no lines of their own are forgotten with the next scrape.
 */
import type { Prefix } from '../model/address.ts';
import type { Change } from '../model/view.ts';

export interface Tally {
  hear(change: Change): void;
  of(prefix: Prefix): number;
  /** Only these are remembered from now on. */
  keep(prefixes: ReadonlySet<Prefix>): void;
}

export function createTally(): Tally {
  const transitions = new Map<Prefix, number>();
  return {
    hear(change) {
      // Another reason for the same state is none that anybody would call one.
      if (change.type !== 'transition' || change.from === change.to) return;
      transitions.set(change.prefix, (transitions.get(change.prefix) ?? 0) + 1);
    },
    of: (prefix) => transitions.get(prefix) ?? 0,
    keep(prefixes) {
      for (const prefix of transitions.keys()) if (!prefixes.has(prefix)) transitions.delete(prefix);
    },
  };
}
