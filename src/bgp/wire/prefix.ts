/**
 * A prefix on the wire, PURE: RFC 4271 §4.3, RFC 4760 §5.
 *
 *      0              1 …
 *     +--------------+----------------------------+
 *     | length, bits | as many octets as that needs |
 *     +--------------+----------------------------+
 */
import {
  addressFromBytes,
  addressToBytes,
  bitsOf,
  type Family,
  lengthOf,
  networkAddress,
  type Prefix,
} from '../../model/address.ts';

export const octetsOf = (bits: number): number => (bits + 7) >>> 3;

export function encodePrefix(prefix: Prefix): Uint8Array {
  const bits = lengthOf(prefix);
  const octets = octetsOf(bits);
  const bytes = new Uint8Array(1 + octets);
  bytes[0] = bits;
  bytes.set(addressToBytes(networkAddress(prefix)).subarray(0, octets), 1);
  return bytes;
}

/** Of octets that were checked. Bits behind the length do not count (RFC 4271 §4.3). */
export function decodePrefix(family: Family, bits: number, octets: Uint8Array): Prefix {
  const address = new Uint8Array(bitsOf(family) / 8);
  address.set(octets);
  const last = bits >>> 3;
  if (bits % 8 > 0) address[last] = (address[last] ?? 0) & (0xff00 >>> (bits % 8));
  return `${addressFromBytes(address)}/${bits}` as Prefix;
}
