/** The shape of an option, and the kinds of values that options have. */
import {
  ALL_ONES,
  bitsOf,
  type Family,
  familyOf,
  hostPrefix,
  type IpAddress,
  isAny,
  isInside,
  isLinkLocal,
  isMulticast,
  LINK_LOCAL,
  MULTICAST,
  memberOfAny,
  overlapsAny,
  type Prefix,
  parseAddress,
  parsePrefix,
  UNSPECIFIED,
} from '../model/address.ts';
import { formatListenFilter, type ListenFilter } from '../model/listen-filter.ts';
import type { PortNumbers } from '../model/listen-filter-operands.ts';
import { parseListenFilter } from '../model/listen-filter-parser.ts';
import { formatDuration, type Millis, parseDuration } from '../model/millis.ts';
import type { NextHop } from '../model/route.ts';
import { type Bytes, formatSize, parseSize } from '../model/size.ts';
import { quote } from './quote.ts';

/** A value, or what was expected instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };
/** The option's value, or each text that is no value, and what was expected instead. */
export type ParsedOption<T> =
  | { readonly value: T }
  | { readonly problems: readonly { readonly text: string; readonly expected: string }[] };

export interface Option<T> {
  /** `flag` without its dashes, which is the configuration key too. */
  readonly flag: string;
  readonly short?: string;
  readonly environment: string;
  /** Whether it may be given several times (and separated by commas in the environment), or takes no value at all. */
  readonly kind: 'value' | 'list' | 'switch';
  /** What stands for the value in the help. */
  readonly argument: string;
  readonly help: string;
  readonly default: T;
  /** `texts` are all the values given: exactly one unless it is a list. */
  readonly parse: (texts: readonly string[]) => ParsedOption<T>;
  readonly format: (value: T) => string;
}

export type Description<T> = Pick<Option<T>, 'flag' | 'short' | 'environment' | 'help' | 'default'>;

export function prefixes(of: Description<readonly Prefix[]>): Option<readonly Prefix[]> {
  return list({ ...of, argument: 'prefix' }, (text) => {
    if (text.includes(',')) return { expected: 'one prefix; the flag may be repeated' };
    const parsed = parsePrefix(text);
    if (typeof parsed !== 'string') return parsed;
    const never = NEVER_ANNOUNCED.find((range) => isInside(parsed, range));
    return never === undefined
      ? { value: parsed }
      : { expected: `a network outside ${never}, of which nothing is ever announced` };
  });
}

/** The same, and long enough to be announced as it is: nothing of it may be what is never announced. */
export function announcedPrefixes(of: Description<readonly Prefix[]>): Option<readonly Prefix[]> {
  return list({ ...of, argument: 'prefix' }, (text) => {
    if (text.includes(',')) return { expected: 'one prefix; the flag may be repeated' };
    const parsed = parsePrefix(text);
    if (typeof parsed !== 'string') return parsed;
    const never = NEVER_ANNOUNCED.find((range) => overlapsAny(parsed, [range]));
    return never === undefined
      ? { value: parsed }
      : { expected: `a prefix outside ${never}, of which nothing is ever announced` };
  });
}

const NEVER_ANNOUNCED = [...UNSPECIFIED, ...LINK_LOCAL, ...MULTICAST, hostPrefix(ALL_ONES)];

export function nextHops(of: Description<readonly NextHop[]>): Option<readonly NextHop[]> {
  return list({ ...of, argument: 'address|self' }, (text) => {
    if (text === 'self') return { value: text };
    const address = parseAddress(text);
    return address !== undefined && isUnicast(address)
      ? { value: address }
      : { expected: 'a unicast address of a host, or "self"' };
  });
}

/** What a BGP next hop can be: RFC 4271 §5.1.3 and §6.3. A link-local one means nothing outside its link. */
function isUnicast(address: IpAddress): boolean {
  const isReserved = familyOf(address) === 'ipv4' && memberOfAny(['0.0.0.0/8', '240.0.0.0/4'] as Prefix[])(address);
  return !isAny(address) && !isLinkLocal(address) && !isMulticast(address) && !isReserved;
}

