/**
 * The command line: from words to texts per option. Values are not judged here; unknown flags are.
 *
 * commander finds the command, splits the flags and prints the help. It would stop at the first mistake and refuse
 * HA2BGP's single-dash long flags, so that the words are put in order before it sees them, and its own checks are off.
 */
import { Command, Option as Flag } from 'commander';
import type { Option } from '../config/option.ts';
import { OPTIONS, type OptionName } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import type { GivenFlags } from '../config/settings.ts';
import { type CommandDescription, GROUPS, type Operand, usageOf } from './command.ts';
import { COMMAND_NAMES, type CommandName, describe, HEALTHCHECK, HEALTHCHECK_SUMMARY } from './commands.ts';
import { EXAMPLES } from './examples.ts';
import { isFlag, isUnknownFlag, strangers, takesNothing } from './strange-words.ts';

type Texts = readonly (string | undefined)[];

export interface Invocation {
  readonly command: CommandName;
  readonly flags: GivenFlags;
  /** Flags of the command's own, by their names in its table. */
  readonly own?: Readonly<Record<string, Texts>>;
  /** What the command works on; as many as it needs, unless there are problems. */
  readonly operands?: readonly string[];
  /** Unknown flags, refused flags, words that stand where none is expected, and those that are missing. */
  readonly problems: readonly Problem[];
}

export type Arguments = Invocation | { readonly print: string };

export function parseArguments(words: readonly string[], version: string): Arguments {
  const parsed = parse(words, version);
  if (!('print' in parsed)) return withOperands(parsed);
  // What is asked for is printed, unless something else is wrong: an unknown flag is one beside --help, too.
  const others = words.filter((word) => !/^(help|-h|--?help|-v|--?version)$/.test(word));
  const rest = parse(others, version);
  return 'problems' in rest && rest.problems.length > 0 ? rest : parsed;
}

function withOperands(given: Invocation): Invocation {
  const { operands = [] } = given;
  const missing = describe(given.command).operands.filter(
    ({ isNeeded }, index) => (isNeeded && operands.length <= index) || operands[index] === '',
  );
  if (missing.length === 0) return given;
  const problems = missing.map(({ shown, expected }) => ({ place: shown, text: `expected ${expected}` }));
  return { ...given, problems: [...given.problems, ...problems] };
}

function parse(words: readonly string[], version: string): Arguments {
  const named = COMMAND_NAMES.find((name) => name === words[0]);
  let printed = '';
  let invocation: Invocation | undefined;
  const print = (text: string): void => {
    printed += text;
  };
  const prepare = (command: Command): Command =>
    command
      .configureOutput({ writeOut: print, writeErr: print })
      .configureHelp({ optionTerm: ({ flags }) => flags.replace(/\[(.*)\]/, '<$1>'), helpWidth: 100 })
      .helpOption('-h, --help', 'print this help')
      .exitOverride();

  const program = prepare(new Command('ha2bgp'))
    .usage('[command] [options]')
    .description("Announces a service's address into BGP only while something on this host really serves it.")
    .version(version, '-v, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command');
  const { rest, behind, given } = canonical(words, named ?? 'run');

  function add(name: CommandName): void {
    const description = describe(name);
    const { options, own: ownOptions, operands, isOfRecording = false } = description;
    const flags: Partial<Record<string, Texts>> = {};
    const own: Record<string, Texts> = {};
    const command = prepare(program.command(name, { isDefault: name === 'run' }))
      .helpGroup(GROUPS[description.group])
      .summary(description.summary)
      .description(description.description)
      .usage(takesNothing(name) ? '' : usageOf(description))
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_options: unknown, { args }: Command) => {
        const taken = takeOperands(operands, args, behind);
        invocation = {
          command: name,
          flags,
          ...(Object.keys(own).length > 0 && { own }),
          ...(taken.operands.length > 0 && { operands: taken.operands }),
          problems: strangers(taken.words, taken.behind, name),
        };
      });
    const addOption = (key: string, option: Option<unknown>, into: Partial<Record<string, Texts>>): void => {
      const take = (text: string | undefined): void => {
        into[key] = [...(into[key] ?? []), text];
      };
      command
        .addOption(flagOf(option, isOfRecording && key in OPTIONS))
        .on(`option:${option.flag}`, (value: string | null | undefined) =>
          take(option.kind === 'switch' ? 'true' : (value ?? undefined)),
        );
      for (const value of given.get(option) ?? []) take(value);
    };
    for (const key of options) addOption(key, OPTIONS[key] as Option<unknown>, flags);
    for (const [key, option] of Object.entries(ownOptions)) addOption(key, option, own);
    if (name === 'run') program.addHelpText('after', () => `\n${optionsSection(command)}${EXAMPLES}`);
    else command.addHelpText('after', () => examplesOf(description) + exitsOf(description));
  }

  // What takes long is to describe them all, and whoever names one asks for that alone.
  for (const name of named === undefined ? COMMAND_NAMES : [named]) add(name);
  program.command(HEALTHCHECK).helpGroup(GROUPS.daemon).summary(HEALTHCHECK_SUMMARY);
  try {
    program.parse(rest, { from: 'user' });
  } catch (error) {
    // commander's way to leave after it printed the help or the version.
    if ((error as { code?: string }).code?.startsWith('commander.') !== true) throw error;
  }
  return invocation ?? { print: printed };
}

