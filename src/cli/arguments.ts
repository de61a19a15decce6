/**
 * The command line: from words to texts per option. Values are not judged here; unknown flags are.
 *
 * commander finds the command, splits the flags and prints the help. It would stop at the first mistake and refuse
 * HA2BGP's single-dash long flags, so that the words are put in order before it sees them, and its own checks are off.
 */
import { Command, Option as Flag } from 'commander';
import { RELEASES, type Release } from '../config/exabgp-conf/release.ts';
import { nearest } from '../config/nearest.ts';
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, REFUSED_FLAGS } from '../config/options.ts';
import { quote, visible } from '../config/quote.ts';
import type { GivenFlags, Problem } from '../config/settings.ts';

export type CommandName = 'run' | 'check' | 'doctor';

/** The commands that take the options of the table. */
const SETTING_COMMANDS = ['run', 'check'] as const;
const COMMAND_NAMES: readonly CommandName[] = [...SETTING_COMMANDS, 'doctor'];

export interface Invocation {
  readonly command: CommandName;
  readonly flags: GivenFlags;
  /** Unknown flags, refused flags and words that stand where none is expected. */
  readonly problems: readonly Problem[];
  /** Of `doctor`. */
  readonly doctor?: DoctorWords;
}

export interface DoctorWords {
  readonly file: string;
  /** As given; nothing given is `undefined`. */
  readonly user: string | undefined;
  readonly exabgp: Release | undefined;
}

export type Arguments = Invocation | { readonly print: string };

const COMMANDS: Readonly<
  Record<(typeof SETTING_COMMANDS)[number], { readonly summary: string; readonly description: string }>
> = {
  run: {
    summary: 'watch this host and say what should be announced (the default)',
    description:
      'Watches the listening sockets and the addresses of this host, and prints ExaBGP commands on stdout: announce while ' +
      'something listens on an address, withdraw when it does not. The log goes to stderr.',
  },
  check: {
    summary: 'print the effective settings and where each comes from',
    description: 'Prints the settings that `run` would use, and where each comes from. Exits with 1 when one is bad.',
  },
};

const EXAMPLES = `
Examples:
  Try it on one host: announces 127.0.0.9 while something listens on its port 80 or 443.
    $ ha2bgp

  Announce every address of a network that is served on port 53.
    $ ha2bgp --network 192.0.2.0/24 --listen-filter "sport = :53"

  IPv4 and IPv6; IPv6 needs a next hop.
    $ ha2bgp --network 192.0.2.0/24 --network 2001:db8:1::/48 --nexthop 2001:db8::1

  Under ExaBGP, in its configuration:
    process ha { run /usr/bin/ha2bgp --network 192.0.2.0/24; encoder text; }

Each option can be set in the environment as well, under the name in parentheses; a flag wins. Lists are separated by
commas there.
`;

export function parseArguments(words: readonly string[], version: string): Arguments {
  const parsed = parse(words, version);
  if (!('print' in parsed)) return parsed;
  // What is asked for is printed, unless something else is wrong: an unknown flag is one beside --help, too.
  const others = words.filter((word) => !/^(help|-h|--?help|-v|--?version)$/.test(word));
  const rest = parse(others, version);
  return 'problems' in rest && rest.problems.some((problem) => problem !== NO_FILE) ? rest : parsed;
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
    .usage('[run|check] [options]\n       ha2bgp doctor [options] FILE')
    .description("Announces a service's address into BGP only while something on this host really serves it.")
    .version(version, '-v, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command');
  for (const name of SETTING_COMMANDS) {
    const flags: Partial<Record<OptionName, readonly (string | undefined)[]>> = { ...switches };
    const command = prepare(program.command(name, { isDefault: name === 'run' }))
      .summary(COMMANDS[name].summary)
      .description(COMMANDS[name].description)
      .usage('[options]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_options: unknown, { args }: Command) => {
        invocation = { command: name, flags, problems: [...strangers(args), ...behind.map(unexpectedWord)] };
      });
    for (const option of OPTION_NAMES) {
      command.addOption(flagOf(option)).on(`option:${OPTIONS[option].flag}`, (value: string | null | undefined) => {
        const given = OPTIONS[option].kind === 'switch' ? 'true' : (value ?? undefined);
        flags[option] = [...(flags[option] ?? []), given];
      });
    }
    if (name === 'run') program.addHelpText('after', () => `\n${optionsSection(command)}${EXAMPLES}`);
  }
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
      invocation = doctorCall(options, args, behind);
    });
  try {
    program.parse(rest, { from: 'user' });
  } catch (error) {
    // commander's way to leave after it printed the help or the version.
    if ((error as { code?: string }).code?.startsWith('commander.') !== true) throw error;
  }
  return invocation ?? { print: printed };
}

