/** What stands behind a descriptor: fstat(2), isatty(3). */
import fs from 'node:fs';
import tty from 'node:tty';

/** A pipe or a socket: another process holds the other end. */
export function isPiped(fd: number): boolean {
  try {
    const stats = fs.fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // closed
  }
}

export const isTerminal = (fd: number): boolean => tty.isatty(fd);

/** ExaBGP holds both our stdin and our stdout: a FIFO each, or a socket each where a program of Node's plays its part. */
export const isUnderExabgp = (): boolean => isPiped(0) && isPiped(1);
