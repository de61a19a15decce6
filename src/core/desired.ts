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
  /** Which of the routes are discovered; all others are declared. */
  readonly discovered: Set<RouteKey>;
  /** Whether a place became free since those that are held were last looked at. */
  hasFreed: boolean;
}

export const noRoutes = (): DesiredRoutes => ({
  routes: new Map(),
  coming: new Set(),
  held: new Map(),
  changed: new Set(),
  discovered: new Set(),
  hasFreed: false,
});

/** How many of the routes are of that kind. */
export const countOf = ({ routes, discovered }: DesiredRoutes, kind: Kind): number =>
  kind === 'discovered' ? discovered.size : routes.size - discovered.size;

export function hasRoom(desired: DesiredRoutes, prefix: Prefix, policy: Policy): boolean {
  const kind = kindOf(prefix, policy);
  return countOf(desired, kind) < policy.maxRoutes[kind];
}

/** Of one that has no place yet. */
export function whyNoRoom(desired: DesiredRoutes, prefix: Prefix, policy: Policy): Reason | undefined {
  return hasRoom(desired, prefix, policy)
    ? undefined
    : { code: 'max-routes', limit: policy.maxRoutes[kindOf(prefix, policy)] };
}

/** Announces the prefix, over what is said of it already, or returns why that has to wait. */
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
  const full = before === undefined ? whyNoRoom(desired, prefix, policy) : undefined;
  if (full !== undefined) return hold(desired, prefix, full);
  desired.held.delete(prefix);
  desired.routes.set(key, routeOf(prefix, attributes, policy));
  if (before === undefined && kind === 'discovered') desired.discovered.add(key);
  // Other settings have other objects for what they say alike.
  if (before === undefined || !isSameAttributes(before.attributes, attributes)) desired.changed.add(key);
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
  desired.discovered.delete(key);
  desired.changed.add(key);
  desired.hasFreed = true;
}

/** It is not to be announced, though somebody wants it, and waits for that. */
export function putOnHold(desired: DesiredRoutes, prefix: Prefix, policy: Policy, reason: Reason): Reason {
  if (isRouted(desired, prefix, policy)) unwant(desired, prefix, policy);
  return hold(desired, prefix, reason);
}

/** What is announced already is of the kind that these settings make it, whether there is a place or not: see `beyond`. */
export function renewKind(desired: DesiredRoutes, prefix: Prefix, policy: Policy): void {
  const key = keyOf(prefix, policy);
  if (kindOf(prefix, policy) === 'discovered' && desired.routes.has(key)) desired.discovered.add(key);
  else desired.discovered.delete(key);
}

/** Whether more is announced than there may be, as when the settings allow less than before. */
export const isOver = (desired: DesiredRoutes, { maxRoutes }: Policy): boolean =>
  KINDS.some((kind) => countOf(desired, kind) > maxRoutes[kind]);

/** Those that have no place any more: the newest of each kind, `most` at most. */
export function beyond(desired: DesiredRoutes, { maxRoutes }: Policy, most: number): Prefix[] {
  const prefixes: Prefix[] = [];
  for (const kind of KINDS) {
    const over = Math.min(countOf(desired, kind) - maxRoutes[kind], most - prefixes.length);
    if (over <= 0) continue;
    let older = countOf(desired, kind) - over;
    for (const [key, { prefix }] of desired.routes) {
      if (desired.discovered.has(key) !== (kind === 'discovered')) continue;
      if (older-- <= 0) prefixes.push(prefix);
    }
  }
  return prefixes;
}

const KINDS = ['discovered', 'declared'] as const satisfies readonly Kind[];

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

/** Has the sinks look at the prefix though nothing changed: an earlier run may have left something there. */
export function lookAgain(desired: DesiredRoutes, prefix: Prefix, policy: Policy): void {
  desired.changed.add(keyOf(prefix, policy));
}

export const kindOf = (prefix: Prefix, { announce, services, statics }: Policy): Kind =>
  announce.has(prefix) || services.has(prefix) || statics.routes.has(prefix) ? 'declared' : 'discovered';

export function hold(desired: DesiredRoutes, prefix: Prefix, reason: Reason): Reason {
  desired.held.set(prefix, reason);
  return reason;
}
