/** Words of the command line that nothing is known of: what is said of each. */
import fs from 'node:fs';
import { nearest } from '../config/nearest.ts';
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, REFUSED_FLAGS } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';
import { COMMAND_NAMES, type CommandName, describe, HEALTHCHECK, takesSettings } from './commands.ts';

/** Words that commander knew nothing to do with, and those behind `--`. What follows an unknown flag was likely its value. */
export function strangers(words: readonly string[], behind: readonly string[], command: CommandName): Problem[] {
  if (takesNothing(command)) {
    const all = [...words, ...behind];
    return all.length === 0 ? [] : [strangeToAll(all, command)];
  }
  const problems: Problem[] = [];
  words.forEach((word, index) => {
    if (isFlag(word)) problems.push(unknownFlag(word, command));
    else if (!isUnknownFlag(words[index - 1])) problems.push(unexpectedWord(word, command));
  });
  return [...problems, ...behind.map((word) => unexpectedWord(word, command))];
}

/** Neither a flag nor a word. */
export function takesNothing(command: CommandName): boolean {
  const { options, own, operands, whyNoOthers } = describe(command);
  return whyNoOthers === undefined && options.length + operands.length + Object.keys(own).length === 0;
}

const shortOf = (name: OptionName): string | undefined => (OPTIONS[name] as Option<unknown>).short;
export const isUnknownFlag = (word = ''): boolean => /^-[^=]+$/.test(word);
export const isFlag = (word: string): boolean => word.startsWith('-') && word.length > 1;

function unknownFlag(word: string, command: CommandName): Problem {
  const place = visible(word.replace(/=.*$/s, ''));
  const name = place === '-s' ? 'socket' : place.replace(/^-+/, '');
  const refusal = takesSettings(command) && Object.hasOwn(REFUSED_FLAGS, name) ? REFUSED_FLAGS[name] : undefined;
  if (refusal !== undefined) return { place, text: refusal };
  const { options, own, whyNoOthers } = describe(command);
  if (whyNoOthers !== undefined && OPTION_NAMES.some((each) => OPTIONS[each].flag === name || shortOf(each) === name)) {
    return { place, text: whyNoOthers };
  }
  const owners = COMMAND_NAMES.filter((each) => Object.values(describe(each).own).some(({ flag }) => flag === name));
  if (owners.length > 0)
    return {
      place,
      text: `is a flag of ${owners.slice(0, MOST_OWNERS).map(commandWords).join(', ')}${owners.length > MOST_OWNERS ? ' and others' : ''}`,
    };
  const letters = [...name];
  const areShort =
    takesSettings(command) && letters.every((letter) => OPTION_NAMES.some((each) => shortOf(each) === letter));
  if (areShort && letters.length > 1) {
    const apart = letters.map((letter) => `-${letter}`).join(' ');
    return { place, text: `unknown flag; short flags are not combined: write ${apart}` };
  }
  const near = nearest(name, [
    ...['help', 'version'],
    ...options.map((option) => OPTIONS[option].flag),
    ...Object.values(own).map(({ flag }) => flag),
  ]);
  return { place, text: `unknown flag${near === undefined ? '' : `; did you mean --${near}?`}` };
}

const MOST_OWNERS = 3;
const commandWords = (name: CommandName): string => `ha2bgp ${name}`;

function unexpectedWord(word: string, command: CommandName): Problem {
  const place = quote(word);
  if ([...COMMAND_NAMES, HEALTHCHECK].some((name) => name === word))
    return { place, text: 'stray word: a command comes first of all' };
  const { operands } = describe(command);
  if (operands.length > 0)
    return { place, text: `stray word: expected ${operands.map(({ shown }) => shown).join(' ')} alone` };
  if (describe(command).options.includes('config') && isFile(word)) {
    return { place, text: `stray word: a file of settings is given as --${OPTIONS.config.flag} ${visible(word)}` };
  }
  if (command !== 'run') return { place, text: `stray word: ${commandWords(command)} takes none` };
  const near = nearest(word, [...COMMAND_NAMES, HEALTHCHECK]);
  return { place, text: `unknown command or stray word${near === undefined ? '' : `; did you mean ${near}?`}` };
}

const isFile = (word: string): boolean => {
  try {
    return fs.statSync(word).isFile();
  } catch {
    return false;
  }
};

function strangeToAll(words: readonly string[], command: CommandName): Problem {
  const shown = words.map((word) => (isFlag(word) ? visible(word.replace(/=.*$/s, '')) : quote(word)));
  return { place: command, text: `takes no options, and was given ${shown.join(' ')}` };
}
