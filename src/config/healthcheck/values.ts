/** What a text may be as the value of an option of `healthcheck`: a value, or what was expected instead. */
import { familyOf, hostPrefix, type IpAddress, lengthOfMask, type Prefix, parseAddress } from '../../model/address.ts';
import { LAST_AS_NUMBER, parseAsNumber } from '../../model/as-number.ts';
import {
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  WELL_KNOWN_COMMUNITIES,
} from '../../model/community.ts';
import { LONGEST_DURATION, type Millis, ms, parseDuration } from '../../model/millis.ts';
import type { NextHop } from '../../model/route.ts';
import { FACILITY_NAMES, type Facility, facilityNamed } from '../../model/syslog.ts';
import { announcedPrefixes, nextHops } from '../option-network.ts';

export type Value<T> = { readonly value: T } | { readonly expected: string };
export type Reader<T> = (text: string) => Value<T>;

/** Bare numbers are seconds, fractions too; a duration with its unit does as well. */
export const seconds: Reader<Millis> = (text) => {
  const parsed = /^\+?(\d+(\.\d*)?|\.\d+)$/.test(text) ? ms(Number(text) * 1_000) : parseDuration(text);
  return parsed !== undefined && parsed <= LONGEST_DURATION
    ? { value: parsed }
    : { expected: 'seconds, such as 5 or 0.25, up to a day' };
};

export const integer =
  (least: number, most: number): Reader<number> =>
  (text) => {
    const number = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most
      ? { value: number }
      : { expected: `a whole number from ${least} to ${most}` };
  };

/** 32 bits: MED, LOCAL_PREF, path identifiers and AS numbers. */
export const MOST_UINT32 = 4_294_967_295;

export const plain: Reader<string> = (text) =>
  text !== '' && !text.includes('\0') ? { value: text } : { expected: 'a text that is not empty' };

/** Goes into log lines and file names. */
export const word =
  (most: number): Reader<string> =>
  (text) =>
    /^[\x21-\x7e]+$/.test(text) && text.length <= most
      ? { value: text }
      : { expected: `1 to ${most} printable ASCII characters without spaces` };

const NO_FLAG = { flag: '', environment: '', help: '', default: [] };

/** An address, `ADDRESS/LENGTH`, or `ADDRESS/NETMASK`. */
export const network: Reader<Prefix> = (text) => {
  const parsed = announcedPrefixes(NO_FLAG).parse([withLength(text)]);
  if ('value' in parsed && parsed.value[0] !== undefined) return { value: parsed.value[0] };
  return { expected: ('problems' in parsed && parsed.problems[0]?.expected) || 'an address or a network' };
};

function withLength(text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return hostPrefix(address);
  const [base = '', mask = ''] = text.split('/');
  const parsed = parseAddress(mask);
  const length = parsed === undefined || familyOf(parsed) !== 'ipv4' ? undefined : lengthOfMask(parsed);
  return length === undefined ? text : `${base}/${length}`;
}

export const address: Reader<IpAddress> = (text) => {
  const parsed = parseAddress(text);
  return parsed === undefined ? { expected: 'an address' } : { value: parsed };
};

export const neighbor: Reader<IpAddress | '*'> = (text) => {
  if (text === '*') return { value: '*' };
  const parsed = address(text);
  return 'value' in parsed ? parsed : { expected: 'the address of a neighbor, or * for every one' };
};

export const nextHop: Reader<NextHop> = (text) => {
  const parsed = nextHops(NO_FLAG).parse([text]);
  const hop = 'value' in parsed ? parsed.value[0] : undefined;
  return hop === undefined ? { expected: 'a unicast address of a host, or "self"' } : { value: hop };
};

/** Separated by spaces or commas, in brackets or without. */
const listed = (text: string): string[] =>
  text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[\s,]+/)
    .filter((each) => each !== '');

/** One AS_SEQUENCE (RFC 4271 §4.3: its length is one octet). */
const LONGEST_AS_PATH = 255;

export const asPath: Reader<readonly number[]> = (text) => {
  const numbers = listed(text).map(parseAsNumber);
  const good = numbers.filter((each) => each !== undefined);
  return good.length > 0 && good.length === numbers.length && good.length <= LONGEST_AS_PATH
    ? { value: good }
    : { expected: `AS numbers from 1 to ${LAST_AS_NUMBER}, separated by spaces, ${LONGEST_AS_PATH} at most` };
};

/** Sorted, so that it does not matter how they were given. */
const words =
  (parse: (text: string) => string | undefined, expected: string): Reader<readonly string[]> =>
  (text) => {
    const given = listed(text);
    const bad = given.find((each) => parse(each) === undefined);
    if (bad !== undefined || given.length === 0) return { expected: `${expected}, separated by spaces` };
    return { value: [...new Set(given.flatMap((each) => parse(each) ?? []))].sort() };
  };

/** ExaBGP takes the 32 bits as one number, too. */
const community = (text: string): string | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) <= MOST_UINT32
    ? parseCommunity(`0x${Number(text).toString(16).padStart(8, '0')}`)
    : parseCommunity(text);

export const communities = words(community, `communities such as 65000:1, or ${WELL_KNOWN_COMMUNITIES.join(', ')}`);
export const largeCommunities = words(parseLargeCommunity, 'large communities such as 65000:1:2');
export const extendedCommunities = words(parseExtendedCommunity, 'extended communities such as target:65000:1');

/** `IP%DEVICE`. */
export const addressOnDevice: Reader<{ readonly prefix: Prefix; readonly device: string }> = (text) => {
  const [base = '', device = '', ...rest] = text.split('%');
  const prefix = network(base);
  if (rest.length > 0 || !/^[\w.-]{1,15}$/.test(device) || 'expected' in prefix) {
    return { expected: 'IP%DEVICE, such as 192.0.2.1%eth0' };
  }
  return { value: { prefix: prefix.value, device } };
};

export const facility: Reader<Facility> = (text) => {
  const known = facilityNamed(text);
  return known === undefined ? { expected: `one of ${FACILITY_NAMES.join(', ')}` } : { value: known };
};
