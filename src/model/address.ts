/**
 * Addresses and prefixes, as canonical text (RFC 5952 for IPv6): comparable with `===`, fit for a map's key and for JSON.
 * The only file that knows the `ip-address` package.
 */
import { Address6 } from 'ip-address';

declare const address: unique symbol;
declare const prefix: unique symbol;
/** `192.0.2.1` or `2001:db8::1`; never with a zone, never IPv4 mapped into IPv6. */
export type IpAddress = string & { readonly [address]: true };
/** `192.0.2.0/24`: always with its length, never with host bits set. */
export type Prefix = string & { readonly [prefix]: true };
export type Family = 'ipv4' | 'ipv6';

const DOT = 0x2e;
const ZERO = 0x30;
// Whoever asks of an address whether it is inside this, asks next whether it is inside that: the last one is kept.
let lastIpv4 = '';
let lastIpv4Number = 0;
let lastIpv6 = '';
let lastIpv6Number = 0n;
const IPV6_DIGITS = 32;
const IPV6_GROUPS = 8;

export const ANY_IPV4 = '0.0.0.0' as IpAddress;
export const ANY_IPV6 = '::' as IpAddress;

export const familyOf = (of: IpAddress | Prefix): Family => (of.includes(':') ? 'ipv6' : 'ipv4');
export const isAny = (candidate: IpAddress): boolean => candidate === ANY_IPV4 || candidate === ANY_IPV6;
/** The prefix of one address: /32 or /128. */
export const hostPrefix = (of: IpAddress): Prefix => `${of}/${bitsOf(familyOf(of))}` as Prefix;
export const isHostPrefix = (of: Prefix): boolean => lengthOf(of) === bitsOf(familyOf(of));
export const bitsOf = (family: Family): number => (family === 'ipv4' ? 32 : 128);
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
  return IPV4.test(text) ? (text as IpAddress) : undefined;
}

/** Four decimal octets without leading zeros. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

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
  if (length === bitsOf(familyOf(of))) return of;
  if (familyOf(of) === 'ipv4') {
    const size = 2 ** (32 - length);
    return ipv4Text(Math.floor(ipv4Number(of) / size) * size);
  }
  const host = 128n - BigInt(length);
  return fromNumber((toNumber(of) >> host) << host, 'ipv6');
}

/** The length that a netmask such as 255.255.255.0 stands for; `undefined` when its set bits are not the first ones. */
export function lengthOfMask(mask: IpAddress): number | undefined {
  return [...Array(33).keys()].find((length) => truncate(ALL_ONES, length) === mask);
}

/** A test for membership in the prefix, prepared once and cheap to ask often. */
export function memberOf(network: Prefix): (candidate: IpAddress) => boolean {
  const length = lengthOf(network);
  const lowest = networkAddress(network);
  if (network === hostPrefix(lowest)) return (candidate) => candidate === lowest;
  if (familyOf(network) === 'ipv4') {
    // Numbers, not bits: the operators on bits are signed, and IPv4 needs 32 of them.
    const size = 2 ** (32 - length);
    const wanted = Math.floor(ipv4Number(lowest) / size);
    return (candidate) => familyOf(candidate) === 'ipv4' && Math.floor(ipv4Number(candidate) / size) === wanted;
  }
  const host = BigInt(128 - length);
  const wanted = ipv6Number(lowest) >> host;
  return (candidate) => familyOf(candidate) === 'ipv6' && ipv6Number(candidate) >> host === wanted;
}

/** The last address of an IPv4 prefix, which the kernel takes for its broadcast address. */
export function lastAddress(of: Prefix): IpAddress {
  return fromNumber(BigInt(ipv4Number(networkAddress(of)) + 2 ** (32 - lengthOf(of)) - 1), 'ipv4');
}

/** Every address of the prefix, in order. Whoever asks has seen to it that they are few. */
export function addressesIn(of: Prefix): IpAddress[] {
  const family = familyOf(of);
  const first = toNumber(networkAddress(of));
  return Array.from({ length: 2 ** (bitsOf(family) - lengthOf(of)) }, (_, index) =>
    fromNumber(first + BigInt(index), family),
  );
}

/** A test whether a prefix lies inside `outer`, or is `outer`: prepared once and cheap to ask often. */
export function insideOf(outer: Prefix): (inner: Prefix) => boolean {
  const length = lengthOf(outer);
  const contains = memberOf(outer);
  return (inner) => lengthOf(inner) >= length && contains(networkAddress(inner));
}

/** Whether `inner` lies inside `outer`, or is `outer`. */
export const isInside = (inner: Prefix, outer: Prefix): boolean => insideOf(outer)(inner);

export const isInsideAny = (inner: Prefix, outer: readonly Prefix[]): boolean =>
  outer.some((each) => isInside(inner, each));

/** Whether one of the two lies inside the other. */
export const overlapsAny = (one: Prefix, others: readonly Prefix[]): boolean =>
  others.some((other) => isInside(one, other) || isInside(other, one));

/** A test for membership in any of the prefixes. */
export function memberOfAny(networks: readonly Prefix[]): (candidate: IpAddress) => boolean {
  const tests = networks.map(memberOf);
  return (candidate) => tests.some((contains) => contains(candidate));
}

/** RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3: addresses by which a host reaches itself. */
export const LOOPBACK: readonly Prefix[] = ['127.0.0.0/8' as Prefix, '::1/128' as Prefix];
export const isLoopback = memberOfAny(LOOPBACK);
/** RFC 1122 §3.2.1.3: "this network"; RFC 4291 §2.5.2. */
export const UNSPECIFIED = ['0.0.0.0/8', '::/128'] as Prefix[];
export const isUnspecified = memberOfAny(UNSPECIFIED);
/** RFC 3927 and RFC 4291 §2.5.6. */
export const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'] as Prefix[];
export const isLinkLocal = memberOfAny(LINK_LOCAL);
/** RFC 4007 §6: such an address says nothing without the device that it is on. */
export const needsZone = (of: IpAddress): boolean => familyOf(of) === 'ipv6' && isLinkLocal(of);
/** RFC 5771 and RFC 4291 §2.7. */
export const MULTICAST = ['224.0.0.0/4', 'ff00::/8'] as Prefix[];
export const isMulticast = memberOfAny(MULTICAST);
/** RFC 919: limited broadcast. */
export const ALL_ONES = '255.255.255.255' as IpAddress;

/** From network order: 4 or 16 bytes. IPv4 mapped into IPv6 stays what it is on the wire: see `unmap`. */
export const addressFromBytes = (bytes: Uint8Array): IpAddress => addressAt(bytes, 0, bytes.length);

/** The same of `length` bytes from `at` on. A peer's table has a million of them, so no parser and no number is made. */
export function addressAt(bytes: Uint8Array, at: number, length: number): IpAddress {
  if (length === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}` as IpAddress;
  // RFC 5952 §4.2: the first of the longest runs of zeros, of two groups at least.
  let [first, longest, run] = [0, 1, 0];
  for (let group = 0; group < IPV6_GROUPS; group++) {
    run = groupAt(bytes, at, group) === 0 ? run + 1 : 0;
    if (run <= longest) continue;
    longest = run;
    first = group - run + 1;
  }
  if (longest === 1) return groupsAt(bytes, at, 0, IPV6_GROUPS) as IpAddress;
  const [head, tail] = [groupsAt(bytes, at, 0, first), groupsAt(bytes, at, first + longest, IPV6_GROUPS)];
  return `${head}::${tail}` as IpAddress;
}

function groupsAt(bytes: Uint8Array, at: number, from: number, to: number): string {
  let text = '';
  for (let group = from; group < to; group++) {
    if (group > from) text += ':';
    text += groupAt(bytes, at, group).toString(16);
  }
  return text;
}

const groupAt = (bytes: Uint8Array, at: number, group: number): number =>
  ((bytes[at + 2 * group] ?? 0) << 8) | (bytes[at + 2 * group + 1] ?? 0);

/** The IPv4 address inside `::ffff:0:0/96`; any other address unchanged. */
export function unmap(of: IpAddress): IpAddress {
  if (!of.startsWith('::ffff:')) return of;
  const parsed = new Address6(of);
  return parsed.isMapped4() ? (parsed.to4().correctForm() as IpAddress) : of;
}

/** The 4 or 16 bytes in network order. */
export function addressToBytes(of: IpAddress): Uint8Array {
  if (familyOf(of) === 'ipv4') {
    const value = ipv4Number(of);
    return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }
  const digits = ipv6Digits(of);
  return Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
}

function toNumber(of: IpAddress): bigint {
  return familyOf(of) === 'ipv6' ? ipv6Number(of) : BigInt(ipv4Number(of));
}

/** Canonical text needs no parser, and is asked for often. */
function ipv6Number(of: IpAddress): bigint {
  if (of === lastIpv6) return lastIpv6Number;
  lastIpv6 = of;
  lastIpv6Number = BigInt(`0x${ipv6Digits(of)}`);
  return lastIpv6Number;
}

/** All 32 hexadecimal digits. */
function ipv6Digits(of: IpAddress): string {
  const [head = '', tail = ''] = of.split('::');
  const [before, after] = [groups(head), groups(tail)];
  return before + '0'.repeat(IPV6_DIGITS - before.length - after.length) + after;
}

function groups(text: string): string {
  if (text === '') return '';
  let digits = '';
  for (const group of text.split(':')) digits += group.padStart(4, '0');
  return digits;
}

function ipv4Number(of: IpAddress): number {
  if (of === lastIpv4) return lastIpv4Number;
  let value = 0;
  let part = 0;
  for (let index = 0; index < of.length; index++) {
    const code = of.charCodeAt(index);
    if (code === DOT) {
      value = value * 256 + part;
      part = 0;
    } else part = part * 10 + code - ZERO;
  }
  lastIpv4 = of;
  lastIpv4Number = value * 256 + part;
  return lastIpv4Number;
}

function fromNumber(value: bigint, family: Family): IpAddress {
  if (family === 'ipv6') return Address6.fromBigInt(value).correctForm() as IpAddress;
  return ipv4Text(Number(value));
}

const ipv4Text = (value: number): IpAddress =>
  `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}` as IpAddress;
