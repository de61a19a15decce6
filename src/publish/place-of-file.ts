/** SHELL: why a file for others cannot be kept where it is to be. Writes nothing. */
import fs from 'node:fs';
import path from 'node:path';

/** `undefined` where nothing stands in the way now. */
export function whyNotKept(file: string): string | undefined {
  try {
    const found = fs.lstatSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !mayBeReplaced(found)) return `${file} is not a plain file`;
    fs.accessSync(path.dirname(file), fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A link is, and its target stays as it is. */
export const mayBeReplaced = (found: fs.Stats): boolean => found.isFile() || found.isSymbolicLink();
