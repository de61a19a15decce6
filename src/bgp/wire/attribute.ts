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

import { Reader } from '../../bytes/reader.ts';
import { addressFromBytes } from '../../model/address.ts';
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
  readonly decode: (value: Uint8Array, context: WireContext) => PathAttribute | Problem;
}

const WELL_KNOWN = FLAG.transitive;
const OPTIONAL = FLAG.optional;
const OPTIONAL_TRANSITIVE = FLAG.optional | FLAG.transitive;

/** RFC 7606 §7.5, §7.9, §7.10. */
const internalOnly = ({ isExternal }: WireContext): string | undefined =>
  isExternal ? 'from an external peer' : undefined;
/** RFC 6793 §4.1. */
const shortOnly = ({ asOctets }: WireContext): string | undefined =>
  asOctets === 4 ? 'from a peer whose AS numbers have four octets' : undefined;

const u32Of = (value: Uint8Array): number => new Reader(value).u32();

/** An attribute of a fixed length. */
const fixed =
  (length: number, decode: (value: Uint8Array) => PathAttribute | Problem) =>
  (value: Uint8Array): PathAttribute | Problem =>
    value.length === length ? decode(value) : wrongLength(value, `${length}`);

/** One or more entries of one length: RFC 7606 §7.8 and the like. */
const entries =
  <T>(length: number, entry: (reader: Reader) => T, decode: (list: T[]) => PathAttribute) =>
  (value: Uint8Array): PathAttribute | Problem => {
    if (value.length === 0 || value.length % length !== 0) return wrongLength(value, `a multiple of ${length}`);
    const reader = new Reader(value);
    return decode(Array.from({ length: value.length / length }, () => entry(reader)));
  };

export const ATTRIBUTE_KINDS: ReadonlyMap<number, AttributeKind> = new Map<number, AttributeKind>([
  [
    ATTRIBUTE.origin,
    {
      name: 'ORIGIN',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      decode: fixed(1, ([origin = 0]) =>
        origin <= ORIGIN.incomplete
          ? { type: 'origin', origin }
          : wrongValue(UPDATE_ERROR.invalidOrigin, 0, `${origin} is no origin`),
      ),
    },
  ],
  [
    ATTRIBUTE.asPath,
    {
      name: 'AS_PATH',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      decode(value, { asOctets, isExternal }) {
        const segments = decodeSegments(value, asOctets, isExternal ? SEGMENT.asSequence : SEGMENT.confedSet);
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
      decode: fixed(4, (value) =>
        isHost(value)
          ? { type: 'nextHop', nextHop: addressFromBytes(value) }
          : wrongValue(UPDATE_ERROR.invalidNextHop, 0, `${addressFromBytes(value)} is no host's address`),
      ),
    },
  ],
  [
    ATTRIBUTE.med,
    {
      name: 'MULTI_EXIT_DISC',
      flags: OPTIONAL,
      malformed: 'treatedAsWithdraw',
      decode: fixed(4, (value) => ({ type: 'med', med: u32Of(value) })),
    },
  ],
  [
    ATTRIBUTE.localPreference,
    {
      name: 'LOCAL_PREF',
      flags: WELL_KNOWN,
      malformed: 'treatedAsWithdraw',
      unwanted: internalOnly,
      decode: fixed(4, (value) => ({ type: 'localPreference', localPreference: u32Of(value) })),
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
      decode: (value, { asOctets }) => decodeAggregator('aggregator', value, asOctets),
    },
  ],
  [
    ATTRIBUTE.communities,
    {
      name: 'COMMUNITIES',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: entries(
        4,
        (reader) => reader.u32(),
        (communities) => ({ type: 'communities', communities }),
      ),
    },
  ],
  [
    ATTRIBUTE.originatorId,
    {
      name: 'ORIGINATOR_ID',
      flags: OPTIONAL,
      malformed: 'treatedAsWithdraw',
      unwanted: internalOnly,
      decode: fixed(4, (value) => ({ type: 'originatorId', originatorId: addressFromBytes(value) })),
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
        (reader) => addressFromBytes(reader.take(4)),
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
        (reader) => hexOf(reader.take(8)),
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
      decode(value) {
        // RFC 6793 §6: neither without a segment.
        if (value.length === 0) return wrongLength(value, 'at least 6');
        const segments = decodeSegments(value, 4, SEGMENT.confedSet);
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
      decode: (value) => decodeAggregator('as4Aggregator', value, 4),
    },
  ],
  [
    // Nobody here says them: they are only checked.
    ATTRIBUTE.ipv6ExtendedCommunities,
    {
      name: 'IPV6 EXTENDED COMMUNITIES',
      flags: OPTIONAL_TRANSITIVE,
      malformed: 'treatedAsWithdraw',
      decode: (value) =>
        value.length === 0 || value.length % 20 !== 0
          ? wrongLength(value, 'a multiple of 20')
          : { type: 'unknown', code: ATTRIBUTE.ipv6ExtendedCommunities, flags: OPTIONAL_TRANSITIVE, value },
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
        (reader) => `${reader.u32()}:${reader.u32()}:${reader.u32()}`,
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
      decode: fixed(4, (value) => ({ type: 'onlyToCustomer', as: u32Of(value) })),
    },
  ],
]);

/** RFC 7606 §7.2, and RFC 7607 §2: AS 0 is nobody's. `lastType`: the largest type of segment that may be there. */
function decodeSegments(value: Uint8Array, asOctets: 2 | 4, lastType: number): Segment[] | Problem {
  const segments: Segment[] = [];
  const malformedPath = (at: number, why: string): Problem => wrongValue(UPDATE_ERROR.malformedAsPath, at, why);
  for (let at = 0; at < value.length; ) {
    if (value.length - at < 2) return malformedPath(at, 'an octet behind the last segment');
    const [type = 0, count = 0] = value.subarray(at, at + 2);
    // RFC 5065 §5: segments of a confederation come from nobody outside of it.
    if (type < SEGMENT.asSet || type > lastType) return malformedPath(at, `a segment of type ${type}`);
    if (count === 0) return malformedPath(at, 'a segment without AS numbers');
    const end = at + 2 + count * asOctets;
    if (end > value.length) return malformedPath(at, `a segment of ${count} AS numbers, which is longer than the rest`);
    const reader = new Reader(value.subarray(at + 2, end));
    const asNumbers = Array.from({ length: count }, () => (asOctets === 4 ? reader.u32() : reader.u16()));
    if (asNumbers.includes(0)) return malformedPath(at, 'a segment with AS 0');
    segments.push({ type, asNumbers });
    at = end;
  }
  return segments;
}

/** RFC 7606 §7.7, RFC 6793 §3, RFC 7607 §2. */
function decodeAggregator(
  type: 'aggregator' | 'as4Aggregator',
  value: Uint8Array,
  asOctets: 2 | 4,
): PathAttribute | Problem {
  if (value.length !== asOctets + 4) return wrongLength(value, `${asOctets + 4}`);
  const reader = new Reader(value);
  const as = asOctets === 4 ? reader.u32() : reader.u16();
  if (as === 0) return wrongValue(UPDATE_ERROR.optionalAttribute, 0, 'AS 0');
  return { type, as, address: addressFromBytes(reader.take(4)) };
}

/** RFC 4271 §6.3: neither "this network" (RFC 1122) nor multicast nor what is beyond it. */
const isHost = ([first = 0]: Uint8Array): boolean => first > 0 && first < 224;

const hexOf = (octets: Uint8Array): string => [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
