/** The daemon put together from its settings: discovery, core and backends around one loop. `run` is this, and the log. */
import type { Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { policyFrom } from '../config/policy.ts';
import type { RecordedSettings } from '../config/recorded-settings.ts';
import { speakerFrom } from '../config/speaker.ts';
import { dataPlace, instanceName } from '../config/state.ts';
import { areDecided, decidedWithin } from '../core/checked.ts';
import { type DaemonState, initialState } from '../core/state.ts';
import { openDiscovery, tryDiscovery } from '../discovery/discovery.ts';
import { ownerFinder } from '../discovery/owners.ts';
import type { Source } from '../discovery/source.ts';
import { createSuccession } from '../discovery/succession.ts';
import type { Event } from '../model/event.ts';
import type { HistoryEntry } from '../model/view.ts';
import { createProbes } from '../probe/probes.ts';
import { type Clock, realClock } from '../runtime/clock.ts';
import { isUnderExabgp } from '../runtime/descriptors.ts';
import { createExecutor } from '../runtime/executor.ts';
import { MOST_KEPT } from '../runtime/history.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { createLoop, type Loop, type Tap } from '../runtime/loop.ts';
import { leaveAtOnce } from '../runtime/native.ts';
import { createOperations } from '../runtime/operations.ts';
import {
  createOperator,
  OperationError,
  type Operations,
  type Operator,
  type ReloadAnswer,
} from '../runtime/operator.ts';
import { watchSuspension } from '../runtime/suspension.ts';
import { type Changed, createViewer, type OpenViewer } from '../runtime/viewer.ts';
import { createDryRunSink } from '../sink/dry-run.ts';
import type { CloseHow, Sink } from '../sink/sink.ts';
import { type HistoryStore, noHistoryStore, openHistoryStore } from '../store/history.ts';
import { noOverrideStore, type OverrideStore, openOverrideStore } from '../store/overrides.ts';
import { type Backend, type BackendPorts, NOTHING_TO_PREPARE, type Prepared } from './backend.ts';
import type { FirstDecisions } from './completeness.ts';
import { openExabgpBackend } from './exabgp-backend.ts';
import { discoveryWish, refuseTogether } from './host.ts';
import { listen } from './pipes.ts';
import { mostTold } from './unfinished.ts';
import { readVersion } from './version.ts';

export interface Daemon {
  /** Of its times, too. */
  readonly clock: Clock;
  /** The core's own, to look at. */
  readonly state: DaemonState;
  readonly sinks: readonly Sink[];
  readonly source: Source;
  /** What people see of it, and do to it. */
  readonly operator: Operator;
  /** Has the core hear of it. */
  readonly push: (event: Event) => void;
  /** Tells whoever looks on what became of a reload. */
  reloaded(answer: ReloadAnswer): void;
  /** Throws what `isRefusal` knows. */
  start(): void;
  /**
   * Makes ready for other settings, of the same backends. Throws what `isRefusal` knows, of all that this host does not
   * permit, and then all is as before. `warn` hears of what is questionable on this host.
   */
  prepare(settings: Settings, warn: (problem: Problem) => void): PreparedDaemon;
  /**
   * Withdraws what is announced, or keeps it, until `time` says that it is late, and lets go of everything. `why`: for the
   * history.
   */
  close(time: AbortSignal, how: CloseHow, why: string): Promise<void>;
}

/** One of both is called, once, before anything else happens. */
export interface PreparedDaemon extends Pick<Prepared, 'changed' | 'abandon'> {
  /** Puts them in force. `recorded`: the same for a recording. */
  commit(recorded: RecordedSettings): void;
}

export interface DaemonOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  /** Hears what is questionable about the settings on this host. */
  readonly warn: (problem: Problem) => void;
  /** Hears the events. */
  readonly openTap?: (clock: Clock) => Tap | undefined;
  /** Lines of the log that nobody took. */
  readonly droppedLogLines?: () => number;
  /** Reads the settings again. */
  readonly reload?: Operations['reload'];
}

