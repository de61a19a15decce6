/**
 * SHELL: the place of the control socket: a file that whoever may open it may do everything with.
 *
 * A file that nobody listens on any more is removed; one that somebody listens on is never taken. A lock beside it, held as
 * long as the socket is, keeps two processes that start at once from both finding it free.
 */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { makeDirectory } from '../runtime/directory.ts';
import { lockFile } from '../runtime/native.ts';
import type { HttpServer } from './http-server.ts';
import { listening, type Place } from './listener.ts';

/** Its user and its group. */
const UMASK = 0o117;
const LOCK = '.lock';

class TakenError extends Error {}

/** `createServer`: one that does not listen yet. */
export function controlSocket(file: string, createServer: () => Promise<HttpServer>): Place {
  let lock: number | undefined;
  let inode: number | undefined;
  return {
    name: file,
    async open() {
      const directory = path.dirname(file);
      makeDirectory(directory);
      lock = takeLock(`${file}${LOCK}`);
      if (lock === undefined) throw new TakenError(`${file}: another ha2bgp has it`);
      await removeStale(file);
      const created = await createServer();
      await listening(created.server, () => {
        // bind(2) makes the file within listen(), and nobody else makes one meanwhile.
        const before = process.umask(UMASK);
        try {
          created.server.listen(file);
        } finally {
          process.umask(before);
        }
      });
      inode = fs.statSync(file).ino;
      return created;
    },
    isThere: async () => inodeOf(file) === inode,
    release() {
      if (lock === undefined) return;
      try {
        fs.rmSync(`${file}${LOCK}`, { force: true });
      } catch {
        // The folder is not ours any more. The lock goes with its descriptor.
      }
      fs.closeSync(lock);
      lock = undefined;
    },
  };
}

const inodeOf = (file: string): number | undefined => fs.statSync(file, { throwIfNoEntry: false })?.ino;

/** `undefined` while somebody has it. Whoever lets go of a lock removes its file: what was locked may be that one. */
function takeLock(file: string): number | undefined {
  const { O_CREAT, O_WRONLY, O_NOFOLLOW } = fs.constants;
  for (;;) {
    const fd = fs.openSync(file, O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
    if (!lockFile(fd)) {
      fs.closeSync(fd);
      return undefined;
    }
    if (fs.fstatSync(fd).ino === inodeOf(file)) return fd;
    fs.closeSync(fd);
  }
}

/** Throws `TakenError` where somebody listens, or something else stands there. */
async function removeStale(file: string): Promise<void> {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new TakenError(`${file}: is there, and no socket`);
  if (await isLive(file)) throw new TakenError(`${file}: another process listens on it`);
  fs.unlinkSync(file);
}

function isLive(file: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // EAGAIN: it listens, and its queue is full.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else if (error.code === 'EAGAIN') resolve(true);
      else reject(error);
    });
  });
}
