/** Routes: what a sink is asked to announce. */
import { hostPrefix, type IpAddress, type Prefix } from './address.ts';

declare const routeKeyBrand: unique symbol;
/** What makes two routes the same one. One key has one owner: services merge before a sink hears of them. */
export type RouteKey = string & { readonly [routeKeyBrand]: true };

/** `self`: the announcing session's own address. */
export type NextHop = IpAddress | 'self';

/**
 * Equal attributes are the same object, so that a sink may compare with `===`. What is left out is left to the session.
 * Communities are in the words of their RFCs (`65000:1`, `no-export`, `65000:1:2`, `target:65000:1`), as they were given.
 */
export interface RouteAttributes {
  readonly nextHop: NextHop;
  /** Further ways to the same prefix, for whoever takes several (RFC 7911); never empty. */
  readonly otherNextHops?: readonly NextHop[];
  /** MULTI_EXIT_DISC, 32 bits (RFC 4271 §5.1.4). */
  readonly med?: number;
  /** LOCAL_PREF, 32 bits (RFC 4271 §5.1.5). */
  readonly localPreference?: number;
  /** One AS_SEQUENCE of 32-bit AS numbers, the nearest first (RFC 4271 §5.1.2, RFC 6793). */
  readonly asPath?: readonly number[];
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
  readonly extendedCommunities?: readonly string[];
}

/** What a route says besides its next hops. */
export type SaidAttributes = Omit<RouteAttributes, 'nextHop' | 'otherNextHops'>;

/** All of them, the first one first. */
export const nextHopsOf = ({ nextHop, otherNextHops = [] }: RouteAttributes): readonly NextHop[] => [
  nextHop,
  ...otherNextHops,
];

/** Whether the prefix is one of the next hops itself. */
export const isNextHopOf = (prefix: Prefix, attributes: RouteAttributes): boolean =>
  nextHopsOf(attributes).some((hop) => hop !== 'self' && hostPrefix(hop) === prefix);

/** To whom a route is announced, and under which path identifier (RFC 7911). Equal scopes are the same object. */
export interface RouteScope {
  readonly pathInformation?: number;
  /** The neighbors by their addresses; every neighbor that there is when left out. Never empty. */
  readonly neighbors?: readonly IpAddress[];
}

/** RFC 8326 §4: what a route says whose origin is about to go; internal peers hear the same by way of LOCAL_PREF. */
const GRACEFUL_SHUTDOWN = 'graceful-shutdown';
const LEAST_PREFERENCE = 0;

/** The same attributes of a route that is about to be withdrawn: whoever has another way takes that one (RFC 8326). */
export function gracefullyShutDown<T extends SaidAttributes>(attributes: T): T {
  const others = (attributes.communities ?? []).filter((community) => community !== GRACEFUL_SHUTDOWN);
  return { ...attributes, localPreference: LEAST_PREFERENCE, communities: [...others, GRACEFUL_SHUTDOWN] };
}

/** Whether it is about to be withdrawn, which no setting for one peer can take back. */
export const isShutDown = ({ communities = [], localPreference }: SaidAttributes): boolean =>
  localPreference === LEAST_PREFERENCE && communities.includes(GRACEFUL_SHUTDOWN);

export interface Route {
  readonly prefix: Prefix;
  readonly attributes: RouteAttributes;
  readonly scope?: RouteScope;
}

/** The prefix, then the scope if there is one: `192.0.2.1/32 path 7 to 192.0.2.7 192.0.2.8`. */
export function routeKey({ prefix, scope }: Pick<Route, 'prefix' | 'scope'>): RouteKey {
  if (scope === undefined) return prefix as string as RouteKey;
  const { pathInformation: path, neighbors } = scope;
  return `${prefix}${path === undefined ? '' : ` path ${path}`}${neighbors === undefined ? '' : ` to ${neighbors.join(' ')}`}` as RouteKey;
}

/** Whether both say the same of the same prefix to the same neighbors. */
export const isSameRoute = (one: Route, other: Route): boolean =>
  isSameAttributes(one.attributes, other.attributes) && routeKey(one) === routeKey(other);

export function isSameAttributes(one: RouteAttributes, other: RouteAttributes): boolean {
  if (one === other) return true;
  // Asked for each of a hundred thousand prefixes: it makes nothing that it need not.
  return saysAsMuch(one, other) && saysAsMuch(other, one);
}

function saysAsMuch(one: RouteAttributes, other: RouteAttributes): boolean {
  for (const name in one) {
    const [said, as] = [one[name as keyof RouteAttributes], other[name as keyof RouteAttributes]];
    if (said !== as && String(said) !== String(as)) return false;
  }
  return true;
}