/**
 * `-network` becomes `--network`, as HA2BGP's users write it: a single dash and several letters are a long flag; `-n=X`
 * becomes `--network=X`. `--debug=true` is taken apart, which commander does not do for a flag without a value: `given`.
 */
function canonical(words: readonly string[], command: CommandName) {
  const rest: string[] = [];
  const given = new Map<Option<unknown>, string[]>();
  const options = optionsOf(describe(command));
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const long = withTwoDashes(word, options);
    const [, flag, value] = /^--([a-z0-9-]+)=(.*)$/s.exec(long) ?? [];
    const option = options.find((each) => each.flag === flag && each.kind === 'switch');
    if (option === undefined || value === undefined) rest.push(long);
    else given.set(option, [...(given.get(option) ?? []), value]);
  }
  // Behind `--` there are no flags.
  return { rest, behind: end < 0 ? [] : words.slice(end + 1), given };
}

export const optionsOf = ({ options, own }: CommandDescription): readonly Option<unknown>[] => [
  ...options.map((name: OptionName) => OPTIONS[name] as Option<unknown>),
  ...Object.values(own),
];

function withTwoDashes(word: string, options: readonly Option<unknown>[]): string {
  const [, letter, value = ''] = /^-([a-z])(=.*)$/s.exec(word) ?? [];
  const option = options.find(({ short }) => letter !== undefined && short === letter);
  if (option !== undefined) return `--${option.flag}${value}`;
  return /^-[a-z][a-z0-9-]+(=|$)/.test(word) ? `-${word}` : word;
}

/**
 * Every flag takes an optional value, so that a missing one is found together with all other problems. `isOfRecording`: it
 * has neither a default nor a variable, because what is not given is what was recorded.
 */
function flagOf(of: Option<unknown>, isOfRecording: boolean): Flag {
  const { flag, short, kind, argument, help, environment, format } = of;
  const value = kind === 'switch' ? '' : ` [${argument}]`;
  const shown = format(of.default);
  const remarks = [kind === 'value' && shown !== '' ? `default: ${shown}` : '', environment].filter(
    (each) => each !== '' && !isOfRecording,
  );
  const remark = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  return new Flag(`${short === undefined ? '' : `-${short}, `}--${flag}${value}`, `${help}${remark}`);
}

const optionsSection = (command: Command): string =>
  command.helpInformation().replace(/^[\s\S]*?\nOptions:\n/, 'Options of run and check:\n');

function examplesOf({ examples }: CommandDescription): string {
  if (examples.length === 0) return '';
  const widest = Math.max(...examples.map(([words]) => words.length));
  const lines = examples.map(
    ([words, does]) => `  $ ha2bgp ${does === '' ? words : `${words.padEnd(widest)}   # ${does}`}`,
  );
  return `\nExamples:\n${lines.join('\n')}\n`;
}

function exitsOf({ exits }: CommandDescription): string {
  const lines = Object.entries(exits).map(([status, says]) => `  ${status}  ${says}`);
  return lines.length === 0 ? '' : `\nExit status:\n${lines.join('\n')}\n`;
}

/** The first words that are no flags, nor behind an unknown one, whose value they likely are. */
function takeOperands(expected: readonly Operand[], words: readonly string[], behind: readonly string[]) {
  const most = expected.at(-1)?.isRepeated ? Number.POSITIVE_INFINITY : expected.length;
  const operands: string[] = [];
  const strange: string[] = [];
  words.forEach((word, index) => {
    const isOperand = operands.length < most && !isFlag(word) && !isUnknownFlag(words[index - 1]);
    (isOperand ? operands : strange).push(word);
  });
  const others = behind.slice(Math.max(0, most - operands.length));
  operands.push(...behind.slice(0, behind.length - others.length));
  return { operands, words: strange, behind: others };
}
