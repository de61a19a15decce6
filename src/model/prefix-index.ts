/** Prefixes with something that belongs to each, found by an address inside them: a look for each length that occurs. */
import { type Family, familyOf, type IpAddress, lengthOf, type Prefix, truncate } from './address.ts';

export interface PrefixIndex<T> {
  set(prefix: Prefix, value: T): void;
  delete(prefix: Prefix): void;
  get(prefix: Prefix): T | undefined;
  has(prefix: Prefix): boolean;
  /** All whose prefix contains the address. */
  containing(address: IpAddress): readonly (readonly [Prefix, T])[];
  keys(): Iterable<Prefix>;
  values(): Iterable<T>;
}

export function prefixIndex<T>(): PrefixIndex<T> {
  const values = new Map<Prefix, T>();
  /** How many prefixes have that length. */
  const lengths: Readonly<Record<Family, Map<number, number>>> = { ipv4: new Map(), ipv6: new Map() };

  function count(prefix: Prefix, by: 1 | -1): void {
    const counts = lengths[familyOf(prefix)];
    const now = (counts.get(lengthOf(prefix)) ?? 0) + by;
    if (now > 0) counts.set(lengthOf(prefix), now);
    else counts.delete(lengthOf(prefix));
  }

  return {
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
      for (const length of lengths[familyOf(address)].keys()) {
        const prefix = `${truncate(address, length)}/${length}` as Prefix;
        const value = values.get(prefix);
        if (value !== undefined) found.push([prefix, value]);
      }
      return found;
    },
    keys: () => values.keys(),
    values: () => values.values(),
  };
}
