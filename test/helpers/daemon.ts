/** ha2bgp itself, through its door: bin/ha2bgp.js under this Node. */
import type { SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { type Started, start } from './processes.ts';
import { textOf, until } from './until.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const bin = path.join(root, 'bin/ha2bgp.js');

export interface Daemon extends Started {
  /** The commands on stdout so far. */
  readonly lines: () => readonly string[];
  /** Waits for the command. */
  told(line: string): Promise<void>;
  /** Waits for a text in the log. */
  logged(text: string): Promise<void>;
  /** How often a text stands in the log so far. */
  readonly count: (text: string) => number;
  /** What is announced by the commands so far, in order of their first announce. */
  readonly announced: () => readonly string[];
  /** Waits until these prefixes are announced and no others. */
  announces(...prefixes: readonly string[]): Promise<void>;
}

/** `via`: words that run a command elsewhere, such as those that enter a namespace. */
export function startDaemon(args: readonly string[], options: SpawnOptions = {}, via: readonly string[] = []): Daemon {
  const [command = '', ...words] = [...via, process.execPath, bin, ...args];
  const started = start(command, words, {
    ...options,
    env: { ...aloneEnvironment(), ...options.env },
  });
  const lines = (): readonly string[] =>
    started
      .stdout()
      .split('\n')
      .filter((line) => line !== '');
  const orEnded = (what: string | (() => string), look: () => boolean): Promise<boolean> =>
    until(what, () => {
      if (look()) return true;
      if (started.child.exitCode !== null) throw new Error(`ended before: ${textOf(what)}\n${started.stderr()}`);
      return undefined;
    });
  const count = (text: string): number => started.stderr().split(text).length - 1;
  const announced = (): readonly string[] => {
    const prefixes = new Set<string>();
    for (const line of lines()) {
      const [, word, route, nlri = ''] =
        /^(announce|withdraw) (?:route (\S+)|attributes .* nlri (.*))/.exec(line) ?? [];
      for (const prefix of route === undefined ? nlri.split(' ') : [route]) {
        if (word === 'announce') prefixes.add(prefix);
        else prefixes.delete(prefix);
      }
    }
    return [...prefixes];
  };
  return {
    ...started,
    lines,
    count,
    announced,
    announces: async (...prefixes) => {
      const wanted = [...prefixes].sort().join(' ');
      const what = (): string => `announced [${wanted}], not [${announced().join(' ')}]\n${started.stderr()}`;
      await orEnded(what, () => [...announced()].sort().join(' ') === wanted);
    },
    told: async (line) => void (await orEnded(line, () => lines().includes(line))),
    logged: async (text) => void (await orEnded(`log: ${text}`, () => started.stderr().includes(text))),
  };
}

/**
 * Our own environment, for a daemon that keeps nothing where others look: tests beside each other have the same settings, and
 * a command that finds its daemon by itself finds whatever there is.
 */
export const aloneEnvironment = (): NodeJS.ProcessEnv => ({
  ...cleanEnvironment(),
  HA2BGP_STATE_DIR: 'none',
  HA2BGP_DATA_DIR: 'none',
  HA2BGP_CONTROL_SOCKET: 'none',
});

/** Our own environment without what would reach ha2bgp. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('HA2BGP_') && !/^(NO|FORCE)_COLOR$/.test(name)),
  );
}