export function duration(
  of: Description<Millis>,
  { least, most }: { readonly least: Millis; readonly most: Millis },
): Option<Millis> {
  const range = `from ${formatDuration(least)} to ${formatDuration(most)}`;
  return value({ ...of, argument: 'duration' }, formatDuration, (text) => {
    const parsed = parseDuration(text);
    return parsed !== undefined && parsed >= least && parsed <= most
      ? { value: parsed }
      : { expected: `a duration with its unit such as 250ms, 3s or 1m30s, ${range}` };
  });
}

/** A duration, or the word that stands for having none. */
export function durationOr<const T extends string>(
  word: T,
  of: Description<Millis | NoInfer<T>>,
  range: { readonly least: Millis; readonly most: Millis },
): Option<Millis | T> {
  return orWord<T, Millis>(word, of.default, duration({ ...of, default: range.least }, range));
}

function orWord<T extends string, V>(word: T, standard: V | T, plain: Option<V>): Option<V | T> {
  return {
    ...plain,
    default: standard,
    argument: `${word}|${plain.argument}`,
    format: (given) => (given === word ? word : plain.format(given as V)),
    parse: (texts) => {
      if (texts[0] === word) return { value: word };
      const parsed = plain.parse(texts);
      return 'value' in parsed
        ? parsed
        : { problems: parsed.problems.map(({ text, expected }) => ({ text, expected: `"${word}", or ${expected}` })) };
    },
  };
}

/** A least length a family, such as `ipv4/16`; a family that is not given keeps its default. */
export function lengths(of: Description<Readonly<Record<Family, number>>>): Option<Readonly<Record<Family, number>>> {
  return {
    ...of,
    kind: 'list',
    argument: 'family/length',
    format: ({ ipv4, ipv6 }) => `ipv4/${ipv4},ipv6/${ipv6}`,
    parse: (texts) => {
      const value = { ...of.default };
      const given = new Set<Family>();
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const [, family = 'ipv4', digits = ''] = /^(ipv4|ipv6)\/([1-9]\d{0,2})$/.exec(text) ?? [];
        const length = digits === '' ? Number.NaN : Number(digits);
        if (!(length <= bitsOf(family as Family))) {
          problems.push({
            text,
            expected: 'ipv4/LENGTH from ipv4/1 to ipv4/32, or ipv6/LENGTH from ipv6/1 to ipv6/128',
          });
        } else if (given.has(family as Family)) {
          problems.push({ text, expected: 'each family once' });
        } else {
          given.add(family as Family);
          value[family as Family] = length;
        }
      }
      return problems.length > 0 ? { problems } : { value };
    },
  };
}

/** Some of the words, at least one. */
export function choices<const T extends string>(
  of: Description<readonly NoInfer<T>[]>,
  words: readonly T[],
): Option<readonly T[]> {
  const made = list<T>({ ...of, argument: words.join('|') }, (text) => {
    const word = words.find((known) => known === text);
    return word === undefined ? { expected: `one of ${words.join(', ')}` } : { value: word };
  });
  // In the order of the table, so that it does not matter how it was written; and commas work in a flag, too.
  return {
    ...made,
    parse: (texts) => {
      const parsed = made.parse(texts.flatMap((text) => text.split(',').map((part) => part.trim())));
      return 'value' in parsed ? { value: words.filter((word) => parsed.value.includes(word)) } : parsed;
    },
  };
}

export function integer(
  of: Description<number>,
  { least, most }: { readonly least: number; readonly most: number },
): Option<number> {
  return value({ ...of, argument: 'number' }, String, (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most
      ? { value: number }
      : { expected: `a whole number from ${least} to ${most}` };
  });
}

/** A whole number, or the word that stands for none. */
export function integerOr<const T extends string>(
  word: T,
  of: Description<number | NoInfer<T>>,
  range: { readonly least: number; readonly most: number },
): Option<number | T> {
  return orWord<T, number>(word, of.default, integer({ ...of, default: range.least }, range));
}

export function listenFilter(of: Description<ListenFilter>, portNumbers: PortNumbers): Option<ListenFilter> {
  return value({ ...of, argument: 'filter' }, formatListenFilter, (text) => oneFilter(text, portNumbers));
}

