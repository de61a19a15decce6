/** The kinds of values that a route's attributes have, and its neighbors. */
import {
  familyOf,
  type IpAddress,
  isAny,
  isMulticast,
  memberOfAny,
  type Prefix,
  parseAddress,
} from '../model/address.ts';
import { LAST_AS_NUMBER, parseAsNumber } from '../model/as-number.ts';
import { type Description, list, type Option, type Parsed, value } from './option.ts';

/** One AS_SEQUENCE holds no more (RFC 4271 §4.3: its length is one octet). */
const LONGEST_AS_PATH = 255;
const LARGEST = 0xffff_ffff;

/** A number of 32 bits, or `undefined` where none is given. */
export function number32(of: Omit<Description<undefined>, 'default'>, least: 0 | 1): Option<number | undefined> {
  const format = (given: number | undefined): string => (given === undefined ? '' : String(given));
  return value<number | undefined>({ ...of, default: undefined, argument: 'number' }, format, (text) => {
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

/** AS numbers in their order; the same one may come again. */
export function asPath(of: Omit<Description<readonly number[]>, 'default'>): Option<readonly number[]> {
  return {
    ...of,
    default: [],
    kind: 'list',
    argument: 'as-number',
    format: (path) => path.join(','),
    parse: (texts) => {
      const read = texts.flatMap(split).map((text) => ({ text, as: parseAsNumber(text) }));
      const problems = read
        .filter(({ as }) => as === undefined)
        .map(({ text }) => ({
          text,
          expected: `an AS number from 1 to ${LAST_AS_NUMBER}, or in two halves such as 64086.59904`,
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
