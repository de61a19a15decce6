/** How ExaBGP's neighbors stand, PURE, as people see it. */
import type { IpAddress } from '../../model/address.ts';
import type { RouteKey } from '../../model/route.ts';
import type { PeerStanding } from '../../model/telling.ts';
import type { Entry } from './ledger-format.ts';
import type { Neighbor } from './neighbors.ts';
import type { Refusals } from './refusals.ts';

export function standingsOf(
  neighbors: readonly Neighbor[],
  entries: ReadonlyMap<RouteKey, Entry>,
  refusals: Pick<Refusals, 'has'>,
): PeerStanding[] {
  let forAll = 0;
  const forSome = new Map<IpAddress, number>();
  for (const [key, { standing, route }] of entries) {
    if (standing !== 'told' || refusals.has(key)) continue;
    const only = route.scope?.neighbors;
    if (only === undefined) forAll++;
    else for (const address of only) forSome.set(address, (forSome.get(address) ?? 0) + 1);
  }
  return neighbors.map(({ address, ...neighbor }) => ({
    ...{ name: address, ...neighbor },
    told: neighbor.state === 'established' ? forAll + (forSome.get(address) ?? 0) : 0,
  }));
}
