/** SHELL: puts the view together from the core's state and what sinks and discovery say of themselves. See `model/view`. */

import { prefixesNamed } from '../core/overrides.ts';
import type { DaemonState } from '../core/state.ts';
import { askedView, checkViews, countsOf, overrideView, prefixesOf, serviceView } from '../core/view.ts';
import type { SourceStatus } from '../discovery/source.ts';
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Override, SaidByHand } from '../model/override.ts';
import type { ServiceId } from '../model/service.ts';
import type { PeerStanding, Telling } from '../model/telling.ts';
import type {
  AskedService,
  DiscoveryView,
  EverView,
  HistoryEntry,
  OverrideView,
  ProcessView,
  ServiceView,
  SinkView,
} from '../model/view.ts';
import type { Sink } from '../sink/sink.ts';
import { createChanges } from './changes.ts';
import type { Clock } from './clock.ts';
import type { NotedTransition } from './executor.ts';
import { explainAll, type FindOwners } from './explaining.ts';
import { createHistory, type Journal } from './history.ts';
import { watchLoopLag } from './loop-lag.ts';
import type { Outline, ReloadAnswer, Viewer } from './operator.ts';
import { createSessionNews } from './session-news.ts';
import { instantBy } from './wall-clock.ts';

/** What may be another thing now, besides services. */
export type Changed = 'peers' | 'discovery' | 'overrides';

export interface OpenViewer extends Viewer {
  noted(transition: NotedTransition): void;
  /** Whoever watches hears of it soon; of several changes at once, once. */
  changed(what: Changed): void;
  /** It begins. */
  started(): void;
  /** Settings were read anew, or refused. */
  reloaded(answer: ReloadAnswer): void;
  /** For the history. */
  saidByHand(at: Millis, news: readonly SaidByHand[]): void;
  /** How it ended, if it had begun; once more is nothing. */
  stopped(how: Ended): void;
  /** What is not in the journal yet goes there; once more is nothing. */
  close(): void;
}

export interface Ended {
  /** The signal, or what else. */
  readonly why: string;
  /** Routes. */
  readonly withdrawn: number;
  readonly left: number;
}

export interface ViewerOptions {
  readonly state: DaemonState;
  readonly sinks: readonly Sink[];
  readonly discovery: () => SourceStatus;
  readonly clock: Clock;
  readonly findOwners: FindOwners;
  readonly journal?: Journal;
  /** What the journal had of an earlier process, the oldest first. */
  readonly before?: readonly HistoryEntry[];
  /** Why what is said by hand does not outlive this process. */
  readonly notKept: () => string | undefined;
  /** Why something is lost that was said by hand to an earlier process. */
  readonly lost?: string | undefined;
  /** Log lines that nobody took. */
  readonly droppedLogLines?: () => number;
  readonly version: string;
  readonly name: string;
}

const OVERRIDES_TIMER = 'overrides told';
/** So many are told at once, whenever one of them changes. */
const FEW_OVERRIDES = 100;
/** In milliseconds. */
const LONGEST_REST = 1_000;

