/**
 * SHELL: the file of overrides: replaced as a whole, and from then on appended to, until what was appended is more than it is
 * worth. So an order costs its own line, however many others are in force.
 *
 * It is appended to only as long as it is what this process left there; otherwise, and after a failure, it is replaced.
 */
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import type { Override, OverrideKey } from '../model/override.ts';
import { replaceFile } from './atomic-file.ts';
import { endedLine, headerLine, overrideLine } from './override-format.ts';

export interface OverrideFile {
  /** Resolves when it is on the disk. Rejects with what the system said. Not to be called twice at once. */
  write(all: ReadonlyMap<OverrideKey, Override>, changed: ReadonlySet<OverrideKey>): Promise<void>;
}

export interface OverrideFileOptions {
  /** What the wall clock is ahead of ours, in milliseconds. */
  readonly offset: () => number;
  readonly replace?: typeof replaceFile;
}

/** What stands there, as far as we know. */
interface Known {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Of that, what was written as a whole. */
  readonly whole: number;
  /** By what its times were put into words. */
  readonly offset: number;
}

/** So many are put into words in one go: some milliseconds. */
const LINES_AT_ONCE = 1_000;
/** Bytes that are always worth appending; and as many as the whole has. */
const LEAST_APPENDED = 65_536;
/** A wall clock that moved by more, in milliseconds, was set: all the times are written anew. */
const STEP = 1_000;
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function createOverrideFile(
  file: string,
  { offset: offsetNow, replace = replaceFile }: OverrideFileOptions,
): OverrideFile {
  let known: Known | undefined;

  async function rewrite(all: ReadonlyMap<OverrideKey, Override>): Promise<void> {
    const offset = offsetNow();
    const overrides = [...all.values()];
    const text = headerLine(overrides.length) + (await linesOf(overrides, (each) => overrideLine(each, by(offset))));
    known = undefined;
    await replace(file, text);
    const { dev: device, ino: inode, size } = await fs.stat(file);
    known = { device, inode, size, whole: size, offset };
  }

  /** Whether it could be; otherwise it is as it was. */
  async function append(of: Known, text: Buffer): Promise<boolean> {
    const handle = await fs.open(file, FLAGS).catch(() => undefined);
    if (handle === undefined) return false;
    try {
      const { dev, ino, size } = await handle.stat();
      if (dev !== of.device || ino !== of.inode || size !== of.size) return false;
      known = undefined;
      try {
        await handle.appendFile(text);
        await handle.datasync();
      } catch (error) {
        // Half of it would be taken for damage by the next process.
        await handle.truncate(of.size).catch(() => {});
        throw error;
      }
      known = { ...of, size: of.size + text.length };
      return true;
    } finally {
      await handle.close();
    }
  }

  return {
    async write(all, changed) {
      const of = known;
      if (of !== undefined && Math.abs(offsetNow() - of.offset) < STEP) {
        const text = Buffer.from(
          await linesOf([...changed], (key) => {
            const override = all.get(key);
            return override === undefined ? endedLine(key) : overrideLine(override, by(of.offset));
          }),
        );
        const most = Math.max(LEAST_APPENDED, of.whole);
        if (of.size - of.whole + text.length <= most && (await append(of, text))) return;
      }
      await rewrite(all);
    },
  };
}

const by =
  (offset: number) =>
  (at: number): number =>
    at + offset;

async function linesOf<T>(all: readonly T[], lineOf: (each: T) => string): Promise<string> {
  const parts: string[] = [];
  for (let from = 0; from < all.length; from += LINES_AT_ONCE) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    parts.push(
      all
        .slice(from, from + LINES_AT_ONCE)
        .map(lineOf)
        .join(''),
    );
  }
  return parts.join('');
}
