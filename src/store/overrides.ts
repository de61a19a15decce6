/**
 * SHELL: what was said by hand, kept for the next process and after a restart of the host, in one file that is replaced as a
 * whole on every change.
 *
 * It stops nothing: where it cannot be written, that is said, whoever asks hears it, and it is tried again on the next
 * change. A damaged file is set aside before a new one takes its place.
 */
import fs from 'node:fs';
import { type Millis, ms } from '../model/millis.ts';
import type { Override, OverrideKey } from '../model/override.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { replaceFile } from './atomic-file.ts';
import { type DataDirectory, fileIn, isSystemError, type Lock, takeLock, whyNotWritable } from './data-directory.ts';
import { headerLine, overrideLine, parseOverrides } from './override-format.ts';

export interface OverrideStore {
  /** What was said to an earlier process and is in force, by our own clock. */
  readonly found: readonly Override[];
  /** What is wrong with the file that they stood in; `undefined` where nothing is lost. */
  readonly lost: string | undefined;
  /** The map lives on: it is written as it is then. */
  keep(overrides: ReadonlyMap<OverrideKey, Override>): void;
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
/** So many are put into words in one go: some milliseconds. */
const LINES_AT_ONCE = 1_000;
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
export function openOverrideStore(
  place: DataDirectory,
  isQuiet: boolean,
  { clock, log, wall = Date.now, replace = replaceFile }: OverrideStoreOptions,
): OverrideStore {
  const file = fileIn(place, 'overrides');
  let lock: Lock | undefined;
  let why: string | undefined;
  let wanted: ReadonlyMap<OverrideKey, Override> | undefined;
  let writing: Promise<void> | undefined;
  let isClosed = false;
  const { found, lost } = read();
  /** What is there must not be lost, and has not been moved away yet. */
  let hasToMove = lost !== undefined;
  claim();
  if (why !== undefined)
    log[isQuiet ? 'info' : 'warn']({ detail: why }, 'what is said by hand is not kept over a restart');

  function read(): Pick<OverrideStore, 'found' | 'lost'> {
    const nothing: readonly Override[] = [];
    try {
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (stat === undefined) {
        tryWarnOfOther();
        return { found: nothing, lost: undefined };
      }
      const { size } = stat;
      const offset = wall() - clock.now();
      const { overrides, damage } =
        // To read a FIFO would wait for somebody to write to it.
        !stat.isFile() || size > LARGEST_FILE
          ? { overrides: nothing, damage: stat.isFile() ? `${size} bytes` : 'no regular file' }
          : parseOverrides(fs.readFileSync(file, 'utf8'), (at) => at - offset);
      const known = overrides.map((each) => broughtBack(each, clock.now()));
      const inForce = known.filter(({ until }) => until === undefined || until > clock.now());
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

  function tryWarnOfOther(): void {
    try {
      warnOfOther();
    } catch (error) {
      // It is not ours.
      if (!isSystemError(error)) throw error;
    }
  }

  /** Of a name that has kept nothing yet: settings may have changed it, and what was said would be lost in silence. */
  function warnOfOther(): void {
    const other = otherThatNobodyKeeps(place, file);
    if (other === undefined) return;
    const offset = wall() - clock.now();
    const { overrides } = parseOverrides(fs.readFileSync(other, 'utf8'), (at) => at - offset);
    const inForce = overrides.filter(({ until }) => until === undefined || until > clock.now()).length;
    if (inForce > 0) {
      log.warn(
        { file: other, overrides: inForce, own: file },
        'said by hand under another name, and not in force here',
      );
    }
  }

  /** Whether the file is ours to write. */
  function claim(): boolean {
    if (lock !== undefined) return true;
    try {
      why = whyNotWritable(place.directory);
      if (why !== undefined) return false;
      lock = takeLock(`${file}.lock`);
      if (lock === undefined) why = `another ha2bgp keeps its own in ${file}: give each a --name of its own`;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      why = error.message;
    }
    return lock !== undefined;
  }

  async function write(overrides: ReadonlyMap<OverrideKey, Override>): Promise<void> {
    const before = why;
    try {
      if (!claim()) return;
      if (hasToMove) setAside(file);
      hasToMove = false;
      await replace(file, await textOf([...overrides.values()], wall() - clock.now()));
      why = undefined;
      if (before !== undefined) log.info({ file }, 'what is said by hand is kept again');
    } catch (error) {
      if (!isSystemError(error)) throw error;
      why = error.message;
      if (before === undefined) log.error({ file, detail: why }, 'what is said by hand is not kept over a restart');
    }
  }

  async function pump(): Promise<void> {
    while (wanted !== undefined) {
      const next = wanted;
      wanted = undefined;
      await write(next);
    }
    writing = undefined;
  }

  return {
    found,
    lost,
    keep(overrides) {
      if (isClosed) return;
      wanted = overrides;
      // Not before whoever says it has said all of it.
      writing ??= Promise.resolve().then(pump);
    },
    async settled() {
      while (writing !== undefined) await writing;
    },
    notKept: () => why,
    async close() {
      while (writing !== undefined) await writing;
      isClosed = true;
      lock?.release();
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

async function textOf(overrides: readonly Override[], offset: number): Promise<string> {
  const parts = [headerLine(overrides.length)];
  for (let from = 0; from < overrides.length; from += LINES_AT_ONCE) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    const some = overrides.slice(from, from + LINES_AT_ONCE);
    parts.push(some.map((each) => overrideLine(each, (at) => at + offset)).join(''));
  }
  return parts.join('');
}

/** Where there is exactly one besides ours, and no process has it. Throws what the disk says. */
function otherThatNobodyKeeps(place: DataDirectory, own: string): string | undefined {
  if (!fs.existsSync(place.directory)) return undefined;
  const [other, ...more] = fs
    .readdirSync(place.directory)
    .filter((name) => name.endsWith('.overrides'))
    .map((name) => fileIn({ ...place, name: name.slice(0, -'.overrides'.length) }, 'overrides'))
    .filter((file) => file !== own);
  if (other === undefined || more.length > 0) return undefined;
  const stat = fs.statSync(other);
  if (!stat.isFile() || stat.size > LARGEST_FILE) return undefined;
  const lockFile = `${other}.lock`;
  if (!fs.existsSync(lockFile)) return other;
  const lock = takeLock(lockFile);
  lock?.release();
  return lock === undefined ? undefined : other;
}

/** Throws what rename(2) says. */
function setAside(file: string): void {
  let aside = `${file}.damaged`;
  for (let number = 2; fs.existsSync(aside) && number <= MOST_DAMAGED; number++) aside = `${file}.damaged.${number}`;
  fs.renameSync(file, aside);
}
