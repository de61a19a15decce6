/**
 * Addresses and prefixes, as canonical text (RFC 5952 for IPv6): comparable with `===`, fit for a map's key and for JSON.
 * The only file that knows the `ip-address` package.
 */
import { Address4, Address6 } from 'ip-address';

declare const address: unique symbol;
declare const prefix: unique symbol;
/** `192.0.2.1` or `2001:db8::1`; never with a zone, never IPv4 mapped into IPv6. */
export type IpAddress = string & { readonly [address]: true };
/** `192.0.2.0/24`: always with its length, never with host bits set. */
export type Prefix = string & { readonly [prefix]: true };
export type Family = 'ipv4' | 'ipv6';

export const ANY_IPV4 = '0.0.0.0' as IpAddress;
export const ANY_IPV6 = '::' as IpAddress;

export const familyOf = (of: IpAddress | Prefix): Family => (of.includes(':') ? 'ipv6' : 'ipv4');
export const isAny = (candidate: IpAddress): boolean => candidate === ANY_IPV4 || candidate === ANY_IPV6;
/** The prefix of one address: /32 or /128. */
export const hostPrefix = (of: IpAddress): Prefix => `${of}/${familyOf(of) === 'ipv4' ? 32 : 128}` as Prefix;
/** The address of a host prefix, or the lowest of a wider one. */
export const networkAddress = (of: Prefix): IpAddress => of.slice(0, of.indexOf('/')) as IpAddress;
export const lengthOf = (of: Prefix): number => Number(of.slice(of.indexOf('/') + 1));

/** `undefined` for anything but a plain address: names, zones, lengths, short or octal IPv4. */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  if (text.includes(':')) {
    if (!Address6.isValid(text)) return undefined;
    return unmap(new Address6(text).correctForm() as IpAddress);
  }
  return /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && Address4.isValid(text)
    ? (text as IpAddress)
    : undefined;
}

/** Why a text is no prefix: in words that a user can act upon. */
export interface NoPrefix {
  readonly expected: string;
}

/** Reads `ADDRESS/LENGTH`. Host bits that are set are an error, and the answer names the prefix that was likely meant. */
export function parsePrefix(text: string): Prefix | NoPrefix {
  const slash = text.indexOf('/');
  const base = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (base === undefined) return { expected: 'a prefix such as 192.0.2.0/24 or 2001:db8::/32' };
  if (slash < 0) return { expected: `a prefix length: ${hostPrefix(base)} is this address alone` };
  if (text.includes(':') && familyOf(base) === 'ipv4') return { expected: 'an IPv4 prefix written as IPv4' };
  const most = familyOf(base) === 'ipv4' ? 32 : 128;
  const lengthText = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText) || Number(lengthText) > most) {
    return { expected: `a prefix length from 0 to ${most}` };
  }
  const length = Number(lengthText);
  const network = truncate(base, length);
  if (network !== base) return { expected: `no host bits beyond the length: ${network}/${length}` };
  return `${base}/${length}` as Prefix;
}

/** The lowest address of the prefix of that length around `of`. */
export function truncate(of: IpAddress, length: number): IpAddress {
  const bits = familyOf(of) === 'ipv4' ? 32n : 128n;
  const host = bits - BigInt(length);
  return fromNumber((toNumber(of) >> host) << host, familyOf(of));
}

/** A test for membership in the prefix, prepared once and cheap to ask often. */
export function memberOf(network: Prefix): (candidate: IpAddress) => boolean {
  const length = lengthOf(network);
  if (familyOf(network) === 'ipv4') {
    // Numbers, not bits: the operators on bits are signed, and IPv4 needs 32 of them.
    const size = 2 ** (32 - length);
    const wanted = Math.floor(ipv4Number(networkAddress(network)) / size);
    return (candidate) => familyOf(candidate) === 'ipv4' && Math.floor(ipv4Number(candidate) / size) === wanted;
  }
  const host = BigInt(128 - length);
  const wanted = toNumber(networkAddress(network)) >> host;
  return (candidate) => familyOf(candidate) === 'ipv6' && toNumber(candidate) >> host === wanted;
}

/** The last address of an IPv4 prefix, which the kernel takes for its broadcast address. */
export function lastAddress(of: Prefix): IpAddress {
  return fromNumber(BigInt(ipv4Number(networkAddress(of)) + 2 ** (32 - lengthOf(of)) - 1), 'ipv4');
}

/** Whether `inner` lies inside `outer`, or is `outer`. */
export function isInside(inner: Prefix, outer: Prefix): boolean {
  return lengthOf(inner) >= lengthOf(outer) && memberOf(outer)(networkAddress(inner));
}

/** A test for membership in any of the prefixes. */
export function memberOfAny(networks: readonly Prefix[]): (candidate: IpAddress) => boolean {
  const tests = networks.map(memberOf);
  return (candidate) => tests.some((contains) => contains(candidate));
}

/** RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3: addresses by which a host reaches itself. */
export const LOOPBACK: readonly Prefix[] = ['127.0.0.0/8' as Prefix, '::1/128' as Prefix];
export const isLoopback = memberOfAny(LOOPBACK);
/** RFC 3927 and RFC 4291 §2.5.6. */
export const isLinkLocal = memberOfAny(['169.254.0.0/16', 'fe80::/10'] as Prefix[]);
/** RFC 5771 and RFC 4291 §2.7. */
export const isMulticast = memberOfAny(['224.0.0.0/4', 'ff00::/8'] as Prefix[]);
/** RFC 919: limited broadcast. */
export const ALL_ONES = '255.255.255.255' as IpAddress;

/** From network order: 4 or 16 bytes. IPv4 mapped into IPv6 stays what it is on the wire: see `unmap`. */
export function addressFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return bytes.join('.') as IpAddress;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return fromNumber(value, 'ipv6');
}

/** The IPv4 address inside `::ffff:0:0/96`; any other address unchanged. */
export function unmap(of: IpAddress): IpAddress {
  if (!of.startsWith('::ffff:')) return of;
  const parsed = new Address6(of);
  return parsed.isMapped4() ? (parsed.to4().correctForm() as IpAddress) : of;
}

/** The 4 or 16 bytes in network order. */
export function addressToBytes(of: IpAddress): Uint8Array {
  const size = familyOf(of) === 'ipv4' ? 4 : 16;
  const bytes = new Uint8Array(size);
  let value = toNumber(of);
  for (let index = size - 1; index >= 0; index--) {
    bytes[index] = Number(value & 0xffn);
    value >>= 8n;
  }
  return bytes;
}

function toNumber(of: IpAddress): bigint {
  return familyOf(of) === 'ipv6' ? new Address6(of).bigInt() : BigInt(ipv4Number(of));
}

function ipv4Number(of: IpAddress): number {
  let value = 0;
  for (const part of of.split('.')) value = value * 256 + Number(part);
  return value;
}

function fromNumber(value: bigint, family: Family): IpAddress {
  if (family === 'ipv6') return Address6.fromBigInt(value).correctForm() as IpAddress;
  const number = Number(value);
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.') as IpAddress;
}
