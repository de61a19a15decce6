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
      lifecycle.exit(0, 'nobody reads stdout any more');
    }
    log.error({ detail: error.message }, 'stdout cannot be written');
    lifecycle.exit(1, 'stdout cannot be written');
  });
  return output;
}

const NO_REPLIES = 'the replies of ExaBGP cannot be read, what is written counts as told';

/**
 * `hear` gets what comes on stdin, left out where nobody waits for it; under ExaBGP its end is the end of everything. A
 * terminal, a device or a file as stdin is left alone: it has nothing to say to us, and reading it may never end. Where
 * there is nobody to reply that is said, once, and `ended` is called when it shows later.
 */
export function listen(
  hear: ((chunk: Buffer) => void) | undefined,
  ended: () => void,
  hasExabgp: boolean,
  log: Log,
  lifecycle: { exit(status: number, why: string): void },
): void {
  const sayDeaf = (why: string): void => {
    if (hear !== undefined) log.info({ why }, NO_REPLIES);
  };
  if (!isPiped(0)) {
    sayDeaf('stdin is no pipe');
    return;
  }
  let isGone = false;
  const gone = (): void => {
    if (isGone) return;
    isGone = true;
    if (!hasExabgp) {
      ended();
      sayDeaf('stdin has ended');
      return;
    }
    log.info({}, 'ExaBGP is gone, going');
    lifecycle.exit(0, 'ExaBGP is gone');
  };
  process.stdin.on('data', hear ?? (() => {}));
  process.stdin.on('end', gone).on('error', (error) => {
    log.warn({ detail: error.message }, 'stdin cannot be read');
    gone();
  });
}
