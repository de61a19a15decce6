/** The man page ha2bgp(1), PURE: made from the same table as the help. man(7). */
import type { Option } from '../../config/option.ts';
import { OPTION_NAMES, OPTIONS } from '../../config/options.ts';
import { optionsOf } from '../arguments.ts';
import { type CommandDescription, GROUPS, usageOf } from '../command.ts';
import {
  COMMAND_NAMES,
  type CommandName,
  describe,
  HEALTHCHECK,
  HEALTHCHECK_SUMMARY,
  takesSettings,
} from '../commands.ts';

export const manPage = (version: string): string =>
  [
    '.\\" Made from the table of commands and options; test/man.test.ts holds it against them.',
    `.TH HA2BGP 1 "" "ha2bgp ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `ha2bgp \\- announce a service's address into BGP only while something on this host serves it`,
    '.SH SYNOPSIS',
    '.B ha2bgp',
    '[\\fIcommand\\fR] [\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    'Watches the listening sockets and the addresses of this host, and announces an address while something serves it: as a',
    'process of ExaBGP, or over BGP sessions of its own. Without a command it is \\fBrun\\fR.',
    '.PP',
    'The commands that ask or change a running daemon do so over its control socket: the one that is given, or whatever is',
    'found in \\fI$RUNTIME_DIRECTORY\\fR, \\fI/run/ha2bgp\\fR and \\fI/run/exabgp\\fR.',
    '.SH COMMANDS',
    ...Object.entries(GROUPS).flatMap(([group, title]) => [
      `.SS ${quoted(title.replace(/:$/, ''))}`,
      ...COMMAND_NAMES.filter((name) => describe(name).group === group).flatMap(commandSection),
      ...(group === 'daemon' ? item(`\\fB${HEALTHCHECK}\\fR`, HEALTHCHECK_SUMMARY) : []),
    ]),
    '.SH SETTINGS',
    'Of \\fBrun\\fR and \\fBcheck\\fR, and some of them of \\fBreplay\\fR. Each can be set in the environment as well, or in the',
    'file that \\fB\\-\\-config\\fR names; a flag wins over the environment, and that over the file. Lists are separated by',
    'commas in the environment.',
    ...OPTION_NAMES.flatMap((name) => optionItem(OPTIONS[name] as Option<unknown>)),
    '.SH EXIT STATUS',
    ...item('0', 'done; of a daemon: it was asked to go'),
    ...item('1', 'bad settings, no daemon, or one that refused'),
    ...item('2', 'an unknown flag or word'),
    ...item('3', 'of \\fBstatus\\fR and \\fBexplain\\fR: what was asked about is not announced'),
    '.SH FILES',
    ...FILES.flatMap(([file, says]) => item(`\\fI${file}\\fR`, says)),
    '.SH SIGNALS',
    ...SIGNALS.flatMap(([signal, does]) => item(`\\fB${signal}\\fR`, does)),
    '.SH SEE ALSO',
    '.BR exabgp (1),',
    '.BR bird (8),',
    '.BR ss (8)',
    '',
  ].join('\n');

const FILES = [
  [
    '/run/ha2bgp/NAME.sock',
    'the control socket (\\fB\\-\\-control\\-socket\\fR); a daemon that was killed leaves it behind',
  ],
  [
    '/var/lib/ha2bgp/NAME.overrides',
    'what is done by hand, in \\fB\\-\\-data\\-dir\\fR; \\fINAME.overrides.damaged\\fR is one that was found damaged',
  ],
  [
    '/var/lib/ha2bgp/NAME.history',
    'the history, in \\fB\\-\\-data\\-dir\\fR; \\fINAME.history.1\\fR is the older half',
  ],
  ['/run/ha2bgp/NAME.routes', 'what ExaBGP was told, in \\fB\\-\\-state\\-dir\\fR'],
] as const;
const SIGNALS = [
  [
    'SIGTERM, SIGINT',
    'withdraw what is announced (\\fB\\-\\-on\\-exit\\fR), and end within 2 s; a second one ends at once',
  ],
  ['SIGHUP', 'read the file of \\fB\\-\\-config\\fR again; without one as SIGTERM'],
  ['SIGUSR2', 'open the file of the log anew'],
  ['SIGUSR1', 'nothing'],
] as const;

function commandSection(name: CommandName): string[] {
  const description = describe(name);
  const own = takesSettings(name) ? Object.values(description.own) : optionsOf(description);
  return [
    ...item(`\\fB${escaped(name)}\\fR ${italic(usageOf(description))}`, codeless(description.description)),
    ...(own.length === 0 ? [] : ['.RS', ...own.flatMap((option) => optionItem(option)), '.RE']),
    ...exitItems(description),
    ...exampleItems(description),
  ];
}

const exitItems = ({ exits }: CommandDescription): string[] => {
  const items = Object.entries(exits).flatMap(([status, says]) => item(`status ${status}`, says));
  return items.length === 0 ? [] : ['.RS', ...items, '.RE'];
};

const exampleItems = ({ examples }: CommandDescription): string[] =>
  examples.length === 0
    ? []
    : [
        ...['.RS', '.PP', '.EX'],
        ...examples.map(([words, does]) => escaped(`$ ha2bgp ${words}${does === '' ? '' : `   # ${does}`}`)),
        ...['.EE', '.RE'],
      ];

function optionItem({ flag, short, kind, argument, help, environment, format, ...option }: Option<unknown>): string[] {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${flag}`].map((name) => `\\fB${escaped(name)}\\fR`);
  const value = kind === 'switch' ? '' : ` \\fI${escaped(argument)}\\fR`;
  const preset = kind === 'value' ? format(option.default) : '';
  const remarks = [...(preset === '' ? [] : [`default: ${preset}`]), ...(environment === '' ? [] : [environment])];
  return item(`${names.join(', ')}${value}`, `${help}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`);
}

const item = (term: string, text: string): string[] => ['.TP', term, lineOf(text)];

/** A line that begins with a dot or a quote would be a request. Ready markup stays. */
const lineOf = (text: string): string => {
  const line = text.includes('\\f') ? text : escaped(text);
  return /^[.']/.test(line) ? `\\&${line}` : line;
};

/** Backslashes, and dashes that are not hyphens: groff_char(7). */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '\\&...');
const italic = (text: string): string => (text === '' ? '' : `\\fI${escaped(text)}\\fR`);
const quoted = (text: string): string => `"${text.replaceAll('"', '\\(dq')}"`;
/** Words in the code of Markdown stand alone. */
const codeless = (text: string): string => text.replaceAll('`', '');
