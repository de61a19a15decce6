/** The backend that is ExaBGP, or whoever reads its commands: the sink, its ledger, and the pipes. */
import type { Settings } from '../config/options.ts';
import { instanceName, stateDirectory } from '../config/state.ts';
import type { Route } from '../model/route.ts';
import { isPiped, isUnderExabgp } from '../runtime/descriptors.ts';
import type { Log } from '../runtime/log.ts';
import { watchBeside } from '../sink/exabgp/beside.ts';
import { createExabgpSink } from '../sink/exabgp/exabgp.ts';
import { exabgpIdentity } from '../sink/exabgp/exabgp-identity.ts';
import { type LedgerOptions, memoryLedger, openLedger } from '../sink/exabgp/ledger.ts';
import { watchOrphans } from '../sink/exabgp/orphans.ts';
import type { Backend, BackendPorts } from './backend.ts';
import { listen, openStdout } from './pipes.ts';

/** Throws `LedgerError`. */
export function openExabgpBackend(settings: Settings, { clock, log, push, changed, lifecycle }: BackendPorts): Backend {
  const isExabgp = settings.bgpBackend.includes('exabgp');
  const hasExabgp = isExabgp && isUnderExabgp();
  const place = hasExabgp ? ledgerPlace(settings, log) : undefined;
  const ledger = place === undefined ? memoryLedger() : openLedger({ ...place, log: log.child('ledger') });
  let name = place?.name ?? '';
  let watchers: readonly { close(): void }[] = [];
  let isDeaf = false;
  const sink = createExabgpSink({
    ...(!isExabgp && { name: 'test' }),
    ...{ output: openStdout(log, lifecycle), clock, log: log.child('exabgp'), push, ledger },
    ...{ acks: isExabgp && isPiped(0) ? 'unknown' : 'off', isDeaf: () => isDeaf },
    ...{ api: settings.exabgpApi, reannounce: settings.reannounce, followsAnother: ledger.entries.size > 0 },
    ...{ neighbors: settings.neighbor, changed: () => changed('peers') },
  });
  const deafened = (): void => {
    isDeaf = true;
  };

  function inherit(routes: readonly Route[]): void {
    sink.inherit(routes);
    push({ type: 'routesFound', at: clock.now(), announced: [], doubtful: routes });
  }

  /** The others, by our own name. */
  function watch(): void {
    if (place === undefined) return;
    for (const watcher of watchers) watcher.close();
    const beside = { ...place, name, clock, log: log.child('ledger') };
    watchers = [watchOrphans({ ...beside, found: inherit }), watchBeside({ ...beside, withdrawn: sink.assert })];
  }

  return {
    sink,
    start() {
      if (isExabgp) listen(sink.hear, deafened, hasExabgp, log, lifecycle);
      const found = [...ledger.entries.values()];
      push({
        type: 'routesFound',
        at: clock.now(),
        announced: found.filter(({ standing }) => standing !== 'leaving').map(({ route }) => route),
        doubtful: found.filter(({ standing }) => standing === 'leaving').map(({ route }) => route),
      });
      watch();
    },
    prepare(other) {
      // Where none is given it is made from what is announced.
      const next = instanceName(other);
      const move = ledger.prepareMove(next);
      return {
        changed: [],
        commit() {
          sink.change({ reannounce: other.reannounce, neighbors: other.neighbor });
          const left = move.commit();
          if (left.length > 0) inherit(left);
          if (next === name) return;
          name = next;
          watch();
        },
        abandon: move.abandon,
      };
    },
    async close(time, how) {
      for (const watcher of watchers) watcher.close();
      // What nobody would know of is not left behind.
      const isLost = how === 'keep' && hasExabgp && !ledger.isKept();
      if (isLost) log.warn({}, 'what is announced could not be kept in a file, withdrawn all the same');
      await sink.close(time, isLost ? 'withdraw' : how);
    },
  };
}

/** Where what is announced is kept; undefined for nowhere. */
function ledgerPlace(settings: Settings, log: Log): Pick<LedgerOptions, 'directory' | 'name' | 'exabgp'> | undefined {
  const directory = stateDirectory(settings, process.env);
  if (directory === undefined) return undefined;
  const exabgp = exabgpIdentity();
  if (exabgp !== undefined) return { directory, name: instanceName(settings), exabgp };
  log.warn({}, 'which process is ExaBGP cannot be told: after a crash nothing is known of what is announced');
  return undefined;
}
