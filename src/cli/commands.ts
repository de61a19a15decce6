/** The commands: what each does, and which flags and words it takes. */
import { DECODE_OPTIONS } from '../config/options/decode.ts';
import { DOCTOR_OPTIONS } from '../config/options/doctor.ts';
import { REPLAY_OPTIONS } from '../config/options/replay.ts';
import { OPTION_NAMES } from '../config/options.ts';
import { REPLAYABLE } from '../config/recorded-settings.ts';
import type { CommandDescription } from './command.ts';
import { OPERATE_COMMANDS } from './operate/commands.ts';

/** Has an option table of its own: see `config/healthcheck`. Here it only stands in the help. */
export const HEALTHCHECK = 'healthcheck';
export const HEALTHCHECK_SUMMARY = "be what ExaBGP's own healthcheck is, by its options; has a --help of its own";

const NOTHING = { options: [], own: {}, operands: [], exits: {}, examples: [] } as const;

export const COMMANDS = {
  run: {
    ...NOTHING,
    group: 'daemon',
    summary: 'watch this host and say what should be announced (the default)',
    description:
      'Watches the listening sockets and the addresses of this host, and prints ExaBGP commands on stdout: announce while ' +
      'something listens on an address, withdraw when it does not. The log goes to stderr.',
    options: OPTION_NAMES,
  },
  check: {
    ...NOTHING,
    group: 'daemon',
    summary: 'print the effective settings and where each comes from',
    description:
      'Prints the settings that `run` would use, and where each comes from. Exits with 1 when one is bad, ' +
      'or asks for what this host refuses to this user.',
    options: OPTION_NAMES,
  },
  ...OPERATE_COMMANDS,
  replay: {
    ...NOTHING,
    group: 'tools',
    summary: 'play what `run --record FILE` wrote, as it was or with other settings',
    description:
      'Plays what `run --record FILE` wrote: for every service what became of it and when, and totals. With a setting of its ' +
      'own it tells what would have become of it, beside the totals of the recording; settings are those of the recording, ' +
      'and the environment is not looked at.',
    options: REPLAYABLE,
    isOfRecording: true,
    own: REPLAY_OPTIONS,
    operands: [{ shown: 'FILE', kind: 'file', expected: 'what `run --record FILE` wrote', isNeeded: true }],
    whyNoOthers:
      'cannot be another one here: a recording only tells what was seen, and when services were announced and withdrawn. ' +
      'ha2bgp replay --help names what can',
  },
  demo: {
    ...NOTHING,
    group: 'tools',
    summary: 'show all of it on this host alone: services, a router and its table, for half a minute',
    description:
      'Runs the daemon and its speaker on loopback, between two services that open, close, restart, flap and are killed, and ' +
      'a router that keeps a table: what is in it, why, and how many milliseconds each change took. Needs no privilege and no ' +
      'other program, leaves nothing behind, and ends by itself, with 1 when something that was to happen did not. ' +
      'Cut short by a signal it says so, and ends with 128 and the number of the signal: 130 for Ctrl-C.',
    exits: { 130: 'cut short by Ctrl-C; of another signal 128 and its number' },
  },
  doctor: {
    ...NOTHING,
    group: 'tools',
    summary: 'say what keeps an exabgp.conf from working with ha2bgp, and what to write instead',
    description:
      'Reads an exabgp.conf as ExaBGP 4.2 and 5.0 would, and names, line by line, what they would refuse, what would keep ' +
      'announcements from arriving, and what to write instead. Starts nothing, changes nothing. Exits with 1 when there is an ' +
      'error; warnings alone are 0.',
    own: DOCTOR_OPTIONS,
    operands: [{ shown: 'FILE', kind: 'file', expected: 'the path of an exabgp.conf', isNeeded: true }],
    exits: { 1: 'the file has an error', 2: 'it could not be looked at' },
  },
  decode: {
    ...NOTHING,
    group: 'tools',
    summary: 'print BGP messages field by field, and what is wrong with them',
    description:
      'Prints BGP messages, one after the other: each field with its offset, and what is wrong, with what RFC 4271 and RFC 7606 ' +
      'make of it. They are given as hexadecimal digits (spaces and colons between them do not count), as a file of such ' +
      'digits or of the octets themselves, or on stdin. A message may lack its marker. Exits with 1 when something is wrong.',
    own: DECODE_OPTIONS,
    operands: [
      { shown: 'HEX|FILE|-', kind: 'octets', expected: 'hexadecimal digits', isNeeded: false, isRepeated: true },
    ],
    exits: { 1: 'a message has something wrong' },
  },
  'config-schema': {
    ...NOTHING,
    group: 'tools',
    summary: 'print the JSON Schema of the configuration file, for editors',
    description:
      'Prints the JSON Schema of the file that `--config` takes: what an editor needs to complete and check it.',
    whyNoOthers: 'has no effect here: the schema is the same whatever is set',
  },
  completion: {
    ...NOTHING,
    group: 'tools',
    summary: 'print the completions for a shell: bash, zsh or fish',
    description:
      'Prints what a shell needs to complete commands, flags and values, and prefixes and names of a daemon that runs. ' +
      'It says itself, in its first lines, where to put it.',
    operands: [{ shown: 'bash|zsh|fish', kind: 'shell', expected: 'bash, zsh or fish', isNeeded: true }],
    examples: [['completion bash > /etc/bash_completion.d/ha2bgp', 'for every user of bash']],
  },
} as const satisfies Readonly<Record<string, CommandDescription>>;

export type CommandName = keyof typeof COMMANDS;
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];
export const describe = (name: CommandName): CommandDescription => COMMANDS[name];
export const takesSettings = (name: CommandName): boolean => describe(name).options.length > 0;
