/** Words of the command line that nothing is known of: what is said of each. */
import { nearest } from '../config/nearest.ts';
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, REFUSED_FLAGS } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';
import { COMMAND_NAMES, COMMANDS, HEALTHCHECK, SETTING_COMMANDS, type SettingCommand } from './commands.ts';

/** Words that commander knew nothing to do with. What follows an unknown flag was likely its value. */
export function strangers(words: readonly string[], command: SettingCommand): Problem[] {
  const problems: Problem[] = [];
  words.forEach((word, index) => {
    if (isFlag(word)) problems.push(unknownFlag(word, command));
    else if (!isUnknownFlag(words[index - 1])) problems.push(unexpectedWord(word));
  });
  return problems;
}

export const shortOf = (name: OptionName): string | undefined => (OPTIONS[name] as Option<unknown>).short;
export const isUnknownFlag = (word = ''): boolean => /^-[^=]+$/.test(word);
export const isFlag = (word: string): boolean => word.startsWith('-') && word.length > 1;

export function unknownFlag(word: string, command: SettingCommand): Problem {
  const place = visible(word.replace(/=.*$/s, ''));
  const name = place === '-s' ? 'socket' : place.replace(/^-+/, '');
  const refusal = Object.hasOwn(REFUSED_FLAGS, name) ? REFUSED_FLAGS[name] : undefined;
  if (refusal !== undefined) return { place, text: refusal };
  const { options, own = {}, whyNoOthers } = COMMANDS[command];
  if (whyNoOthers !== undefined && OPTION_NAMES.some((each) => OPTIONS[each].flag === name || shortOf(each) === name)) {
    return { place, text: whyNoOthers };
  }
  const owner = SETTING_COMMANDS.find((each) =>
    Object.values(COMMANDS[each].own ?? {}).some(({ flag }) => flag === name),
  );
  if (owner !== undefined && owner !== command) return { place, text: `is a flag of ha2bgp ${owner}` };
  const letters = [...name];
  const areShort = letters.every((letter) => OPTION_NAMES.some((each) => shortOf(each) === letter));
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

export function unexpectedWord(word: string): Problem {
  const place = quote(word);
  if ([...COMMAND_NAMES, HEALTHCHECK].some((name) => name === word))
    return { place, text: 'stray word: a command comes first of all' };
  const near = nearest(word, [...COMMAND_NAMES, HEALTHCHECK]);
  return { place, text: `unknown command or stray word${near === undefined ? '' : `; did you mean ${near}?`}` };
}
