/** `ha2bgp run`: the daemon, its log and its recording, until it is asked to go. */

import type { Api } from '../api/api.ts';
import { controlSocketOf } from '../config/api.ts';
import type { Problem } from '../config/place.ts';
import { recordSettings } from '../config/recorded-settings.ts';
import { namesOf } from '../config/services.ts';
import type { Resolved } from '../config/settings.ts';
import type { Clock } from '../runtime/clock.ts';
import { isUnderExabgp } from '../runtime/descriptors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import type { Tap } from '../runtime/loop.ts';
import type { ReloadAnswer } from '../runtime/operator.ts';
import { createRecorder, type Recorder } from '../runtime/recorder.ts';
import { inspectFile } from '../runtime/ring.ts';
import type { ServiceManager } from '../runtime/systemd/service-manager.ts';
import { instantBy } from '../runtime/wall-clock.ts';
import { keyChanges, readApiKeys } from './api-keys.ts';
import { type Daemon, openDaemon } from './daemon.ts';
import { isRefusal } from './host.ts';
import { openLog } from './log.ts';
import { preparePublishing } from './publishing.ts';
import { answerOf, createReloader, type Reloader } from './reload.ts';
import { settingViews } from './setting-views.ts';
import { mostTold, unfinished } from './unfinished.ts';

/** `read`: the settings once more, as they were read for `resolved`. */
export async function run(
  resolved: Resolved,
  version: string,
  lifecycle: Lifecycle,
  read: () => Promise<Resolved>,
): Promise<void> {
  const { settings, warnings } = resolved;
  const hasExabgp = settings.bgpBackend.includes('exabgp') && isUnderExabgp();
  const log = openLog(settings, hasExabgp, lifecycle);
  lifecycle.onFailure((error) => {
    log.error({ detail: detailOf(error) }, 'failed');
    // Whoever started us looks here, wherever the log goes.
    if (settings.logTo !== 'stderr') process.stderr.write(`ha2bgp: ${detailOf(error)}\n`);
  });
  const services = settings.service.length === 0 ? {} : { services: namesOf(settings.service) };
  log.info({ version, node: process.version, networks: settings.network.join(','), ...services }, 'started');
  const warn = ({ place, text }: Problem): void => log.warn({ place, detail: text }, 'settings');
  for (const warning of warnings) warn(warning);
  if (settings.dryRun) log.warn({}, 'dry run: nothing is announced');

  let keys = await readApiKeys(settings, warn);
  let recorder: Recorder | undefined;
  let manager: ServiceManager | undefined;
  const openTap = (clock: Clock): Tap => {
    recorder = openRecorder(resolved, version, clock, log);
    return {
      prepare: (state, until) => recorder?.prepare(state, until) ?? true,
      hear(event) {
        recorder?.hear(event);
        manager?.hear(event);
      },
    };
  };
  let reload: Reloader['reload'] | undefined;
  const daemon = await openDaemon({
    ...{ settings, log, lifecycle, warn, openTap, droppedLogLines: log.dropped },
    reload: async () => (reload === undefined ? STARTING : answerOf(await reload())),
  });
  const { sinks } = daemon;
  const reloader = createReloader({
    ...{ resolved, read, log },
    daemon,
    prepareKeys: async (next) => {
      const renewed = await readApiKeys(next, warn);
      const changed = keyChanges(keys, renewed);
      const commit = (): void => {
        keys = renewed;
        // Who is connected stays so, where nothing is other.
        if (changed.length > 0) api?.renew(renewed);
      };
      return { changed, commit };
    },
    told: (state, isRefused) => (state === 'reloading' ? manager?.reloading() : manager?.reloaded(isRefused)),
    committed: ({ logLevel }) => log.setLevel(logLevel),
    reloaded: daemon.reloaded,
  });
  reload = reloader.reload;
  manager = await findServiceManager(daemon, hasExabgp, log.child('systemd'));
  let api: Api | undefined;
  let isStopping = false;
  lifecycle.onClose(async (why, time) => {
    isStopping = true;
    manager?.stopping(why);
    reloader.close();
    const { onExit } = reloader.current().settings;
    const announced = mostTold(sinks);
    const { clock } = daemon;
    api?.close({ type: 'stopping', at: instantBy(clock)(clock.now()), why, announced });
    log.info({ why, announced, onExit }, 'stopping');
    await daemon.close(time, onExit, why);
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
  manager?.start();
  daemon.start();
  lifecycle.onHangup(settings.config === '' ? undefined : () => void reloader.reload());
  const publishing = preparePublishing({
    ...{ settings, daemon, log, lifecycle, unrecorded: recorder?.missed, reloads: reloader.counts },
  });
  await publishing.start();
  // Whoever waits for an address to be announced does not wait for this.
  const wish = { controlSocket: controlSocketOf(settings, process.env), listen: settings.apiListen, keys };
  if (wish.controlSocket === undefined && wish.listen.length === 0) return;
  try {
    const { openApi } = await import('../api/api.ts');
    if (isStopping) return;
    api = openApi(wish, {
      ...{ operator: daemon.operator, clock: daemon.clock, version, log: log.child('api') },
      settings: () => settingViews(reloader.current()),
      metrics: publishing.scrape,
    });
  } catch (error) {
    // An installation that lacks what the API needs is no reason not to announce.
    log.error({ detail: detailOf(error) }, 'API cannot be opened');
  }
}

const STARTING: ReloadAnswer = { ok: false, problems: [{ place: 'ha2bgp', text: 'has not started yet' }] };

/** Under ExaBGP it is ExaBGP's. */
async function findServiceManager(daemon: Daemon, hasExabgp: boolean, log: Log): Promise<ServiceManager | undefined> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return undefined;
  const { openServiceManager } = await import('./service-manager.ts');
  return openServiceManager(!hasExabgp, daemon, log);
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
