/**
 * SHELL: directories that are made for files of ours. ExaBGP gives its processes a umask of 0137, which is meant for files: a
 * directory that nobody may search is of no use to anybody, not to its owner either.
 */
import fs from 'node:fs';

const MODE = 0o755;

/** Whoever may read it may search it, and its owner may do all; what else the umask keeps from others stays so. */
export const searchable = (mode: number): number => (mode & 0o777) | 0o700 | ((mode & 0o444) >> 2);

/** Makes it, in a parent that is there; nothing where it is already. Throws what the system says. */
export function makeDirectory(directory: string): void {
  // Its parents have to be there: Node 20 never returns from making them where that is not possible, as in /proc.
  if (fs.existsSync(directory)) return;
  try {
    fs.mkdirSync(directory, { mode: MODE });
  } catch (error) {
    if (isThere(error)) return;
    throw error;
  }
  fs.chmodSync(directory, searchable(fs.statSync(directory).mode));
}

/** An instance that starts beside this one may have been first. */
const isThere = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

/** The same, without waiting in the loop for a disk that hangs. */
export async function makeDirectoryLater(directory: string): Promise<void> {
  try {
    await fs.promises.mkdir(directory, { mode: MODE });
  } catch (error) {
    if (isThere(error)) return;
    throw error;
  }
  await fs.promises.chmod(directory, searchable((await fs.promises.stat(directory)).mode));
}
