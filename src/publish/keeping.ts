/**
 * SHELL: who keeps a file: one process at a time, by flock(2) on a file beside it, which ends with the process.
 *
 * Where there can be no such lock, everybody keeps it: what cannot be known is no reason not to write.
 */
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { lockFile, NativeError } from '../runtime/native.ts';

export interface Keeping {
  /** Whether it is ours now, and tries to have it. Rejects with what the disk says. */
  claim(): Promise<boolean>;
  /** Once more is nothing. */
  release(): Promise<void>;
}

const MODE = 0o600;
/** A link of somebody else's is not followed, and what is no plain file holds nobody up. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function keepingOf(file: string): Keeping {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.lock`);
  let held: fs.FileHandle | undefined;
  return {
    async claim() {
      if (held !== undefined) return true;
      const opened = await fs.open(beside, FLAGS, MODE);
      let isOurs = true;
      try {
        isOurs = lockFile(opened.fd);
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
      }
      // Whoever had it took it away: the next one makes another.
      if (isOurs) isOurs = (await opened.stat()).nlink > 0;
      if (isOurs) held = opened;
      else await opened.close();
      return isOurs;
    },
    async release() {
      const was = held;
      held = undefined;
      if (was === undefined) return;
      await fs.rm(beside, { force: true }).catch(() => {});
      await was.close();
    },
  };
}
