/** The pipes between us and ExaBGP: commands on stdout, answers on stdin, and what their end means. */
import type { Writable } from 'node:stream';
import { isPiped } from '../runtime/descriptors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { nonBlockingStream } from '../runtime/non-blocking.ts';

/** Node writes to a terminal synchronously: one that is stopped with Ctrl-S would stop us. */
export function openStdout(log: Log, lifecycle: Lifecycle): Writable {
  const output = isPiped(1) ? process.stdout : nonBlockingStream(1);
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      // Nobody reads what we say any more: there is nothing left to do, and nobody to withdraw from.
      log.info({ detail: error.message }, 'nobody reads stdout any more, going');
      lifecycle.exit(0);
    }
    log.error({ detail: error.message }, 'stdout cannot be written');
    lifecycle.exit(1);
  });
  return output;
}

/**
 * `hear` gets what comes on stdin; under ExaBGP its end is the end of everything. A terminal, a device or a file as stdin
 * is left alone: it has nothing to say to us, and reading it may never end.
 */
export function listen(hear: (chunk: Buffer) => void, hasExabgp: boolean, log: Log, lifecycle: Lifecycle): void {
  if (!isPiped(0)) return;
  process.stdin.on('data', hear);
  const gone = (): void => {
    if (!hasExabgp) return;
    log.info({}, 'ExaBGP is gone, going');
    lifecycle.exit(0);
  };
  process.stdin.on('end', gone).on('error', (error) => {
    log.warn({ detail: error.message }, 'stdin cannot be read');
    gone();
  });
}
