/**
 * Fifth stage, PURE: from verdicts to the complete desired set of routes. A service that ought to be announced and cannot
 * be is *held*, with its reason, and gets its turn as soon as there is room.
 */
import { familyOf, hostPrefix, type IpAddress } from '../model/address.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import { type Route, type RouteKey, routeKey } from '../model/route.ts';

export interface DesiredRoutes {
  readonly routes: Map<RouteKey, Route>;
  /** Up, and not yet looked at for a place. */
  readonly coming: Set<IpAddress>;
  /** In the order in which they came. */
  readonly held: Map<IpAddress, Reason>;
  /** Keys that changed since the sinks were last told. */
  readonly changed: Set<RouteKey>;
}

export const noRoutes = (): DesiredRoutes => ({
  routes: new Map(),
  coming: new Set(),
  held: new Map(),
  changed: new Set(),
});

/** Announces the address, or returns why that has to wait. */
export function want(desired: DesiredRoutes, address: IpAddress, policy: Policy): Reason | undefined {
  const attributes = policy.attributes[familyOf(address)];
  if (attributes === undefined) return hold(desired, address, { code: 'next-hop-missing' });
  const route: Route = { prefix: hostPrefix(address), attributes };
  const key = routeKey(route);
  if (desired.routes.has(key)) return undefined;
  if (desired.routes.size >= policy.maxRoutes) {
    return hold(desired, address, { code: 'max-routes', limit: policy.maxRoutes });
  }
  desired.held.delete(address);
  desired.routes.set(key, route);
  desired.changed.add(key);
  return undefined;
}

/** Withdraws the address, or stops holding it. */
export function unwant(desired: DesiredRoutes, address: IpAddress): void {
  desired.held.delete(address);
  desired.coming.delete(address);
  const key = routeKey({ prefix: hostPrefix(address) });
  if (desired.routes.delete(key)) desired.changed.add(key);
}

function hold(desired: DesiredRoutes, address: IpAddress, reason: Reason): Reason {
  desired.held.set(address, reason);
  return reason;
}
