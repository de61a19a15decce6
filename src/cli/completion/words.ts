/** What can stand on a command line, PURE: what the completions of every shell, and the man page, are made from. */
import { HEALTHCHECK_OPTION_NAMES, healthcheckOption } from '../../config/healthcheck/options.ts';
import type { Option } from '../../config/option.ts';
import { optionsOf } from '../arguments.ts';
import type { OperandKind } from '../command.ts';
import { COMMAND_NAMES, describe, HEALTHCHECK, HEALTHCHECK_SUMMARY } from '../commands.ts';

/** What is offered for a value, or for a word. */
export type Offer =
  | { readonly type: 'words'; readonly words: readonly string[]; readonly hasFiles: boolean }
  /** Prefixes and names of the daemon that runs: what it watches over, or what is drained; or of all daemons that run. */
  | { readonly type: 'services'; readonly which: 'services' | 'prefixes' | 'drained' | 'daemons' }
  | { readonly type: 'nothing' };

export interface FlagWords {
  /** With their dashes, the long one first. */
  readonly names: readonly string[];
  readonly help: string;
  /** `undefined` for a switch. */
  readonly value: Offer | undefined;
  readonly isRepeatable: boolean;
}

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** One for each word; the last stands for all that follow where it is repeated. */
  readonly operands: readonly Offer[];
  readonly isRepeated: boolean;
}

const HELP: FlagWords = { names: ['--help', '-h'], help: 'print this help', value: undefined, isRepeatable: false };
const DAEMONS: Offer = { type: 'services', which: 'daemons' };
const SHELLS = ['bash', 'zsh', 'fish'];
const OFFERS: Readonly<Record<OperandKind, Offer>> = {
  file: { type: 'words', words: [], hasFiles: true },
  octets: { type: 'words', words: [], hasFiles: true },
  service: { type: 'services', which: 'services' },
  prefix: { type: 'services', which: 'prefixes' },
  drained: { type: 'services', which: 'drained' },
  shell: { type: 'words', words: SHELLS, hasFiles: false },
  to: { type: 'words', words: ['up', 'down', 'auto'], hasFiles: false },
};

export function commandWords(): CommandWords[] {
  const commands = COMMAND_NAMES.map((name): CommandWords => {
    const description = describe(name);
    const isAsking = description.group === 'operate';
    return {
      name,
      summary: description.summary,
      flags: [...optionsOf(description).map((option) => flagWords(option, isAsking)), HELP],
      operands: description.operands.map(({ kind }) => OFFERS[kind]),
      isRepeated: description.operands.at(-1)?.isRepeated ?? false,
    };
  });
  const names: Offer = { type: 'words', words: [...COMMAND_NAMES, HEALTHCHECK], hasFiles: false };
  return [
    ...commands,
    healthcheckWords(),
    { name: 'help', summary: 'print the help of a command', flags: [], operands: [names], isRepeated: false },
  ];
}

/** `isAsking`: of a command that asks a daemon, which --name picks. */
function flagWords(option: Option<unknown>, isAsking: boolean): FlagWords {
  const { flag, short, kind, help } = option;
  return {
    names: [`--${flag}`, ...(short === undefined ? [] : [`-${short}`])],
    help,
    value: kind === 'switch' ? undefined : isAsking && flag === 'name' ? DAEMONS : valueOffer(option),
    isRepeatable: kind === 'list',
  };
}

/** Words that no shape tells of. */
const KNOWN = ['none', 'self'];
const FILES = ['file', 'path'];

function valueOffer({ argument, shape }: Option<unknown>): Offer {
  const parts = argument.split('|');
  const known = new Set([...KNOWN, ...wordsIn(shape)]);
  // Many words have one name between them in the help.
  const words = parts.length === 1 && !known.has(argument) ? wordsIn(shape) : parts.filter((part) => known.has(part));
  const hasFiles = parts.some((part) => FILES.includes(part));
  return words.length === 0 && !hasFiles ? { type: 'nothing' } : { type: 'words', words, hasFiles };
}

function wordsIn(shape: Option<unknown>['shape']): readonly string[] {
  const { enum: words = [], anyOf = [] } = (shape ?? {}) as {
    readonly enum?: readonly unknown[];
    readonly anyOf?: readonly { readonly const?: unknown }[];
  };
  return [...words, ...anyOf.map(({ const: word }) => word)].filter((word): word is string => typeof word === 'string');
}

function healthcheckWords(): CommandWords {
  const flags = HEALTHCHECK_OPTION_NAMES.map(healthcheckOption).map(
    ({ flags: [long = '', ...others], argument, help, isRepeatable = false }): FlagWords => ({
      names: [long, ...others.filter((flag) => /^-[a-zA-Z]$/.test(flag))],
      help,
      value: argument === undefined ? undefined : { type: 'words', words: [], hasFiles: true },
      isRepeatable,
    }),
  );
  return { name: HEALTHCHECK, summary: HEALTHCHECK_SUMMARY, flags, operands: [], isRepeated: false };
}
