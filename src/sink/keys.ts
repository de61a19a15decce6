/** By which keys a sink has heard of a prefix, PURE: mostly by the prefix itself; with scopes there may be several. */
import type { Prefix } from '../model/address.ts';
import type { RouteKey } from '../model/route.ts';

export interface Keys {
  add(keys: Iterable<RouteKey>): void;
  /** Of any prefix, also one that it has not heard of. */
  of(prefix: Prefix): Iterable<RouteKey>;
}

/** The prefix that a key begins with: see `routeKey`. */
export function prefixIn(key: RouteKey): Prefix {
  const space = key.indexOf(' ');
  return (space < 0 ? key : key.slice(0, space)) as string as Prefix;
}

/** Prefixes come and go without end; of scopes there are as many as settings had. */
export function createKeys(known: Iterable<RouteKey>): Keys {
  const scopes = new Set<string>();

  function add(keys: Iterable<RouteKey>): void {
    for (const key of keys) {
      const scope = key.slice(prefixIn(key).length);
      if (scope !== '') scopes.add(scope);
    }
  }

  add(known);
  return {
    add,
    *of(prefix) {
      yield prefix as string as RouteKey;
      for (const scope of scopes) yield `${prefix}${scope}` as RouteKey;
    },
  };
}
