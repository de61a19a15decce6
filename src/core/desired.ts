/**
 * Fifth stage, PURE: from verdicts to the complete desired set of routes. A service that ought to be announced and cannot
 * be is *held*, with its reason, and gets its turn as soon as there is room.
 */
import { familyOf, type Prefix } from '../model/address.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import { isSameAttributes, type Route, type RouteAttributes, type RouteKey, routeKey } from '../model/route.ts';

/** Whether somebody named the prefix, or it was found on this host: each has a limit of its own. */
export type Kind = 'discovered' | 'declared';

export interface DesiredRoutes {
  readonly routes: Map<RouteKey, Route>;
  /** Up, and not yet looked at for a place. */
  readonly coming: Set<Prefix>;
  /** In the order in which they came. */
  readonly held: Map<Prefix, Reason>;
  /** Keys that changed since the sinks were last told. */
  readonly changed: Set<RouteKey>;
  /** How many of the routes are of each kind. */
  readonly count: Record<Kind, number>;
  /** Whether a place became free since those that are held were last looked at. */
  hasFreed: boolean;
}

export const noRoutes = (): DesiredRoutes => ({
  routes: new Map(),
  coming: new Set(),
  held: new Map(),
  changed: new Set(),
  count: { discovered: 0, declared: 0 },
  hasFreed: false,
});

export function hasRoom(desired: DesiredRoutes, prefix: Prefix, policy: Policy): boolean {
  const kind = kindOf(prefix, policy);
  return desired.count[kind] < policy.maxRoutes[kind];
}

/** Announces the prefix, or returns why that has to wait. */
export function want(
  desired: DesiredRoutes,
  prefix: Prefix,
  policy: Policy,
  attributes: RouteAttributes | undefined = attributesFor(prefix, policy),
): Reason | undefined {
  if (attributes === undefined) return hold(desired, prefix, { code: 'next-hop-missing' });
  const key = keyOf(prefix, policy);
  const before = desired.routes.get(key);
  if (before?.attributes === attributes) return undefined;
  const kind = kindOf(prefix, policy);
  if (before === undefined && !hasRoom(desired, prefix, policy)) {
    return hold(desired, prefix, { code: 'max-routes', limit: policy.maxRoutes[kind] });
  }
  desired.held.delete(prefix);
  desired.routes.set(key, routeOf(prefix, attributes, policy));
  desired.changed.add(key);
  if (before === undefined) desired.count[kind]++;
  return undefined;
}

/** What stands for a prefix in the settings; `undefined` where nobody said which next hop. */
export const attributesFor = (prefix: Prefix, { statics, attributes }: Policy): RouteAttributes | undefined =>
  statics.routes.has(prefix) ? statics.routes.get(prefix) : attributes[familyOf(prefix)];

/** Withdraws the prefix, or stops holding it. */
export function unwant(desired: DesiredRoutes, prefix: Prefix, policy: Policy): void {
  desired.held.delete(prefix);
  desired.coming.delete(prefix);
  const key = keyOf(prefix, policy);
  if (!desired.routes.delete(key)) return;
  desired.changed.add(key);
  desired.count[kindOf(prefix, policy)]--;
  desired.hasFreed = true;
}

export const isRouted = (desired: DesiredRoutes, prefix: Prefix, policy: Policy): boolean =>
  desired.routes.has(keyOf(prefix, policy));

/** What is announced of the prefix. */
export const routeOfPrefix = (desired: DesiredRoutes, prefix: Prefix, policy: Policy): Route | undefined =>
  desired.routes.get(keyOf(prefix, policy));

/** The key of the one route that a prefix has: every route goes to the same neighbors. */
const keyOf = (prefix: Prefix, { scope }: Policy): RouteKey =>
  routeKey(scope === undefined ? { prefix } : { prefix, scope });

const routeOf = (prefix: Prefix, attributes: RouteAttributes, { scope }: Policy): Route =>
  scope === undefined ? { prefix, attributes } : { prefix, attributes, scope };

/**
 * The same routes as another policy has them: under its keys, and with what it says of them. Returns what can no longer be
 * announced, and why; that is held.
 */
export function rewrite(
  desired: DesiredRoutes,
  policy: Policy,
  attributesOf: (prefix: Prefix) => RouteAttributes | Reason,
): ReadonlyMap<Prefix, Reason> {
  const before = [...desired.routes];
  const left = new Map<Prefix, Reason>();
  const isSame = comparison();
  desired.routes.clear();
  desired.count.discovered = 0;
  desired.count.declared = 0;
  for (const [key, { prefix, attributes: old }] of before) {
    const said = attributesOf(prefix);
    const kind = kindOf(prefix, policy);
    const full: Reason = { code: 'max-routes', limit: policy.maxRoutes[kind] };
    const reason = 'code' in said ? said : desired.count[kind] < full.limit ? undefined : full;
    if (reason !== undefined || 'code' in said) {
      left.set(prefix, hold(desired, prefix, reason ?? full));
      desired.changed.add(key);
      continue;
    }
    const now = keyOf(prefix, policy);
    desired.routes.set(now, routeOf(prefix, said, policy));
    desired.count[kind]++;
    if (now !== key) desired.changed.add(key);
    if (now !== key || !isSame(old, said)) desired.changed.add(now);
  }
  // There may be more places than before.
  desired.hasFreed = true;
  return left;
}

/** Most routes share their attributes. */
function comparison(): (one: RouteAttributes, other: RouteAttributes) => boolean {
  const known = new Map<RouteAttributes, Map<RouteAttributes, boolean>>();
  return (one, other) => {
    const ofOne = known.get(one) ?? new Map<RouteAttributes, boolean>();
    known.set(one, ofOne);
    const isSame = ofOne.get(other) ?? isSameAttributes(one, other);
    ofOne.set(other, isSame);
    return isSame;
  };
}

/** Has the sinks look at the prefix though nothing changed: an earlier run may have left something there. */
export function lookAgain(desired: DesiredRoutes, prefix: Prefix, policy: Policy): void {
  desired.changed.add(keyOf(prefix, policy));
}

export const kindOf = (prefix: Prefix, { announce, checked, statics }: Policy): Kind =>
  announce.has(prefix) || checked.has(prefix) || statics.routes.has(prefix) ? 'declared' : 'discovered';

export function hold(desired: DesiredRoutes, prefix: Prefix, reason: Reason): Reason {
  desired.held.set(prefix, reason);
  return reason;
}
