/** By which keys a sink has heard of a prefix, PURE: mostly by the prefix itself; with scopes there may be several. */
import type { Prefix } from '../model/address.ts';
import type { RouteKey } from '../model/route.ts';

export interface Keys {
  add(keys: Iterable<RouteKey>): void;
  of(prefix: Prefix): Iterable<RouteKey>;
}

/** The prefix that a key begins with: see `routeKey`. */
export function prefixIn(key: RouteKey): Prefix {
  const space = key.indexOf(' ');
  return (space < 0 ? key : key.slice(0, space)) as string as Prefix;
}

export function createKeys(known: Iterable<RouteKey>): Keys {
  const scoped = new Map<Prefix, Set<RouteKey>>();

  function add(keys: Iterable<RouteKey>): void {
    for (const key of keys) {
      const prefix = prefixIn(key);
      if (prefix.length === key.length) continue;
      const same = scoped.get(prefix);
      if (same === undefined) scoped.set(prefix, new Set([key]));
      else same.add(key);
    }
  }

  add(known);
  return {
    add,
    *of(prefix) {
      yield prefix as string as RouteKey;
      yield* scoped.get(prefix) ?? [];
    },
  };
}
