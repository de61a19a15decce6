/**
 * SHELL: a journal: lines that are appended to a file, in JSON, and the last of them found again by the next process.
 * Bounded: two files, each of at most so many bytes.
 *
 * What it does not: make anybody wait, or lose a word about what it loses. Lines that the disk does not take are dropped and
 * counted, that is said once, and it is tried again later.
 */
import { constants, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { memberOf } from '../model/recording.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createRing, type FileKind } from '../runtime/ring.ts';
import { type DataDirectory, FILE_MODE, fileIn, isSystemError, whyNotWritable } from './data-directory.ts';

export interface Journal {
  /** One JSON object, without a line feed. Never blocks, never throws. */
  append(line: string): void;
  /** The newest lines that are there, of whichever process, the oldest of them first; `most` at most. */
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
const KIND: FileKind = { noun: 'a journal', start: '{', mode: FILE_MODE };

/** A journal that is kept nowhere. `why`: for people. */
export const noJournal = (why: string): Journal => ({
  append: () => {},
  readLast: async () => [],
  status: () => ({ notKept: why, dropped: 0 }),
  close: async () => {},
  flush: () => {},
});

/** `what`: the last part of the file's name, such as `history`. */
export function openJournal(place: DataDirectory, what: string, options: JournalOptions): Journal {
  const { clock, log, size = SIZE, makeRing = createRing } = options;
  const file = fileIn(place, what);
  const ring = makeRing({ file, files: FILES, kind: KIND, failed: (error) => fail(error.message), drained });
  /** Of the newest file, whoever wrote it. */
  let bytes = 0;
  let notKept: string | undefined;
  let retryAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  /** Lines that wait for the disk, and would be lost with it. */
  let waiting = 0;
  let isMeasured = false;

  function fail(why: string): void {
    dropped += waiting;
    waiting = 0;
    retryAt = clock.now() + PAUSE;
    if (notKept === undefined) log.error({ file, detail: why }, 'not written, tried again later');
    notKept = why;
  }

  function drained(): void {
    waiting = 0;
    if (notKept === undefined) return;
    notKept = undefined;
    log.info({ file, lost: dropped }, 'written again');
  }

  return {
    append(line) {
      if (clock.now() < retryAt) {
        dropped++;
        return;
      }
      const why = notKept === undefined && isMeasured ? undefined : whyNotWritable(place.directory);
      if (why !== undefined || ring.waiting() > MOST_WAITING) {
        dropped++;
        fail(why ?? `the disk is too slow, ${MOST_WAITING} bytes wait for it`);
        return;
      }
      if (!isMeasured) bytes = sizeOf(file);
      isMeasured = true;
      if (bytes >= size) {
        ring.turn();
        bytes = 0;
      }
      bytes += Buffer.byteLength(line) + 1;
      waiting++;
      ring.append(line);
    },
    async readLast(most) {
      const lines: string[] = [];
      for (let number = 0; number < FILES && lines.length < most; number++) {
        lines.unshift(...(await linesOf(memberOf(file, number), size)));
      }
      return lines.slice(-most);
    },
    status: () => ({ notKept, dropped }),
    close: () => ring.close(),
    flush: () => ring.flush(),
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The whole lines of the end of a file; none where there is no file, or none that can be read. */
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
      // What stands before the first line feed may be half a line, and so may what stands behind the last.
      if (from > 0) lines.shift();
      return lines.filter((line) => line.startsWith('{') && line.endsWith('}'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}
