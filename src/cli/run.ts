/** `ha2bgp run`: the daemon, its log and its recording, until it is asked to go. */

import type { Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { recordSettings } from '../config/recorded-settings.ts';
import type { Resolved } from '../config/settings.ts';
import type { Clock } from '../runtime/clock.ts';
import { isTerminal, isUnderExabgp } from '../runtime/descriptors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createRecorder, type Recorder } from '../runtime/recorder.ts';
import { inspectFile } from '../runtime/ring.ts';
import type { Sink } from '../sink/sink.ts';
import { openDaemon } from './daemon.ts';
import { isRefusal } from './host.ts';
import { createReloader } from './reload.ts';
import { unfinished } from './unfinished.ts';

/** `read`: the settings once more, as they were read for `resolved`. */
export async function run(
  resolved: Resolved,
  version: string,
  lifecycle: Lifecycle,
  read: () => Promise<Resolved>,
): Promise<void> {
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

  let recorder: Recorder | undefined;
  const openTap = (clock: Clock): Recorder | undefined => {
    recorder = openRecorder(resolved, version, clock, log);
    return recorder;
  };
  const daemon = await openDaemon({ settings, log, lifecycle, warn, openTap });
  const { sinks } = daemon;
  const reloader = createReloader({ resolved, read, daemon, log });
  lifecycle.onClose(async (why, time) => {
    reloader.close();
    const { onExit } = reloader.current().settings;
    log.info({ why, announced: mostTold(sinks), onExit }, 'stopping');
    await daemon.close(time, onExit);
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
  daemon.start();
  lifecycle.onHangup(settings.config === '' ? undefined : () => void reloader.reload());
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
