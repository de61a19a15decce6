/**
 * From words to values per option, by the rules of Python's argparse, which people's `run` lines are written for:
 * `--opt=value`, `-i5`, switches in one word (`-sd`), long flags cut short where only one is meant.
 */
import { nearest } from '../nearest.ts';
import type { Problem } from '../place.ts';
import { quote, visible } from '../quote.ts';
import { HEALTHCHECK_OPTION_NAMES, type HealthcheckOptionName, healthcheckOption } from './options.ts';

export type Given = { readonly [Name in HealthcheckOptionName]?: readonly string[] };

export interface Words {
  /** Every value in its order; a switch has an empty text for each time that it stands there. */
  readonly given: Given;
  readonly isHelpWanted: boolean;
  /** Flags that are not known, or ambiguous, and words where none is expected. */
  readonly problems: readonly Problem[];
}

type Found = { readonly name: HealthcheckOptionName | 'help'; readonly flag: string; readonly value?: string };

const HELP_FLAGS = ['--help', '-h'];

export function readWords(words: readonly string[]): Words {
  const given: Partial<Record<HealthcheckOptionName, string[]>> = {};
  const problems: Problem[] = [];
  let isHelpWanted = false;
  let index = 0;
  const take = (): string | undefined => {
    const next = words[index];
    if (next === undefined || next === '--' || looksLikeFlag(next)) return undefined;
    index++;
    return next;
  };
  while (index < words.length) {
    const word = words[index++] ?? '';
    if (word === '--' || !looksLikeFlag(word)) {
      problems.push({ place: quote(word), text: 'stray word: an option was expected' });
      continue;
    }
    for (const found of flagsIn(word)) {
      if ('text' in found) {
        problems.push(found);
        // What follows an unknown flag was likely its value.
        take();
        continue;
      }
      const { name, flag, value } = found;
      if (name === 'help') {
        isHelpWanted = true;
        continue;
      }
      const { argument, bare } = healthcheckOption(name);
      if (argument === undefined && value !== undefined) {
        problems.push({ place: flag, text: `${quote(value)}: takes no value` });
        continue;
      }
      const text = argument === undefined ? '' : (value ?? take() ?? bare);
      if (text === undefined) problems.push({ place: flag, text: `needs a value: ${argument}` });
      else given[name] = [...(given[name] ?? []), text];
    }
  }
  return { given, isHelpWanted, problems };
}

/** Negative numbers, and texts with a space, are values though they begin with a dash. */
function looksLikeFlag(word: string): boolean {
  if (!word.startsWith('-') || word.length === 1) return false;
  const flag = word.replace(/=.*$/s, '');
  return (
    exact(flag) !== undefined || candidates(word).length > 0 || !(/^-(\d+|\d*\.\d+)$/.test(word) || word.includes(' '))
  );
}

/** One, or several switches in one word of which the last may have a value. */
function flagsIn(word: string): (Found | Problem)[] {
  const whole = exact(word);
  if (whole !== undefined) return [{ name: whole, flag: word }];
  const [, flag = '', value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
  const before = flag === '' ? undefined : exact(flag);
  if (before !== undefined && value !== undefined) return [{ name: before, flag, value }];
  const found = candidates(word);
  const [first] = found;
  if (first === undefined) return [unknown(word)];
  if (found.length > 1) {
    const place = visible(word.replace(/=.*$/s, ''));
    return [{ place, text: `ambiguous: could be ${found.map((one) => one.flag).join(' or ')}` }];
  }
  if (word.startsWith('--') || first.value === undefined || isValued(first.name)) return [first];
  // A switch with something behind it: more switches.
  const { name, flag: letter } = first;
  return [{ name, flag: letter }, ...flagsIn(`-${first.value}`)];
}

const isValued = (name: Found['name']): boolean => name !== 'help' && healthcheckOption(name).argument !== undefined;

/** What a word that is no flag as it stands may mean: a long flag cut short, or a letter with its value. */
function candidates(word: string): Found[] {
  if (word.startsWith('--')) {
    const [, cut = word, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    return everyFlag()
      .filter(({ flag, isNew }) => flag.startsWith(cut) && (!isNew || flag === cut))
      .map(({ name, flag }) => (value === undefined ? { name, flag } : { name, flag, value }));
  }
  const letter = word.slice(0, 2);
  return everyFlag().flatMap(({ name, flag }): Found[] => {
    if (flag === letter) return [{ name, flag, value: word.slice(2) }];
    return flag.startsWith(word) ? [{ name, flag }] : [];
  });
}

function exact(word: string): Found['name'] | undefined {
  return everyFlag().find(({ flag }) => flag === word)?.name;
}

function everyFlag(): { readonly name: Found['name']; readonly flag: string; readonly isNew: boolean }[] {
  return [
    ...HELP_FLAGS.map((flag) => ({ name: 'help' as const, flag, isNew: false })),
    ...HEALTHCHECK_OPTION_NAMES.flatMap((name) => {
      const { flags, isNew = false } = healthcheckOption(name);
      return flags.map((flag) => ({ name, flag, isNew }));
    }),
  ];
}

function unknown(word: string): Problem {
  const place = visible(word.replace(/=.*$/s, ''));
  const near = nearest(
    place.replace(/^-+/, ''),
    everyFlag().flatMap(({ flag }) => (flag.startsWith('--') ? [flag.slice(2)] : [])),
  );
  return { place, text: `unknown flag${near === undefined ? '' : `; did you mean --${near}?`}` };
}
