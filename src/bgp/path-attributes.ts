/**
 * What a route says on one session, PURE: RFC 4271 §5, as octets that stand before and behind its prefixes.
 *
 *     IPv4, ordinarily      attributes | prefixes                    RFC 4271 §4.3
 *     everything else       MP_REACH_NLRI with prefixes | attributes RFC 4760 §3, first as RFC 7606 §5.1 asks
 */
import { join, u16, u32 } from '../bytes/join.ts';
import { addressToBytes, bitsOf, type Family, familyOf, type IpAddress } from '../model/address.ts';
import { communityNumbers, extendedCommunityHex } from '../model/community.ts';
import type { PeerSettings } from '../model/peer.ts';
import {
  gracefullyShutDown,
  isShutDown,
  type NextHop,
  type RouteAttributes,
  type SaidAttributes,
} from '../model/route.ts';
import type { Negotiated } from './negotiate.ts';
import { isOnlyToCustomers } from './role.ts';
import { AFI, AS_TRANS, ATTRIBUTE, FLAG, HEADER_LENGTH, ORIGIN, SAFI, SEGMENT } from './wire/codes.ts';
import { PATH_ID_LENGTH } from './wire/nlri.ts';

/** Our own end of a session. */
export interface LocalEnd {
  readonly address: IpAddress;
  /** The address of that link that RFC 2545 §3 wants besides, where the peer is on it. */
  readonly linkLocal?: IpAddress;
}

export interface Terms {
  readonly settings: PeerSettings;
  readonly negotiated: Negotiated;
  readonly local: LocalEnd;
}

/** Routes that have the same object share messages. */
export interface Words {
  /** `undefined` for IPv4 as RFC 4271 has it. Otherwise what of MP_REACH_NLRI stands between its length and its prefixes. */
  readonly reach: Uint8Array | undefined;
  /** The path attributes, MP_REACH_NLRI apart. */
  readonly attributes: Uint8Array;
}

/** Why routes of a family go to nobody on this session. */
export type Held =
  /** The peer did not offer the family, or we did not. */
  | 'family-not-negotiated'
  /** The session has no address of that family, and no next hop is given. */
  | 'next-hop-missing'
  /** An IPv6 next hop for IPv4, which the peer does not take (RFC 8950). */
  | 'extended-next-hop-not-negotiated'
  /** With its attributes a prefix fits into no message of this session. */
  | 'too-long';

export interface Unsaid {
  readonly family: Family;
  readonly why: Held;
}

/** RFC 4271 §5.1.5: what is said to internal peers of a route that says nothing itself. */
const DEFAULT_LOCAL_PREFERENCE = 100;
const LARGEST_SHORT_AS = 0xffff;
const LONGEST_SEGMENT = 255;
const LONGEST_SHORT_VALUE = 255;

/** Of an UPDATE: of the withdrawn routes, and of the attributes. */
export const LENGTHS = 4;
/** Of an attribute: flags, code, length of two octets. */
export const LONG_HEAD = 4;

/** Octets that are left for prefixes with those words; below 0 where not even the words fit. */
export const roomFor = ({ reach, attributes }: Words, longest: number): number =>
  longest - HEADER_LENGTH - LENGTHS - attributes.length - (reach === undefined ? 0 : LONG_HEAD + reach.length);

/** `route`: the next hop that the route itself names, or `self`. */
export function nextHopsFor(family: Family, route: NextHop, terms: Terms): readonly IpAddress[] | Held {
  const { settings, negotiated, local } = terms;
  if (!negotiated.families.has(family)) return 'family-not-negotiated';
  const given = route !== 'self' && familyOf(route) === family ? route : settings.nextHop[family];
  // Our own address is the same by whatever name it is given.
  if (given !== undefined && given !== local.address) {
    return familyOf(given) === family || negotiated.hasExtendedNextHop ? [given] : 'extended-next-hop-not-negotiated';
  }
  const isOwnFamily = familyOf(local.address) === family;
  if (isOwnFamily || family === 'ipv4') {
    if (!isOwnFamily && !negotiated.hasExtendedNextHop) {
      return settings.extendedNextHop ? 'extended-next-hop-not-negotiated' : 'next-hop-missing';
    }
    return local.linkLocal === undefined ? [local.address] : [local.address, local.linkLocal];
  }
  return 'next-hop-missing';
}

