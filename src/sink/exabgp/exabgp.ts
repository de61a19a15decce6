/**
 * SHELL: the ExaBGP sink. Commands go to stdout, answers come back on stdin, in order.
 *
 * What it does: says what differs from what it said before, at the pace at which stdout is read; matches answers with
 * commands; tells a refused route again, less and less often; withdraws everything at the end.
 * What it does not: wait for an answer before the next command, repeat what was told, or remember anything beyond its
 * own life. ExaBGP keeps what it was told and replays it to a peer that comes back.
 */
import type { Writable } from 'node:stream';
import type { Event } from '../../model/event.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { type Route, type RouteKey, routeKey } from '../../model/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { diffRoutes } from '../diff.ts';
import type { Sink } from '../sink.ts';
import { commandLine, type Verb } from './commands.ts';
import { createReplyReader, type Said } from './replies.ts';

export interface ExabgpSink extends Sink {
  /** Bytes from ExaBGP. They have to be read at all times: ExaBGP stands still when the pipe to us is full. */
  hear(chunk: Uint8Array): void;
}

export interface ExabgpSinkOptions {
  readonly output: Writable;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
}

interface Command {
  readonly verb: Verb;
  readonly key: RouteKey;
  readonly route: Route;
}

/** Commands written before a look whether stdout still takes them: the rest can then still be overtaken by newer wishes. */
const BATCH = 500;
/** Commands whose answer is remembered. Without answers (`exabgp.api.ack false`) the oldest are forgotten. */
const MOST_UNANSWERED = 10_000;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;
const RETRY_TIMER = 'exabgp retry';
const NEVER = ms(Number.POSITIVE_INFINITY);

