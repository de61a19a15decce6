/** UPDATE, PURE: RFC 4271 §4.3, RFC 4760, RFC 7606. */
import type { IpAddress } from '../../model/address.ts';
import { AFI, SAFI } from './codes.ts';
import type { Malformed } from './malformed.ts';

/**
 * Prefixes as they stand on the wire: counted and checked, not taken apart. `prefixesOf` does that. Of a family that is not
 * ours `bytes` are as they came, and `count` is 0.
 */
export interface Nlri {
  readonly afi: number;
  readonly safi: number;
  readonly hasPathId: boolean;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** AS_PATH segments in their order; `type` as in RFC 4271 §4.3. */
export interface Segment {
  readonly type: number;
  readonly asNumbers: readonly number[];
}

export type PathAttribute =
  | { readonly type: 'origin'; readonly origin: number }
  | { readonly type: 'asPath'; readonly segments: readonly Segment[] }
  | { readonly type: 'nextHop'; readonly nextHop: IpAddress }
  | { readonly type: 'med'; readonly med: number }
  | { readonly type: 'localPreference'; readonly localPreference: number }
  | { readonly type: 'atomicAggregate' }
  | { readonly type: 'aggregator'; readonly as: number; readonly address: IpAddress }
  /** As 32-bit numbers. */
  | { readonly type: 'communities'; readonly communities: readonly number[] }
  | { readonly type: 'originatorId'; readonly originatorId: IpAddress }
  | { readonly type: 'clusterList'; readonly clusterList: readonly IpAddress[] }
  /** `nextHops`: one, or a global and a link-local one (RFC 2545 §3). Of a family that is not ours it is `unknown`. */
  | { readonly type: 'mpReach'; readonly nextHops: readonly IpAddress[]; readonly nlri: Nlri }
  | { readonly type: 'mpUnreach'; readonly nlri: Nlri }
  /** Each as its 16 hexadecimal digits. */
  | { readonly type: 'extendedCommunities'; readonly communities: readonly string[] }
  | { readonly type: 'as4Path'; readonly segments: readonly Segment[] }
  | { readonly type: 'as4Aggregator'; readonly as: number; readonly address: IpAddress }
  /** `65000:1:2`. */
  | { readonly type: 'largeCommunities'; readonly communities: readonly string[] }
  | { readonly type: 'onlyToCustomer'; readonly as: number }
  /** Optional ones that we don't know. `flags` as they came. */
  | { readonly type: 'unknown'; readonly code: number; readonly flags: number; readonly value: Uint8Array };

export interface Update {
  readonly withdrawn: Nlri;
  readonly attributes: readonly PathAttribute[];
  readonly nlri: Nlri;
}

/** RFC 7606 §2, the weakest first. */
export const OUTCOMES = ['accepted', 'attributeDiscarded', 'treatedAsWithdraw', 'reset'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Something wrong with an UPDATE, and what RFC 7606 makes of it. */
export interface Fault extends Malformed {
  readonly outcome: Exclude<Outcome, 'accepted'>;
}

/** RFC 4724 §2: the family whose End-of-RIB an UPDATE is, one that was accepted as it came. */
export function endOfRib({
  withdrawn,
  attributes,
  nlri,
}: Update): { readonly afi: number; readonly safi: number } | undefined {
  if (withdrawn.bytes.length > 0 || nlri.bytes.length > 0 || attributes.length > 1) return undefined;
  const [only] = attributes;
  if (only === undefined) return { afi: AFI.ipv4, safi: SAFI.unicast };
  if (only.type !== 'mpUnreach' || only.nlri.bytes.length > 0) return undefined;
  return { afi: only.nlri.afi, safi: only.nlri.safi };
}