/** The words of a route of that family with those attributes, by way of the first next hop; why there are none. */
export function wordsFor(family: Family, route: RouteAttributes, terms: Terms): Words | Held {
  const nextHops = nextHopsFor(family, route.nextHop, terms);
  if (typeof nextHops === 'string') return nextHops;
  const told: SaidAttributes = { ...route, ...terms.settings.attributes };
  // That a route is about to go is said to everybody, in whatever other words it is told.
  const said = isShutDown(route) ? gracefullyShutDown(told) : told;
  const [first] = nextHops;
  const isOrdinary = family === 'ipv4' && first !== undefined && familyOf(first) === 'ipv4';
  const words: Words = {
    reach: isOrdinary ? undefined : reachOf(family, nextHops),
    attributes: join(
      attribute(FLAG.transitive, ATTRIBUTE.origin, [ORIGIN.igp]),
      ...pathOf(said.asPath, terms),
      ...(isOrdinary ? [attribute(FLAG.transitive, ATTRIBUTE.nextHop, addressToBytes(first))] : []),
      ...(said.med === undefined ? [] : [attribute(FLAG.optional, ATTRIBUTE.med, u32(said.med))]),
      ...preferenceOf(said, terms),
      ...listOf(ATTRIBUTE.communities, said.communities, communityOctets),
      ...listOf(ATTRIBUTE.extendedCommunities, said.extendedCommunities, extendedOctets),
      ...as4PathOf(said.asPath, terms),
      ...listOf(ATTRIBUTE.largeCommunities, said.largeCommunities, largeOctets),
      ...onlyToCustomerOf(terms),
    ),
  };
  // RFC 4271 §9.2: such a route is not told.
  const longest = bitsOf(family) / 8 + 1 + (terms.negotiated.addPathSent.has(family) ? PATH_ID_LENGTH : 0);
  return roomFor(words, terms.negotiated.longestMessage) < longest ? 'too-long' : words;
}

/** RFC 4760 §3: family, next hop, a reserved octet. */
function reachOf(family: Family, nextHops: readonly IpAddress[]): Uint8Array {
  const addresses = nextHops.map(addressToBytes);
  const length = addresses.reduce((sum, { length: each }) => sum + each, 0);
  return join(Uint8Array.of(0, AFI[family], SAFI.unicast, length), ...addresses, Uint8Array.of(0));
}

/** RFC 4271 §5.1.5: never to an external peer. */
function preferenceOf({ localPreference }: SaidAttributes, { negotiated }: Terms): Uint8Array[] {
  if (negotiated.isExternal) return [];
  return [attribute(FLAG.transitive, ATTRIBUTE.localPreference, u32(localPreference ?? DEFAULT_LOCAL_PREFERENCE))];
}

/** RFC 9234 §5: our AS as this peer knows it. Our routes have no such attribute from anybody before us. */
function onlyToCustomerOf({ settings: { role }, negotiated: { isExternal, localAs } }: Terms): Uint8Array[] {
  if (!isExternal || role === undefined || !isOnlyToCustomers(role.ours)) return [];
  return [attribute(FLAG.optional | FLAG.transitive, ATTRIBUTE.onlyToCustomer, u32(localAs))];
}

/** RFC 4271 §5.1.2: our own AS to an external peer, nothing to an internal one, unless a whole path is given. */
const pathNumbers = (given: readonly number[] | undefined, { negotiated }: Terms): readonly number[] =>
  given ?? (negotiated.isExternal ? [negotiated.localAs] : []);

function pathOf(given: readonly number[] | undefined, terms: Terms): Uint8Array[] {
  const { asOctets } = terms.negotiated;
  const numbers = pathNumbers(given, terms).map((as) => (asOctets === 2 && as > LARGEST_SHORT_AS ? AS_TRANS : as));
  return [attribute(FLAG.transitive, ATTRIBUTE.asPath, segments(numbers, asOctets))];
}

/** RFC 6793 §4.2.2: only where AS_PATH could not say it. */
function as4PathOf(given: readonly number[] | undefined, terms: Terms): Uint8Array[] {
  const numbers = pathNumbers(given, terms);
  if (terms.negotiated.asOctets === 4 || numbers.every((as) => as <= LARGEST_SHORT_AS)) return [];
  return [attribute(FLAG.optional | FLAG.transitive, ATTRIBUTE.as4Path, segments(numbers, 4))];
}

function segments(numbers: readonly number[], octets: 2 | 4): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < numbers.length; start += LONGEST_SEGMENT) {
    const part = numbers.slice(start, start + LONGEST_SEGMENT);
    parts.push(Uint8Array.of(SEGMENT.asSequence, part.length), ...part.map((as) => (octets === 4 ? u32(as) : u16(as))));
  }
  return join(...parts);
}

/** Left out when empty: an attribute of no length is malformed (RFC 7606 §7.8, §7.14). No value twice (RFC 8092 §5). */
function listOf(
  code: number,
  texts: readonly string[] | undefined,
  octets: (text: string) => Uint8Array,
): Uint8Array[] {
  if (texts === undefined || texts.length === 0) return [];
  return [attribute(FLAG.optional | FLAG.transitive, code, join(...[...new Set(texts)].map(octets)))];
}

const numbersOf = (text: string): number[] => text.split(':').map(Number);

function communityOctets(text: string): Uint8Array {
  const [high = 0, low = 0] = numbersOf(communityNumbers(text));
  return join(u16(high), u16(low));
}

const largeOctets = (text: string): Uint8Array => join(...numbersOf(text).map(u32));

const extendedOctets = (text: string): Uint8Array => {
  const hex = extendedCommunityHex(text) ?? '';
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
};

/** RFC 4271 §4.3: a length of two octets where one is too short. */
function attribute(flags: number, code: number, value: Uint8Array | readonly number[]): Uint8Array {
  const isLong = value.length > LONGEST_SHORT_VALUE;
  const head = isLong
    ? [flags | FLAG.extendedLength, code, value.length >>> 8, value.length & 0xff]
    : [flags, code, value.length];
  return join(Uint8Array.from(head), Uint8Array.from(value));
}
