/**
 * Several values under keys of their own, where an option's value is made of them: a peer, a group of static prefixes. On
 * the command line they are `WORDS,key=value,…`, in a file they are the keys of a map.
 */
import { nearest } from './nearest.ts';
import type { Option, ParsedOption } from './option.ts';
import { visible } from './quote.ts';

export type KeyTable = Readonly<Record<string, Option<unknown>>>;
/** All texts that were given for each key, which is an option's `flag`. */
export type GivenKeys = ReadonlyMap<string, readonly string[]>;

export interface KeyProblem {
  /** As it was given, or the one that is missing. */
  readonly key: string;
  /** The text that is no value; left out where the key itself is the problem. */
  readonly text?: string;
  readonly expected: string;
}

/** Between the parts of a text, and between several such texts: neither can stand in a value. */
const RESERVED = /[,;]/;

/** The values by the names of the table, and every problem. `isPart`: of a text in which "," and ";" have a meaning. */
export function readKeys(
  table: KeyTable,
  given: GivenKeys,
  what: string,
  { isPart = true } = {},
): { readonly values: Readonly<Record<string, unknown>>; readonly problems: readonly KeyProblem[] } {
  const names = new Map(Object.entries(table).map(([name, { flag }]) => [flag, name]));
  const values: Record<string, unknown> = {};
  const problems: KeyProblem[] = [];
  for (const [key, texts] of given) {
    const name = names.get(key);
    const option = name === undefined ? undefined : table[name];
    if (name === undefined || option === undefined) {
      problems.push({ key, expected: unknownKey(key, [...names.keys()], `a key of ${what}`) });
      continue;
    }
    const parsed = readTexts(option, texts, isPart);
    if ('value' in parsed) values[name] = parsed.value;
    else for (const { text, expected } of parsed.problems) problems.push({ key, text, expected });
  }
  return { values, problems };
}

/** One value from all the texts that were given for its key. */
export function readTexts(
  option: Pick<Option<unknown>, 'kind' | 'argument' | 'parse'>,
  texts: readonly string[],
  isPart = true,
): ParsedOption<unknown> {
  const refuse = (text: string, expected: string) => ({ problems: [{ text, expected }] });
  if (option.kind !== 'list' && texts.length > 1) {
    return refuse(texts.join(' and '), `one ${option.argument || 'of true and false'}`);
  }
  if (texts.length === 0 || texts.includes('')) return refuse('', option.argument || 'true or false');
  const reserved = option.kind === 'list' || !isPart ? undefined : texts.find((text) => RESERVED.test(text));
  return reserved === undefined ? option.parse(texts) : refuse(reserved, `${option.argument} without "," and ";"`);
}

/** Splits `WORDS,key=value,…`; a switch may stand without a value, and a list may go on: `families=ipv4,ipv6`. */
export function splitKeys(
  text: string,
  table: KeyTable,
  split: (text: string) => readonly string[] = (whole) => whole.split(','),
): { readonly head: string; readonly given: GivenKeys } {
  const [head = '', ...parts] = split(text).map((part) => part.trim());
  const kinds = new Map(Object.values(table).map(({ kind, flag }) => [flag, kind]));
  const given = new Map<string, string[]>();
  let last = '';
  for (const part of parts) {
    if (!part.includes('=') && !kinds.has(part) && kinds.get(last) === 'list') {
      given.get(last)?.push(part);
      continue;
    }
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? (kinds.get(key) === 'switch' ? 'true' : '') : part.slice(equals + 1);
    given.set(key, [...(given.get(key) ?? []), value]);
    last = key;
  }
  return { head, given };
}

/** What `splitKeys` takes apart, without the head: `key=value` each. A list is its key for each. */
export function formatKeys(
  table: KeyTable,
  values: Readonly<Record<string, unknown>>,
  write: (text: string) => string = String,
): readonly string[] {
  return Object.entries(table).flatMap(([name, { flag, kind, format }]) => {
    if (values[name] === undefined) return [];
    const text = format(values[name]);
    return (kind === 'list' ? text.split(',') : [text]).map((each) => `${flag}=${write(each)}`);
  });
}

export function unknownKey(key: string, known: readonly string[], what: string): string {
  const near = nearest(key, known);
  return `${what}${near === undefined ? `: ${known.join(', ')}` : `; did you mean ${visible(near)}?`}`;
}
