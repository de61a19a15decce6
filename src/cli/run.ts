/** `ha2bgp run`: puts the house together, and takes it apart again. */

import type { Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { policyFrom } from '../config/policy.ts';
import { recordSettings } from '../config/recorded-settings.ts';
import type { Resolved } from '../config/settings.ts';
import { speakerFrom } from '../config/speaker.ts';
import { initialState } from '../core/state.ts';
import { openDiscovery } from '../discovery/discovery.ts';
import type { Event } from '../model/event.ts';
import { type Clock, realClock } from '../runtime/clock.ts';
import { isTerminal, isUnderExabgp } from '../runtime/descriptors.ts';
import { createExecutor } from '../runtime/executor.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createLoop, type Loop } from '../runtime/loop.ts';
import { createRecorder, type Recorder } from '../runtime/recorder.ts';
import { inspectFile } from '../runtime/ring.ts';
import { createDryRunSink } from '../sink/dry-run.ts';
import type { Sink } from '../sink/sink.ts';
import type { Backend, BackendPorts } from './backend.ts';
import { openExabgpBackend } from './exabgp-backend.ts';
import { discoveryWish, isRefusal } from './host.ts';
import { listen } from './pipes.ts';
import { unfinished } from './unfinished.ts';

export async function run(resolved: Resolved, version: string, lifecycle: Lifecycle): Promise<void> {
  const { settings, warnings } = resolved;
  const hasExabgp = settings.bgpBackend.includes('exabgp') && isUnderExabgp();
  const log = openLog(settings, hasExabgp);
  lifecycle.onEnd(log.flush);
  lifecycle.onFailure((error) => {
    log.error({ detail: detailOf(error) }, 'failed');
  });
  log.info({ version, node: process.version, networks: settings.network.join(',') }, 'started');
  const warn = ({ place, text }: Problem): void => log.warn({ place, detail: text }, 'settings');
  for (const warning of warnings) warn(warning);
  if (settings.dryRun) log.warn({}, 'dry run: nothing is announced');

  let loop: Loop | undefined;
  const push = (event: Event): void => loop?.push(event);
  const clock = realClock((lost) => push({ type: 'stalled', at: clock.now(), lost }));
  const backends = await openBackends(settings, { clock, log, push, lifecycle }, warn);
  const sinks = backends.map(({ sink }) => sink);
  const source = openDiscovery({
    ...discoveryWish(settings),
    clock,
    log: log.child('discovery'),
    push,
  });
  const executor = createExecutor({ clock, log, sinks, lookNow: source.lookNow, push });
  const failed = (error: unknown): never => {
    throw error;
  };
  const recorder = openRecorder(resolved, version, clock, log);
  loop = createLoop(initialState(policyFrom(settings)), executor, failed, recorder);
  lifecycle.onClose(async (why, time) => {
    const { onExit } = settings;
    log.info({ why, announced: mostTold(sinks), onExit }, 'stopping');
    loop?.close();
    // Withdrawing comes first: it is what others wait for.
    await Promise.all(backends.map((backend) => backend.close(time, onExit)));
    source.close();
    for (const sink of sinks) {
      const status = sink.status();
      log.info({ ...(sinks.length > 1 && { backend: status.name }), ...unfinished(status) }, 'stopped');
    }
  });
  if (recorder !== undefined) {
    // After the loop, which hears nothing more then.
    lifecycle.onClose(recorder.close);
    lifecycle.onEnd(recorder.flush);
  }
  for (const backend of backends) backend.start();
  push({ type: 'started', at: clock.now() });
  source.start();
}

/** Throws what `isRefusal` knows. */
async function openBackends(
  settings: Settings,
  ports: BackendPorts,
  warn: (problem: Problem) => void,
): Promise<Backend[]> {
  const { bgpBackend, dryRun, exabgpApi: api } = settings;
  if (dryRun) {
    const sink = createDryRunSink({ log: ports.log.child('dry-run'), api });
    // ExaBGP stands still when nobody reads what it says, also to one that has nothing to say itself.
    const start = (): void => {
      if (bgpBackend.includes('exabgp')) listen(undefined, () => {}, isUnderExabgp(), ports.log, ports.lifecycle);
    };
    return [{ sink, start, close: sink.close }];
  }
  const backends: Backend[] = [];
  if (bgpBackend.includes('exabgp') || bgpBackend.includes('test')) backends.push(openExabgpBackend(settings, ports));
  const speaker = speakerFrom(settings, process.env, warn);
  if (speaker !== undefined) {
    const { openSpeakerBackend } = await import('./speaker-backend.ts');
    backends.push(openSpeakerBackend(speaker, ports, settings.announceDelay));
  }
  return backends;
}

const mostTold = (sinks: readonly Sink[]): number => Math.max(...sinks.map((sink) => sink.status().told));

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
