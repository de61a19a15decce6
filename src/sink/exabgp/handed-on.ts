/** SHELL: waits until a stream has written what it was given. */
import type { Writable } from 'node:stream';

/** Resolves when everything was said and written, when nobody can read it any more, or when the time is up. */
export async function handedOn(output: Writable, isSaid: () => boolean, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => output.destroyed || signal.aborted || (isSaid() && output.writableLength === 0);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      output.off('drain', check).off('close', done).off('error', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    function check(): void {
      if (isOver()) done();
      else if (isSaid()) output.write('', check);
      else if (output.writableNeedDrain) output.once('drain', check);
      // Whoever says it takes a rest.
      else setImmediate(check);
    }
    output.on('close', done).on('error', done);
    signal.addEventListener('abort', done);
    check();
  });
}
