/**
 * MP_REACH_NLRI and MP_UNREACH_NLRI, PURE: RFC 4760 §3 and §4, RFC 2545 §3, RFC 8950 §3.
 *
 *     reach     AFI (2)  SAFI (1)  length (1)  next hop (that many)  reserved (1)  prefixes …
 *     unreach   AFI (2)  SAFI (1)  prefixes …
 */
import { u16At } from '../../bytes/join.ts';
import { addressAt, type IpAddress } from '../../model/address.ts';
import { ATTRIBUTE, FLAG, UPDATE_ERROR } from './codes.ts';
import type { WireContext } from './message.ts';
import { familyFrom, nlriFrom } from './nlri.ts';
import { type Problem, wrongValue } from './problem.ts';
import type { PathAttribute } from './update.ts';

/** RFC 7606 §5.3. */
const LEAST_REACH = 5;
const LEAST_UNREACH = 3;
const NEXT_HOP_OFFSET = 4;
/** One address, or a global and a link-local one. IPv4 routes may have either family (RFC 8950 §3). */
const NEXT_HOP_LENGTHS = { ipv4: [4, 16, 32], ipv6: [16, 32] } as const;

/** RFC 7606 §3 (j): where the prefixes cannot be found, the session is reset; RFC 4760 §7 names the error. */
const unfindable = (at: number, problem: string): Problem => wrongValue(UPDATE_ERROR.optionalAttribute, at, problem);

export function decodeReach(
  bytes: Uint8Array,
  start: number,
  end: number,
  { addPathReceived }: WireContext,
): PathAttribute | Problem {
  if (end - start < LEAST_REACH) return unfindable(start, `${end - start} octets where it is at least ${LEAST_REACH}`);
  const lengthOffset = start + NEXT_HOP_OFFSET - 1;
  const nextHopLength = bytes[lengthOffset] ?? 0;
  const prefixes = start + NEXT_HOP_OFFSET + nextHopLength + 1;
  if (prefixes > end) {
    return unfindable(lengthOffset, `a next hop of ${nextHopLength} octets, which is longer than the rest`);
  }
  const family = familyFrom(u16At(bytes, start), bytes[start + 2] ?? 0);
  if (family === undefined) {
    return { type: 'unknown', code: ATTRIBUTE.mpReach, flags: FLAG.optional, value: bytes.subarray(start, end) };
  }
  const lengths: readonly number[] = NEXT_HOP_LENGTHS[family];
  if (!lengths.includes(nextHopLength)) {
    // RFC 7606 §7.11.
    return unfindable(lengthOffset, `a next hop of ${nextHopLength} octets where it is ${lengths.join(' or ')}`);
  }
  const nlri = nlriFrom(family, bytes.subarray(prefixes, end), addPathReceived.has(family));
  if ('badOffset' in nlri) return unfindable(prefixes + nlri.badOffset, 'a prefix that is longer than it may be');
  return { type: 'mpReach', nextHops: nextHopsAt(bytes, start + NEXT_HOP_OFFSET, nextHopLength), nlri };
}

export function decodeUnreach(
  bytes: Uint8Array,
  start: number,
  end: number,
  { addPathReceived }: WireContext,
): PathAttribute | Problem {
  if (end - start < LEAST_UNREACH) {
    return unfindable(start, `${end - start} octets where it is at least ${LEAST_UNREACH}`);
  }
  const [afi, safi] = [u16At(bytes, start), bytes[start + 2] ?? 0];
  const prefixes = bytes.subarray(start + LEAST_UNREACH, end);
  const family = familyFrom(afi, safi);
  if (family === undefined) {
    return { type: 'mpUnreach', nlri: { afi, safi, hasPathId: false, count: 0, bytes: prefixes } };
  }
  const nlri = nlriFrom(family, prefixes, addPathReceived.has(family));
  if ('badOffset' in nlri) {
    return unfindable(start + LEAST_UNREACH + nlri.badOffset, 'a prefix that is longer than it may be');
  }
  return { type: 'mpUnreach', nlri };
}

function nextHopsAt(bytes: Uint8Array, start: number, length: number): IpAddress[] {
  const size = length === 4 ? 4 : 16;
  const addresses: IpAddress[] = [];
  for (let at = start; at < start + length; at += size) addresses.push(addressAt(bytes, at, size));
  return addresses;
}
