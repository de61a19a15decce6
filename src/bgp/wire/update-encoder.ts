/**
 * UPDATE, encoded, PURE: any one that can be said, as plainly as it goes. It serves whoever needs a message, tests first of
 * all; routes are packed into messages elsewhere.
 */
import { join, NO_BYTES, u16, u32 } from '../../bytes/join.ts';
import { addressToBytes } from '../../model/address.ts';
import { ATTRIBUTE, FLAG } from './codes.ts';
import { encodeMessage } from './header.ts';
import type { WireContext } from './message.ts';
import type { PathAttribute, Segment, Update } from './update.ts';

type AsOctets = Pick<WireContext, 'asOctets'>;

const WELL_KNOWN = FLAG.transitive;
const OPTIONAL = FLAG.optional;
const OPTIONAL_TRANSITIVE = FLAG.optional | FLAG.transitive;
const LONGEST_SHORT_VALUE = 0xff;

/** The whole message. */
export function encodeUpdate({ withdrawn, attributes, nlri }: Update, context: AsOctets): Uint8Array {
  const encoded = join(...attributes.map((attribute) => encodeAttribute(attribute, context)));
  const body = join(u16(withdrawn.bytes.length), withdrawn.bytes, u16(encoded.length), encoded, nlri.bytes);
  return encodeMessage('update', body);
}

export function encodeAttribute(attribute: PathAttribute, { asOctets }: AsOctets): Uint8Array {
  const as = (number: number): Uint8Array => (asOctets === 4 ? u32(number) : u16(number));
  switch (attribute.type) {
    case 'origin':
      return framed(WELL_KNOWN, ATTRIBUTE.origin, Uint8Array.of(attribute.origin));
    case 'asPath':
      return framed(WELL_KNOWN, ATTRIBUTE.asPath, encodeSegments(attribute.segments, as));
    case 'nextHop':
      return framed(WELL_KNOWN, ATTRIBUTE.nextHop, addressToBytes(attribute.nextHop));
    case 'med':
      return framed(OPTIONAL, ATTRIBUTE.med, u32(attribute.med));
    case 'localPreference':
      return framed(WELL_KNOWN, ATTRIBUTE.localPreference, u32(attribute.localPreference));
    case 'atomicAggregate':
      return framed(WELL_KNOWN, ATTRIBUTE.atomicAggregate, NO_BYTES);
    case 'aggregator':
      return framed(
        OPTIONAL_TRANSITIVE,
        ATTRIBUTE.aggregator,
        join(as(attribute.as), addressToBytes(attribute.address)),
      );
    case 'communities':
      return framed(OPTIONAL_TRANSITIVE, ATTRIBUTE.communities, join(...attribute.communities.map(u32)));
    case 'originatorId':
      return framed(OPTIONAL, ATTRIBUTE.originatorId, addressToBytes(attribute.originatorId));
    case 'clusterList':
      return framed(OPTIONAL, ATTRIBUTE.clusterList, join(...attribute.clusterList.map(addressToBytes)));
    case 'mpReach': {
      const nextHop = join(...attribute.nextHops.map(addressToBytes));
      const { afi, safi, bytes } = attribute.nlri;
      return framed(
        OPTIONAL,
        ATTRIBUTE.mpReach,
        join(u16(afi), Uint8Array.of(safi, nextHop.length), nextHop, Uint8Array.of(0), bytes),
      );
    }
    case 'mpUnreach': {
      const { afi, safi, bytes } = attribute.nlri;
      return framed(OPTIONAL, ATTRIBUTE.mpUnreach, join(u16(afi), Uint8Array.of(safi), bytes));
    }
    case 'extendedCommunities':
      return framed(
        OPTIONAL_TRANSITIVE,
        ATTRIBUTE.extendedCommunities,
        join(...attribute.communities.map((digits) => join(...halves(digits)))),
      );
    case 'as4Path':
      return framed(OPTIONAL_TRANSITIVE, ATTRIBUTE.as4Path, encodeSegments(attribute.segments, u32));
    case 'as4Aggregator':
      return framed(
        OPTIONAL_TRANSITIVE,
        ATTRIBUTE.as4Aggregator,
        join(u32(attribute.as), addressToBytes(attribute.address)),
      );
    case 'largeCommunities':
      return framed(
        OPTIONAL_TRANSITIVE,
        ATTRIBUTE.largeCommunities,
        join(...attribute.communities.flatMap((text) => text.split(':').map(Number).map(u32))),
      );
    case 'onlyToCustomer':
      return framed(OPTIONAL_TRANSITIVE, ATTRIBUTE.onlyToCustomer, u32(attribute.as));
    case 'unknown':
      return framed(attribute.flags, attribute.code, attribute.value);
    default:
      return attribute satisfies never;
  }
}

/** RFC 4271 §4.3: a length of two octets where one is too short, or where the flags say so. */
function framed(flags: number, code: number, value: Uint8Array): Uint8Array {
  const isLong = value.length > LONGEST_SHORT_VALUE || (flags & FLAG.extendedLength) !== 0;
  if (!isLong) return join(Uint8Array.of(flags, code, value.length), value);
  return join(Uint8Array.of(flags | FLAG.extendedLength, code), u16(value.length), value);
}

const encodeSegments = (segments: readonly Segment[], as: (number: number) => Uint8Array): Uint8Array =>
  join(...segments.map(({ type, asNumbers }) => join(Uint8Array.of(type, asNumbers.length), ...asNumbers.map(as))));

/** 16 hexadecimal digits. */
const halves = (digits: string): Uint8Array[] =>
  [digits.slice(0, 8), digits.slice(8)].map((half) => u32(Number.parseInt(half, 16)));
