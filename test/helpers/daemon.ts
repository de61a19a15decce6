/** ha2bgp itself, through its door: bin/ha2bgp.js under this Node. */
import type { SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { type Started, start } from './processes.ts';
import { until } from './until.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const bin = path.join(root, 'bin/ha2bgp.js');

export interface Daemon extends Started {
  /** The commands on stdout so far. */
  readonly lines: () => readonly string[];
  /** Waits for the command. */
  told(line: string): Promise<void>;
  /** Waits for a text in the log. */
  logged(text: string): Promise<void>;
}

export function startDaemon(args: readonly string[], options: SpawnOptions = {}): Daemon {
  const started = start(process.execPath, [bin, ...args], {
    ...options,
    env: { ...cleanEnvironment(), ...options.env },
  });
  const lines = (): readonly string[] =>
    started
      .stdout()
      .split('\n')
      .filter((line) => line !== '');
  const orEnded = (what: string, look: () => boolean): Promise<boolean> =>
    until(what, () => {
      if (look()) return true;
      if (started.child.exitCode !== null) throw new Error(`ended before: ${what}\n${started.stderr()}`);
      return undefined;
    });
  return {
    ...started,
    lines,
    told: async (line) => void (await orEnded(line, () => lines().includes(line))),
    logged: async (text) => void (await orEnded(`log: ${text}`, () => started.stderr().includes(text))),
  };
}

/** Our own environment without what would reach ha2bgp. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('HA2BGP_') && !/^(NO|FORCE)_COLOR$/.test(name)),
  );
}
