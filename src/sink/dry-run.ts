/**
 * SHELL: the sink of `--dry-run`. The commands that ExaBGP would be given stand in the log; nobody is told anything, and
 * so nothing is ever refused, waited for or reported as told.
 */
import type { Route, RouteKey } from '../model/route.ts';
import type { Log } from '../runtime/log.ts';
import { diffRoutes } from './diff.ts';
import { type ExabgpApi, groupLines, type Verb } from './exabgp/commands.ts';
import { NOTHING_EVER, type Sink } from './sink.ts';

export function createDryRunSink({ log, api }: { readonly log: Log; readonly api: ExabgpApi }): Sink {
  /** What would have been said. */
  const had = new Map<RouteKey, Route>();
  let isClosed = false;

  function say(desired: ReadonlyMap<RouteKey, Route>, keys: Iterable<RouteKey>): void {
    const changed = [...keys];
    const { announce, withdraw } = diffRoutes(had, desired, changed);
    show('withdraw', withdraw);
    show('announce', announce);
    for (const key of changed) {
      const wanted = desired.get(key);
      if (wanted === undefined) had.delete(key);
      else had.set(key, wanted);
    }
  }

  function show(verb: Verb, routes: readonly Route[]): void {
    for (const { line } of groupLines(verb, routes, api)) log.info({ command: line.trimEnd() }, 'dry run, not told');
  }

  return {
    set(desired, changed) {
      if (!isClosed) say(desired, changed);
    },
    tellings: () => [],
    status: () => ({ name: 'dry run', told: 0, leaving: 0, waiting: 0, refused: 0, ever: NOTHING_EVER }),
    async close(_signal, how) {
      if (isClosed) return;
      isClosed = true;
      if (how !== 'keep') say(new Map(), had.keys());
    },
  };
}
