/**
 * The command line: from words to texts per option. Values are not judged here; unknown flags are.
 *
 * commander finds the command, splits the flags and prints the help. It would stop at the first mistake and refuse
 * HA2BGP's single-dash long flags, so that the words are put in order before it sees them, and its own checks are off.
 */
import { Command, Option as Flag } from 'commander';
import { RELEASES } from '../config/exabgp-conf/release.ts';
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';
import type { GivenFlags } from '../config/settings.ts';
import {
  COMMANDS,
  type CommandDescription,
  type CommandName,
  DEMO,
  HEALTHCHECK,
  SETTING_COMMANDS,
} from './commands.ts';
import { DECODE, type DecodeWords, decodeCall } from './decode-words.ts';
import { DOCTOR, type DoctorWords, doctorCall, NO_FILE } from './doctor-words.ts';
import { isFlag, isUnknownFlag, shortOf, strangers, unexpectedWord, unknownFlag } from './strange-words.ts';

export interface Invocation {
  readonly command: CommandName;
  readonly flags: GivenFlags;
  /** Flags of the command's own, by their names in its table. */
  readonly own?: Readonly<Record<string, readonly (string | undefined)[]>>;
  /** What the command works on; there for every command that needs it, unless there are problems. */
  readonly operand?: string;
  /** Unknown flags, refused flags, words that stand where none is expected, and those that are missing. */
  readonly problems: readonly Problem[];
  /** Of `doctor`. */
  readonly doctor?: DoctorWords;
  /** Of `decode`. */
  readonly decode?: DecodeWords;
}

export type Arguments = Invocation | { readonly print: string };

const EXAMPLES = `
Examples:
  See it work, on this host alone, for half a minute:
    $ ha2bgp demo

  Try it on one host: announces 127.0.0.9 while something listens on its port 80 or 443.
    $ ha2bgp

  Announce every address of a network that is served on port 53.
    $ ha2bgp --network 192.0.2.0/24 --listen-filter "sport = :53"

  IPv4 and IPv6; IPv6 needs a next hop.
    $ ha2bgp --network 192.0.2.0/24 --network 2001:db8:1::/48 --nexthop 2001:db8::1

  Under ExaBGP, in its configuration:
    process ha { run /usr/bin/ha2bgp --network 192.0.2.0/24; encoder text; }

  Straight to a router, without ExaBGP:
    $ ha2bgp --network 192.0.2.0/24 --bgp-backend speaker --local-as 65000 --router-id 10.1.1.1 --peer 10.1.1.254,as=65001

  What was decided last night, and what a longer withdraw delay would have done:
    $ ha2bgp run --network 192.0.2.0/24 --record /var/lib/ha2bgp/recording
    $ ha2bgp replay /var/lib/ha2bgp/recording --withdraw-delay 10s

Each option can be set in the environment as well, under the name in parentheses; a flag wins. Lists are separated by
commas there.
`;

export function parseArguments(words: readonly string[], version: string): Arguments {
  const parsed = parse(words, version);
  if (!('print' in parsed)) return withOperand(parsed);
  // What is asked for is printed, unless something else is wrong: an unknown flag is one beside --help, too.
  const others = words.filter((word) => !/^(help|-h|--?help|-v|--?version)$/.test(word));
  const rest = parse(others, version);
  return 'problems' in rest && rest.problems.some((problem) => problem !== NO_FILE) ? rest : parsed;
}

function withOperand(given: Invocation): Invocation {
  const described: Partial<Record<CommandName, CommandDescription>> = COMMANDS;
  const operand = described[given.command]?.operand;
  if (operand === undefined || given.operand !== undefined) return given;
  return { ...given, problems: [...given.problems, { place: given.command, text: `needs a word: ${operand}` }] };
}

