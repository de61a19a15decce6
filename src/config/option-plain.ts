/** The kinds of values that are plain: durations, numbers, sizes, words, names and paths. */
import { formatDuration, type Millis, parseDuration } from '../model/millis.ts';
import { type Bytes, formatSize, parseSize } from '../model/size.ts';
import { type Description, list, type Option, orWord, single, value } from './option.ts';

const DURATION = { anyOf: [{ type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' }, { const: 0 }] };
/** A number among the words is one for an editor, too. */
const anyWord = (words: readonly string[]) => ({
  enum: words.flatMap((word) => (/^\d+$/.test(word) ? [word, Number(word)] : [word])),
});

export function duration(
  of: Description<Millis>,
  { least, most }: { readonly least: Millis; readonly most: Millis },
): Option<Millis> {
  const range = `from ${formatDuration(least)} to ${formatDuration(most)}`;
  return value({ ...of, argument: 'duration', shape: DURATION }, formatDuration, (text) => {
    const parsed = parseDuration(text);
    if (parsed !== undefined && parsed >= least && parsed <= most) return { value: parsed };
    return parsed !== undefined
      ? { expected: `a duration ${range}` }
      : { expected: `a duration with its unit such as 250ms, 3s or 1m30s, ${range}` };
  });
}

/** A duration that a message of BGP has in whole seconds. `hasZero`: 0 stands for none, or for ever, below `least`. */
export function seconds(
  of: Description<Millis>,
  { least, most, hasZero }: { readonly least: Millis; readonly most: Millis; readonly hasZero: boolean },
): Option<Millis> {
  const range = `${hasZero ? '0, or ' : ''}whole seconds from ${least / 1_000}s to ${most / 1_000}s`;
  return value({ ...of, argument: 'duration', shape: DURATION }, formatDuration, (text) => {
    const parsed = parseDuration(text);
    const isFit =
      parsed !== undefined &&
      parsed % 1_000 === 0 &&
      ((hasZero && parsed === 0) || (parsed >= least && parsed <= most));
    return isFit ? { value: parsed } : { expected: `a duration with its unit such as 9s or 1m30s: ${range}` };
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

export function integer(
  of: Description<number>,
  { least, most }: { readonly least: number; readonly most: number },
): Option<number> {
  const shape = { type: 'integer', minimum: least, maximum: most };
  return value({ ...of, argument: 'number', shape }, String, (text) => {
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

export function size(
  of: Description<Bytes>,
  { least, most }: { readonly least: Bytes; readonly most: Bytes },
): Option<Bytes> {
  return value({ ...of, argument: 'size', shape: { type: 'string', pattern: '^\\d+[KMG]iB$' } }, formatSize, (text) => {
    const parsed = parseSize(text);
    return parsed !== undefined && parsed >= least && parsed <= most
      ? { value: parsed }
      : {
          expected: `a size with its unit such as 512KiB, 16MiB or 1GiB, from ${formatSize(least)} to ${formatSize(most)}`,
        };
  });
}

/** `aliases`: other words that mean one of `words`. */
export function choice<const T extends string>(
  of: Description<NoInfer<T>>,
  words: readonly T[],
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): Option<T> {
  return value<T>(
    { ...of, argument: words.join('|'), shape: anyWord([...words, ...Object.keys(aliases)]) },
    String,
    (text) => {
      const word = words.find((known) => known === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
      return word === undefined ? { expected: `one of ${words.join(', ')}` } : { value: word };
    },
  );
}

/** Some of the words, at least one. `aliases`: other words that mean one of them. */
export function choices<const T extends string>(
  of: Description<readonly NoInfer<T>[]>,
  words: readonly T[],
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): Option<readonly T[]> {
  const shape = anyWord([...words, ...Object.keys(aliases)]);
  const made = list<T>({ ...of, argument: words.join('|'), shape }, (text) => {
    const word = words.find((known) => known === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
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

/** Several of them. In the environment a comma stands between two, and so in none. */
export function filePaths(of: Description<readonly string[]>): Option<readonly string[]> {
  return list({ ...of, argument: 'file' }, (text) =>
    isPath(text) && text !== '' && !text.includes(',')
      ? { value: text }
      : { expected: 'a path without control characters and commas, of 4096 bytes at most' },
  );
}

/** PATH_MAX. What is printed of it must not move a terminal's cursor. */
export function isPath(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\x00-\x1f\x7f-\x9f]/.test(text) && text === text.trim() && Buffer.byteLength(text) <= 4096;
}

/** Off unless it is given. */
export function toggle(of: Omit<Description<boolean>, 'default'>): Option<boolean> {
  return {
    ...of,
    kind: 'switch',
    argument: '',
    shape: { enum: [true, false, 'on', 'off', 'yes', 'no'] },
    default: false,
    format: String,
    parse: single((text) => {
      if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
      if (/^(false|0|no|off)$/i.test(text)) return { value: false };
      return { expected: 'true or false' };
    }),
  };
}
