/**
 * Path attributes, PURE: RFC 4271 §4.3, one row for each that we know: its flags, how it is read, and what becomes of the
 * UPDATE when it cannot be (RFC 7606 §7).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-------+---------------+-------------------------------+
 *     |O|T|P|E|   0   |     code      | length, one octet, or two     |
 *     +-+-+-+-+-------+---------------+ with the bit E                +
 *     | value …                                                       |
 *     +---------------------------------------------------------------+
 */

import { u16At, u32At } from '../../bytes/join.ts';
import { addressAt } from '../../model/address.ts';
import { ATTRIBUTE, FLAG, ORIGIN, SEGMENT, UPDATE_ERROR } from './codes.ts';
import type { WireContext } from './message.ts';
import { decodeReach, decodeUnreach } from './multiprotocol.ts';
import { isProblem, type Problem, wrongLength, wrongValue } from './problem.ts';
import type { Outcome, PathAttribute, Segment } from './update.ts';

export interface AttributeKind {
  /** As the RFCs write it. */
  readonly name: string;
  /** What the bits "optional" and "transitive" have to be. */
  readonly flags: number;
  /** What becomes of an UPDATE in which the value is malformed. */
  readonly malformed: Exclude<Outcome, 'accepted'>;
  /** Why it is dropped unread in this session. */
  readonly unwanted?: (context: WireContext) => string | undefined;
  readonly decode: DecodeValue;
}

/**
 * The value: what of `bytes` is from `start` up to `end`. A view of each would cost more than reading it: a peer's table has
 * millions of attributes.
 */
type DecodeValue = (bytes: Uint8Array, start: number, end: number, context: WireContext) => PathAttribute | Problem;

const WELL_KNOWN = FLAG.transitive;
const OPTIONAL = FLAG.optional;
const OPTIONAL_TRANSITIVE = FLAG.optional | FLAG.transitive;

/** RFC 7606 §7.5, §7.9, §7.10. */
const internalOnly = ({ isExternal }: WireContext): string | undefined =>
  isExternal ? 'from an external peer' : undefined;
/** RFC 6793 §4.1. */
const shortOnly = ({ asOctets }: WireContext): string | undefined =>
  asOctets === 4 ? 'from a peer whose AS numbers have four octets' : undefined;

/** An attribute of a fixed length. */
const fixed =
  (length: number, decode: (bytes: Uint8Array, at: number) => PathAttribute | Problem): DecodeValue =>
  (bytes, start, end) =>
    end - start === length ? decode(bytes, start) : wrongLength(start, end, `${length}`);

/** One or more entries of one length: RFC 7606 §7.8 and the like. */
const entries =
  <T>(
    length: number,
    entry: (bytes: Uint8Array, at: number) => T,
    decode: (list: readonly T[]) => PathAttribute,
  ): DecodeValue =>
  (bytes, start, end) => {
    if (start === end || (end - start) % length !== 0) return wrongLength(start, end, `a multiple of ${length}`);
    const list: T[] = [];
    for (let at = start; at < end; at += length) list.push(entry(bytes, at));
    return decode(list);
  };

