/**
 * SHELL: a file that is kept as things are now, for others to read: they find the last one whole, or the next.
 *
 * Written on a period, and soon after `changed()`. What is long takes longer from one to the next, so that this costs at most
 * a twentieth of a processor. A disk that is full, slow or gone is said once, counted, and tried again; nobody waits for it.
 *
 * One that another process keeps is left to it, which is said once, and tried again.
 *
 * A link in its place is replaced, not followed: who may write there must not decide what else is overwritten.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Gate } from './gate.ts';
import { keepingOf } from './keeping.ts';
import type { FileStatus } from './metric.ts';
import { mayBeReplaced } from './place-of-file.ts';

export interface KeptFile {
  /** Something that it tells is no longer so. */
  changed(): void;
  status(): FileStatus;
  /** It is being written, or hangs at that. */
  isBusy(): boolean;
  /** Writes `last`, or removes the file where there is none. Waits until `time` says that it is late. */
  close(time: AbortSignal, last?: () => Promise<readonly string[]>): Promise<void>;
}

export interface KeptFileOptions {
  readonly file: string;
  readonly interval: Millis;
  /** What it says now, in pieces. */
  readonly compose: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: Gate;
}

/** Shortest time from one writing to the next. */
const PAUSE = ms(1_000);
/** How often it is written after changes: not more than one part in so many of the time. */
const RARELY = 20;
/** A disk that takes longer is worth a word. */
const SLOW = ms(10_000);
const MODE = 0o644;

export function keepFile({ file, interval, compose, clock, log, gate }: KeptFileOptions): KeptFile {
  const timer = `file ${file}`;
  let failures = 0;
  let isTroubled = false;
  const keeping = keepingOf(file);
  let isAnothers = false;
  let isClosed = false;
  let writing: Promise<void> | undefined;
  let begunAt = clock.now();
  let restUntil = clock.now();
  let due = clock.now();

  function schedule(at: Millis): void {
    if (isClosed) return;
    due = at;
    clock.setTimer(timer, at, tick);
  }

  function tick(): void {
    if (writing !== undefined) {
      if (clock.now() - begunAt >= SLOW)
        failed(`writing has not ended for ${Math.round((clock.now() - begunAt) / 1_000)} s`);
      schedule(ms(clock.now() + interval));
      return;
    }
    begunAt = clock.now();
    schedule(ms(begunAt + interval));
    writing = write(compose).finally(() => {
      writing = undefined;
      restUntil = ms(begunAt + Math.max(PAUSE, RARELY * (clock.now() - begunAt)));
    });
  }

  async function write(content: () => Promise<readonly string[]>): Promise<void> {
    try {
      if (!(await isOurs())) return;
      const pieces = await content();
      await gate.pass(() => replace(file, pieces));
      if (isTroubled) log.info({ file }, 'file written again');
      isTroubled = false;
    } catch (error) {
      failed((error as Error).message);
    }
  }

  async function isOurs(): Promise<boolean> {
    const was = isAnothers;
    isAnothers = !(await gate.pass(keeping.claim));
    if (isAnothers && !was) log.warn({ file }, 'file is kept by another process, and left to it');
    if (was && !isAnothers) log.info({ file }, 'file is no longer kept by another process');
    return !isAnothers;
  }

  function failed(detail: string): void {
    failures++;
    if (!isTroubled) log.error({ file, detail }, 'file cannot be written, tried again');
    isTroubled = true;
  }

  tick();
  return {
    changed() {
      const soon = ms(Math.max(restUntil, clock.now()));
      if (soon < due) schedule(soon);
    },
    status: () => ({ file, failures }),
    isBusy: () => writing !== undefined,
    async close(time, last) {
      if (isClosed) return;
      isClosed = true;
      clock.clearTimer(timer);
      const late = new Promise<void>((resolve) => time.addEventListener('abort', () => resolve(), { once: true }));
      const end = async (): Promise<void> => {
        await writing;
        if (last !== undefined) await write(last);
        else if (!isAnothers) await fs.rm(file, { force: true }).catch((error: Error) => failed(error.message));
        await keeping.release().catch(() => {});
      };
      if (!time.aborted) await Promise.race([end(), late]);
    },
  };
}

/** Whoever reads finds the old one or the new one. */
async function replace(file: string, pieces: readonly string[]): Promise<void> {
  const found = await fs.lstat(file).catch(() => undefined);
  if (found !== undefined && !mayBeReplaced(found)) throw new Error(`${file} is not a plain file`);
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.new`);
  // Left by one that was killed. What is then opened is our own: no link of somebody else's is followed.
  await fs.rm(beside, { force: true });
  try {
    await fs.writeFile(beside, pieces, { flag: 'wx', mode: MODE });
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}
