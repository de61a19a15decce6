/** What both sides of a session have said, and what follows from it, PURE: RFC 4271 §6.2, RFC 5492, and each capability's own. */
import type { Family, IpAddress } from '../model/address.ts';
import type { Open } from './wire/open.ts';

export interface Negotiated {
  /** Seconds; 0 for a session without keepalives. RFC 4271 §4.2: the smaller of both. */
  readonly holdTime: number;
  readonly isExternal: boolean;
  readonly peerAs: number;
  readonly peerRouterId: IpAddress;
  /** Our own as we told the peer. */
  readonly localAs: number;
  readonly asOctets: 2 | 4;
  readonly longestMessage: number;
  /** Families that both sides have. */
  readonly families: ReadonlySet<Family>;
  /** IPv4 routes may have an IPv6 next hop (RFC 8950). */
  readonly hasExtendedNextHop: boolean;
  /** The peer may ask for everything again (RFC 2918), and we bracket the answer (RFC 7313). */
  readonly hasRouteRefresh: boolean;
  readonly hasEnhancedRouteRefresh: boolean;
  /** Families in which we may send several paths of a prefix (RFC 7911). */
  readonly addPathSent: ReadonlySet<Family>;
  /** RFC 4724 §3: the peer keeps our routes for so many seconds, as we asked it to. 0 when either side doesn't do that. */
  readonly gracefulRestart: number;
  readonly peerOpen: Open;
}