export function createViewer(options: ViewerOptions): OpenViewer {
  const { state, sinks, discovery, clock, version, name, findOwners, notKept, journal, before } = options;
  const { droppedLogLines = () => 0, lost } = options;
  let lastReload: ProcessView['lastReload'];
  const lag = watchLoopLag(clock);
  const startedAt = clock.now();
  const instant = instantBy(clock);
  const changes = createChanges();
  const history = createHistory({
    clock,
    ...(journal && { journal }),
    ...(before && { before }),
    prefixesNamed: (id) => prefixesNamed(state.policy, id as ServiceId),
    heard(entry) {
      if ('prefix' in entry) changes.push({ type: 'transition', ...entry });
    },
  });
  let isRunning = false;

  const tellings = (prefix: Prefix): readonly Telling[] =>
    sinks.length === 1 && sinks[0] ? sinks[0].tellings(prefix) : sinks.flatMap((sink) => sink.tellings(prefix));

  const listed = (prefix: Prefix): ServiceView => serviceView(state, prefix, clock.now(), instant, tellings(prefix));
  const service = (prefix: Prefix): AskedService => askedView(state, prefix, clock.now(), instant, tellings(prefix));

  const sinkView = (sink: Sink): SinkView => {
    const { ever: _, ...status } = sink.status();
    const peers = sink.peers?.()?.map((peer) => ({ ...peer, since: instant(peer.since) }));
    return { ...status, ...(peers && { peers }) };
  };

  function discoveryView({ from, hints, interval, failures, failure, readAt }: SourceStatus): DiscoveryView {
    const { facts, failingSince } = state;
    return {
      ...{ source: from, hints, intervalMs: interval, failures },
      ...{ listeners: facts.listeners.size, addresses: facts.addresses.size },
      ...(readAt !== undefined && { factsAgeMs: Math.round(clock.now() - readAt) }),
      ...(failingSince !== undefined && { failingSince: instant(failingSince) }),
      ...(failure !== undefined && { failure }),
    };
  }

  function everView({ readings: { count, total, last, buckets } }: SourceStatus): EverView {
    return {
      ...{ transitions: { ...state.standings.moves }, stalls: state.stalls, stalledMs: Math.round(state.stalledFor) },
      readings: {
        ...{ count, totalMs: total },
        ...(last !== undefined && { lastMs: last }),
        buckets: buckets.map(({ upTo, count: some }) => ({ upToMs: upTo, count: some })),
      },
      sinks: sinks.map((sink) => {
        const { name: own, ever } = sink.status();
        return { name: own, ...ever };
      }),
    };
  }

  /** Made once of each, which takes a few microseconds: machines push thousands, and people ask again and again. */
  let known = new WeakMap<Override, OverrideView>();
  /** What the clock said then: whoever sets the one on the wall sets all their times. */
  let knownBy = instant(startedAt);

  function* overrideViews(): Generator<OverrideView> {
    const by = instant(startedAt);
    if (by !== knownBy) [known, knownBy] = [new WeakMap(), by];
    for (const each of state.overrides.said.values()) {
      const view = known.get(each) ?? overrideView(each, instant);
      known.set(each, view);
      yield view;
    }
  }

  function outline(): Outline {
    const source = discovery();
    const now = clock.now();
    const why = notKept();
    return {
      at: instant(now),
      process: {
        ...{ version, node: process.version, pid: process.pid, name },
        ...{ startedAt: instant(startedAt), uptimeMs: now - startedAt },
        ...{ loopLagMs: lag.greatest(), droppedLogLines: droppedLogLines() },
        residentBytes: process.memoryUsage.rss(),
        ...(why !== undefined && { notKept: why }),
        ...(lost !== undefined && { lost }),
        ...(lastReload !== undefined && { lastReload }),
      },
      discovery: discoveryView(source),
      sinks: sinks.map(sinkView),
      checks: checkViews(state.checks, instant),
      services: countsOf(state),
      ever: everView(source),
    };
  }

  const waiting = new Set<Changed>();
  let isTellingLater = false;
  let overridesToldAt = Number.NEGATIVE_INFINITY;
  let rest: NodeJS.Immediate | undefined;
  /** The peers as they were told of last, by sink and name. */
  const told = new Map<string, { readonly sink: string; readonly peer: PeerStanding }>();
  const news = createSessionNews(clock, history.notePeer);

  function tellChanges(): void {
    rest = undefined;
    const at = instant(clock.now());
    if (waiting.has('discovery')) changes.push({ type: 'discovery', at, discovery: discoveryView(discovery()) });
    if (waiting.has('overrides')) tellOverrides();
    if (waiting.has('peers')) tellPeers();
    waiting.clear();
  }

  /** All of them each time: of many, as machines push them, more rarely. */
  function tellOverrides(): void {
    if (!changes.isHeard() || isTellingLater) return;
    const now = clock.now();
    const { size } = state.overrides.said;
    const rest = size < FEW_OVERRIDES ? 0 : Math.min(LONGEST_REST, size);
    if (now < overridesToldAt + rest) {
      isTellingLater = true;
      clock.setTimer(OVERRIDES_TIMER, ms(overridesToldAt + rest), () => {
        isTellingLater = false;
        tellOverrides();
      });
      return;
    }
    overridesToldAt = now;
    changes.push({ type: 'overrides', at: instant(now), overrides: [...overrideViews()] });
  }

  function tellPeers(): void {
    const gone = new Set(told.keys());
    for (const sink of sinks) {
      const peers = sink.peers?.();
      if (peers === undefined) continue;
      const { name: own } = sink.status();
      for (const peer of peers) {
        gone.delete(`${own} ${peer.name}`);
        tellPeer(own, peer);
      }
    }
    for (const key of gone) {
      const last = told.get(key);
      if (last === undefined) continue;
      const { families: _, holdTimeMs: __, ...peer } = last.peer;
      tellPeer(last.sink, { ...peer, state: 'idle', since: clock.now(), last: 'no peer any more', told: 0 });
      told.delete(key);
    }
  }

  function tellPeer(sink: string, peer: PeerStanding): void {
    const key = `${sink} ${peer.name}`;
    const before = upSinceOf(told.get(key)?.peer);
    told.set(key, { sink, peer });
    const upSince = upSinceOf(peer);
    if (before === upSince) return;
    const { name: own, since, last } = peer;
    // One that ended, and began anew before anybody looked, is both.
    if (before !== undefined) {
      news.heard(since, { type: 'peer-down', sink, peer: own, ...(last !== '' && { why: last }) });
    }
    if (upSince !== undefined) news.heard(since, { type: 'peer-up', sink, peer: own });
    changes.push({ type: 'peer', at: instant(clock.now()), peer: { ...peer, since: instant(since) } });
  }

  return {
    summary: () => ({ ...outline(), overrides: [...overrideViews()] }),
    outline,
    overrides: overrideViews,
    *services() {
      for (const prefix of prefixesOf(state)) yield listed(prefix);
    },
    service,
    explain: (of) =>
      explainAll(of, { state, clock, instant, history, service, tellings, findOwners, readAt: discovery().readAt }),
    history: history.list,
    subscribe: changes.subscribe,
    noted(transition) {
      history.note(transition);
    },
    changed(what) {
      waiting.add(what);
      rest ??= setImmediate(tellChanges);
    },
    started() {
      isRunning = true;
      const last = before?.at(-1);
      const isUnended = last !== undefined && !('type' in last && last.type === 'stopped');
      history.noteProcess(clock.now(), {
        ...{ type: 'started', version, pid: process.pid },
        ...(isUnended && { lastSignOfBefore: last.at }),
      });
    },
    reloaded(answer) {
      const now = clock.now();
      const at = instant(now);
      const problems = answer.ok ? 0 : answer.problems.length;
      lastReload = { at, ok: answer.ok, problems };
      if (answer.ok) {
        const { changed } = answer;
        history.noteProcess(now, { type: 'reloaded', changed: shortened(changed) });
        changes.push({ type: 'reloaded', at, changed });
      } else {
        history.noteProcess(now, { type: 'reload-refused', problems });
        changes.push({ type: 'reload-refused', at, problems });
      }
    },
    saidByHand(at, news) {
      for (const each of news) history.noteProcess(at, { type: 'by-hand', ...each });
    },
    stopped(how) {
      // What waits comes before the last word.
      news.close();
      if (isRunning) history.noteProcess(clock.now(), { type: 'stopped', ...how });
      isRunning = false;
    },
    close() {
      clearImmediate(rest);
      clock.clearTimer(OVERRIDES_TIMER);
      news.close();
      lag.close();
      history.close();
      changes.close();
    },
  };
}

/** Since when a session is up; `undefined` while there is none. */
const upSinceOf = (peer: PeerStanding | undefined): Millis | undefined =>
  peer?.state === 'established' ? peer.since : undefined;

/** Of changed settings, and of characters of each. */
const MOST_NAMED = 20;
const LONGEST_NAMED = 200;

/** For a history that is kept: somebody may have changed ten thousand networks. */
function shortened(changed: readonly string[]): readonly string[] {
  const named = changed
    .slice(0, MOST_NAMED)
    .map((each) => (each.length > LONGEST_NAMED ? `${each.slice(0, LONGEST_NAMED)}…` : each));
  const more = changed.length - named.length;
  return more > 0 ? [...named, `and ${more} more`] : named;
}
