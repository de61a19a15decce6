/** The commands: what each does, and which flags and words it takes. */
import type { Option } from '../config/option.ts';
import { REPLAY_OPTIONS } from '../config/options/replay.ts';
import { OPTION_NAMES, type OptionName } from '../config/options.ts';
import { REPLAYABLE } from '../config/recorded-settings.ts';

/** The commands that take options of the table. */
export const SETTING_COMMANDS = ['run', 'check', 'replay', 'config-schema'] as const;
export type SettingCommand = (typeof SETTING_COMMANDS)[number];

/** The commands that take none of them; what words some take stands in files of their own. */
export const OTHER_COMMANDS = ['demo', 'doctor', 'decode'] as const;

export type CommandName = SettingCommand | (typeof OTHER_COMMANDS)[number];
export const COMMAND_NAMES: readonly CommandName[] = [...SETTING_COMMANDS, ...OTHER_COMMANDS];

/** Has an option table of its own: see `config/healthcheck`. Here it only stands in the help. */
export const HEALTHCHECK = 'healthcheck';

export interface CommandDescription {
  readonly summary: string;
  readonly description: string;
  /** The settings that it takes. */
  readonly options: readonly OptionName[];
  /** Those that are not given are the recording's: no default, and nothing of the environment. */
  readonly isOfRecording?: true;
  /** Flags that are no settings. */
  readonly own?: Readonly<Record<string, Option<unknown>>>;
  /** What stands for the one word that it needs besides flags. */
  readonly operand?: string;
  /** Why it takes none of the other settings. */
  readonly whyNoOthers?: string;
}

export const COMMANDS: Readonly<Record<SettingCommand, CommandDescription>> = {
  run: {
    summary: 'watch this host and say what should be announced (the default)',
    description:
      'Watches the listening sockets and the addresses of this host, and prints ExaBGP commands on stdout: announce while ' +
      'something listens on an address, withdraw when it does not. The log goes to stderr.',
    options: OPTION_NAMES,
  },
  check: {
    summary: 'print the effective settings and where each comes from',
    description:
      'Prints the settings that `run` would use, and where each comes from. Exits with 1 when one is bad, ' +
      'or asks for what this host refuses to this user.',
    options: OPTION_NAMES,
  },
  'config-schema': {
    summary: 'print the JSON Schema of the configuration file, for editors',
    description:
      'Prints the JSON Schema of the file that `--config` takes: what an editor needs to complete and check it.',
    options: [],
    whyNoOthers: 'has no effect here: the schema is the same whatever is set',
  },
  replay: {
    summary: 'play what `run --record FILE` wrote, as it was or with other settings',
    description:
      'Plays what `run --record FILE` wrote: for every service what became of it and when, and totals. With a setting of its ' +
      'own it tells what would have become of it, beside the totals of the recording; settings are those of the recording, ' +
      'and the environment is not looked at.',
    options: REPLAYABLE,
    isOfRecording: true,
    own: REPLAY_OPTIONS as Readonly<Record<string, Option<unknown>>>,
    operand: 'FILE',
    whyNoOthers:
      'cannot be another one here: a recording only tells what was seen, and when services were announced and withdrawn. ' +
      'ha2bgp replay --help names what can',
  },
};

/** It takes neither a flag nor a word. */
export const DEMO = {
  summary: 'show all of it on this host alone: services, a router and its table, for half a minute',
  description:
    'Runs the daemon and its speaker on loopback, between two services that open, close, restart, flap and are killed, and ' +
    'a router that keeps a table: what is in it, why, and how many milliseconds each change took. Needs no privilege and no ' +
    'other program, leaves nothing behind, and ends by itself, with 1 when something that was to happen did not. ' +
    'Cut short by a signal it says so, and ends with 128 and the number of the signal: 130 for Ctrl-C.',
} as const;