/** Throws what `isRefusal` knows. */
export async function openDaemon({
  settings,
  log,
  lifecycle,
  warn,
  openTap = () => undefined,
  droppedLogLines = () => 0,
  reload = notPossible,
}: DaemonOptions): Promise<Daemon> {
  let loop: Loop | undefined;
  let viewer: OpenViewer | undefined;
  const push = (event: Event): void => loop?.push(event);
  const changed = (what: Changed): void => viewer?.changed(what);
  const clock = realClock((lost) => push({ type: 'stalled', at: clock.now(), lost }));
  const state = initialState(policyFrom(settings));
  const first: FirstDecisions = {
    announceDelay: settings.announceDelay,
    decidedWithin: decidedWithin(state.checks),
    areDecided: () => areDecided(state.checks),
  };
  const backends = await openBackends(settings, first, { clock, log, push, changed, lifecycle }, warn);
  const sinks = backends.map(({ sink }) => sink);
  const discovery = { clock, log: log.child('discovery') };
  const source = createSuccession(discoveryWish(settings), (wish, isFirst) =>
    openDiscovery({
      ...{ ...wish, ...discovery, push, changed: () => changed('discovery') },
      // Of one that follows, whether its hints can be had was asked before.
      mayLackHints: !isFirst,
    }),
  );
  let areKept = false;
  // A disk that answers no more holds nobody up at the end, nor while it is waited for.
  lifecycle.onHang(() => !areKept, leaveAtOnce);
  const stores = await openStores(settings, clock, log.child('store'));
  const { overrides, history } = stores;
  const probes = createProbes({ services: state.policy.services.values(), clock, log: log.child('probe'), push });
  viewer = createViewer({
    ...{ state, sinks, clock, findOwners: ownerFinder(settings.netns) },
    ...{ discovery: source.status, version: readVersion(), name: instanceName(settings) },
    ...{ notKept: overrides.notKept, lost: overrides.lost },
    droppedLogLines,
    ...{ journal: history, before: await stores.before },
  });
  const executor = createExecutor({
    ...{ clock, log, sinks, lookNow: source.lookNow, startProbe: probes.start, push, noted: viewer.noted },
    keepOverrides: (said, which, news, at) => {
      overrides.keep(said, which);
      viewer?.saidByHand(at, news);
      changed('overrides');
    },
  });
  const failed = (error: unknown): never => {
    throw error;
  };
  const own = createLoop(state, executor, failed, openTap(clock));
  loop = own;
  const { whenHandled } = own;
  /** Routes, when the end began. */
  let announced: number | undefined;
  function stopped(why: string): void {
    const left = mostTold(sinks);
    viewer?.stopped({ why, withdrawn: (announced ?? left) - left, left });
    viewer?.close();
  }
  // Also where there was no time to withdraw, or nobody to withdraw from.
  lifecycle.onEnd((why) => {
    stopped(why);
    history.flush();
  });
  let { drainTime } = settings;
  let suspension: ReturnType<typeof watchSuspension> | undefined;
  const operations = createOperations({
    ...{ state, push, whenHandled, clock, drainTime: () => drainTime },
    keeper: { ...overrides, isNamed: settings.name !== '' },
  });
  return {
    clock,
    state,
    sinks,
    source,
    operator: createOperator({ viewer, operations: { ...operations, reload } }),
    push,
    reloaded: (answer) => viewer?.reloaded(answer),
    start() {
      // Before anything is announced, and before the backends say what is.
      const { found: added } = overrides;
      if (added.length > 0) push({ type: 'overridden', at: clock.now(), by: '', added, removed: [], isKept: true });
      for (const backend of backends) backend.start();
      push({ type: 'started', at: clock.now() });
      suspension = watchSuspension({
        clock,
        suspended: (lost) => push({ type: 'suspended', at: clock.now(), lost }),
        // What is kept is kept by that clock.
        wallMoved() {
          const { said } = state.overrides;
          if (said.size > 0) overrides.keep(said, [...said.keys()]);
        },
      });
      source.start();
      viewer?.started();
    },
    prepare(other, warn) {
      const wish = discoveryWish(other);
      let follow = (): void => {};
      const prepared: Prepared[] = [];
      const abandon = (): void => {
        for (const each of prepared) each.abandon();
      };
      try {
        refuseTogether([
          () => {
            if (!source.isAsked(wish)) tryDiscovery({ ...wish, ...discovery });
            follow = source.prepare(wish);
          },
          ...backends.map((backend) => () => void prepared.push(backend.prepare(other, warn))),
        ]);
      } catch (error) {
        abandon();
        throw error;
      }
      const policy = policyFrom(other);
      return {
        changed: prepared.flatMap(({ changed }) => changed),
        commit(recorded) {
          // The core asks for what is other by that.
          probes.replace(policy.services.values());
          // Before the facts that are read for them.
          push({ type: 'settingsChanged', at: clock.now(), policy, settings: recorded });
          follow();
          drainTime = other.drainTime;
          for (const each of prepared) each.commit();
        },
        abandon,
      };
    },
    async close(time, how, why) {
      announced = mostTold(sinks);
      loop?.close();
      probes.close();
      suspension?.close();
      // Withdrawing comes first: it is what others wait for.
      await Promise.all(backends.map((backend) => backend.close(time, how)));
      source.close();
      stopped(why);
      await Promise.all([history.close(), overrides.close()]);
      areKept = stores.doesAnswer;
    },
  };
}

