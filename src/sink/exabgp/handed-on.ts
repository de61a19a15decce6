/** SHELL: waits until a stream has written what it was given. */
import type { Writable } from 'node:stream';

/** Resolves when everything was said and written, when nobody can read it any more, or when the time is up. */
export async function handedOn(output: Writable, isSaid: () => boolean, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => output.destroyed || signal.aborted || (isSaid() && output.writableLength === 0);
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (isOver()) resolve();
      else if (isSaid()) output.write('', check);
      else output.once('drain', check);
    };
    output.once('close', resolve);
    output.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    check();
  });
}