export function createExabgpSink({ output, clock, log, push }: ExabgpSinkOptions): ExabgpSink {
  const told = new Map<RouteKey, Route>();
  let desired: ReadonlyMap<RouteKey, Route> = new Map();
  const dirty = new Set<RouteKey>();
  /** Keys of which the last answer was `error`. */
  const refused = new Map<RouteKey, { readonly attempts: number; readonly due: Millis; readonly route: Route }>();
  let nextRetry = NEVER;
  /** Commands in the order in which they are answered; before them come `forgotten` answers to older ones. */
  const unanswered: Command[] = [];
  let forgotten = 0;
  let isBlocked = false;
  let isClosing = false;
  const replies = createReplyReader();
  const counts: Record<Said['type'], number> = { done: 0, error: 0, shutdown: 0, event: 0, unknown: 0, oversized: 0 };

  output.on('drain', () => {
    isBlocked = false;
    flush();
  });

  function flush(): void {
    while (!isBlocked && dirty.size > 0) {
      const keys = [...take(dirty, BATCH)];
      for (const key of keys) dirty.delete(key);
      say(commandsFor(keys));
    }
  }

  /** What was refused may be in force or not, so that it is said again without a look at what was told. */
  function commandsFor(keys: readonly RouteKey[]): Command[] {
    const certain = keys.filter((key) => !refused.has(key));
    const { announce, withdraw } = diffRoutes(told, desired, certain);
    for (const key of keys) {
      const uncertain = refused.get(key);
      const wanted = desired.get(key);
      if (uncertain === undefined) continue;
      if (wanted === undefined) withdraw.push(uncertain.route);
      else announce.push(wanted);
    }
    // Withdraws first: a black hole is worse than a route that comes a moment later.
    return [
      ...withdraw.map((route) => command('withdraw', route)),
      ...announce.map((route) => command('announce', route)),
    ];
  }

  function say(commands: readonly Command[]): void {
    if (commands.length === 0) return;
    for (const { verb, key, route } of commands) {
      if (verb === 'announce') told.set(key, route);
      else told.delete(key);
      push({ type: 'routeTold', at: clock.now(), key, told: verb });
    }
    unanswered.push(...commands);
    const tooMany = unanswered.length - MOST_UNANSWERED;
    if (tooMany > 0) {
      unanswered.splice(0, tooMany);
      forgotten += tooMany;
    }
    const text = commands.map(({ verb, route }) => commandLine(verb, route)).join('');
    isBlocked = !output.write(text) && output.writableNeedDrain;
  }

  function answered(type: 'done' | 'error'): void {
    if (forgotten > 0) {
      forgotten--;
      return;
    }
    const command = unanswered.shift();
    if (command === undefined) {
      log.debug({ answer: type }, 'answer without a command');
      return;
    }
    const { verb, key, route } = command;
    if (type === 'done') {
      refused.delete(key);
      return;
    }
    const line = commandLine(verb, route).trimEnd();
    log.error(
      { command: line },
      'ExaBGP refused a command: is this process listed in a neighbor (api, processes)? its own log says why',
    );
    const attempts = (refused.get(key)?.attempts ?? 0) + 1;
    const due = ms(clock.now() + Math.min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY));
    refused.set(key, { attempts, due, route });
    push({ type: 'routeRefused', at: clock.now(), key, detail: line });
    retryAt(due);
  }

  function retryAt(due: Millis): void {
    if (isClosing || due >= nextRetry) return;
    nextRetry = due;
    clock.setTimer(RETRY_TIMER, due, retry);
  }

  function retry(): void {
    nextRetry = NEVER;
    let next = NEVER;
    for (const [key, refusal] of refused) {
      if (refusal.due > clock.now()) {
        next = ms(Math.min(next, refusal.due));
        continue;
      }
      dirty.add(key);
      // An answer to this try comes first; without one it is tried again at the slowest pace.
      const due = ms(clock.now() + LAST_RETRY);
      refused.set(key, { ...refusal, due });
      next = ms(Math.min(next, due));
    }
    retryAt(next);
    flush();
  }

  return {
    set(wanted, changed) {
      if (isClosing) return;
      desired = wanted;
      for (const key of changed) dirty.add(key);
      flush();
    },
    hear(chunk) {
      for (const said of replies.read(chunk)) {
        counts[said.type]++;
        if (said.type === 'done' || said.type === 'error') answered(said.type);
        else report(said, counts[said.type], log);
      }
    },
    status: () => ({
      name: 'exabgp',
      told: [...told.keys()].filter((key) => !refused.has(key)).length,
      waiting: dirty.size,
      refused: refused.size,
    }),
    async close(signal) {
      isClosing = true;
      clock.clearTimer(RETRY_TIMER);
      desired = new Map();
      dirty.clear();
      for (const key of [...told.keys(), ...refused.keys()]) dirty.add(key);
      flush();
      await handedOn(output, () => dirty.size === 0, signal);
    },
  };
}

const command = (verb: Verb, route: Route): Command => ({ verb, key: routeKey(route), route });

function* take<T>(from: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of from) {
    if (left-- <= 0) return;
    yield item;
  }
}

/** Events are for later; of what makes no sense the first is shown, then the 10th, the 100th …: stdin may be anything. */
function report(said: Exclude<Said, { type: 'done' | 'error' }>, count: number, log: Log): void {
  if (said.type === 'event') {
    log.debug({ text: excerpt(said.text) }, 'event from ExaBGP');
  } else if (said.type === 'shutdown') {
    log.info({}, 'ExaBGP shuts down');
  } else if (/^10*$/.test(String(count))) {
    const text = said.type === 'unknown' ? excerpt(said.text) : undefined;
    log.warn({ count, ...(text === undefined ? {} : { text }) }, `stdin: ${said.type} line passed over`);
  }
}

const excerpt = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Resolves when everything was said and written, when nobody can read it any more, or when the time is up. */
async function handedOn(output: Writable, isSaid: () => boolean, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => output.destroyed || signal.aborted || (isSaid() && output.writableLength === 0);
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (isOver()) resolve();
      else if (isSaid()) output.write('', check);
      else output.once('drain', check);
    };
    output.once('close', resolve);
    output.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    check();
  });
}
