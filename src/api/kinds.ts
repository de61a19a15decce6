/** The kinds of values that fields have. PURE. */
import { hostPrefix, type IpAddress, isInside, type Prefix, parseAddress, parsePrefix } from '../model/address.ts';
import { formatDuration, type Millis, ms, parseDuration } from '../model/millis.ts';
import type { Parsed } from './field.ts';
import { oneOf, type Schema, STRING } from './schema.ts';

interface Kind<T> {
  readonly schema: Schema;
  readonly parse: (text: string) => Parsed<T>;
}

const PREFIX_SCHEMA: Schema = { type: 'string', examples: ['192.0.2.1/32', '2001:db8::1/128'] };

/** What it names is the prefix itself: host bits are a slip. */
function readPrefix(text: string): Parsed<Prefix> {
  const parsed = parsePrefix(text);
  return typeof parsed === 'string' ? { value: parsed } : parsed;
}

/** An address stands for its host prefix. */
export const prefix: Kind<Prefix> = {
  schema: PREFIX_SCHEMA,
  parse: (text) => {
    const address = parseAddress(text);
    return address === undefined ? readPrefix(text) : { value: hostPrefix(address) };
  },
};

export const addressOrPrefix: Kind<IpAddress | Prefix> = {
  schema: { type: 'string', examples: ['192.0.2.1', '192.0.2.0/24'] },
  parse: (text) => {
    const address = parseAddress(text);
    return address === undefined ? readPrefix(text) : { value: address };
  },
};

export const isWithin = (inner: Prefix, outer: Prefix): boolean =>
  inner.includes(':') === outer.includes(':') && isInside(inner, outer);

/** Of an override: years, for those that outlive whoever gave them. */
const LONGEST = ms(3_650 * 86_400_000);
const SHORTEST = ms(1_000);
export const duration: Kind<Millis> = {
  schema: { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$', examples: ['30m', '1h30m'] },
  parse: (text) => {
    const parsed = text === '0' ? undefined : parseDuration(text);
    return parsed !== undefined && parsed >= SHORTEST && parsed <= LONGEST
      ? { value: parsed }
      : {
          expected: `a duration with its unit such as 90s, 30m or 1h30m, from ${formatDuration(SHORTEST)} to ten years`,
        };
  },
};

const LONGEST_WHY = 200;
/** One line for people. What would move a terminal's cursor, or turn the direction of a text, has no place in it. */
export const why: Kind<string> = {
  schema: { type: 'string', maxLength: LONGEST_WHY },
  parse: (text) =>
    [...text].length <= LONGEST_WHY && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
      ? { value: text.trim() }
      : { expected: `one line of at most ${LONGEST_WHY} characters, without control characters` },
};

export const word: Kind<string> = {
  schema: { ...STRING, minLength: 1, maxLength: 255 },
  parse: (text) =>
    text !== '' && text.length <= 255 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)
      ? { value: text }
      : { expected: 'a name of 1 to 255 characters, without control characters' },
};

export const choice = <const T extends string>(words: readonly T[]): Kind<T> => ({
  schema: oneOf(...words),
  parse: (text) => {
    const found = words.find((each) => each === text);
    return found === undefined ? { expected: `one of ${words.join(', ')}` } : { value: found };
  },
});

/** Some of the words, with commas between them. */
export const choices = <const T extends string>(words: readonly T[]): Kind<ReadonlySet<T>> => ({
  schema: { type: 'string', examples: [words.join(',')] },
  parse: (text) => {
    const given = text.split(',');
    const known = words.filter((each) => given.includes(each));
    return known.length === new Set(given).size
      ? { value: new Set(known) }
      : { expected: `some of ${words.join(', ')}, with commas between them` };
  },
});

/** `?down`, `?down=true`. */
export const present: Kind<true> = {
  schema: { type: 'string', enum: ['', 'true'] },
  parse: (text) => (text === '' || text === 'true' ? { value: true } : { expected: 'no value' }),
};

export const integer = (least: number, most: number): Kind<number> => ({
  schema: { type: 'integer', minimum: least, maximum: most },
  parse: (text) => {
    const number = /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most
      ? { value: number }
      : { expected: `a whole number from ${least} to ${most}` };
  },
});