export const ATTRIBUTE_KINDS: ReadonlyMap<number, AttributeKind> = new Map<number, AttributeKind>([
  [
    ATTRIBUTE.origin,
    {
      name: 'ORIGIN',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      decode: fixed(1, (bytes, at) => {
        const origin = bytes[at] ?? 0;
        if (origin <= ORIGIN.incomplete) return { type: 'origin', origin };
        return wrongValue(UPDATE_ERROR.invalidOrigin, at, `${origin} is no origin`);
      }),
    },
  ],
  [
    ATTRIBUTE.asPath,
    {
      name: 'AS_PATH',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      decode(bytes, start, end, { asOctets, isExternal }) {
        const lastType = isExternal ? SEGMENT.asSequence : SEGMENT.confedSet;
        const segments = decodeSegments(bytes, start, end, asOctets, lastType);
        return isProblem(segments) ? segments : { type: 'asPath', segments };
      },
    },
  ],
  [
    ATTRIBUTE.nextHop,
    {
      name: 'NEXT_HOP',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      decode: fixed(4, (bytes, at) => {
        const nextHop = addressAt(bytes, at, 4);
        if (isHost(bytes[at] ?? 0)) return { type: 'nextHop', nextHop };
        return wrongValue(UPDATE_ERROR.invalidNextHop, at, `${nextHop} is no host's address`);
      }),
    },
  ],
  [
    ATTRIBUTE.med,
    {
      name: 'MULTI_EXIT_DISC',
      flags: OPTIONAL,
      malformed: 'treatedAsWithdraw',
      decode: fixed(4, (bytes, at) => ({ type: 'med', med: u32At(bytes, at) })),
    },
  ],
  [
    ATTRIBUTE.localPreference,
    {
      name: 'LOCAL_PREF',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      unwanted: internalOnly,
      decode: fixed(4, (bytes, at) => ({ type: 'localPreference', localPreference: u32At(bytes, at) })),
    },
  ],
  [
    ATTRIBUTE.atomicAggregate,
    {
      name: 'ATOMIC_AGGREGATE',
      flags: WELL_KNOWN,
      malformed: 'attributeDiscarded',
      decode: fixed(0, () => ({ type: 'atomicAggregate' })),
    },
  ],
  [
    ATTRIBUTE.aggregator,
    {
      name: 'AGGREGATOR',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'attributeDiscarded',
      decode: (bytes, start, end, { asOctets }) => decodeAggregator('aggregator', bytes, start, end, asOctets),
    },
  ],
  [
    ATTRIBUTE.communities,
    {
      name: 'COMMUNITIES',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: entries(4, u32At, (communities) => ({ type: 'communities', communities })),
    },
  ],
  [
    ATTRIBUTE.originatorId,
    {
      name: 'ORIGINATOR_ID',
      flags: OPTIONAL,
      malformed: 'treatedAsWithdraw',
      unwanted: internalOnly,
      decode: fixed(4, (bytes, at) => ({ type: 'originatorId', originatorId: addressAt(bytes, at, 4) })),
    },
  ],
  [
    ATTRIBUTE.clusterList,
    {
      name: 'CLUSTER_LIST',
      flags: OPTIONAL,
      malformed: 'treatedAsWithdraw',
      unwanted: internalOnly,
      decode: entries(
        4,
        (bytes, at) => addressAt(bytes, at, 4),
        (clusterList) => ({ type: 'clusterList', clusterList }),
      ),
    },
  ],
  [ATTRIBUTE.mpReach, { name: 'MP_REACH_NLRI', flags: OPTIONAL, malformed: 'reset', decode: decodeReach }],
  [ATTRIBUTE.mpUnreach, { name: 'MP_UNREACH_NLRI', flags: OPTIONAL, malformed: 'reset', decode: decodeUnreach }],
  [
    ATTRIBUTE.extendedCommunities,
    {
      name: 'EXTENDED COMMUNITIES',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: entries(
        8,
        (bytes, at) => hex32(u32At(bytes, at)) + hex32(u32At(bytes, at + 4)),
        (communities) => ({ type: 'extendedCommunities', communities }),
      ),
    },
  ],
  [
    ATTRIBUTE.as4Path,
    {
      name: 'AS4_PATH',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'attributeDiscarded',
      unwanted: shortOnly,
      decode(bytes, start, end) {
        // RFC 6793 §6: neither without a segment.
        if (start === end) return wrongLength(start, end, 'at least 6');
        const segments = decodeSegments(bytes, start, end, 4, SEGMENT.confedSet);
        return isProblem(segments) ? segments : { type: 'as4Path', segments };
      },
    },
  ],
  [
    ATTRIBUTE.as4Aggregator,
    {
      name: 'AS4_AGGREGATOR',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'attributeDiscarded',
      unwanted: shortOnly,
      decode: (bytes, start, end) => decodeAggregator('as4Aggregator', bytes, start, end, 4),
    },
  ],
  [
    // Nobody here says them: they are only checked.
    ATTRIBUTE.ipv6ExtendedCommunities,
    {
      name: 'IPV6 EXTENDED COMMUNITIES',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode(bytes, start, end) {
        if (start === end || (end - start) % 20 !== 0) return wrongLength(start, end, 'a multiple of 20');
        const value = bytes.subarray(start, end);
        return { type: 'unknown', code: ATTRIBUTE.ipv6ExtendedCommunities, flags: OPTIONAL_TRANSITIVE, value };
      },
    },
  ],
  [
    ATTRIBUTE.largeCommunities,
    {
      name: 'LARGE_COMMUNITY',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: entries(
        12,
        (bytes, at) => `${u32At(bytes, at)}:${u32At(bytes, at + 4)}:${u32At(bytes, at + 8)}`,
        (communities) => ({ type: 'largeCommunities', communities }),
      ),
    },
  ],
  [
    ATTRIBUTE.onlyToCustomer,
    {
      name: 'OTC',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: fixed(4, (bytes, at) => ({ type: 'onlyToCustomer', as: u32At(bytes, at) })),
    },
  ],
]);

