/** Where commands print their answers, and what is wrong with what they were asked. Not for `run`, whose stdout is the sink's. */
import type { Problem } from '../config/place.ts';
import { createDescriptorWriter } from '../runtime/descriptor-writer.ts';
import { isTerminal } from '../runtime/descriptors.ts';

/** Exit status: 1 for bad settings and for what failed, 2 for a flag or a word that is unknown, whatever
 * else is wrong, and for a value that a command cannot ask a daemon about. */
export const STATUS = { ok: 0, bad: 1, unknown: 2, notAnnounced: 3 } as const;

/** To stdout, all of it, also into a pipe. */
export function print(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return; // `ha2bgp --help | head -1`: the reader has had enough
    complain([{ place: 'stdout', text: error.message }]);
    process.exitCode = STATUS.bad;
  });
  process.stdout.write(text);
}

/** Stdout takes no more: a full disk. */
export class StdoutError extends Error {}

/** To stdout, piece by piece: when it has taken one; false when nobody reads any more. Throws `StdoutError`. */
export function printed(text: string | Uint8Array): Promise<boolean> {
  // Said by the write itself.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false);
      else reject(new StdoutError(error.message));
    });
  });
}

export function complain(problems: readonly Problem[]): void {
  const stderr = createDescriptorWriter({
    fd: 2,
    keepsAlive: true,
    droppedLine: (count) => `ha2bgp: ${count} lines dropped\n`,
  });
  for (const { place, text } of problems) stderr.write(`ha2bgp: ${place}: ${text}\n`);
}

/** Of the terminal on stdout; Infinity where it is none. */
export const columnsOfStdout = (): number =>
  isTerminal(1) ? process.stdout.columns || USUAL_COLUMNS : Number.POSITIVE_INFINITY;

/** Where the terminal does not say. */
const USUAL_COLUMNS = 80;

/** Of `run`, which may not be what was meant, that of all commands, where its own flags stand as well. */
export const seeHelp = (command: string): Problem => ({
  place: 'usage',
  text: `see ha2bgp ${command === 'run' ? '' : `${command} `}--help`,
});
