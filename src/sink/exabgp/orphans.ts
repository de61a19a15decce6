/**
 * SHELL: ledgers that nobody uses any more, of the same ExaBGP: their ha2bgp was started anew under another name, or with
 * other settings, or not at all. What they announced stays in ExaBGP, and nobody watches it.
 *
 * A ledger that was free for `FREE_FOR` is taken over: what it names is handed on, and the file goes. That is long enough
 * for one that is only being started again.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type Millis, ms } from '../../model/millis.ts';
import type { Route } from '../../model/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { lockFile } from '../../runtime/native.ts';
import { isSameExabgp, LARGEST_FILE, LOCK, ROUTES } from './ledger.ts';
import { type ExabgpIdentity, parseLedger } from './ledger-format.ts';

export interface OrphanOptions {
  readonly directory: string;
  /** Our own, which is no orphan. */
  readonly name: string;
  readonly exabgp: ExabgpIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly found: (routes: readonly Route[]) => void;
}

/** ExaBGP starts a process again at once; one with a bad setting lingers for 20 s, and holds no ledger. */
export const FREE_FOR = ms(60_000);
const LOOK_EVERY = 10_000;
const TIMER = 'exabgp orphans';

export function watchOrphans(options: OrphanOptions): { close(): void } {
  const { directory, name, clock, log, found } = options;
  const freeSince = new Map<string, Millis>();

  function look(): void {
    plan();
    try {
      const names = namesIn(directory).filter((each) => each !== name);
      for (const known of [...freeSince.keys()]) if (!names.includes(known)) freeSince.delete(known);
      const held = heldInodes();
      for (const each of names) lookAt(each, held);
    } catch (error) {
      log.debug(
        { detail: error instanceof Error ? error.message : String(error) },
        'other ledgers cannot be looked at',
      );
    }
  }

  function lookAt(each: string, held: ReadonlySet<number>): void {
    const lock = path.join(directory, `${each}${LOCK}`);
    if (fs.existsSync(lock) && held.has(fs.statSync(lock).ino)) {
      freeSince.delete(each);
      return;
    }
    const since = freeSince.get(each) ?? clock.now();
    freeSince.set(each, since);
    if (clock.now() - since < FREE_FOR) return;
    freeSince.delete(each);
    const routes = takeOver(each, options);
    if (routes.length === 0) return;
    log.warn({ instance: each, routes: routes.length }, 'took over what another ha2bgp announced that is gone');
    found(routes);
  }

  function plan(): void {
    clock.setTimer(TIMER, ms(clock.now() + LOOK_EVERY), look);
  }

  plan();
  return { close: () => clock.clearTimer(TIMER) };
}

const namesIn = (directory: string): string[] =>
  fs.readdirSync(directory).flatMap((file) => (file.endsWith(ROUTES) ? [file.slice(0, -ROUTES.length)] : []));

/** Inodes of files that somebody has locked, proc_locks(5). To try the lock would keep its owner out if it came just then. */
function heldInodes(): ReadonlySet<number> {
  const lines = fs.readFileSync('/proc/locks', 'utf8').split('\n');
  return new Set(lines.map((line) => Number(/ FLOCK .* [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line)?.[1])));
}

/** The routes of a ledger that is free, which is removed. None if it is another ExaBGP's, or no ledger: that is left alone. */
function takeOver(name: string, { directory, exabgp }: OrphanOptions): readonly Route[] {
  const file = path.join(directory, `${name}${ROUTES}`);
  if (fs.statSync(file).size > LARGEST_FILE) return [];
  const lock = fs.openSync(path.join(directory, `${name}${LOCK}`), 'a', 0o600);
  try {
    if (!lockFile(lock)) return [];
    const contents = parseLedger(fs.readFileSync(file, 'latin1'));
    if ('problem' in contents || !isSameExabgp(contents.exabgp, exabgp)) return [];
    fs.rmSync(file);
    return [...contents.entries.values()].map(({ route }) => route);
  } finally {
    fs.closeSync(lock);
  }
}
