/**
 * SHELL: a journal: lines that are appended to a file, in JSON, and the last of them found again by the next process.
 * Bounded: two files, each of at most so many bytes.
 *
 * What it does not: make anybody wait, or lose a word about what it loses. Lines that the disk does not take are dropped and
 * counted, that is said once, and it is tried again later.
 */
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import { memberOf } from '../model/recording.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createRing, type FileKind } from '../runtime/ring.ts';
import { type DataDirectory, FILE_MODE, fileIn, isSystemError, whyNotWritable } from './data-directory.ts';

export interface Journal {
  /** One JSON object, without a line feed. Never blocks, never throws. */
  append(line: string): void;
  /** The newest lines that are there, of whichever process, the oldest of them first; `most` at most. One may be cut. */
  readLast(most: number): Promise<readonly string[]>;
  status(): JournalStatus;
  /** Resolves when everything is written, or has failed. */
  close(): Promise<void>;
  /** The same at once, as far as it goes, at the end of the process. */
  flush(): void;
}

export interface JournalStatus {
  /** Why lines are not kept at present; `undefined` when they are. */
  readonly notKept: string | undefined;
  /** Lines that were lost so, ever. */
  readonly dropped: number;
}

export interface JournalOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Whether it is ours to write; where it is not, whoever says so has said why. */
  readonly isOurs?: () => Promise<boolean>;
  /** Bytes after which a file is full. */
  readonly size?: number;
  readonly makeRing?: typeof createRing;
}

/** Some ten thousand lines. */
const SIZE = 2 * 2 ** 20;
const FILES = 2;
/** Bytes that may wait for a slow disk. */
const MOST_WAITING = 4 * 2 ** 20;
/** How long it rests after a failure, in milliseconds. */
export const PAUSE = 30_000;
const KIND: FileKind = { noun: 'a journal', start: '{', isLoose: true, mode: FILE_MODE };

/** `what`: the last part of the file's name, such as `history`. */
export function openJournal(place: DataDirectory, what: string, options: JournalOptions): Journal {
  const { clock, log, size = SIZE, makeRing = createRing, isOurs = async () => true } = options;
  const file = fileIn(place, what);
  const ring = makeRing({ file, files: FILES, kind: KIND, failed: (error) => fail(error.message), drained });
  /** Of the newest file, whoever wrote it. */
  let bytes = 0;
  let notKept: string | undefined;
  let retryAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  /** Lines that wait for the disk, and would be lost with it. */
  let waiting = 0;
  /** Whether the place is known to take them. */
  let isReady = false;
  let looking: Promise<void> | undefined;
  /** What came before that was known, and its bytes. */
  let early: string[] = [];
  let earlyBytes = 0;

  function fail(why: string): void {
    lose();
    rest(why);
  }

  /** All that waits. */
  function lose(): void {
    dropped += waiting;
    waiting = 0;
    [early, earlyBytes] = [[], 0];
    retryAt = clock.now() + PAUSE;
    isReady = false;
  }

  function rest(why: string): void {
    if (notKept === undefined) log.error({ file, detail: why }, 'not written, tried again later');
    notKept = why;
    retryAt = clock.now() + PAUSE;
  }

  function drained(): void {
    waiting = 0;
    if (notKept === undefined) return;
    notKept = undefined;
    retryAt = Number.NEGATIVE_INFINITY;
    log.info({ file, lost: dropped }, 'written again');
  }

  /** A disk that does not answer holds this up, and nobody else. */
  async function look(): Promise<void> {
    if (!(await isOurs())) {
      lose();
      return;
    }
    const why = await whyNotWritable(place.directory);
    if (why !== undefined) {
      fail(why);
      return;
    }
    bytes = await sizeOf(file);
    isReady = true;
    const lines = early;
    [early, earlyBytes] = [[], 0];
    for (const line of lines) write(line);
  }

  function write(line: string): void {
    if (bytes >= size) {
      ring.turn();
      bytes = 0;
    }
    bytes += Buffer.byteLength(line) + 1;
    ring.append(line);
  }

  return {
    append(line) {
      if (clock.now() < retryAt) {
        dropped++;
        return;
      }
      if (earlyBytes + ring.waiting() > MOST_WAITING) {
        dropped++;
        rest(`the disk is too slow, ${MOST_WAITING} bytes wait for it`);
        return;
      }
      waiting++;
      if (isReady) write(line);
      else {
        early.push(line);
        earlyBytes += line.length;
        looking ??= look().finally(() => {
          looking = undefined;
        });
      }
    },
    async readLast(most) {
      const lines: string[] = [];
      for (let number = 0; number < FILES && lines.length < most; number++) {
        lines.unshift(...(await linesOf(memberOf(file, number), size)));
      }
      return lines.slice(-most);
    },
    status: () => ({ notKept, dropped }),
    async close() {
      await looking;
      await ring.close();
    },
    flush: () => ring.flush(),
  };
}

const sizeOf = async (file: string): Promise<number> =>
  (await fs.stat(file).catch((): { readonly size: number } => ({ size: 0 }))).size;

/** The lines of the end of a file, the last of which may be cut; none where there is no file, or none that can be read. */
async function linesOf(file: string, size: number): Promise<string[]> {
  try {
    // A FIFO would wait for somebody to write to it.
    const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size: length } = await handle.stat();
      const from = Math.max(0, length - 2 * size);
      const buffer = Buffer.alloc(length - from);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
      // What stands before the first line feed may be half a line.
      if (from > 0) lines.shift();
      return lines.filter((line) => line !== '');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}