const DOCTOR =
  'Reads an exabgp.conf as ExaBGP 4.2 and 5.0 would, and names, line by line, what they would refuse, what would keep ' +
  'announcements from arriving, and what to write instead. Starts nothing, changes nothing. Exits with 1 when there is an ' +
  'error; warnings alone are 0.';

/** Which does not matter to who asks for help. */
const NO_FILE: Problem = { place: 'FILE', text: 'expected the path of an exabgp.conf' };

/** `behind` stood behind `--`, where everything is a file. */
function doctorCall(
  options: Readonly<Record<string, string | true>>,
  words: readonly string[],
  behind: readonly string[],
): Invocation {
  const problems: Problem[] = [];
  const textOf = (name: 'user' | 'exabgp'): string | undefined => {
    const text = options[name];
    if (text === true || text === '') problems.push({ place: `--${name}`, text: 'needs a value' });
    return typeof text === 'string' ? text : undefined;
  };
  for (const flag of words.filter(isFlag))
    problems.push({ place: visible(flag.replace(/=.*$/s, '')), text: 'unknown flag' });
  const files = [...words.filter((word) => !isFlag(word)), ...behind];
  const [file = ''] = files;
  if (file === '') problems.push(NO_FILE);
  for (const more of files.slice(1)) problems.push({ place: quote(more), text: 'expected one file' });
  const user = textOf('user');
  const given = textOf('exabgp');
  const exabgp = RELEASES.find((release) => release === given);
  if (given !== undefined && given !== '' && exabgp === undefined) {
    problems.push({ place: '--exabgp', text: `${quote(given)}: expected ${RELEASES.join(' or ')}` });
  }
  return { command: 'doctor', flags: {}, problems, doctor: { file, user, exabgp } };
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

const shortOf = (name: OptionName): string | undefined => (OPTIONS[name] as Option<unknown>).short;

/** Every flag takes an optional value, so that a missing one is found together with all other problems. */
function flagOf(name: OptionName): Flag {
  const { flag, short, kind, argument, help, environment, format, ...option } = OPTIONS[name] as Option<unknown>;
  const value = kind === 'switch' ? '' : ` [${argument}]`;
  const shown = format(option.default);
  const preset = kind === 'value' && shown !== '' ? `default: ${shown}; ` : '';
  return new Flag(`${short === undefined ? '' : `-${short}, `}--${flag}${value}`, `${help} (${preset}${environment})`);
}

const optionsSection = (command: Command): string =>
  command.helpInformation().replace(/^[\s\S]*?\nOptions:\n/, 'Options of run and check:\n');

/** Words that commander knew nothing to do with. What follows an unknown flag was likely its value. */
function strangers(words: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  words.forEach((word, index) => {
    if (isFlag(word)) problems.push(unknownFlag(word));
    else if (!/^-[^=]+$/.test(words[index - 1] ?? '')) problems.push(unexpectedWord(word));
  });
  return problems;
}

const isFlag = (word: string): boolean => word.startsWith('-') && word.length > 1;

function unknownFlag(word: string): Problem {
  const place = visible(word.replace(/=.*$/s, ''));
  const name = place === '-s' ? 'socket' : place.replace(/^-+/, '');
  const refusal = Object.hasOwn(REFUSED_FLAGS, name) ? REFUSED_FLAGS[name] : undefined;
  if (refusal !== undefined) return { place, text: refusal };
  const near = nearest(
    name,
    OPTION_NAMES.map((option) => OPTIONS[option].flag),
  );
  return { place, text: `unknown flag${near === undefined ? '' : `; did you mean --${near}?`}` };
}

function unexpectedWord(word: string): Problem {
  const place = quote(word);
  if (COMMAND_NAMES.some((name) => name === word)) return { place, text: 'stray word: a command comes first of all' };
  const near = nearest(word, COMMAND_NAMES);
  return { place, text: `unknown command or stray word${near === undefined ? '' : `; did you mean ${near}?`}` };
}
