/**
 * Keeps Node's hands off stderr.
 *
 * Whoever asks for `process.stderr` on a pipe or a socket makes it non-blocking, and not for us alone: it is one open file
 * description with that of whoever started us, so that ExaBGP's own log writes would begin to fail. Nobody has to mean
 * it: loading `node:assert`, as many a library does, is enough. So a stand-in takes its place, before anything is loaded,
 * for the few lines that Node or a library may still write. Our log has a way of its own (`descriptor-writer`).
 */
import fs from 'node:fs';
import { Writable } from 'node:stream';
import tty from 'node:tty';
import { reopenForWriting } from './reopen.ts';

export function keepStderrBlocking(): void {
  if (tty.isatty(2)) return; // a terminal is opened anew by Node itself
  let own: number | undefined;
  const standIn = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string | Uint8Array, _encoding, done) {
        try {
          // Opened anew it does not wait for a reader; a socket can't be, and has room for a few lines. A file need not be,
          // and has one place where the next line goes.
          own ??= (fs.fstatSync(2).isFile() ? undefined : reopenForWriting(2)) ?? 2;
          fs.writeSync(own, Buffer.from(chunk as string));
        } catch {
          // full, or nobody is left to tell
        }
        done();
      },
    }),
    { fd: 2, isTTY: false },
  );
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, value: standIn });
}
