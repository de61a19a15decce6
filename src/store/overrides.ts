/**
 * SHELL: what was said by hand, kept for the next process and after a restart of the host. One write is under way at a time;
 * whatever is said meanwhile goes into the next one, together.
 *
 * It stops nothing: where it cannot be written, that is said, whoever asks hears it, and it is tried again on the next
 * change. A damaged file is set aside before a new one takes its place.
 */
import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { type Millis, ms } from '../model/millis.ts';
import type { Override, OverrideKey } from '../model/override.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { replaceFile } from './atomic-file.ts';
import { type DataDirectory, fileIn, isSystemError, type Lock, takeLock, whyNotWritable } from './data-directory.ts';
import { createOverrideFile } from './override-file.ts';
import { type FoundOverrides, parseOverrides } from './override-format.ts';

export interface OverrideStore {
  /** What was said to an earlier process and is in force, by our own clock. */
  readonly found: readonly Override[];
  /** What is wrong with the file that they stood in; `undefined` where nothing is lost. */
  readonly lost: string | undefined;
  /** `changed`: since the last call. The map lives on: it is written as it is then. */
  keep(overrides: ReadonlyMap<OverrideKey, Override>, changed: readonly OverrideKey[]): void;
  /** Resolves when what was to be kept before is on the disk, or cannot be. */
  settled(): Promise<void>;
  /** Why what is said does not outlive this process at present; `undefined` when it does. */
  notKept(): string | undefined;
  /** Writes what waits, and lets go. */
  close(): Promise<void>;
}

export interface OverrideStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The wall clock, in milliseconds since 1970. */
  readonly wall?: () => number;
  readonly replace?: typeof replaceFile;
}

/** A hundred thousand are 20 MB, and ten times that where everybody writes as much as is taken. */
const LARGEST_FILE = 256 * 2 ** 20;
/** A damaged file is kept as `.damaged`, `.damaged.2`, and so on; the last of them is the newest. */
const MOST_DAMAGED = 9;

/** Kept nowhere. `why`: for people. */
export const noOverrideStore = (why: string): OverrideStore => ({
  found: [],
  lost: undefined,
  keep: () => {},
  settled: async () => {},
  notKept: () => why,
  close: async () => {},
});

