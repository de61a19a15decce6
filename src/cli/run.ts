/** `ha2bgp run`: puts the house together, and takes it apart again. */

import type { Settings } from '../config/options.ts';
import { policyFrom } from '../config/policy.ts';
import { recordSettings } from '../config/recorded-settings.ts';
import type { Resolved } from '../config/settings.ts';
import { instanceName, stateDirectory } from '../config/state.ts';
import { initialState } from '../core/state.ts';
import { openDiscovery } from '../discovery/discovery.ts';
import type { Event } from '../model/event.ts';
import { type Clock, realClock } from '../runtime/clock.ts';
import { isPiped, isTerminal, isUnderExabgp } from '../runtime/descriptors.ts';
import { createExecutor } from '../runtime/executor.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createLoop, type Loop } from '../runtime/loop.ts';
import { createRecorder, type Recorder } from '../runtime/recorder.ts';
import { inspectFile } from '../runtime/ring.ts';
import { createDryRunSink } from '../sink/dry-run.ts';
import { watchBeside } from '../sink/exabgp/beside.ts';
import { createExabgpSink } from '../sink/exabgp/exabgp.ts';
import { exabgpIdentity } from '../sink/exabgp/exabgp-identity.ts';
import { type LedgerOptions, memoryLedger, openLedger } from '../sink/exabgp/ledger.ts';
import { watchOrphans } from '../sink/exabgp/orphans.ts';
import type { Sink } from '../sink/sink.ts';
import { discoveryWish, isRefusal } from './host.ts';
import { listen, openStdout } from './pipes.ts';
import { unfinished } from './unfinished.ts';

export function run(resolved: Resolved, version: string, lifecycle: Lifecycle): void {
  const { settings, warnings } = resolved;
  const hasExabgp = settings.bgpBackend.includes('exabgp') && isUnderExabgp();
  const log = openLog(settings, hasExabgp);
  lifecycle.onEnd(log.flush);
  lifecycle.onFailure((error) => {
    log.error({ detail: detailOf(error) }, 'failed');
  });
  log.info({ version, node: process.version, networks: settings.network.join(',') }, 'started');
  for (const { place, text } of warnings) log.warn({ place, detail: text }, 'settings');
  if (settings.dryRun) log.warn({}, 'dry run: nothing is announced');

  let loop: Loop | undefined;
  let isDeaf = false;
  const watchers: { close(): void }[] = [];
  const push = (event: Event): void => loop?.push(event);
  const clock = realClock((lost) => push({ type: 'stalled', at: clock.now(), lost }));
  const output = openStdout(log, lifecycle);
  const api = settings.exabgpApi;
  const place = hasExabgp && !settings.dryRun ? ledgerPlace(settings, log) : undefined;
  const ledger = place === undefined ? memoryLedger() : openLedger({ ...place, log: log.child('ledger') });
  const exabgp = settings.dryRun
    ? undefined
    : createExabgpSink({
        ...{ output, clock, log: log.child('exabgp'), push },
        ...{ acks: settings.bgpBackend.includes('exabgp') && isPiped(0) ? 'unknown' : 'off', isDeaf: () => isDeaf },
        ...{ api, ledger, reannounce: settings.reannounce, followsAnother: ledger.entries.size > 0 },
      });
  const sink: Sink = exabgp ?? createDryRunSink({ log: log.child('dry-run'), api });
  const source = openDiscovery({
    ...discoveryWish(settings),
    clock,
    log: log.child('discovery'),
    push,
  });
  const executor = createExecutor({ clock, log, sinks: [sink], lookNow: source.lookNow, push });
  const failed = (error: unknown): never => {
    throw error;
  };
  const recorder = openRecorder(resolved, version, clock, log);
  loop = createLoop(initialState(policyFrom(settings)), executor, failed, recorder);
  lifecycle.onClose(async (why, time) => {
    const { told } = sink.status();
    const { onExit } = settings;
    // What nobody would know of is not left behind.
    const how = onExit === 'keep' && hasExabgp && !settings.dryRun && !ledger.isKept() ? 'withdraw' : onExit;
    log.info({ why, announced: told, onExit: how }, 'stopping');
    for (const watcher of watchers) watcher.close();
    loop?.close();
    // Withdrawing comes first: it is what others wait for.
    await sink.close(time, how);
    source.close();
    log.info(unfinished(sink.status()), 'stopped');
  });
  if (recorder !== undefined) {
    // After the loop, which hears nothing more then.
    lifecycle.onClose(recorder.close);
    lifecycle.onEnd(recorder.flush);
  }

  const deafened = (): void => {
    isDeaf = true;
  };
  // ExaBGP stands still when nobody reads what it says, also to one that has nothing to say itself.
  if (settings.bgpBackend.includes('exabgp')) listen(exabgp?.hear, deafened, hasExabgp, log, lifecycle);
  const found = [...ledger.entries.values()];
  push({
    type: 'routesFound',
    at: clock.now(),
    announced: found.filter(({ standing }) => standing !== 'leaving').map(({ route }) => route),
    doubtful: found.filter(({ standing }) => standing === 'leaving').map(({ route }) => route),
  });
  push({ type: 'started', at: clock.now() });
  if (place !== undefined) {
    const beside = { ...place, clock, log: log.child('ledger') };
    const orphans = watchOrphans({
      ...beside,
      found(routes) {
        exabgp?.inherit(routes);
        push({ type: 'routesFound', at: clock.now(), announced: [], doubtful: routes });
      },
    });
    const others = watchBeside({ ...beside, withdrawn: (prefixes) => exabgp?.assert(prefixes) });
    watchers.push(orphans, others);
  }
  source.start();
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

/** What is there already must not be spoilt: that is a mistake of the setting, and the end of the start. */
function openRecorder(resolved: Resolved, version: string, clock: Clock, log: Log): Recorder | undefined {
  const { record: file, recordSize: size, recordFiles: files } = resolved.settings;
  if (file === '') return undefined;
  const found = inspectFile(file);
  const settings = recordSettings(resolved);
  return createRecorder({ file, size, files, found, version, settings, clock, log: log.child('recorder') });
}

/** What this host does not permit is said in one line; where a mistake of ours happened, the stack says. */
function detailOf(error: unknown): string {
  if (isRefusal(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function openLog({ logFormat, logLevel, noColor, name }: Settings, hasExabgp: boolean): Log {
  const isShown = isTerminal(2);
  const isText = logFormat === 'text' || (logFormat === 'auto' && (isShown || hasExabgp));
  return createLog({
    format: isText ? (hasExabgp ? 'short-text' : 'text') : 'json',
    level: logLevel,
    color: isShown && !noColor && (process.env['NO_COLOR'] ?? '') === '',
    ...(name !== '' && { name }),
  });
}
