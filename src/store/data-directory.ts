/**
 * SHELL: the data directory: what of an instance outlives the process, and the host's restart. Each file is `NAME.` and what
 * it holds.
 *
 * Nothing here is a reason not to announce. Where there is no such place, that is said, and everything goes on in memory.
 */
import fs from 'node:fs';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import { lockFile, NativeError } from '../runtime/native.ts';

export interface DataDirectory {
  readonly directory: string;
  /** The instance's. */
  readonly name: string;
}

export const fileIn = ({ directory, name }: DataDirectory, what: string): string =>
  path.join(directory, `${name}.${what}`);

/** Others of the host's group may read what people said and what became of it; nobody else. */
export const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o755;

/** Why nothing can be written there at present; `undefined` when it can. Makes the directory, in a parent that is there. */
export function whyNotWritable(directory: string): string | undefined {
  try {
    // Node 20 never returns from making the parents where that is not possible, as in /proc.
    if (!fs.existsSync(directory)) fs.mkdirSync(directory, { mode: DIRECTORY_MODE });
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.message;
  }
}

/**
 * Whether the disk answers within so many milliseconds, also with an error. One that does not would hold whatever is asked of
 * it in this thread, and with it the process.
 */
export async function answersWithin(place: DataDirectory, time: number): Promise<boolean> {
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  async function ask(): Promise<boolean> {
    await access(place.directory);
    const handle = await open(fileIn(place, 'overrides'), O_RDONLY | O_NONBLOCK);
    await handle.read(Buffer.alloc(1), 0, 1, 0).finally(() => handle.close());
    return true;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), time);
  });
  try {
    return await Promise.race([ask().catch(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Lock {
  /** Once more is nothing. */
  release(): void;
}

/**
 * Takes the file for this process until it ends or lets go. `undefined` when another one has it; throws what open(2) says,
 * or `NativeError`.
 */
export function takeLock(file: string): Lock | undefined {
  const fd = fs.openSync(file, 'a', FILE_MODE);
  let isHeld = true;
  const release = (): void => {
    // By now the number may be another file's.
    if (isHeld) fs.closeSync(fd);
    isHeld = false;
  };
  try {
    if (lockFile(fd)) return { release };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  fs.closeSync(fd);
  return undefined;
}

/** What a disk, a file system or a permission says; anything else is a mistake of ours. */
export const isSystemError = (error: unknown): error is Error =>
  error instanceof NativeError ||
  (error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string');
