/**
 * The reload: settings are read again as they were at the start, judged as a whole, and put in force as a whole or not at
 * all. One at a time; whoever asks while one is under way has one that begins after it, which is one for all who asked.
 */
import { setImmediate as endOfIteration } from 'node:timers/promises';
import { changesOf } from '../config/changes.ts';
import type { Settings } from '../config/options.ts';
import { recordSettings } from '../config/recorded-settings.ts';
import { checkRestart } from '../config/restart.ts';
import type { Resolved } from '../config/settings.ts';
import { HIDDEN, type ReloadProblem, type ReloadResult, type SettingChange } from '../model/reload.ts';
import type { Reloads } from '../publish/metric.ts';
import type { Log } from '../runtime/log.ts';
import type { ReloadAnswer } from '../runtime/operator.ts';
import type { Daemon } from './daemon.ts';
import { isRefusal, RefusalsError } from './host.ts';

export interface Reloader {
  /** Never rejects. */
  reload(): Promise<ReloadResult>;
  /** What is in force. */
  current(): Resolved;
  counts(): Reloads;
  /** The daemon ends: nothing else is put in force, also not by one that is under way. */
  close(): void;
}

export interface ReloaderOptions {
  /** What is in force at the start. */
  readonly resolved: Resolved;
  /** Reads settings as they were read at the start. */
  readonly read: () => Promise<Resolved>;
  readonly daemon: Pick<Daemon, 'prepare'>;
  readonly log: Log;
  /** Whoever is to know that one is under way, and that it is over: it is called in pairs. */
  readonly told?: (state: 'reloading' | 'reloaded', isRefused?: boolean) => void;
  /** Reads the keys of the API again. Throws what `isRefusal` knows. */
  readonly prepareKeys?: (settings: Settings) => Promise<PreparedKeys>;
  /** Hears of settings that are in force from now on. */
  readonly committed?: (settings: Settings) => void;
  /** Hears what became of each. */
  readonly reloaded?: (answer: ReloadAnswer) => void;
}

export interface PreparedKeys {
  /** What is other in the files. */
  readonly changed: readonly SettingChange[];
  /** Puts them in force. */
  commit(): void;
}

