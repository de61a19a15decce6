/**
 * SHELL: reads a configuration file beside a daemon that runs. A file with a hundred thousand prefixes takes a second: that
 * is for a thread of its own, and the daemon goes on meanwhile.
 */
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type FileSettings, readConfigFile } from './config-file.ts';

/** Of fewer bytes it is done in some milliseconds, less than it takes to start a thread. */
const SMALL = 65_536;

export function readApart(file: string): Promise<FileSettings> {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < SMALL) return Promise.resolve(readConfigFile(file));
  return new Promise((resolve, reject) => {
    const script = new URL('./read-thread.js', import.meta.url);
    const thread = new Worker(script, { workerData: file, execArgv: [], stdout: true, stderr: true });
    thread.on('message', resolve);
    thread.on('error', reject);
    thread.on('exit', (status) => reject(new Error(`the thread that reads ${file} ended with ${status}`)));
  });
}
