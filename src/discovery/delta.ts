/** What became of the facts between two readings, PURE. */
import type { Delta } from '../model/event.ts';
import type { Device, HostAddress, Listener } from '../model/facts.ts';

export interface Tracked<T> {
  /** What is new, changed or gone since the last call; that call's facts are forgotten. */
  update(facts: readonly T[]): Delta<T>;
}

/** `keyOf` says which fact replaces which. Facts are flat: plain values, or lists of them. */
export function track<T extends object>(keyOf: (fact: T) => string): Tracked<T> {
  let known: ReadonlyMap<string, T> = new Map();
  return {
    update(facts) {
      const now = new Map<string, T>();
      const added: T[] = [];
      for (const fact of facts) {
        const key = keyOf(fact);
        if (now.has(key)) continue; // of two with one key the first counts
        const before = known.get(key);
        if (before === undefined || !isSameFact(before, fact)) added.push(fact);
        now.set(key, fact);
      }
      const removed = [...known.keys()].filter((key) => !now.has(key));
      known = now;
      return { added, removed };
    },
  };
}

function isSameFact<T extends object>(one: T, other: T): boolean {
  if (one === other) return true;
  for (const name in one) {
    const [mine, theirs] = [one[name], other[name]];
    if (mine !== theirs && String(mine) !== String(theirs)) return false;
  }
  return true;
}

export const isEmpty = (delta: Delta<unknown>): boolean => delta.added.length === 0 && delta.removed.length === 0;

export interface Changes {
  readonly listeners: Delta<Listener>;
  readonly addresses: Delta<HostAddress>;
  readonly devices: Delta<Device>;
}

/** So many facts are told in one event: some milliseconds of work. */
const FACTS_AT_ONCE = 500;

/** The changes of one reading, cut so that no event is long. There is always a last one. */
export function* inParts({
  devices,
  addresses,
  listeners,
}: Changes): Generator<Changes & { readonly isLast: boolean }> {
  const parts = Math.max(1, ...[devices, addresses, listeners].map(({ added, removed }) => partsOf(added, removed)));
  for (let part = 0; part < parts; part++) {
    yield {
      listeners: cut(listeners, part),
      addresses: cut(addresses, part),
      devices: cut(devices, part),
      isLast: part === parts - 1,
    };
  }
}

const partsOf = (...lists: readonly (readonly unknown[])[]): number =>
  Math.ceil(Math.max(...lists.map(({ length }) => length)) / FACTS_AT_ONCE);

function cut<T>({ added, removed }: Delta<T>, part: number): Delta<T> {
  const [from, to] = [part * FACTS_AT_ONCE, (part + 1) * FACTS_AT_ONCE];
  return { added: added.slice(from, to), removed: removed.slice(from, to) };
}
