/** SHELL: the files of /proc/net, read now. */
import fs from 'node:fs';
import { BytesError } from '../../bytes/reader.ts';

/** A file cannot be read, or makes no sense. */
export class ProcError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ProcError';
  }
}

/**
 * Of the thread that reads: setns(2) moves single threads. And unlike /proc/net, it is there in a /proc that was mounted
 * with subset=pid (systemd.exec(5), ProcSubset=).
 */
export const OWN_NET = '/proc/thread-self/net';
/** More than a million routes. Whoever has so many cannot be served from text. */
const MOST_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024);

/** What `parse` makes of the file, up to a last line that is `enough`. Throws `ProcError`. */
export function readProc<T>(file: string, parse: (text: string) => T, enough?: (line: string) => boolean): T {
  try {
    return parse(readText(file, enough));
  } catch (error) {
    if (error instanceof BytesError) throw new ProcError(`${file}: ${error.message}`, error);
    throw error;
  }
}

/** Files of IPv6 are not there on a host without it. Throws `ProcError`. */
export const isThere = (file: string): boolean =>
  attempt(file, () => fs.statSync(file, { throwIfNoEntry: false })) !== undefined;

function readText(file: string, enough: ((line: string) => boolean) | undefined): string {
  const fd = attempt(file, () => fs.openSync(file, 'r'));
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const length = attempt(file, () => fs.readSync(fd, CHUNK));
      const chunk = Buffer.from(CHUNK.subarray(0, length));
      chunks.push(chunk);
      total += length;
      if (length === 0 || (enough?.(lastLine(chunk)) ?? false)) return Buffer.concat(chunks).toString();
      if (total > MOST_BYTES) throw new ProcError(`${file}: over ${MOST_BYTES} bytes`);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** seq_file hands out whole lines. */
function lastLine(chunk: Buffer): string {
  const text = chunk.toString('latin1');
  return text.slice(text.lastIndexOf('\n', text.length - 2) + 1, text.lastIndexOf('\n'));
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new ProcError(`${file}: ${(error as NodeJS.ErrnoException).code}`, error);
  }
}
