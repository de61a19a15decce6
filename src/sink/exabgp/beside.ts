/**
 * SHELL: the ledgers of those beside us under the same ExaBGP. ExaBGP has one route of a prefix, whoever announced it:
 * what one of them withdraws is gone, though we announce it too. It stands in its ledger, which is followed as it grows.
 *
 * What it does not: read a ledger that was written anew meanwhile. What it said there is made good by the next repeat of
 * everything, like all else that is missed here.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Prefix, parsePrefix } from '../../model/address.ts';
import { ms } from '../../model/millis.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { isSameExabgp, ROUTES } from './ledger.ts';
import { type ExabgpIdentity, parseLedger } from './ledger-format.ts';

export interface BesideOptions {
  readonly directory: string;
  /** Our own, which is not beside us. */
  readonly name: string;
  readonly exabgp: ExabgpIdentity;
  readonly clock: Clock;
  readonly log: Log;
  /** Prefixes of which another has withdrawn its route. */
  readonly withdrawn: (prefixes: ReadonlySet<Prefix>) => void;
}

interface Followed {
  readonly inode: number;
  /** Up to where it was read. */
  readonly offset: number;
}

/** A withdraw is entered before it is said. Whoever ends does not wait to strike it out. */
const SAID_WITHIN = 1_000;
const TIMER = 'exabgp beside';
/** Its first two lines are shorter. */
const HEADER_BYTES = 256;
/** What is read at a time. */
const CHUNK_BYTES = 1 << 20;

export function watchBeside({ directory, name, exabgp, clock, log, withdrawn }: BesideOptions): { close(): void } {
  /** By file name; those of our ExaBGP. */
  const followed = new Map<string, Followed>();
  const leaving = new Set<Prefix>();
  let watcher: fs.FSWatcher | undefined;

  function follow(file: string): void {
    if (!file.endsWith(ROUTES) || file === `${name}${ROUTES}`) return;
    let fd: number;
    try {
      fd = fs.openSync(path.join(directory, file), 'r');
    } catch (error) {
      followed.delete(file);
      failed(error);
      return;
    }
    try {
      const { ino, size } = fs.fstatSync(fd);
      const known = followed.get(file);
      if (known?.inode === ino) followed.set(file, readOn(fd, known, size));
      else if (isOurs(fd)) followed.set(file, { inode: ino, offset: size });
      else followed.delete(file);
    } catch (error) {
      failed(error);
    } finally {
      fs.closeSync(fd);
    }
  }

  function isOurs(fd: number): boolean {
    const bytes = Buffer.alloc(HEADER_BYTES);
    const text = bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, HEADER_BYTES, 0));
    const contents = parseLedger(`${text.split('\n', 2).join('\n')}\n`);
    return !('problem' in contents) && isSameExabgp(contents.exabgp, exabgp);
  }

  function readOn(fd: number, { inode, offset }: Followed, size: number): Followed {
    let at = offset;
    const gone = new Set<Prefix>();
    while (at < size) {
      const bytes = Buffer.alloc(Math.min(CHUNK_BYTES, size - at));
      const text = bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, bytes.length, at));
      const end = text.lastIndexOf('\n') + 1;
      if (end === 0) break;
      at += end;
      for (const line of text.slice(0, end).split('\n')) take(line, gone);
    }
    if (gone.size > 0) withdrawn(gone);
    return { inode, offset: at };
  }

  function take(line: string, gone: Set<Prefix>): void {
    const [, mark, text = ''] = /^([-x]) \d+ (\S+)$/.exec(line) ?? [];
    const prefix = parsePrefix(text);
    if (prefix !== text) return;
    if (mark === 'x') {
      gone.add(prefix);
      return;
    }
    if (leaving.size === 0) clock.setTimer(TIMER, ms(clock.now() + SAID_WITHIN), saidBy);
    leaving.add(prefix);
  }

  function saidBy(): void {
    const prefixes = new Set(leaving);
    leaving.clear();
    withdrawn(prefixes);
  }

  /** Nothing depends on it but the time that it takes. */
  function failed(error: unknown): void {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    const detail = error instanceof Error ? error.message : String(error);
    log.debug({ detail }, 'the ledgers beside this one cannot be followed');
  }

  try {
    watcher = fs.watch(directory, (_, file) => {
      if (file !== null) follow(file);
    });
    watcher.on('error', failed);
    for (const file of fs.readdirSync(directory)) follow(file);
  } catch (error) {
    failed(error);
  }
  return {
    close() {
      watcher?.close();
      clock.clearTimer(TIMER);
    },
  };
}