export function listenFilters(
  of: Description<readonly ListenFilter[]>,
  portNumbers: PortNumbers,
): Option<readonly ListenFilter[]> {
  return list({ ...of, argument: 'filter' }, (text) => oneFilter(text, portNumbers), formatListenFilter);
}

function oneFilter(text: string, portNumbers: PortNumbers): Parsed<ListenFilter> {
  const parsed = parseListenFilter(text, portNumbers);
  if ('filter' in parsed) return { value: parsed.filter };
  const { column, found, expected } = parsed.problem;
  return {
    expected: `${expected} at column ${column}, where ${found === '' ? 'the filter ends' : `${quote(found)} stands`}`,
  };
}

/** `aliases`: other words that mean one of `words`. */
export function choice<const T extends string>(
  of: Description<NoInfer<T>>,
  words: readonly T[],
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): Option<T> {
  return value<T>({ ...of, argument: words.join('|') }, String, (text) => {
    const word = words.find((known) => known === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
    return word === undefined ? { expected: `one of ${words.join(', ')}` } : { value: word };
  });
}

/** Text that is only compared with names of the kernel's. The default, an empty one, means "any". */
export function name(of: Description<string>, argument: string, most: number): Option<string> {
  return value({ ...of, argument }, String, (text) =>
    /^[\x21-\x7e]*$/.test(text) && text.length <= most
      ? { value: text }
      : { expected: `at most ${most} printable ASCII characters without spaces` },
  );
}

/** A path of the file system. The default, an empty one, means "none". */
export function filePath(of: Description<string>): Option<string> {
  return value({ ...of, argument: 'file' }, String, (text) =>
    isPath(text) ? { value: text } : { expected: 'a path without control characters, of 4096 bytes at most' },
  );
}

/** PATH_MAX. What is printed of it must not move a terminal's cursor. */
function isPath(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\x00-\x1f\x7f-\x9f]/.test(text) && text === text.trim() && Buffer.byteLength(text) <= 4096;
}

export function size(
  of: Description<Bytes>,
  { least, most }: { readonly least: Bytes; readonly most: Bytes },
): Option<Bytes> {
  return value({ ...of, argument: 'size' }, formatSize, (text) => {
    const parsed = parseSize(text);
    return parsed !== undefined && parsed >= least && parsed <= most
      ? { value: parsed }
      : {
          expected: `a size with its unit such as 512KiB, 16MiB or 1GiB, from ${formatSize(least)} to ${formatSize(most)}`,
        };
  });
}

/** Off unless it is given. */
export function toggle(of: Omit<Description<boolean>, 'default'>): Option<boolean> {
  return {
    ...of,
    kind: 'switch',
    argument: '',
    default: false,
    format: String,
    parse: single((text) => {
      if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
      if (/^(false|0|no|off)$/i.test(text)) return { value: false };
      return { expected: 'true or false' };
    }),
  };
}

export function value<T>(
  of: Description<T> & { readonly argument: string },
  format: (value: T) => string,
  parse: (text: string) => Parsed<T>,
): Option<T> {
  return { ...of, kind: 'value', format, parse: single(parse) };
}

/** For an option that has one value: every text has to be good, and of several the last counts. */
const single =
  <T>(parse: (text: string) => Parsed<T>) =>
  (texts: readonly string[]): ParsedOption<T> => {
    const parsed = texts.map((text) => ({ text, ...parse(text) }));
    const problems = parsed.flatMap((one) => ('expected' in one ? [one] : []));
    const last = parsed.at(-1);
    return problems.length === 0 && last !== undefined && 'value' in last ? { value: last.value } : { problems };
  };

/** Of values that are written alike the first counts. */
export function list<T>(
  of: Description<readonly T[]> & { readonly argument: string },
  parse: (text: string) => Parsed<T>,
  formatOne: (value: T) => string = String,
): Option<readonly T[]> {
  return {
    ...of,
    kind: 'list',
    format: (values) => values.map(formatOne).join(','),
    parse: (texts) => {
      const values = new Map<string, T>();
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const parsed = parse(text);
        if ('expected' in parsed) problems.push({ text, ...parsed });
        else if (!values.has(formatOne(parsed.value))) values.set(formatOne(parsed.value), parsed.value);
      }
      return problems.length > 0 ? { problems } : { value: [...values.values()] };
    },
  };
}