/** RFC 7606 §7.2, and RFC 7607 §2: AS 0 is nobody's. `lastType`: the largest type of segment that may be there. */
function decodeSegments(
  bytes: Uint8Array,
  start: number,
  end: number,
  asOctets: 2 | 4,
  lastType: number,
): Segment[] | Problem {
  const segments: Segment[] = [];
  for (let at = start; at < end; ) {
    if (end - at < 2) return malformedPath(at, 'an octet behind the last segment');
    const type = bytes[at] ?? 0;
    const count = bytes[at + 1] ?? 0;
    // RFC 5065 §5: segments of a confederation come from nobody outside of it.
    if (type < SEGMENT.asSet || type > lastType) return malformedPath(at, `a segment of type ${type}`);
    if (count === 0) return malformedPath(at, 'a segment without AS numbers');
    const next = at + 2 + count * asOctets;
    if (next > end) return malformedPath(at, `a segment of ${count} AS numbers, which is longer than the rest`);
    const asNumbers: number[] = [];
    for (let place = at + 2; place < next; place += asOctets) {
      const as = asAt(bytes, place, asOctets);
      if (as === 0) return malformedPath(at, 'a segment with AS 0');
      asNumbers.push(as);
    }
    segments.push({ type, asNumbers });
    at = next;
  }
  return segments;
}

const malformedPath = (at: number, why: string): Problem => wrongValue(UPDATE_ERROR.malformedAsPath, at, why);

/** RFC 7606 §7.7, RFC 6793 §3, RFC 7607 §2. */
function decodeAggregator(
  type: 'aggregator' | 'as4Aggregator',
  bytes: Uint8Array,
  start: number,
  end: number,
  asOctets: 2 | 4,
): PathAttribute | Problem {
  if (end - start !== asOctets + 4) return wrongLength(start, end, `${asOctets + 4}`);
  const as = asAt(bytes, start, asOctets);
  if (as === 0) return wrongValue(UPDATE_ERROR.optionalAttribute, start, 'AS 0');
  return { type, as, address: addressAt(bytes, start + asOctets, 4) };
}

const asAt = (bytes: Uint8Array, at: number, octets: 2 | 4): number =>
  octets === 4 ? u32At(bytes, at) : u16At(bytes, at);

/** RFC 4271 §6.3, by its first octet: neither "this network" (RFC 1122) nor multicast nor what is beyond it. */
const isHost = (first: number): boolean => first > 0 && first < 224;

const hex32 = (value: number): string => value.toString(16).padStart(8, '0');
