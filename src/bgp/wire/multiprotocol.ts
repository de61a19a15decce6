/**
 * MP_REACH_NLRI and MP_UNREACH_NLRI, PURE: RFC 4760 §3 and §4, RFC 2545 §3, RFC 8950 §3.
 *
 *     reach     AFI (2)  SAFI (1)  length (1)  next hop (that many)  reserved (1)  prefixes …
 *     unreach   AFI (2)  SAFI (1)  prefixes …
 */
import { addressFromBytes, type IpAddress } from '../../model/address.ts';
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

export function decodeReach(value: Uint8Array, { addPathReceived }: WireContext): PathAttribute | Problem {
  if (value.length < LEAST_REACH) return unfindable(0, `${value.length} octets where it is at least ${LEAST_REACH}`);
  const [afi, safi, nextHopLength = 0] = [afiOf(value), value[2] ?? 0, value[3]];
  const start = NEXT_HOP_OFFSET + nextHopLength + 1;
  if (start > value.length)
    return unfindable(3, `a next hop of ${nextHopLength} octets, which is longer than the rest`);
  const family = familyFrom(afi, safi);
  if (family === undefined) return { type: 'unknown', code: ATTRIBUTE.mpReach, flags: FLAG.optional, value };
  const lengths: readonly number[] = NEXT_HOP_LENGTHS[family];
  if (!lengths.includes(nextHopLength)) {
    // RFC 7606 §7.11.
    return unfindable(3, `a next hop of ${nextHopLength} octets where it is ${lengths.join(' or ')}`);
  }
  const nlri = nlriFrom(family, value.subarray(start), addPathReceived.has(family));
  if ('badOffset' in nlri) return unfindable(start + nlri.badOffset, 'a prefix that is longer than it may be');
  return {
    type: 'mpReach',
    nextHops: nextHopsOf(value.subarray(NEXT_HOP_OFFSET, NEXT_HOP_OFFSET + nextHopLength)),
    nlri,
  };
}

export function decodeUnreach(value: Uint8Array, { addPathReceived }: WireContext): PathAttribute | Problem {
  if (value.length < LEAST_UNREACH) {
    return unfindable(0, `${value.length} octets where it is at least ${LEAST_UNREACH}`);
  }
  const [afi, safi] = [afiOf(value), value[2] ?? 0];
  const bytes = value.subarray(LEAST_UNREACH);
  const family = familyFrom(afi, safi);
  if (family === undefined) return { type: 'mpUnreach', nlri: { afi, safi, hasPathId: false, count: 0, bytes } };
  const nlri = nlriFrom(family, bytes, addPathReceived.has(family));
  if ('badOffset' in nlri) return unfindable(LEAST_UNREACH + nlri.badOffset, 'a prefix that is longer than it may be');
  return { type: 'mpUnreach', nlri };
}

const afiOf = ([high = 0, low = 0]: Uint8Array): number => (high << 8) | low;

function nextHopsOf(bytes: Uint8Array): IpAddress[] {
  const size = bytes.length === 4 ? 4 : 16;
  const addresses: IpAddress[] = [];
  for (let at = 0; at < bytes.length; at += size) addresses.push(addressFromBytes(bytes.subarray(at, at + size)));
  return addresses;
}
