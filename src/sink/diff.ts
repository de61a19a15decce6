/** What has to be said so that `have` becomes `want`. PURE. */
import { isSameRoute, type Route, type RouteKey } from '../model/route.ts';

export interface RouteDiff {
  readonly announce: Route[];
  readonly withdraw: Route[];
}

type Routes = ReadonlyMap<RouteKey, Route>;

/** Looks at `keys` only, or at everything when there are none given. A changed route is announced over the old one. */
export function diffRoutes(have: Routes, want: Routes, keys: Iterable<RouteKey> = union(have, want)): RouteDiff {
  const announce: Route[] = [];
  const withdraw: Route[] = [];
  for (const key of keys) {
    const old = have.get(key);
    const wanted = want.get(key);
    if (wanted === undefined) {
      if (old !== undefined) withdraw.push(old);
    } else if (old === undefined || !isSameRoute(old, wanted)) {
      announce.push(wanted);
    }
  }
  return { announce, withdraw };
}

function* union(have: Routes, want: Routes): Iterable<RouteKey> {
  yield* want.keys();
  for (const key of have.keys()) if (!want.has(key)) yield key;
}
