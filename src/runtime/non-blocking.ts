/** Writing that never waits, on a descriptor that others may share. */
import fs from 'node:fs';
import { Writable } from 'node:stream';
import { takesWrite } from './native.ts';
import { reopenForWriting } from './reopen.ts';

/** PIPE_BUF, pipe(7): poll(2) promises room for that much, and such a write is not split. */
const PIPE_BUF = 4096;
const RETRY_MS = 20;

/**
 * Writes what goes through at once and returns how much that was, which may be 0; or throws EAGAIN, which means the same,
 * or what write(2) may throw. Where the descriptor can't be opened anew, poll(2) is asked before each write.
 */
export function nonBlockingWrite(fd: number): (bytes: Buffer) => number {
  const isFile = isRegularFile(fd);
  const own = isFile ? undefined : reopenForWriting(fd);
  if (own !== undefined) return (bytes) => fs.writeSync(own, bytes);
  if (isFile) return (bytes) => fs.writeSync(fd, bytes);
  return (bytes) => (takesWrite(fd) ? fs.writeSync(fd, bytes.subarray(0, PIPE_BUF)) : 0);
}

/** The same as a stream, whose writer hears when it is full and when it has room again. For terminals and the like. */
export function nonBlockingStream(fd: number): Writable {
  const write = nonBlockingWrite(fd);
  const push = (bytes: Buffer, done: (error?: Error | null) => void): void => {
    let rest = bytes;
    try {
      while (rest.length > 0) {
        const written = write(rest);
        if (written === 0) break;
        rest = rest.subarray(written);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        done(error as Error);
        return;
      }
    }
    if (rest.length === 0) done();
    else setTimeout(push, RETRY_MS, rest, done).unref();
  };
  return new Writable({ write: (chunk: Buffer, _encoding, done) => push(chunk, done) });
}

function isRegularFile(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isFile();
  } catch {
    return false; // EBADF: the write itself will say so
  }
}
