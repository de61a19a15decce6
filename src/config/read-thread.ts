/** SHELL: the thread that reads settings for `read-apart`, once. An error that nobody foresaw ends it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type GivenBesideFile, readSettings } from './read-apart.ts';

parentPort?.postMessage(readSettings(workerData as GivenBesideFile));