const notPossible = async (): Promise<never> => {
  throw new OperationError('not-possible', 'there are no settings to be read again');
};

interface Stores {
  readonly overrides: OverrideStore;
  readonly history: HistoryStore;
  /** What an earlier process left of the history. */
  readonly before: Promise<readonly HistoryEntry[]>;
  readonly doesAnswer: boolean;
}

/**
 * So long is waited for what was said by hand, in milliseconds: a disk is busy when a host starts, and what is drained must
 * not be announced for that.
 */
const DISK_WITHIN = 5_000;
const HISTORY_WITHIN = 1_000;

async function openStores(settings: Settings, clock: Clock, log: Log): Promise<Stores> {
  const none = { history: noHistoryStore, before: Promise.resolve([]) };
  const chosen = dataPlace(settings, process.env);
  if (chosen === undefined) return { ...none, overrides: noOverrideStore('--data-dir none'), doesAnswer: true };
  const { directory, isChosen } = chosen;
  const place = { directory, name: instanceName(settings) };
  const history = openHistoryStore(place, { clock, log });
  const found = history.readLast(MOST_KEPT);
  const overrides = await orLate(openOverrideStore(place, !isChosen, { clock, log }), DISK_WITHIN);
  if (overrides === undefined) {
    log.error({ directory }, 'does not answer: what was said by hand before is not known, and nothing is kept');
    const why = `${directory} did not answer at the start`;
    return { ...none, overrides: noOverrideStore(why), doesAnswer: false };
  }
  const before = orLate(found, HISTORY_WITHIN).then((entries = []) => entries);
  return { overrides, history, before, doesAnswer: true };
}

/** `undefined` when it takes longer. */
function orLate<T>(it: Promise<T>, time: number): Promise<T | undefined> {
  return Promise.race([it, new Promise<undefined>((resolve) => setTimeout(resolve, time, undefined).unref())]);
}

/** Throws what `isRefusal` knows. */
async function openBackends(
  settings: Settings,
  first: FirstDecisions,
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
    return [{ sink, start, prepare: () => NOTHING_TO_PREPARE, close: sink.close }];
  }
  const backends: Backend[] = [];
  if (bgpBackend.includes('exabgp') || bgpBackend.includes('test')) backends.push(openExabgpBackend(settings, ports));
  const speaker = speakerFrom(settings, process.env, warn);
  if (speaker !== undefined) {
    const { openSpeakerBackend } = await import('./speaker-backend.ts');
    backends.push(openSpeakerBackend(speaker, ports, first));
  }
  return backends;
}
