/** Prefixes with something that belongs to each, found by an address inside them: a look for each length that occurs. */
import { type Family, familyOf, type IpAddress, lengthOf, type Prefix, truncate } from './address.ts';

export interface PrefixIndex<T> {
  set(prefix: Prefix, value: T): void;
  delete(prefix: Prefix): void;
  get(prefix: Prefix): T | undefined;
  has(prefix: Prefix): boolean;
  /** All whose prefix contains the address, the longest first: by what is there, whatever came and went before. */
  containing(address: IpAddress): readonly (readonly [Prefix, T])[];
  keys(): Iterable<Prefix>;
  values(): Iterable<T>;
  /** In the order in which they were set; what is set in that order anew makes the same index. */
  entries(): Iterable<readonly [Prefix, T]>;
}

export const isPrefixIndex = (value: object): value is PrefixIndex<unknown> => made.has(value);
const made = new WeakSet<object>();

export function prefixIndex<T>(): PrefixIndex<T> {
  const values = new Map<Prefix, T>();
  /** How many prefixes have that length. */
  const counts: Readonly<Record<Family, Map<number, number>>> = { ipv4: new Map(), ipv6: new Map() };
  const lengths: Record<Family, readonly number[]> = { ipv4: [], ipv6: [] };

  function count(prefix: Prefix, by: 1 | -1): void {
    const family = familyOf(prefix);
    const before = counts[family].size;
    const now = (counts[family].get(lengthOf(prefix)) ?? 0) + by;
    if (now > 0) counts[family].set(lengthOf(prefix), now);
    else counts[family].delete(lengthOf(prefix));
    if (counts[family].size !== before) {
      lengths[family] = [...counts[family].keys()].sort((one, other) => other - one);
    }
  }

  const index: PrefixIndex<T> = {
    set(prefix, value) {
      if (!values.has(prefix)) count(prefix, 1);
      values.set(prefix, value);
    },
    delete(prefix) {
      if (values.delete(prefix)) count(prefix, -1);
    },
    get: (prefix) => values.get(prefix),
    has: (prefix) => values.has(prefix),
    containing(address) {
      const found: [Prefix, T][] = [];
      for (const length of lengths[familyOf(address)]) {
        const prefix = `${truncate(address, length)}/${length}` as Prefix;
        const value = values.get(prefix);
        if (value !== undefined) found.push([prefix, value]);
      }
      return found;
    },
    keys: () => values.keys(),
    values: () => values.values(),
    entries: () => values.entries(),
  };
  made.add(index);
  return index;
}
