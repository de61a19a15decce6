/** The shape of an option, and how one is made of what reads a single text. The kinds of values are in `option-*`. */
import { splitUnquoted } from './quoted.ts';

/** A value, or what was expected instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };
/** The option's value, or each text that is no value, and what was expected instead. */
export type ParsedOption<T> =
  | { readonly value: T }
  | { readonly problems: readonly { readonly text: string; readonly expected: string }[] };

/** What an editor may find where one value stands in a file: a part of JSON Schema. What ha2bgp takes is what `parse` takes. */
export type JsonShape = Readonly<Record<string, unknown>>;

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
  /** What stands between the values of a list in the environment, and in what `format` writes; a comma when left out. */
  readonly separator?: ';';
  /** Whether a separator may stand inside a value in double quotes: `config/quoted`. */
  readonly isQuotable?: true;
  /** Of one value; any text when left out. */
  readonly shape?: JsonShape;
  /** `texts` are all the values given: exactly one unless it is a list. */
  readonly parse: (texts: readonly string[]) => ParsedOption<T>;
  /** A method, so that options of all kinds stand in one table. */
  format(value: T): string;
}

/** Options by their names, as a table has them. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

export type Description<T> = Pick<Option<T>, 'flag' | 'short' | 'environment' | 'help' | 'default' | 'shape'>;

/** The values of an option in one text, as `format` and the environment have them. */
export function textsIn(
  { kind, separator: given, isQuotable }: Pick<Option<unknown>, 'kind' | 'separator' | 'isQuotable'>,
  text: string,
): string[] {
  if (kind !== 'list') return [text];
  const separator = given ?? ',';
  const parts = isQuotable ? splitUnquoted(text, separator) : text.split(separator);
  return parts.map((part) => part.trim());
}

export function value<T>(
  of: Description<T> & { readonly argument: string },
  format: (value: T) => string,
  parse: (text: string) => Parsed<T>,
): Option<T> {
  return { ...of, kind: 'value', format, parse: single(parse) };
}

/** For an option that has one value: every text has to be good, and of several the last counts. */
export const single =
  <T>(parse: (text: string) => Parsed<T>) =>
  (texts: readonly string[]): ParsedOption<T> => {
    const parsed = texts.map((text) => ({ text, ...parse(text) }));
    const problems = parsed.flatMap((one) => ('expected' in one ? [one] : []));
    const last = parsed.at(-1);
    return problems.length === 0 && last !== undefined && 'value' in last ? { value: last.value } : { problems };
  };

/** Of values that are written alike the first counts. */
export function list<T>(
  of: Description<readonly T[]> & Pick<Option<unknown>, 'argument' | 'separator'>,
  parse: (text: string) => Parsed<T>,
  formatOne: (value: T) => string = String,
): Option<readonly T[]> {
  return {
    ...of,
    kind: 'list',
    format: (values) => values.map(formatOne).join(of.separator ?? ','),
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

/** What `plain` takes, or the word. */
export function orWord<T extends string, V>(word: T, standard: V | T, plain: Option<V>): Option<V | T> {
  return {
    ...plain,
    default: standard,
    argument: `${word}|${plain.argument}`,
    shape: { anyOf: [{ const: word }, plain.shape ?? { type: 'string' }] },
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
