/** The kinds of values that a route's attributes have, its neighbors, and a speaker's own: AS, identifier, endpoints. */
import {
  familyOf,
  type IpAddress,
  isAny,
  isLinkLocal,
  isMulticast,
  memberOfAny,
  type Prefix,
  parseAddress,
} from '../model/address.ts';
import { LAST_AS_NUMBER, parseAsNumber } from '../model/as-number.ts';
import { BGP_PORT, type Endpoint } from '../model/peer.ts';
import { type Description, list, type Option, type Parsed, value } from './option.ts';

/** One AS_SEQUENCE holds no more (RFC 4271 §4.3: its length is one octet). */
const LONGEST_AS_PATH = 255;
const LARGEST = 0xffff_ffff;

/** A number of 32 bits, or `undefined` where none is given. */
export function number32(of: Omit<Description<undefined>, 'default'>, least: 0 | 1): Option<number | undefined> {
  const format = (given: number | undefined): string => (given === undefined ? '' : String(given));
  const shape = { type: 'integer', minimum: least, maximum: LARGEST };
  return value<number | undefined>({ ...of, default: undefined, argument: 'number', shape }, format, (text) => {
    if (text === '') return { value: undefined };
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= LARGEST
      ? { value: number }
      : { expected: `a whole number from ${least} to ${LARGEST}` };
  });
}

/** Words, of which a text may have several: communities. Sorted, so that it does not matter how they were given. */
export function words(
  of: Omit<Description<readonly string[]>, 'default'> & { readonly argument: string },
  parse: (text: string) => string | undefined,
  expected: string,
): Option<readonly string[]> {
  const made = list<string>({ ...of, default: [] }, (text) => {
    const word = parse(text);
    return word === undefined ? { expected } : { value: word };
  });
  return {
    ...made,
    parse: (texts) => {
      const parsed = made.parse(texts.flatMap(split));
      return 'value' in parsed ? { value: [...parsed.value].sort() } : parsed;
    },
  };
}

/** What an editor takes for a fraction is two halves. */
const AS_SHAPE = { type: ['number', 'string'] };
const AN_AS_NUMBER = `an AS number from 1 to ${LAST_AS_NUMBER}, or in two halves such as 64086.59904`;

/** One AS number, or `undefined` where none is given. */
export function asNumber(of: Omit<Description<undefined>, 'default'>): Option<number | undefined> {
  const format = (given: number | undefined): string => (given === undefined ? '' : String(given));
  return value<number | undefined>(
    { ...of, default: undefined, argument: 'as-number', shape: AS_SHAPE },
    format,
    (text) => {
      if (text === '') return { value: undefined };
      const as = parseAsNumber(text);
      return as === undefined ? { expected: AN_AS_NUMBER } : { value: as };
    },
  );
}

/** RFC 6286 §2.1: any four octets but 0.0.0.0. */
export function routerId(of: Omit<Description<undefined>, 'default'>): Option<IpAddress | undefined> {
  return value<IpAddress | undefined>({ ...of, default: undefined, argument: 'ipv4' }, formatOptional, (text) => {
    if (text === '') return { value: undefined };
    const id = parseAddress(text);
    return id === undefined || familyOf(id) !== 'ipv4' || isAny(id)
      ? { expected: 'an IPv4 address other than 0.0.0.0, such as 192.0.2.1' }
      : { value: id };
  });
}

/** An address of a host, or `undefined` where none is given. `isFit`: which ones are meant. */
export function address(
  of: Omit<Description<undefined>, 'default'>,
  isFit: (candidate: IpAddress) => boolean,
  expected: string,
): Option<IpAddress | undefined> {
  return value<IpAddress | undefined>({ ...of, default: undefined, argument: 'address' }, formatOptional, (text) => {
    if (text === '') return { value: undefined };
    const parsed = parseAddress(text);
    return parsed === undefined || !isFit(parsed) ? { expected } : { value: parsed };
  });
}

const formatOptional = (given: IpAddress | undefined): string => given ?? '';

/** Where connections are taken: `127.0.1.2:1790`, `[::1]:1790`, `fe80::1%eth0`, `::`. */
export function listenEndpoints(of: Description<readonly Endpoint[]>): Option<readonly Endpoint[]> {
  return list<Endpoint>({ ...of, argument: 'address[:port]' }, oneEndpoint, formatEndpoint);
}

