/** What may follow a word of an exabgp.conf: as much as ExaBGP asks for, and no more. */
import { familyOf, parseAddress } from '../../model/address.ts';
import type { Release } from './release.ts';

export type ValueKind =
  | 'any'
  | 'word'
  | 'hostName'
  | 'domainName'
  | 'names'
  | 'list'
  | 'program'
  | 'encoder'
  | 'boolean'
  | 'booleanOrAuto'
  | 'number'
  | 'asn'
  | 'ttl'
  | 'rate'
  | 'holdTime'
  | 'gracefulRestart'
  | 'addPath'
  | 'ipv4'
  | 'address'
  | 'addressOrAuto'
  | 'range'
  | 'ipv4Family'
  | 'ipv6Family'
  | 'l2vpnFamily'
  | 'bgpLsFamily';

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'enable', 'enabled'].map((word) => [word, true] as const),
  ...['false', 'disable', 'disabled'].map((word) => [word, false] as const),
]);

/** What a switch says; `undefined` when nothing that ExaBGP knows. */
export const booleanOf = (word: string): boolean | undefined => BOOLEANS.get(word.toLowerCase());

const PLAIN_FAMILIES = ['nlri-mpls', 'mpls-vpn', 'flow', 'flow-vpn'];
const NEW_FAMILIES = ['mcast-vpn', 'mup'];
const ADD_PATHS = ['disable', 'disabled', 'receive', 'send', 'send/receive'];
const MOST_HOLD_TIME = 65_535;
const MOST_GRACEFUL_RESTART = 65_535; // that RFC 4724 §3 gives it 12 bits, ExaBGP minds when it sends it
const LEAST_HOLD_TIME = 3; // RFC 4271 §4.2
const MOST_TTL = 255;
const MOST_ASN = 0xffff_ffff;
const LONGEST_NAME = 255;

/** What was expected in the place of `words`; `undefined` when they are good. */
export function expectedOf(kind: ValueKind, words: readonly string[], release: Release): string | undefined {
  const [first = ''] = words;
  const oneOf = (known: readonly string[]): string | undefined =>
    known.includes(first.toLowerCase()) ? undefined : `one of ${known.join(', ')}`;
  switch (kind) {
    case 'any':
      return undefined;
    case 'word':
    case 'program':
      return first === '' ? 'a value' : undefined;
    case 'hostName':
    case 'domainName':
      return isName(first, kind, release)
        ? undefined
        : 'a name of letters, digits, "." and "-", which for 4.2 ends in a letter';
    case 'names': {
      const isList = words.length > 2 && first === '[' && words.at(-1) === ']';
      return words.length === 1 || isList ? undefined : 'the name of a template, or several: [ a b ]';
    }
    case 'list': {
      return first === '[' && words.includes(']') ? undefined : 'names in brackets: [ a, b ]';
    }
    case 'encoder':
      return first === 'text' || first === 'json' ? undefined : 'text or json';
    case 'boolean':
      return first === '' ? undefined : oneOf([...BOOLEANS.keys()]);
    case 'booleanOrAuto':
      return first === '' ? undefined : oneOf([...BOOLEANS.keys(), 'auto']);
    case 'number':
      return isNumber(first) ? undefined : 'a port number';
    case 'asn':
      return first === 'auto' || isAsn(first, release) ? undefined : 'an AS number';
    case 'ttl':
      if (['false', 'disable', 'disabled'].includes(first)) return undefined;
      return isNumber(first, 0, MOST_TTL) ? undefined : `a number up to ${MOST_TTL}, or disable`;
    case 'rate':
      if (['disable', 'disabled'].includes(first.toLowerCase())) return undefined;
      return isNumber(first, 1) ? undefined : 'a number from 1, or disable';
    case 'holdTime':
      return isNumber(first, 0, 0) || isNumber(first, LEAST_HOLD_TIME, MOST_HOLD_TIME)
        ? undefined
        : `0, or ${LEAST_HOLD_TIME} to ${MOST_HOLD_TIME} seconds`;
    case 'gracefulRestart':
      if (words.length === 0 || ['disable', 'disabled'].includes(first)) return undefined;
      return isNumber(first, 0, MOST_GRACEFUL_RESTART)
        ? undefined
        : `disable, or up to ${MOST_GRACEFUL_RESTART} seconds`;
    case 'addPath':
      return oneOf(ADD_PATHS);
    case 'ipv4':
      return isAddress(first) && familyOf(parseAddress(first) ?? (first as never)) === 'ipv4'
        ? undefined
        : 'an IPv4 address';
    case 'address':
      return isAddress(first) ? undefined : 'an IP address';
    case 'addressOrAuto':
      return first === 'auto' || isAddress(first) ? undefined : 'an IP address';
    case 'range': {
      const [address = '', length, ...more] = first.split('/');
      const isGood = isAddress(address) && (length === undefined || isNumber(length)) && more.length === 0;
      return isGood ? undefined : 'an IP address';
    }
    case 'ipv4Family':
      return oneOf(['unicast', 'multicast', ...PLAIN_FAMILIES, ...(release === '4.2' ? [] : NEW_FAMILIES)]);
    case 'ipv6Family':
      return oneOf(['unicast', ...PLAIN_FAMILIES, ...(release === '4.2' ? [] : NEW_FAMILIES)]);
    case 'l2vpnFamily':
      return oneOf(['vpls', 'evpn']);
    case 'bgpLsFamily':
      return oneOf(['bgp-ls', 'bgp-ls-vpn']);
    default:
      return kind satisfies never;
  }
}

const isAddress = (text: string): boolean => parseAddress(text) !== undefined;

/** What Python's int() reads. */
const PYTHON_INTEGER = /^\s*\+?\d+(_\d+)*\s*$/;
const integerOf = (text: string): number =>
  PYTHON_INTEGER.test(text) ? Number(text.trim().replaceAll('_', '')) : Number.NaN;

const isNumber = (text: string, least = 0, most = Number.MAX_SAFE_INTEGER): boolean =>
  integerOf(text) >= least && integerOf(text) <= most;

/** `65000`, or `1.5`: the upper and the lower 16 bits, RFC 5396. */
function isAsn(text: string, release: Release): boolean {
  const [high = '', low] = text.includes('.')
    ? [text.slice(0, text.indexOf('.')), text.slice(text.indexOf('.') + 1)]
    : [text];
  const value = low === undefined ? integerOf(high) : integerOf(high) * 0x10000 + integerOf(low);
  // 4.2 looks no closer.
  return release === '4.2' ? !Number.isNaN(value) : value <= MOST_ASN;
}

/** ExaBGP 4.2 knows no name that ends in a digit, and no domain that begins with one. */
function isName(text: string, kind: 'hostName' | 'domainName', release: Release): boolean {
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) || text.includes('..') || text.length > LONGEST_NAME)
    return false;
  return release !== '4.2' || !(/\d$/.test(text) || (kind === 'domainName' && /^\d/.test(text)));
}
