/** SHELL: the thread that reads /proc, which takes milliseconds: the main thread has timers to keep. */
import { parentPort, workerData } from 'node:worker_threads';
import { createProcSource, type ProcOptions, type ProcReading } from './reading.ts';

export interface ProcAnswer extends ProcReading {
  /** Milliseconds that it took. Hardly anything waits in there, so that it is processor time, unless others take it away. */
  readonly cost: number;
}

const source = createProcSource(workerData as ProcOptions);
let last: Promise<void> = Promise.resolve();

/** An error that nobody foresaw ends the thread, and `reader.ts` hears of it. */
async function answer(wanted: { readonly host: boolean }): Promise<void> {
  const start = performance.now();
  const reading = await source.read(wanted);
  parentPort?.postMessage({ ...reading, cost: performance.now() - start } satisfies ProcAnswer);
}

parentPort?.on('message', (wanted: { readonly host: boolean }) => {
  last = last.then(() => answer(wanted));
});
