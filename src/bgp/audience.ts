/**
 * Whom a route is for, PURE, as far as settings say: a peer may have it, whether there is a session with that peer or not.
 *
 * Not for a peer that is not on a loopback address are loopback addresses; for none, a route by way of the peer itself (RFC
 * 4271 §5.1.3), and one to a next hop by way of that next hop.
 */
import {
  type Family,
  familyOf,
  hostPrefix,
  type IpAddress,
  insideOf,
  isLoopback,
  networkAddress,
  type Prefix,
} from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import type { NextHop, Route } from '../model/route.ts';
import type { Entry } from './rib-list.ts';

/** Whether routes are for that peer: prepared once and cheap to ask often. */
export function isForOf(peer: PeerSettings): (prefix: Prefix, routes: readonly Route[]) => boolean {
  const mayHave = audienceOf(peer);
  return (prefix, routes) =>
    mayHave({ prefix, family: familyOf(prefix), isLoopback: isLoopback(networkAddress(prefix)) }) &&
    routes.some((route) => isAddressed(peer, route) && hasWay(peer, route));
}

/**
 * Why settings say that those routes are not for that peer; `undefined` where they say no such thing. Of no routes: whether
 * any of that prefix could be.
 */
export function whyNotForOf(peer: PeerSettings): (prefix: Prefix, routes: readonly Route[]) => string | undefined {
  const { address, families, only } = peer;
  const hasLoopback = isLoopback(address);
  const inside = only.map(insideOf);
  return (prefix, routes) => {
    const family = familyOf(prefix);
    if (!families.includes(family)) return `its families leave ${FAMILY_NAME[family]} out`;
    if (!hasLoopback && isLoopback(networkAddress(prefix))) {
      return 'a loopback address, and the peer is not on one';
    }
    if (inside.length > 0 && !inside.some((isInside) => isInside(prefix))) {
      return `outside of what it is to have only: ${only.join(', ')}`;
    }
    if (routes.length === 0) return undefined;
    if (!routes.some((route) => isAddressed(peer, route))) return 'for other neighbors only';
    if (!routes.some((route) => isAddressed(peer, route) && hasWay(peer, route))) {
      return 'its next hop would be the peer itself, or the address that is announced';
    }
    return undefined;
  };
}

export const FAMILY_NAME: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

function hasWay(peer: PeerSettings, { prefix, attributes: { nextHop, otherNextHops } }: Route): boolean {
  const entry = { prefix, family: familyOf(prefix) };
  return mayGoBy(peer, entry, nextHop) || (otherNextHops?.some((other) => mayGoBy(peer, entry, other)) ?? false);
}

/** Whether the peer may have a prefix, whatever is said of it: prepared once and cheap to ask often. */
export function audienceOf({
  address,
  families,
  only,
}: PeerSettings): (of: Pick<Entry, 'prefix' | 'family' | 'isLoopback'>) => boolean {
  const hasLoopback = isLoopback(address);
  const inside = only.map(insideOf);
  return ({ prefix, family, isLoopback: isOwn }) =>
    families.includes(family) &&
    (hasLoopback || !isOwn) &&
    (inside.length === 0 || inside.some((isInside) => isInside(prefix)));
}

export const isAddressed = ({ address }: PeerSettings, { scope }: Route): boolean =>
  scope?.neighbors === undefined || scope.neighbors.includes(address);

/** Whether that may be the next hop of that prefix for it; of the session's own address the session knows. */
export function mayGoBy(
  { address, nextHop: own }: PeerSettings,
  { prefix, family }: Pick<Entry, 'prefix' | 'family'>,
  nextHop: NextHop,
): boolean {
  const hop = nextHop === 'self' ? own[family] : nextHop;
  return hop === undefined || (hop !== address && !isHostPrefixOf(prefix, hop));
}

/** Most prefixes begin otherwise, and no text has to be made to see that. */
const isHostPrefixOf = (prefix: Prefix, address: IpAddress): boolean =>
  prefix.startsWith(address) && hostPrefix(address) === prefix;
