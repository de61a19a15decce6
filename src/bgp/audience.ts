/**
 * Whom a route is for, PURE, as far as settings say: a peer may have it, whether there is a session with that peer or not.
 *
 * Not for a peer that is not on a loopback address are loopback addresses; for none, a route by way of the peer itself (RFC
 * 4271 §5.1.3), and one to a next hop by way of that next hop.
 */
import { familyOf, hostPrefix, isInsideAny, isLoopback, networkAddress, type Prefix } from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import type { Route } from '../model/route.ts';

export const isFor = (peer: PeerSettings, prefix: Prefix, routes: readonly Route[]): boolean =>
  peer.families.includes(familyOf(prefix)) && mayHave(peer, prefix) && routes.some((route) => isAddressed(peer, route));

/** Whatever is said of it. */
export const mayHave = ({ address, only }: PeerSettings, prefix: Prefix): boolean =>
  (isLoopback(address) || !isLoopback(networkAddress(prefix))) && (only.length === 0 || isInsideAny(prefix, only));

export const isAddressed = ({ address }: PeerSettings, { prefix, attributes: { nextHop }, scope }: Route): boolean =>
  (scope?.neighbors === undefined || scope.neighbors.includes(address)) &&
  (nextHop === 'self' || (nextHop !== address && hostPrefix(nextHop) !== prefix));
