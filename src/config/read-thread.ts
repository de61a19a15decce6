/** SHELL: the thread that reads a configuration file for `read-apart`, once. An error that nobody foresaw ends it. */
import { parentPort, workerData } from 'node:worker_threads';
import { readConfigFile } from './config-file.ts';

parentPort?.postMessage(readConfigFile(workerData as string));
