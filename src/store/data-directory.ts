/**
 * SHELL: the data directory: what of an instance outlives the process, and the host's restart. Each file is `NAME.` and what
 * it holds.
 *
 * Nothing here is a reason not to announce. Where there is no such place, that is said, and everything goes on in memory.
 */
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeDirectoryLater } from '../runtime/directory.ts';
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

/** Why nothing can be written there at present; `undefined` when it can. Makes the directory, in a parent that is there. */
export async function whyNotWritable(directory: string): Promise<string | undefined> {
  try {
    await makeDirectoryLater(directory);
    await fs.access(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.message;
  }
}

export interface Lock {
  /** Once more is nothing. */
  release(): Promise<void>;
}

/** What is no plain file holds nobody up. */
const LOCK_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Takes the file for this process until it ends or lets go. `undefined` when another one has it; rejects with what open(2)
 * says, or `NativeError`.
 */
export async function takeLock(file: string): Promise<Lock | undefined> {
  const handle = await fs.open(file, LOCK_FLAGS, FILE_MODE);
  try {
    if (lockFile(handle.fd)) return { release: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** What a disk, a file system or a permission says; anything else is a mistake of ours. */
export const isSystemError = (error: unknown): error is Error =>
  error instanceof NativeError ||
  (error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string');
