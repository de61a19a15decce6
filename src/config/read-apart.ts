/**
 * SHELL: reads settings with those of a file beside a daemon that runs. With a hundred thousand prefixes that takes a second:
 * that is for a thread of its own, and the daemon goes on meanwhile.
 */
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { readConfigFile } from './config-file.ts';
import { type GivenFlags, type Resolved, resolveSettings } from './settings.ts';

export interface GivenBesideFile {
  readonly file: string;
  readonly flags: GivenFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Of fewer bytes it is done in some milliseconds, less than it takes to start a thread. */
const SMALL = 65_536;

export const readSettings = ({ file, flags, environment }: GivenBesideFile): Resolved =>
  resolveSettings(flags, environment, readConfigFile(file));

export function readApart(given: GivenBesideFile): Promise<Resolved> {
  const { file } = given;
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < SMALL) return Promise.resolve(readSettings(given));
  return new Promise((resolve, reject) => {
    const script = new URL('./read-thread.js', import.meta.url);
    // The environment of a process is no plain object.
    const workerData = { ...given, environment: { ...given.environment } };
    const thread = new Worker(script, { workerData, execArgv: [], stdout: true, stderr: true });
    thread.on('message', resolve);
    thread.on('error', reject);
    thread.on('exit', (status) => reject(new Error(`the thread that reads ${file} ended with ${status}`)));
  });
}
