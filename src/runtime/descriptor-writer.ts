/**
 * Writes lines to a descriptor that perhaps nobody reads: never blocks, never grows without bound, counts what it drops.
 *
 * Node's own ways don't do for stderr. A synchronous write stands still with the reader; a stream makes the descriptor
 * non-blocking for everybody who shares it, and stderr is shared with whoever started us: ExaBGP would find its own log
 * writes failing. See `non-blocking` for how it is written to instead.
 */
import { createLostLines } from './lost-lines.ts';
import { nonBlockingWrite } from './non-blocking.ts';

export interface DescriptorWriter {
  /** Writes the line now, or keeps it for later, or drops and counts it. */
  write(line: string): void;
  /** Tries once more, at the end of the process: a reader that is there gets everything. */
  flush(): void;
  /** Lines, since the start. */
  dropped(): number;
}

export interface DescriptorWriterOptions {
  readonly fd: number;
  /** What may wait, in bytes. */
  readonly capacity?: number;
  /** Whether the process stays until everything is written; a log never keeps it. */
  readonly keepsAlive?: boolean;
  /** The line that stands for dropped ones. */
  readonly droppedLine: (count: number) => string;
}

const CAPACITY = 1_048_576;
const RETRY_MS = 20;

export function createDescriptorWriter({
  fd,
  capacity = CAPACITY,
  keepsAlive = false,
  droppedLine,
}: DescriptorWriterOptions): DescriptorWriter {
  const write = nonBlockingWrite(fd);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const lost = createLostLines();
  let isBroken = false;
  let retry: NodeJS.Timeout | undefined;

  function drain(): void {
    retry = undefined;
    while (waiting.length > 0 && !isBroken) {
      const next = waiting[0] ?? Buffer.alloc(0);
      const written = attempt(next);
      if (written === undefined) return;
      waitingBytes -= written;
      if (written < next.length) waiting[0] = next.subarray(written);
      else waiting.shift();
      const count = lost.unsaid();
      if (waiting.length === 0 && count > 0) {
        const line = Buffer.from(droppedLine(count));
        lost.said(count);
        waiting.push(line);
        waitingBytes += line.length;
      }
    }
  }

  /** The number of bytes written; `undefined` when it has to be tried again later, or not at all. */
  function attempt(bytes: Buffer): number | undefined {
    try {
      const written = write(bytes);
      if (written > 0) return written;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        // EPIPE, EIO, ENOSPC: nobody is left to tell. Logs never end the daemon.
        isBroken = (error as NodeJS.ErrnoException).code !== 'ENOSPC';
        lost.add(waiting.length);
        waiting = [];
        waitingBytes = 0;
        return undefined;
      }
    }
    retry ??= setTimeout(drain, RETRY_MS);
    if (!keepsAlive) retry.unref();
    return undefined;
  }

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (isBroken || waitingBytes + bytes.length > capacity) {
        lost.add(1);
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (retry === undefined) drain();
    },
    flush: drain,
    dropped: lost.total,
  };
}
