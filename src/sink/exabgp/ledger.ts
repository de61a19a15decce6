/**
 * SHELL: the ledger of an ExaBGP sink: what it has announced, kept in a file as well, so that a process that ExaBGP starts
 * anew knows which of ExaBGP's routes are its own. ExaBGP itself says of no route who announced it, and keeps those of a
 * process that died.
 *
 * What it does: writes down an announce before it is said, and strikes it out only when its withdraw was accepted; hands
 * over what an earlier process of the same name left with the same ExaBGP; keeps others of that name out.
 * What it does not: stop anything. A disk that cannot be written is said, and everything goes on without the file.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Millis } from '../../model/millis.ts';
import type { Route, RouteKey } from '../../model/route.ts';
import { routeKey } from '../../model/route.ts';
import { makeDirectory } from '../../runtime/directory.ts';
import type { Log } from '../../runtime/log.ts';
import { lockFile, NativeError } from '../../runtime/native.ts';
import {
  createWording,
  type Entry,
  type ExabgpIdentity,
  header,
  type Mark,
  parseLedger,
  type Standing,
  type Wording,
} from './ledger-format.ts';

export interface Ledger {
  /** What was announced and not yet struck out. */
  readonly entries: ReadonlyMap<RouteKey, Entry>;
  /** `at`: when that happened; it is not kept over a restart. */
  mark(mark: Mark, routes: readonly Route[], at?: Millis): void;
  /** Makes ready for another name, by which a successor looks for it. Throws `LedgerError`; then nothing has changed. */
  prepareMove(name: string): PreparedMove;
  /** Whether a successor will find it. */
  isKept(): boolean;
  close(): void;
}

/** One of both is called, once. */
export interface PreparedMove {
  /** Returns what somebody else has left under that name with the same ExaBGP, and nobody looks after. */
  commit(): readonly Route[];
  abandon(): void;
}

const NO_MOVE: PreparedMove = { commit: () => [], abandon: () => {} };

/** Another process uses the ledger of that name. */
export class LedgerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LedgerError';
  }
}

export interface LedgerOptions {
  readonly directory: string;
  readonly name: string;
  readonly exabgp: ExabgpIdentity;
  readonly log: Log;
}

/** Nothing of ours is larger: a million routes are 30 MB. */
export const LARGEST_FILE = 256 * 2 ** 20;
/** What stands behind a ledger's name. */
export const [ROUTES, LOCK] = ['.routes', '.lock'] as const;
/** The file is written anew when it has so many lines more than there are entries. */
const MOST_STALE_LINES = 10_000;
/** After a failure so many writes are left out before the next attempt. */
const WRITES_LEFT_OUT = 100;

export function memoryLedger(): Ledger {
  const entries = new Map<RouteKey, Entry>();
  return {
    entries,
    mark: (mark, routes, at) => note(entries, mark, routes, at),
    prepareMove: () => NO_MOVE,
    isKept: () => false,
    close: () => {},
  };
}

/** Throws `LedgerError`. Where no file can be had, that is said, and the ledger is one in memory. */
export function openLedger({ directory, name, exabgp, log }: LedgerOptions): Ledger {
  const file = path.join(directory, `${name}${ROUTES}`);
  let lock: number | undefined;
  try {
    makeDirectory(directory);
    lock = takeLock(directory, name);
    return persistent({ directory, name, exabgp, log }, lock, readEntries(file, exabgp, log));
  } catch (error) {
    if (lock !== undefined) fs.closeSync(lock);
    if (error instanceof LedgerError || !isSystemError(error)) throw error;
    log.warn(
      { detail: error.message },
      'what is announced cannot be kept in a file: after a crash nothing is known of it',
    );
    return memoryLedger();
  }
}

/** Throws `LedgerError`, and what the file system says. */
function takeLock(directory: string, name: string): number {
  const lock = fs.openSync(path.join(directory, `${name}${LOCK}`), 'a', 0o600);
  try {
    if (lockFile(lock)) return lock;
    const file = path.join(directory, `${name}${ROUTES}`);
    throw new LedgerError(`${file} is in use by another ha2bgp: give each a --name of its own`);
  } catch (error) {
    fs.closeSync(lock);
    throw error;
  }
}

function readEntries(file: string, exabgp: ExabgpIdentity, log: Log): Map<RouteKey, Entry> {
  const nothing = new Map<RouteKey, Entry>();
  if (!fs.existsSync(file)) return nothing;
  const { size } = fs.statSync(file);
  const found = size > LARGEST_FILE ? { problem: `${size} bytes` } : parseLedger(fs.readFileSync(file, 'latin1'));
  if ('problem' in found) {
    const aside = `${file}.foreign`;
    fs.renameSync(file, aside);
    log.warn({ file, detail: found.problem, keptAs: aside }, 'no ledger of ours: nothing is assumed to be announced');
    return nothing;
  }
  if (found.damaged > 0) {
    log.warn({ file, line: found.firstDamaged ?? 0, lines: found.damaged }, 'damaged lines of the ledger passed over');
  }
  if (isSameExabgp(found.exabgp, exabgp)) return new Map(found.entries);
  if (found.entries.size > 0)
    log.info({ routes: found.entries.size }, 'ExaBGP is another one: nothing is announced yet');
  return nothing;
}

