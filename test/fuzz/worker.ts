/** The thread in which the messages are tried. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { type FileCoverage, startCoverage } from './coverage.ts';
import type { Progress, Result } from './run.ts';

export interface Task {
  readonly root: string;
  readonly messages: number;
  readonly seed: number;
  /** How many were begun; the length of the one that is being tried, and which of all sessions it is heard in. */
  readonly counters: Int32Array;
  /** The octets of that one. */
  readonly current: Uint8Array;
}

export type Heard =
  | { readonly type: 'progress'; readonly state: Progress }
  | { readonly type: 'ended'; readonly result: Result; readonly coverage: readonly FileCoverage[] };

/** Files of the decoder, by a part of their path. */
const DECODER = '/src/bgp/wire/';

async function work({ root, messages, seed, counters, current }: Task): Promise<void> {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  // Before the decoder is loaded: what is loaded is run, too.
  const coverage = await startCoverage(root, DECODER);
  const { keptSeeds } = await import('./kept.ts');
  const { run } = await import('./run.ts');
  const { SESSIONS } = await import('./seed.ts');
  const result = run({
    ...{ messages, seed, kept: [...keptSeeds(root).values()].flat() },
    trying({ session, bytes }) {
      current.set(bytes);
      Atomics.store(counters, 1, bytes.length);
      Atomics.store(counters, 2, SESSIONS.indexOf(session));
      Atomics.add(counters, 0, 1);
    },
    progress: (state) => parentPort?.postMessage({ type: 'progress', state } satisfies Heard),
  });
  await coverage.take();
  parentPort?.postMessage({ type: 'ended', result, coverage: coverage.reached() } satisfies Heard);
}

await work(workerData as Task);