export function createReloader({
  resolved,
  read,
  daemon,
  log,
  told = () => {},
  prepareKeys = async () => ({ changed: [], commit() {} }),
  committed = () => {},
  reloaded = () => {},
}: ReloaderOptions): Reloader {
  let current = resolved;
  let isClosed = false;
  /** The last one that was begun has failed half-way. */
  let isHalfDone = false;
  let counts: Reloads = { done: 0, refused: 0, isLastRefused: false };
  let running: Promise<ReloadResult> | undefined;
  let next: Promise<ReloadResult> | undefined;

  async function once(): Promise<ReloadResult> {
    told('reloading');
    const result = await tried();
    const isRefused = !result.ok;
    const { done, refused: others } = counts;
    counts = {
      done: done + Number(!isRefused),
      refused: others + Number(isRefused),
      isLastRefused: isRefused,
    };
    told('reloaded', isRefused);
    reloaded(answerOf(result));
    return result;
  }

  async function tried(): Promise<ReloadResult> {
    try {
      const result = await attempt();
      if (!result.ok) {
        for (const { place, text } of result.problems) log.error({ place, detail: text }, 'settings refused');
        log.error({ problems: result.problems.length }, 'reload refused, what was in force stays so');
      } else log.info({ changed: result.changed.length }, 'reloaded');
      return result;
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (error instanceof HalfWayError) log.error({ detail }, 'reload failed half-way');
      else log.error({ detail }, 'reload failed, what was in force stays so');
      return refused({ place: 'reload', text: (error as Error).message });
    }
  }

  async function attempt(): Promise<ReloadResult> {
    if (current.settings.config === '') {
      return refused({ place: '--config', text: 'there is none, and nothing else can be read again' });
    }
    const found = await read();
    if (isClosed) return refused(ENDING);
    const problems = [...found.problems, ...(found.areRead ? checkRestart(current, found) : [])];
    if (problems.length > 0) return refused(...problems);
    // Over a hundred thousand prefixes each of these takes a while, and has its turn: what came from the thread that reads them,
    // what is other, what is made of it, and what the core makes of that.
    await turnOfOthers();
    const differences = changesOf(current, found);
    const recorded = recordSettings(found);
    await turnOfOthers();
    const refusals: ReloadProblem[] = [];
    const refuse = (error: unknown): void => void refusals.push(...refusalsIn(error));
    const keys = await prepareKeys(found.settings).catch(refuse);
    if (isClosed) return refused(ENDING);
    const warn = ({ place, text }: ReloadProblem): void => log.warn({ place, detail: text }, 'settings');
    const prepared = tryIt(() => daemon.prepare(found.settings, warn), refuse);
    if (keys === undefined || prepared === undefined) {
      prepared?.abandon();
      return refused(...refusals);
    }
    await turnOfOthers();
    if (isClosed) {
      prepared.abandon();
      return refused(ENDING);
    }
    const ofDaemon = [...differences, ...prepared.changed];
    const changed = [...ofDaemon, ...keys.changed];
    for (const { key, before, after } of changed) log.info({ key, before, after }, 'setting changed');
    for (const warning of changed.length > 0 ? found.warnings : []) warn(warning);
    // Whatever may refuse them has had its say. What fails from here on is a mistake of ours, and leaves a part in force.
    current = found;
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    const isSame = ofDaemon.every(({ key }) => OF_THE_LOG.has(key)) && !isHalfDone;
    tryIt(() => (isSame ? prepared.abandon() : prepared.commit(recorded)), failed);
    tryIt(keys.commit, failed);
    tryIt(() => committed(found.settings), failed);
    isHalfDone = failures.length > 0;
    if (isHalfDone) throw new HalfWayError(failures);
    return { ok: true, changed };
  }

  function start(): Promise<ReloadResult> {
    running = once().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    reload() {
      if (next !== undefined) return next;
      if (running === undefined) return start();
      next = running.then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
    current: () => current,
    counts: () => counts,
    close() {
      isClosed = true;
    },
  };
}

/** Settings that are nothing to the daemon: whoever wants to know more at night moves nothing by it. */
const OF_THE_LOG: ReadonlySet<string> = new Set(['log-level', 'debug']);

/** `withdraw-delay: 3s → 10s`; of a long list `network: +10.9.0.0/24 -10.7.0.0/16`; of a secret its key alone. */
function changeText({ key, before, after, isDifference }: SettingChange): string {
  if (before === HIDDEN && after === HIDDEN) return key;
  if (isDifference !== true)
    return `${key}: ${before === '' ? 'nothing' : before} → ${after === '' ? 'nothing' : after}`;
  const parts = [...(after === '' ? [] : [`+${after}`]), ...(before === '' ? [] : [`-${before}`])];
  return `${key}: ${parts.join(' ')}`;
}

/** For whoever asked. */
export const answerOf = (result: ReloadResult): ReloadAnswer =>
  result.ok ? { ok: true, changed: result.changed.map(changeText) } : result;

/** Of timers and of whatever can be read: the end of this iteration of the event loop comes before both. */
async function turnOfOthers(): Promise<void> {
  await endOfIteration();
  await endOfIteration();
}

const ENDING: ReloadProblem = { place: 'ha2bgp', text: 'is ending' };

/** Some of the new settings are in force. */
class HalfWayError extends Error {
  constructor(causes: readonly unknown[]) {
    const [cause] = causes;
    const words = causes.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
    super(`failed half-way, and some of the new settings are in force: try again, or restart ha2bgp (${words})`, {
      cause,
    });
    this.name = 'HalfWayError';
  }
}

function tryIt<T>(act: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return act();
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** Throws what is none. */
function refusalsIn(error: unknown): readonly ReloadProblem[] {
  if (!isRefusal(error)) throw error;
  const refusals = error instanceof RefusalsError ? error.refusals : [error];
  return refusals.map(({ message }) => ({ place: 'this host', text: message }));
}

const refused = (...problems: readonly ReloadProblem[]): ReloadResult => ({ ok: false, problems });
