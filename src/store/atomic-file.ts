/**
 * SHELL: a file that is replaced in one step: whoever reads it, and whatever ends in between, finds the old one or the new
 * one, each whole.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { FILE_MODE } from './data-directory.ts';

/**
 * Resolves when the file is on the disk under its name. Rejects with what the system said; then the old one is there still.
 * Not to be called for one file twice at once.
 */
export async function replaceFile(file: string, text: string, mode: number = FILE_MODE): Promise<void> {
  const fresh = `${file}.new`;
  try {
    const handle = await fs.open(fresh, 'w', mode);
    try {
      // The umask may have taken some of it.
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(fresh, file);
  } catch (error) {
    // On a full disk half of it would stand in the way of others.
    await fs.unlink(fresh).catch(() => {});
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

/** Without it the name may still be the old one's after the power has failed. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await fs.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
