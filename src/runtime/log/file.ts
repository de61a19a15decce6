/**
 * The log in a file: appended to, and opened anew when somebody moved it away (SIGUSR2, for logrotate) or removed it.
 *
 * A file is written to in threads of libuv's, one write after the other: a disk that is slow, full or gone makes lines wait,
 * up to a bound, and never the daemon. What failed is tried again where it stopped, every second.
 */
import { constants, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createLostLines } from '../lost-lines.ts';
import { type Destination, droppedLine, LOG_CAPACITY } from './destination.ts';
import type { Render } from './rendering.ts';

export interface FileOptions {
  readonly file: string;
  readonly render: Render;
  /** Hears once what keeps lines from being written, until some are written again. */
  readonly failed: (detail: string) => void;
  /** What may wait, in bytes. */
  readonly capacity?: number;
}

const RETRY_MS = 1_000;
/** How often it is looked at whether the file is still in some directory. */
const LOOK_EVERY_MS = 1_000;
const BATCH_BYTES = 65_536;
const MODE = 0o640;
// Opening a FIFO or a terminal must neither wait nor make it ours; neither is a file.
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;

export function fileDestination({ file, render, failed, capacity = LOG_CAPACITY }: FileOptions): Destination {
  let handle: fs.FileHandle | undefined;
  /** The device and the inode of the file. */
  let opened = '';
  /** Whether what is written to it would be: it is not there, cannot be written, or is in no directory. */
  let isLost = true;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  /** Of the first line that waits, what is in the file already. */
  let written = 0;
  const lost = createLostLines();
  let isFailing = false;
  let isWriting = false;
  let isOpenWanted = true;
  let isClosed = false;
  let lookedAt = 0;
  let retry: NodeJS.Timeout | undefined;
  let pumping: Promise<void> | undefined;

  /** Until nothing waits, or nothing goes. Never rejects. */
  async function pump(): Promise<void> {
    try {
      while (waiting.length > 0 || isOpenDue()) {
        if (isOpenDue()) await open();
        if (waiting.length > 0) await writeSome();
        say();
        if (performance.now() - lookedAt > LOOK_EVERY_MS) await look();
      }
      if (!isOpenWanted) isFailing = false;
    } catch (error) {
      stumble(error as Error);
    } finally {
      pumping = undefined;
    }
  }

  const isOpenDue = (): boolean => isOpenWanted && retry === undefined;

  function start(): void {
    clearTimeout(retry);
    retry = undefined;
    pumping ??= Promise.resolve().then(pump);
  }

  function stumble(error: Error): void {
    if (!isFailing) failed(error.message);
    isFailing = true;
    isOpenWanted = true;
    retry ??= setTimeout(start, RETRY_MS).unref();
  }

  /** The file that is open does until there is another; unless what is written to it is lost. Rejects where there is none. */
  async function open(): Promise<void> {
    try {
      const next = await fs.open(file, FLAGS, MODE);
      try {
        const stat = await next.stat();
        if (!stat.isFile()) throw new Error(`${file} is no regular file`);
        const id = `${stat.dev} ${stat.ino}`;
        // Half a line stands in the other one.
        if (id !== opened) written = 0;
        opened = id;
      } catch (error) {
        await next.close();
        throw error;
      }
      await handle?.close().catch(() => {});
      handle = next;
      isLost = false;
      isOpenWanted = false;
      lookedAt = performance.now();
    } catch (error) {
      if (isLost) throw error;
      stumble(error as Error);
    }
  }

  async function writeSome(): Promise<void> {
    if (handle === undefined) return;
    const batch = nextBatch();
    isWriting = true;
    try {
      const { bytesWritten } = await handle.write(batch);
      took(bytesWritten);
    } catch (error) {
      isLost = true;
      throw error;
    } finally {
      isWriting = false;
    }
  }

  function nextBatch(): Buffer {
    const batch: Buffer[] = [];
    let bytes = 0;
    for (const line of waiting) {
      batch.push(line);
      bytes += line.length;
      if (bytes >= BATCH_BYTES) break;
    }
    return Buffer.concat(batch).subarray(written);
  }

  function took(bytes: number): void {
    written += bytes;
    let lines = 0;
    for (const line of waiting) {
      if (written < line.length) break;
      written -= line.length;
      waitingBytes -= line.length;
      lines++;
    }
    waiting = waiting.slice(lines);
  }

  /** Behind what waits: it is what came after that that was dropped. */
  function say(): void {
    const count = lost.unsaid();
    if (count === 0 || waitingBytes >= capacity) return;
    const line = Buffer.from(render(droppedLine(count)));
    lost.said(count);
    waiting.push(line);
    waitingBytes += line.length;
  }

  /** What is written to a file in no directory is gone. */
  async function look(): Promise<void> {
    lookedAt = performance.now();
    if (handle === undefined || (await handle.stat()).nlink > 0) return;
    isLost = true;
    await open();
  }

  return {
    write(line) {
      const bytes = Buffer.from(render(line));
      if (isClosed || waitingBytes + bytes.length > capacity) {
        lost.add(1);
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (retry === undefined || !isLost) pumping ??= Promise.resolve().then(pump);
    },
    flush() {
      // What is being written is no longer ours to write; and what comes behind it has to stay behind it.
      if (isWriting || handle === undefined || waiting.length === 0) return;
      try {
        took(writeSync(handle.fd, Buffer.concat(waiting).subarray(written)));
      } catch {
        // The process ends, and nobody is left to tell.
      }
    },
    async close() {
      isClosed = true;
      start();
      await pumping;
      clearTimeout(retry);
      lost.add(waiting.length);
      waiting = [];
      await handle?.close().catch(() => {});
      handle = undefined;
    },
    reopen() {
      isOpenWanted = true;
      start();
    },
    dropped: lost.total,
  };
}
