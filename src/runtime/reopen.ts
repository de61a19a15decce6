/**
 * Opens what stands behind a descriptor anew, for writing without waiting. A pipe or a terminal then has an open file
 * description of its own, whose O_NONBLOCK is nobody else's business.
 */
import fs from 'node:fs';

/** `undefined` where that can't be done: a socket (ENXIO), somebody else's pipe (EACCES), no /proc (ENOENT). */
export function reopenForWriting(fd: number): number | undefined {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY, O_APPEND } = fs.constants;
    return fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_APPEND);
  } catch {
    return undefined;
  }
}