/** `isQuiet`: nobody asked for that place, so that it is no mistake when it cannot be used. */
export async function openOverrideStore(
  place: DataDirectory,
  isQuiet: boolean,
  { clock, log, wall = Date.now, replace }: OverrideStoreOptions,
): Promise<OverrideStore> {
  const file = fileIn(place, 'overrides');
  /** What the wall clock is ahead of ours. */
  const offset = (): number => wall() - clock.now();
  const kept = createOverrideFile(file, { offset, ...(replace && { replace }) });
  let lock: Lock | undefined;
  let why: string | undefined;
  /** What was said since the write that is under way began. */
  let changed = new Set<OverrideKey>();
  let writing: Promise<void> | undefined;
  /** The write after that. */
  let next: Promise<void> | undefined;
  let isClosed = false;
  const isInForce = ({ until }: Override): boolean => until === undefined || until > clock.now();
  const { found, lost } = await read();
  /** What is there must not be lost, and has not been moved away yet. */
  let hasToMove = lost !== undefined;
  await claim();
  if (why !== undefined)
    log[isQuiet ? 'info' : 'warn']({ detail: why }, 'what is said by hand is not kept over a restart');

  async function read(): Promise<Pick<OverrideStore, 'found' | 'lost'>> {
    const nothing: readonly Override[] = [];
    try {
      const stat = await statOf(file);
      if (stat === undefined) {
        await tryWarnOfOther();
        return { found: nothing, lost: undefined };
      }
      const { size } = stat;
      const { overrides, damage } =
        // To read a FIFO would wait for somebody to write to it.
        !stat.isFile() || size > LARGEST_FILE
          ? { overrides: nothing, damage: stat.isFile() ? `${size} bytes` : 'no regular file' }
          : parse(await fs.readFile(file, 'utf8'));
      const inForce = overrides.map((each) => broughtBack(each, clock.now())).filter(isInForce);
      if (damage !== undefined) {
        log.error(
          { file, detail: damage, found: overrides.length },
          'damaged: something that was said by hand is lost',
        );
      }
      return { found: inForce, lost: damage };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      log.error({ file, detail: error.message }, 'cannot be read: what was said by hand before is not known');
      return { found: nothing, lost: error.message };
    }
  }

  function parse(text: string): FoundOverrides {
    const ahead = offset();
    return parseOverrides(text, (at) => at - ahead);
  }

  async function tryWarnOfOther(): Promise<void> {
    try {
      await warnOfOther();
    } catch (error) {
      // It is not ours.
      if (!isSystemError(error)) throw error;
    }
  }

  /** Of a name that has kept nothing yet: settings may have changed it, and what was said would be lost in silence. */
  async function warnOfOther(): Promise<void> {
    const other = await otherThatNobodyKeeps(place, file);
    if (other === undefined) return;
    const inForce = parse(await fs.readFile(other, 'utf8')).overrides.filter(isInForce).length;
    if (inForce > 0) {
      log.warn(
        { file: other, overrides: inForce, own: file },
        'said by hand under another name, and not in force here',
      );
    }
  }

  /** Whether the file is ours to write. */
  async function claim(): Promise<boolean> {
    if (lock !== undefined) return true;
    try {
      why = await whyNotWritable(place.directory);
      if (why !== undefined) return false;
      lock = await takeLock(`${file}.lock`);
      if (lock === undefined) why = `another ha2bgp keeps its own in ${file}: give each a --name of its own`;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      why = error.message;
    }
    return lock !== undefined;
  }

  async function write(overrides: ReadonlyMap<OverrideKey, Override>): Promise<void> {
    const before = why;
    const which = changed;
    changed = new Set();
    try {
      if (!(await claim())) return;
      if (hasToMove) await setAside(file);
      hasToMove = false;
      await kept.write(overrides, which);
      why = undefined;
      if (before !== undefined) log.info({ file }, 'what is said by hand is kept again');
    } catch (error) {
      if (!isSystemError(error)) throw error;
      why = error.message;
      if (before === undefined) log.error({ file, detail: why }, 'what is said by hand is not kept over a restart');
    }
  }

  /** When the one that is under way is done. */
  function writeNext(overrides: ReadonlyMap<OverrideKey, Override>): Promise<void> {
    // Not before whoever says it has said all of it.
    const own = (writing ?? Promise.resolve()).then(async () => {
      [writing, next] = [own, undefined];
      await write(overrides);
      if (writing === own) writing = undefined;
    });
    return own;
  }

  return {
    found,
    lost,
    keep(overrides, which) {
      if (isClosed) return;
      for (const key of which) changed.add(key);
      next ??= writeNext(overrides);
    },
    settled: async () => next ?? writing,
    notKept: () => why,
    async close() {
      while (next !== undefined || writing !== undefined) await (next ?? writing);
      isClosed = true;
      await lock?.release();
      lock = undefined;
    },
  };
}

/**
 * What was said later than now was said by a clock that goes ahead, or this one is behind, as on a host that has not asked for
 * the time yet: it counts as said now, and lasts no longer than it was to.
 */
function broughtBack(override: Override, now: Millis): Override {
  const ahead = override.at - now;
  if (ahead <= 0) return override;
  const until = override.until === undefined ? undefined : ms(override.until - ahead);
  const said = { at: now, until };
  return override.kind === 'drain'
    ? { ...override, ...said, withdrawAt: ms(override.withdrawAt - ahead) }
    : { ...override, ...said };
}

/** Where there is exactly one besides ours, and no process has it. Rejects with what the disk says. */
async function otherThatNobodyKeeps(place: DataDirectory, own: string): Promise<string | undefined> {
  const names = await fs.readdir(place.directory);
  const [other, ...more] = names
    .filter((name) => name.endsWith('.overrides'))
    .map((name) => fileIn({ ...place, name: name.slice(0, -'.overrides'.length) }, 'overrides'))
    .filter((file) => file !== own);
  if (other === undefined || more.length > 0) return undefined;
  const stat = await fs.stat(other);
  if (!stat.isFile() || stat.size > LARGEST_FILE) return undefined;
  const lockFile = `${other}.lock`;
  if ((await statOf(lockFile)) === undefined) return other;
  const lock = await takeLock(lockFile);
  await lock?.release();
  return lock === undefined ? undefined : other;
}

/** Rejects with what rename(2) says. */
async function setAside(file: string): Promise<void> {
  let aside = `${file}.damaged`;
  for (let number = 2; (await statOf(aside)) !== undefined && number <= MOST_DAMAGED; number++) {
    aside = `${file}.damaged.${number}`;
  }
  await fs.rename(file, aside);
}

/** `undefined` where nothing is there; rejects with what else the system says. */
const statOf = (file: string): Promise<Stats | undefined> =>
  fs.stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
