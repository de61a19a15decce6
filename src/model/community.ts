/**
 * Communities as text, one way to write each: RFC 1997 (`65000:1`, `no-export`), large ones of RFC 8092 (`65000:1:2`),
 * extended ones of RFC 4360 (`target:65000:1`). What a user writes is read here and comes back in its one form, so that
 * texts can be compared.
 */
import { addressToBytes, parseAddress } from './address.ts';

const OCTETS_2 = 0xffff;
const OCTETS_4 = 0xffff_ffff;

/** "BGP Well-known Communities" of IANA that whoever originates a route may attach. */
const WELL_KNOWN: Readonly<Record<string, number>> = {
  'graceful-shutdown': 0xffff_0000, // RFC 8326
  'no-llgr': 0xffff_0007, // RFC 9494
  blackhole: 0xffff_029a, // RFC 7999
  'no-export': 0xffff_ff01, // RFC 1997
  'no-advertise': 0xffff_ff02, // RFC 1997
  'no-export-subconfed': 0xffff_ff03, // RFC 1997
  nopeer: 0xffff_ff04, // RFC 3765
};
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(WELL_KNOWN).map(([name, value]) => [value, name]));

export const WELL_KNOWN_COMMUNITIES: readonly string[] = Object.keys(WELL_KNOWN);

/** `65000:1`, a well-known word, or `0x` and 8 digits; `undefined` for anything else. */
export function parseCommunity(text: string): string | undefined {
  const value = communityValue(text);
  return value === undefined ? undefined : (NAMES.get(value) ?? pairOf(value));
}

/** The same in numbers, `65535:0`: for whoever does not know the word. `text` is one that `parseCommunity` returned. */
export function communityNumbers(text: string): string {
  const value = communityValue(text);
  return value === undefined ? text : pairOf(value);
}

function communityValue(text: string): number | undefined {
  const word = text.toLowerCase();
  if (Object.hasOwn(WELL_KNOWN, word)) return WELL_KNOWN[word];
  if (/^0x[0-9a-f]{8}$/i.test(text)) return Number(text);
  const [high, low, ...more] = text.split(':').map((part) => decimal(part, OCTETS_2));
  if (high === undefined || low === undefined || more.length > 0) return undefined;
  return high * (OCTETS_2 + 1) + low;
}

const pairOf = (value: number): string => `${value >>> 16}:${value & OCTETS_2}`;

/** `65000:1:2`, three numbers of 32 bits without leading zeros (RFC 8092 §5); `undefined` for anything else. */
export function parseLargeCommunity(text: string): string | undefined {
  const parts = text.split(':').map((part) => decimal(part, OCTETS_4));
  return parts.length === 3 && !parts.includes(undefined) ? text : undefined;
}

/** The high octet of the type (RFC 7153 §5) and the sub-type. */
const TYPE = { as2: 0x00, ipv4: 0x01, as4: 0x02, as2NonTransitive: 0x40 } as const;
const SUB_TYPE = { target: 0x02, origin: 0x03, bandwidth: 0x04 } as const;
/** Bytes a second: exact as a number, and more than any link has. */
const MOST_BANDWIDTH = 1e15;

/**
 * `target:` and `origin:` with an AS number and 32 bits, an AS number beyond 65535 and 16 bits, or an IPv4 address and 16
 * bits (RFC 4360 §3 and §4, RFC 5668); `target4:` and `origin4:` for four octets of a small AS number;
 * `bandwidth:AS:BYTES-A-SECOND` (draft-ietf-idr-link-bandwidth); `0x` and 16 digits for any. `undefined` for anything else.
 */
export function parseExtendedCommunity(text: string): string | undefined {
  const hex = extendedCommunityHex(text);
  return hex === undefined ? undefined : formatExtended(hex);
}

/** The eight octets as 16 digits. */
export function extendedCommunityHex(text: string): string | undefined {
  if (/^0x[0-9a-f]{16}$/i.test(text)) return text.slice(2).toLowerCase();
  const [, word = '', global = '', local = ''] = /^([a-z]+4?):([^:]+):([^:]+)$/i.exec(text) ?? [];
  switch (word.toLowerCase()) {
    case 'target':
      return administered(SUB_TYPE.target, global, local);
    case 'origin':
      return administered(SUB_TYPE.origin, global, local);
    case 'target4':
      return as4(SUB_TYPE.target, global, local);
    case 'origin4':
      return as4(SUB_TYPE.origin, global, local);
    case 'bandwidth':
      return bandwidth(global, local);
    default:
      return undefined;
  }
}

function administered(subType: number, global: string, local: string): string | undefined {
  const address = global.includes('.') ? parseAddress(global) : undefined;
  if (address !== undefined) {
    const number = decimal(local, OCTETS_2);
    if (number === undefined) return undefined;
    return (
      digits(TYPE.ipv4, 1) +
      digits(subType, 1) +
      [...addressToBytes(address)].map((octet) => digits(octet, 1)).join('') +
      digits(number, 2)
    );
  }
  const as = decimal(global, OCTETS_4);
  if (as === undefined) return undefined;
  if (as > OCTETS_2) return as4(subType, global, local);
  const number = decimal(local, OCTETS_4);
  return number === undefined
    ? undefined
    : digits(TYPE.as2, 1) + digits(subType, 1) + digits(as, 2) + digits(number, 4);
}

function as4(subType: number, global: string, local: string): string | undefined {
  const [as, number] = [decimal(global, OCTETS_4), decimal(local, OCTETS_2)];
  if (as === undefined || number === undefined) return undefined;
  return digits(TYPE.as4, 1) + digits(subType, 1) + digits(as, 4) + digits(number, 2);
}

/** An IEEE number of single precision, so that it comes back rounded to 24 bits. */
function bandwidth(global: string, local: string): string | undefined {
  const [as, bytes] = [decimal(global, OCTETS_2), decimal(local, MOST_BANDWIDTH)];
  if (as === undefined || bytes === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, bytes);
  return (
    digits(TYPE.as2NonTransitive, 1) + digits(SUB_TYPE.bandwidth, 1) + digits(as, 2) + digits(view.getUint32(0), 4)
  );
}

/** The words for the octets, where reading them gives the same octets again; else the octets themselves. */
function formatExtended(hex: string): string {
  const words = wordsOf(hex);
  return words !== undefined && extendedCommunityHex(words) === hex ? words : `0x${hex}`;
}

function wordsOf(hex: string): string | undefined {
  const view = new DataView(
    Uint8Array.from({ length: 8 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16)).buffer,
  );
  const subType = view.getUint8(1);
  const type = view.getUint8(0);
  if (type === TYPE.as2NonTransitive && subType === SUB_TYPE.bandwidth)
    return `bandwidth:${view.getUint16(2)}:${view.getFloat32(4)}`;
  const word = subType === SUB_TYPE.target ? 'target' : subType === SUB_TYPE.origin ? 'origin' : undefined;
  if (word === undefined) return undefined;
  switch (type) {
    case TYPE.as2:
      return `${word}:${view.getUint16(2)}:${view.getUint32(4)}`;
    case TYPE.ipv4:
      return `${word}:${[2, 3, 4, 5].map((at) => view.getUint8(at)).join('.')}:${view.getUint16(6)}`;
    case TYPE.as4: {
      const as = view.getUint32(2);
      return `${word}${as > OCTETS_2 ? '' : '4'}:${as}:${view.getUint16(6)}`;
    }
    default:
      return undefined;
  }
}

const digits = (value: number, octets: number): string => value.toString(16).padStart(octets * 2, '0');

function decimal(text: string, most: number): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  return Number(text) <= most ? Number(text) : undefined;
}
