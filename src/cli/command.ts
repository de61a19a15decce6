/** What the table of commands says of each: help, completions, man page and the command line's reader come from it. */
import type { OptionTable } from '../config/option.ts';
import type { OptionName } from '../config/options.ts';

/** What a word stands for, where one is completed. */
export type OperandKind = 'file' | 'service' | 'prefix' | 'drained' | 'shell' | 'to' | 'octets';

/** A word that the command takes besides flags. */
export interface Operand {
  /** What stands for it in the usage. */
  readonly shown: string;
  readonly kind: OperandKind;
  /** What was expected where it is missing: `a prefix, an address or a name`. */
  readonly expected: string;
  readonly isNeeded: boolean;
  /** Every further word is another one. */
  readonly isRepeated?: true;
}

/** As the help has them one below the other. */
export const GROUPS = {
  daemon: 'The daemon:',
  operate: 'A daemon that runs, asked and changed:',
  tools: 'Without a daemon:',
} as const;

export interface CommandDescription {
  readonly group: keyof typeof GROUPS;
  readonly summary: string;
  readonly description: string;
  /** The settings that it takes. */
  readonly options: readonly OptionName[];
  /** Those that are not given are the recording's: no default, and nothing of the environment. */
  readonly isOfRecording?: true;
  /** Flags that are no settings. */
  readonly own: OptionTable;
  /** In their order; one that is needed stands before those that are not. */
  readonly operands: readonly Operand[];
  /** Why it takes none of the other settings. */
  readonly whyNoOthers?: string;
  /** The exit statuses besides those of every command: what each says. */
  readonly exits: Readonly<Record<number, string>>;
  /** Words behind the name, each with what they do. */
  readonly examples: readonly (readonly [words: string, does: string])[];
}

export const usageOf = ({ operands }: CommandDescription): string =>
  [
    ...operands.map(({ shown, isNeeded, isRepeated }) => {
      const repeated = isRepeated ? `${shown}...` : shown;
      return isNeeded ? repeated : `[${repeated}]`;
    }),
    '[options]',
  ].join(' ');
