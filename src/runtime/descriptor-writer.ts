/**
 * Writes lines to a descriptor that perhaps nobody reads: never blocks, never grows without bound, counts what it drops.
 *
 * Node's own ways don't do for stderr. A synchronous write stands still with the reader; a stream makes the descriptor
 * non-blocking for everybody who shares it, and stderr is shared with whoever started us: ExaBGP would find its own log
 * writes failing. So the descriptor is opened anew (a pipe or a terminal then has its own non-blocking description), and
 * where that can't be done (a socket, somebody else's pipe) poll(2) is asked before each write.
 */
import fs from 'node:fs';
import { takesWrite } from './native.ts';

export interface DescriptorWriter {
  /** Writes the line now, or keeps it for later, or drops and counts it. */
  write(line: string): void;
  /** Tries once more, at the end of the process: a reader that is there gets everything. */
  flush(): void;
}

export interface DescriptorWriterOptions {
  readonly fd: number;
  /** What may wait, in bytes. */
  readonly capacity?: number;
  /** The line that stands for dropped ones. */
  readonly droppedLine: (count: number) => string;
}

const CAPACITY = 1_048_576;
const RETRY_MS = 20;
/** PIPE_BUF, pipe(7): poll(2) promises room for that much, and such a write is not split. */
const PIPE_BUF = 4096;

export function createDescriptorWriter({
  fd,
  capacity = CAPACITY,
  droppedLine,
}: DescriptorWriterOptions): DescriptorWriter {
  const write = chooseWrite(fd);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
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
      if (waiting.length === 0 && dropped > 0) {
        const line = Buffer.from(droppedLine(dropped));
        dropped = 0;
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
        waiting = [];
        waitingBytes = 0;
        return undefined;
      }
    }
    retry ??= setTimeout(drain, RETRY_MS).unref();
    return undefined;
  }

  return {
    write(line) {
      if (isBroken) return;
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > capacity) {
        dropped++;
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (retry === undefined) drain();
    },
    flush: drain,
  };
}

type Write = (bytes: Buffer) => number;

function chooseWrite(fd: number): Write {
  const own = reopen(fd);
  if (own !== undefined) return (bytes) => fs.writeSync(own, bytes);
  if (isFile(fd)) return (bytes) => fs.writeSync(fd, bytes);
  return (bytes) => (takesWrite(fd) ? fs.writeSync(fd, bytes.subarray(0, PIPE_BUF)) : 0);
}

function reopen(fd: number): number | undefined {
  if (isFile(fd)) return undefined;
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY, O_APPEND } = fs.constants;
    return fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_APPEND);
  } catch {
    return undefined; // ENXIO for a socket, EACCES for somebody else's pipe, ENOENT without /proc: poll(2) will do
  }
}

function isFile(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isFile();
  } catch {
    return false; // EBADF: the write itself will say so
  }
}
