/**
 * UPDATE messages, PURE, as full as they get (RFC 4271 §4.3): prefixes with the same words share messages, and withdraws
 * come in messages of their own, before the rest: a black hole is worse than a route that comes a moment later.
 */
import type { Family } from '../model/address.ts';
import { LENGTHS, LONG_HEAD, roomFor, type Words } from './path-attributes.ts';
import { AFI, ATTRIBUTE, FLAG, HEADER_LENGTH, MARKER_LENGTH, MESSAGE, SAFI } from './wire/codes.ts';

/** A prefix as it stands on the wire. */
type Nlri = Uint8Array;

export interface Changes {
  readonly withdrawn: Readonly<Record<Family, readonly Nlri[]>>;
  readonly announced: ReadonlyMap<Words, readonly Nlri[]>;
}

const FAMILY_LENGTH = 3;

/** Throws `RangeError` if a prefix with its words fits into no message: see `roomFor`. */
export function updatesOf({ withdrawn, announced }: Changes, longest: number): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const room = longest - HEADER_LENGTH - LENGTHS;
  for (const part of parts(withdrawn.ipv4, room)) messages.push(withdrawMessage(part));
  for (const part of parts(withdrawn.ipv6, room - LONG_HEAD - FAMILY_LENGTH))
    messages.push(unreachMessage('ipv6', part));
  for (const [words, prefixes] of announced) {
    const { reach, attributes } = words;
    for (const part of parts(prefixes, roomFor(words, longest))) {
      messages.push(reach === undefined ? announceMessage(attributes, part) : reachMessage(reach, attributes, part));
    }
  }
  return messages;
}

/** RFC 4724 §2: nothing of that family is to come, for now. */
export function endOfRib(family: Family): Uint8Array {
  return family === 'ipv4' ? message(0, () => {}) : unreachMessage(family, { prefixes: [], octets: 0 });
}

interface Part {
  readonly prefixes: readonly Nlri[];
  readonly octets: number;
}

/** As many prefixes as fit, one part after the other. */
function* parts(prefixes: readonly Nlri[], room: number): Iterable<Part> {
  let start = 0;
  let octets = 0;
  for (let index = 0; index < prefixes.length; index++) {
    const { length } = prefixes[index] as Nlri;
    if (length > room) throw new RangeError(`a prefix of ${length} octets, and room for ${room}`);
    if (octets + length > room) {
      yield { prefixes: prefixes.slice(start, index), octets };
      start = index;
      octets = 0;
    }
    octets += length;
  }
  if (start < prefixes.length) yield { prefixes: prefixes.slice(start), octets };
}

/** Also on a session where IPv4 has IPv6 next hops: RFC 8950 changes how routes are announced, not how they are withdrawn. */
const withdrawMessage = ({ prefixes, octets }: Part): Uint8Array =>
  message(octets, (bytes, at) => {
    at = putU16(bytes, at, octets);
    at = putAll(bytes, at, prefixes);
    putU16(bytes, at, 0);
  });

const announceMessage = (attributes: Uint8Array, { prefixes, octets }: Part): Uint8Array =>
  message(attributes.length + octets, (bytes, at) => {
    at = putU16(bytes, at, 0);
    at = putU16(bytes, at, attributes.length);
    at = put(bytes, at, attributes);
    putAll(bytes, at, prefixes);
  });

/** RFC 7606 §5.1: MP_REACH_NLRI is the first attribute. */
const reachMessage = (reach: Uint8Array, attributes: Uint8Array, { prefixes, octets }: Part): Uint8Array => {
  const length = LONG_HEAD + reach.length + octets + attributes.length;
  return message(length, (bytes, at) => {
    at = putU16(bytes, at, 0);
    at = putU16(bytes, at, length);
    at = putHead(bytes, at, ATTRIBUTE.mpReach, reach.length + octets);
    at = put(bytes, at, reach);
    at = putAll(bytes, at, prefixes);
    put(bytes, at, attributes);
  });
};

const unreachMessage = (family: Family, { prefixes, octets }: Part): Uint8Array => {
  const length = LONG_HEAD + FAMILY_LENGTH + octets;
  return message(length, (bytes, at) => {
    at = putU16(bytes, at, 0);
    at = putU16(bytes, at, length);
    at = putHead(bytes, at, ATTRIBUTE.mpUnreach, FAMILY_LENGTH + octets);
    at = put(bytes, at, Uint8Array.of(0, AFI[family], SAFI.unicast));
    putAll(bytes, at, prefixes);
  });
};

function message(length: number, body: (bytes: Uint8Array, at: number) => void): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + LENGTHS + length);
  bytes.fill(0xff, 0, MARKER_LENGTH);
  putU16(bytes, MARKER_LENGTH, bytes.length);
  bytes[HEADER_LENGTH - 1] = MESSAGE.update;
  body(bytes, HEADER_LENGTH);
  return bytes;
}

function putHead(bytes: Uint8Array, at: number, code: number, length: number): number {
  bytes[at] = FLAG.optional | FLAG.extendedLength;
  bytes[at + 1] = code;
  return putU16(bytes, at + 2, length);
}

function putU16(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
  return at + 2;
}

/** Octet by octet: prefixes are so short that `set` costs more. */
function put(bytes: Uint8Array, at: number, part: Uint8Array): number {
  for (let index = 0; index < part.length; index++) bytes[at + index] = part[index] as number;
  return at + part.length;
}

function putAll(bytes: Uint8Array, at: number, prefixes: readonly Nlri[]): number {
  for (const prefix of prefixes) at = put(bytes, at, prefix);
  return at;
}