function parse(words: readonly string[], version: string): Arguments {
  const { rest, behind, switches } = canonical(words);
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
  for (const name of SETTING_COMMANDS) {
    const {
      summary,
      description,
      options,
      own: ownOptions = {},
      operand: operandName,
      isOfRecording = false,
    } = COMMANDS[name];
    const flags: Partial<Record<OptionName, readonly (string | undefined)[]>> = { ...switches };
    const own: Record<string, readonly (string | undefined)[]> = {};
    const command = prepare(program.command(name, { isDefault: name === 'run' }))
      .summary(summary)
      .description(description)
      .usage(operandName === undefined ? '[options]' : `${operandName} [options]`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_options: unknown, { args }: Command) => {
        const { operand, rest: others } = takeOperand(operandName !== undefined, args, behind);
        const strange = (Object.keys(switches) as OptionName[]).filter((each) => !options.includes(each));
        invocation = {
          command: name,
          flags,
          ...(Object.keys(own).length > 0 && { own }),
          ...(operand !== undefined && { operand }),
          problems: [
            ...strange.map((each) => unknownFlag(`--${OPTIONS[each].flag}`, name)),
            ...strangers(others.words, name),
            ...others.behind.map(unexpectedWord),
          ],
        };
      });
    const add = <T extends string>(each: T, option: Option<unknown>, into: Partial<Record<T, unknown[]>>): void => {
      command
        .addOption(flagOf(option, isOfRecording && each in OPTIONS))
        .on(`option:${option.flag}`, (value: string | null | undefined) => {
          const given = option.kind === 'switch' ? 'true' : (value ?? undefined);
          into[each] = [...(into[each] ?? []), given];
        });
    };
    for (const each of options)
      add(each, OPTIONS[each] as Option<unknown>, flags as Partial<Record<OptionName, unknown[]>>);
    for (const [each, option] of Object.entries(ownOptions)) add(each, option, own as Record<string, unknown[]>);
    if (name === 'run') program.addHelpText('after', () => `\n${optionsSection(command)}${EXAMPLES}`);
  }
  prepare(program.command('demo'))
    .summary(DEMO.summary)
    .description(DEMO.description)
    .usage('')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_options: unknown, { args }: Command) => {
      const given = (Object.keys(switches) as OptionName[]).map((each) => `--${OPTIONS[each].flag}`);
      invocation = { command: 'demo', flags: {}, problems: strangeToDemo([...given, ...args, ...behind]) };
    });
  prepare(program.command('doctor'))
    .summary('say what keeps an exabgp.conf from working with ha2bgp, and what to write instead')
    .description(DOCTOR)
    .usage('[options] FILE')
    .option('--user [name]', 'the user that ExaBGP runs as (default: what /etc/exabgp/exabgp.env says, else exabgp)')
    .option(
      '--exabgp [release]',
      `judge for this release of ExaBGP alone: ${RELEASES.join(' or ')} (default: for each)`,
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .action((options: Readonly<Record<string, string | true>>, { args }: Command) => {
      invocation = { command: 'doctor', flags: {}, ...doctorCall(options, args, behind) };
    });
  prepare(program.command('decode'))
    .summary(DECODE.summary)
    .description(DECODE.description)
    .usage(DECODE.usage)
    .option('--as-octets [2|4]', 'octets of an AS number, as the session agreed (default: 4)')
    .option('--external', 'from an external peer: LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST are not expected')
    .option('--add-path', 'a path identifier stands before each prefix')
    .option('--json', 'a line of JSON for each message')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((options: Readonly<Record<string, string | true>>, { args }: Command) => {
      invocation = { command: 'decode', flags: {}, ...decodeCall(options, args, behind) };
    });
  program.command(HEALTHCHECK).summary("be what ExaBGP's own healthcheck is, by its options; has a --help of its own");
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
 * becomes `--network=X`. `--debug=true` is taken apart, which commander does not do for a flag without a value.
 */
function canonical(words: readonly string[]): { rest: string[]; behind: readonly string[]; switches: GivenFlags } {
  const rest: string[] = [];
  const switches: Partial<Record<OptionName, string[]>> = {};
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const long = withTwoDashes(word);
    const [, flag, value] = /^--([a-z0-9-]+)=(.*)$/s.exec(long) ?? [];
    const name = OPTION_NAMES.find((option) => OPTIONS[option].flag === flag && OPTIONS[option].kind === 'switch');
    if (name === undefined || value === undefined) rest.push(long);
    else switches[name] = [...(switches[name] ?? []), value];
  }
  // Behind `--` there are no flags, and ha2bgp takes no other words.
  return { rest, behind: end < 0 ? [] : words.slice(end + 1), switches };
}

function withTwoDashes(word: string): string {
  const [, letter, value = ''] = /^-([a-z])(=.*)$/s.exec(word) ?? [];
  const name = OPTION_NAMES.find((option) => letter !== undefined && shortOf(option) === letter);
  if (name !== undefined) return `--${OPTIONS[name].flag}${value}`;
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

function strangeToDemo(words: readonly string[]): Problem[] {
  if (words.length === 0) return [];
  const shown = words.map((word) => (isFlag(word) ? visible(word.replace(/=.*$/s, '')) : quote(word)));
  return [{ place: 'demo', text: `takes no options, and was given ${shown.join(' ')}` }];
}

/** The first word that is no flag, nor behind an unknown one, whose value it likely is. */
function takeOperand(isNeeded: boolean, words: readonly string[], behind: readonly string[]) {
  const index = isNeeded ? words.findIndex((word, at) => !isFlag(word) && !isUnknownFlag(words[at - 1])) : -1;
  if (index >= 0) return { operand: words[index], rest: { words: words.toSpliced(index, 1), behind } };
  const [first, ...others] = behind;
  return isNeeded && first !== undefined
    ? { operand: first, rest: { words, behind: others } }
    : { operand: undefined, rest: { words, behind } };
}