export const isSameExabgp = (one: ExabgpIdentity, other: ExabgpIdentity): boolean =>
  one.pid === other.pid && one.startTime === other.startTime && one.bootId === other.bootId;

function persistent(
  { directory, name: first, exabgp, log }: LedgerOptions,
  firstLock: number,
  entries: Map<RouteKey, Entry>,
): Ledger {
  let name = first;
  let lock = firstLock;
  let file = path.join(directory, `${name}${ROUTES}`);
  let { fd, wording } = writeAnew(file, exabgp, entries);
  let lines = entries.size;
  /** Writes to leave out before the next attempt; undefined while all is well. */
  let leftOut: number | undefined;
  let isClosed = false;

  function append(mark: Mark, routes: readonly Route[]): void {
    const text = routes.map((route) => wording.lineOf(mark, route)).join('');
    writeAll(fd, text);
    lines += routes.length;
    if (lines > 2 * entries.size + MOST_STALE_LINES) renew();
  }

  function renew(): void {
    const anew = writeAnew(file, exabgp, entries);
    fs.closeSync(fd);
    ({ fd, wording } = anew);
    lines = entries.size;
  }

  /** Under the new name from now on; under that of before where the file system does not let us. */
  function move(next: string, nextLock: number): readonly Route[] {
    const nextFile = path.join(directory, `${next}${ROUTES}`);
    try {
      const left = readEntries(nextFile, exabgp, log);
      fs.renameSync(file, nextFile);
      fs.closeSync(lock);
      [name, lock, file] = [next, nextLock, nextFile];
      return [...left.values()].map(({ route }) => route).filter((route) => !entries.has(routeKey(route)));
    } catch (error) {
      fs.closeSync(nextLock);
      if (!isSystemError(error)) throw error;
      log.error(
        { file, detail: error.message },
        'ledger keeps the name of before: a successor will not look for it there',
      );
      return [];
    }
  }

  return {
    entries,
    prepareMove(next) {
      if (next === name || isClosed) return NO_MOVE;
      let nextLock: number;
      try {
        nextLock = takeLock(directory, next);
      } catch (error) {
        if (error instanceof LedgerError || !isSystemError(error)) throw error;
        log.error(
          { file, detail: error.message },
          'ledger keeps the name of before: a successor will not look for it there',
        );
        return NO_MOVE;
      }
      return { commit: () => move(next, nextLock), abandon: () => fs.closeSync(nextLock) };
    },
    mark(mark, routes, at) {
      if (routes.length === 0) return;
      note(entries, mark, routes, at);
      // Answers may come yet, but the file may be another's by now, and so may the descriptor.
      if (isClosed) return;
      if (leftOut !== undefined && leftOut++ < WRITES_LEFT_OUT) return;
      try {
        if (leftOut === undefined) append(mark, routes);
        else renew();
        if (leftOut !== undefined) log.info({ file }, 'ledger written again');
        leftOut = undefined;
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (leftOut === undefined) log.error({ file, detail: error.message }, 'ledger cannot be written');
        leftOut = 0;
      }
    },
    isKept: () => leftOut === undefined,
    close() {
      if (isClosed) return;
      isClosed = true;
      fs.closeSync(fd);
      fs.closeSync(lock);
    },
  };
}

/** Takes the place of the old file in one step, so that there is a whole one at any time. */
function writeAnew(
  file: string,
  exabgp: ExabgpIdentity,
  entries: ReadonlyMap<RouteKey, Entry>,
): { readonly fd: number; readonly wording: Wording } {
  const wording = createWording();
  const lines = [...entries.values()].map(({ route, standing }) => wording.lineOf(MARKS[standing], route));
  const fresh = `${file}.new`;
  const fd = fs.openSync(fresh, 'w', 0o600);
  try {
    writeAll(fd, header(exabgp) + lines.join(''));
    fs.renameSync(fresh, file);
    return { fd, wording };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

const MARKS: Readonly<Record<Standing, Mark>> = { entered: '+', told: '=', leaving: '-' };

function note(entries: Map<RouteKey, Entry>, mark: Mark, routes: readonly Route[], at: Millis | undefined): void {
  for (const route of routes) {
    if (mark === 'x') entries.delete(routeKey(route));
    else entries.set(routeKey(route), { route, standing: STANDINGS[mark], ...(at !== undefined && { at }) });
  }
}

const STANDINGS = { '+': 'entered', '=': 'told', '-': 'leaving' } as const;

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let written = 0; written < bytes.length; ) written += fs.writeSync(fd, bytes, written);
}

const isSystemError = (error: unknown): error is Error =>
  error instanceof NativeError ||
  (error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string');
