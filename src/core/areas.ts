/** Areas, PURE: prefixes that are announced as such when something inside them is served, and what of this host lies inside each. */
import type { IpAddress } from '../model/address.ts';
import type { LocalRoute } from '../model/facts.ts';
import type { Policy } from '../model/policy.ts';
import type { PrefixIndex } from '../model/prefix-index.ts';

/** What of this host lies inside a prefix. */
export interface Area {
  readonly listening: Set<IpAddress>;
  readonly assigned: Set<IpAddress>;
}

/** What they need of the facts. */
interface AreaFacts {
  readonly areas: PrefixIndex<Area>;
  readonly localRoutesOf: PrefixIndex<ReadonlyMap<string, LocalRoute>>;
  readonly listenersOf: ReadonlyMap<IpAddress, unknown>;
  readonly assignedOf: ReadonlyMap<IpAddress, unknown>;
}

export const emptyArea = (): Area => ({ listening: new Set(), assigned: new Set() });

/** Whether local routes to a prefix make it one that `--anyip` announces. */
export const isAreaOf = (routes: ReadonlyMap<string, LocalRoute>): boolean =>
  [...routes.values()].some(({ by }) => by === 'admin');

/** Those of the policy, with what is known. */
export function renewAreas(facts: AreaFacts, { announce, anyip }: Pick<Policy, 'announce' | 'anyip'>): void {
  for (const prefix of [...facts.areas.keys()]) facts.areas.delete(prefix);
  const wanted = new Set(announce);
  if (anyip) {
    for (const [prefix, routes] of facts.localRoutesOf.entries()) if (isAreaOf(routes)) wanted.add(prefix);
  }
  for (const prefix of wanted) facts.areas.set(prefix, emptyArea());
  if (wanted.size > 0) fillAreas(new Set(facts.areas.values()), facts);
}

/** With what is there already: one look at each address, however many areas are new. */
export function fillAreas(areas: ReadonlySet<Area>, facts: AreaFacts): void {
  for (const [which, addresses] of [
    ['listening', facts.listenersOf],
    ['assigned', facts.assignedOf],
  ] as const) {
    for (const address of addresses.keys()) {
      for (const [, area] of facts.areas.containing(address)) if (areas.has(area)) area[which].add(address);
    }
  }
}