export function formatEndpoint({ address: of, device, port }: Endpoint): string {
  const zoned = device === '' ? of : `${of}%${device}`;
  if (port === BGP_PORT) return zoned;
  return of.includes(':') ? `[${zoned}]:${port}` : `${zoned}:${port}`;
}

function oneEndpoint(text: string): Parsed<Endpoint> {
  const expected =
    'an address of this host, and a port if it is not 179, such as 192.0.2.1, 127.0.1.2:1790 or [::1]:1790';
  const [, bracketed, bracketedPort, bare, barePort] = /^(?:\[([^[\]]+)\](?::(\d+))?|([^:]+):(\d+))$/.exec(text) ?? [];
  const zoned = parseZoned(bracketed ?? bare ?? text);
  if (zoned === undefined || isMulticast(zoned.address)) return { expected };
  const port = portOf(bracketedPort ?? barePort ?? String(BGP_PORT));
  if (port === undefined) return { expected: 'a port from 1 to 65535' };
  const no = whyBadZone(zoned);
  return no === undefined ? { value: { ...zoned, port } } : { expected: no };
}

const portOf = (text: string): number | undefined =>
  /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 0xffff ? Number(text) : undefined;

export interface Zoned {
  readonly address: IpAddress;
  /** The zone (RFC 4007 §11); empty for none. */
  readonly device: string;
}

/** `fe80::1%eth0`, or an address without a zone. */
export function parseZoned(text: string): Zoned | undefined {
  const [, plain = '', device = ''] = /^([^%]*)(?:%([^%/\s,;]{1,15}))?$/.exec(text) ?? [];
  const parsed = parseAddress(plain);
  return parsed === undefined ? undefined : { address: parsed, device };
}

/** RFC 4007 §6: a link-local address alone says nothing of its link. */
export function whyBadZone({ address: of, device }: Zoned): string | undefined {
  const isLocal = familyOf(of) === 'ipv6' && isLinkLocal(of);
  if (isLocal && device === '') return `the device of a link-local address as well, such as ${of}%eth0`;
  if (!isLocal && device !== '') return 'no device behind an address that is not link-local';
  return undefined;
}

/** AS numbers in their order; the same one may come again. */
export function asPath(of: Omit<Description<readonly number[]>, 'default'>): Option<readonly number[]> {
  return {
    ...of,
    default: [],
    kind: 'list',
    argument: 'as-number',
    shape: AS_SHAPE,
    format: (path) => path.join(','),
    parse: (texts) => {
      const read = texts.flatMap(split).map((text) => ({ text, as: parseAsNumber(text) }));
      const problems = read
        .filter(({ as }) => as === undefined)
        .map(({ text }) => ({
          text,
          expected: AN_AS_NUMBER,
        }));
      if (read.length > LONGEST_AS_PATH) {
        problems.push({ text: `${read.length} AS numbers`, expected: `at most ${LONGEST_AS_PATH}` });
      }
      return problems.length > 0 ? { problems } : { value: read.flatMap(({ as }) => (as === undefined ? [] : [as])) };
    },
  };
}

/** Addresses of BGP neighbors, sorted. */
export function neighbors(of: Omit<Description<readonly IpAddress[]>, 'default'>): Option<readonly IpAddress[]> {
  const made = list<IpAddress>({ ...of, default: [], argument: 'address' }, oneNeighbor);
  return {
    ...made,
    parse: (texts) => {
      const parsed = made.parse(texts.flatMap(split));
      return 'value' in parsed ? { value: [...parsed.value].sort() } : parsed;
    },
  };
}

function oneNeighbor(text: string): Parsed<IpAddress> {
  const address = parseAddress(text);
  const isNobody = (of: IpAddress): boolean =>
    isAny(of) ||
    isMulticast(of) ||
    (familyOf(of) === 'ipv4' && memberOfAny(['0.0.0.0/8', '240.0.0.0/4'] as Prefix[])(of));
  return address === undefined || isNobody(address)
    ? { expected: 'the address of a BGP neighbor, as it stands in the configuration of ExaBGP' }
    : { value: address };
}

/** By spaces and commas; an empty text stays one, to be complained about. */
const split = (text: string): string[] => text.trim().split(/[\s,]+/);
