/** Which TTL a peer's packets have, PURE: RFC 5082 (GTSM), and how far an external peer may be. */
import type { PeerSettings } from '../model/peer.ts';

export interface Ttl {
  readonly ttl?: number;
  /** What arrives with less is not the peer's. */
  readonly leastTtl?: number;
}

/** RFC 5082 §3: what nothing but a neighbour can still have. */
export const FARTHEST = 255;

/** An external peer is on a link of ours unless `multihop` says otherwise; an internal one may be anywhere. */
export function ttlOf({ ttlSecurity, multihop, as, localAs }: PeerSettings): Ttl {
  if (ttlSecurity !== undefined) return { ttl: FARTHEST, leastTtl: FARTHEST + 1 - ttlSecurity };
  if (as === localAs) return {};
  return { ttl: multihop ?? 1 };
}
