/**
 * A ring of files that lines are appended to: FILE is the newest, FILE.1 to FILE.N older, and the oldest goes.
 *
 * Nothing here waits for a disk: lines are kept, and written one batch after the other. What waits is for the caller to
 * bound. When something fails all that waits is dropped, `failed` hears of it once, and the next line opens FILE anew.
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { memberOf, RECORDING_START } from '../model/recording.ts';
import { lockFile } from './native.ts';

export interface Ring {
  append(line: string): void;
  /** What is appended from now on goes into a new file. */
  turn(): void;
  /** Bytes that are not written yet. */
  waiting(): number;
  /** Resolves when everything is written, or has failed. */
  close(): Promise<void>;
  /** At the end of the process: writes what waits at once, unless a write is under way. */
  flush(): void;
}

export interface RingOptions {
  readonly file: string;
  /** FILE among them; at least 2. */
  readonly files: number;
  /** What the files are; a recording when left out. */
  readonly kind?: FileKind;
  readonly failed: (error: Error) => void;
  /** All that was appended is written. */
  readonly drained: () => void;
}

/** What lines are appended to, so that nothing else is spoilt. */
export interface FileKind {
  /** `a recording`. */
  readonly noun: string;
  /** What such a file begins with. */
  readonly start: string;
  /** Whether a line says something without those before it: then a file that was removed is made anew. */
  readonly isLoose: boolean;
  readonly mode: number;
}

/** FILE cannot be what lines are appended to. */
export class RingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RingError';
  }
}

const BATCH_BYTES = 1_048_576;
/** Only its owner reads what goes on inside a host. */
const RECORDING: FileKind = { noun: 'a recording', start: RECORDING_START, isLoose: false, mode: 0o600 };
// Without O_NONBLOCK, opening a FIFO would wait for somebody to read it.
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
/** How often it is looked at whether the file is still in some directory, in milliseconds. */
const LOOK_EVERY = 1_000;
const TURN = Symbol('turn');

export function createRing({ file, files, kind = RECORDING, failed, drained }: RingOptions): Ring {
  let queue: (string | typeof TURN)[] = [];
  let waiting = 0;
  let handle: fs.FileHandle | undefined;
  let pumping: Promise<void> | undefined;
  let isWriting = false;
  let lookedAt = performance.now();
  /** A turn that failed comes first, so that no file grows for ever. */
  let isTurnDue = false;
  let isClosed = false;

  async function pump(): Promise<void> {
    try {
      while (queue.length > 0) {
        handle ??= await open(file, kind);
        if (queue[0] === TURN || isTurnDue) {
          if (queue[0] === TURN) queue.shift();
          isTurnDue = true;
          const old = handle;
          handle = undefined;
          await moveOn(file, files, old);
          isTurnDue = false;
          continue;
        }
        if (await isGone(handle)) {
          const gone = handle;
          handle = undefined;
          await gone.close();
          continue;
        }
        const bytes = Buffer.from(takeBatch());
        isWriting = true;
        await writeAll(handle, bytes);
        isWriting = false;
        waiting -= bytes.length;
      }
      drained();
    } catch (error) {
      isWriting = false;
      queue = [];
      waiting = 0;
      const broken = handle;
      handle = undefined;
      // At once: whatever is appended from now on must not be the continuation of what is dropped.
      failed(error as Error);
      await broken?.close().catch(() => {});
    } finally {
      pumping = undefined;
      if (queue.length > 0) pumping = pump();
    }
  }

  /** What is written to a file in no directory is lost. Rejects where there is no going on in another one. */
  async function isGone(of: fs.FileHandle): Promise<boolean> {
    if (performance.now() < lookedAt + LOOK_EVERY) return false;
    lookedAt = performance.now();
    if ((await of.stat()).nlink > 0) return false;
    if (!kind.isLoose) throw new RingError(`${file} was removed`);
    return true;
  }

  function takeBatch(): string {
    let text = '';
    let taken = 0;
    for (const line of queue) {
      if (line === TURN || text.length >= BATCH_BYTES) break;
      text += `${line}\n`;
      taken++;
    }
    queue.splice(0, taken);
    return text;
  }

  return {
    append(line) {
      if (isClosed) return;
      queue.push(line);
      waiting += Buffer.byteLength(line) + 1;
      pumping ??= Promise.resolve().then(pump);
    },
    turn: () => void queue.push(TURN),
    waiting: () => waiting,
    async close() {
      isClosed = true;
      while (pumping !== undefined) await pumping;
      await handle?.close().catch(() => {});
      handle = undefined;
    },
    flush() {
      if (isWriting || handle === undefined || queue.includes(TURN)) return;
      try {
        writeSync(handle.fd, queue.map((line) => `${String(line)}\n`).join(''));
      } catch {
        // The process ends, and nobody is left to tell.
      }
      queue = [];
    },
  };
}

/**
 * The bytes that are in FILE already; 0 when it is not there, or cannot be looked at now. Throws `RingError` when it is
 * something else than a recording.
 */
export function inspectFile(file: string): number {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    const start = Buffer.alloc(RECORDING_START.length);
    const length = stat.isFile() ? readSync(fd, start, 0, start.length, 0) : 0;
    whyNot(file, RECORDING, stat.isFile(), start.subarray(0, length));
    return stat.size;
  } catch (error) {
    if (error instanceof RingError) throw error;
    return 0;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** One whose first line was cut is one as well. */
function whyNot(file: string, kind: FileKind, isFile: boolean, start: Buffer): void {
  if (!isFile) throw new RingError(`${file} is no regular file`);
  if (!kind.start.startsWith(start.toString('latin1'))) {
    throw new RingError(`${file} is there, and is something else than ${kind.noun}`);
  }
}

/**
 * Opens FILE to append to it, alone. Rejects with `RingError` when it is something else, or somebody else's who writes
 * to it now; with what open(2) says otherwise.
 */
async function open(file: string, kind: FileKind): Promise<fs.FileHandle> {
  const handle = await fs.open(file, FLAGS, kind.mode);
  try {
    const stat = await handle.stat();
    const start = Buffer.alloc(stat.isFile() ? Math.min(stat.size, kind.start.length) : 0);
    await handle.read(start, 0, start.length, 0);
    whyNot(file, kind, stat.isFile(), start);
    if (!lockFile(handle.fd))
      throw new RingError(
        kind === RECORDING ? `another process records into ${file}` : `another process writes to ${file}`,
      );
    if (stat.size > 0) {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, stat.size - 1);
      // The line that was being written when somebody died.
      if (last.toString() !== '\n') await writeAll(handle, Buffer.from('\n'));
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeAll(handle: fs.FileHandle, bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}

/** FILE.2 becomes FILE.3, FILE.1 becomes FILE.2, FILE becomes FILE.1; unless somebody else has moved it away. */
async function moveOn(file: string, files: number, old: fs.FileHandle): Promise<void> {
  try {
    const [mine, there] = [await old.stat(), await fs.stat(file).catch(() => undefined)];
    if (there === undefined || there.ino !== mine.ino || there.dev !== mine.dev) return;
    for (let number = files - 2; number >= 0; number--) {
      await fs.rename(memberOf(file, number), memberOf(file, number + 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  } finally {
    await old.close();
  }
}
