/**
 * SHELL: the ExaBGP sink. Commands go to stdout, answers come back on stdin.
 *
 * What it does: says what differs from what it said before, at the pace at which stdout is read; matches answers with
 * commands; tells a refused route again, less and less often, and a refused group one by one; repeats everything to a
 * neighbor that comes up, and now and then, because ExaBGP forgets a neighbor's routes when it is configured anew;
 * withdraws everything at the end, or leaves it to its successor.
 * What it does not: wait for an answer before the next command, or repeat a withdraw that was accepted: ExaBGP would send
 * it again. Repeated announces it keeps to itself.
 *
 * The ledger is the one account of what was said. What an earlier process left in it is in force, as far as it was
 * accepted; the rest is said again as soon as somebody asks for it or does not.
 */
import type { Writable } from 'node:stream';
import type { Event } from '../../model/event.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { isSameRoute, type Route, type RouteKey, routeKey } from '../../model/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { Sink } from '../sink.ts';
import { createAccount } from './account.ts';
import { type ExabgpApi, groupLines, type Verb } from './commands.ts';
import { type Acks, type Command, createConversation } from './conversation.ts';
import { handedOn } from './handed-on.ts';
import { type Ledger, memoryLedger } from './ledger.ts';
import { createRefusals } from './refusals.ts';
import { createReplyReader, type Said } from './replies.ts';

export interface ExabgpSink extends Sink {
  /** Routes that another process announced and nobody looks after: those that are not wanted are withdrawn. */
  inherit(routes: readonly Route[]): void;
  /** Bytes from ExaBGP. They have to be read at all times: ExaBGP stands still when the pipe to us is full. */
  hear(chunk: Uint8Array): void;
  /**
   * Resolves when everything that was said has been answered, or its answer given up, or, where there are no answers,
   * written; or when `signal` says that the time is up.
   */
  settled(signal: AbortSignal): Promise<void>;
}

export interface ExabgpSinkOptions {
  readonly output: Writable;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
  /** In memory when left out. */
  readonly ledger?: Ledger;
  readonly api?: ExabgpApi;
  /** How often everything is announced again; never when left out or 0. */
  readonly reannounce?: Millis;
  /** Whether commands are answered; found out when left out. */
  readonly acks?: Acks;
  /** Whether an earlier process may have spoken to this ExaBGP, and been cut short. */
  readonly followsAnother?: boolean;
}

/** Routes looked at before a look whether stdout still takes commands: the rest can then be overtaken by newer wishes. */
const BATCH = 500;
/** Commands whose answers are waited for before there are more: ExaBGP is not to be overrun. */
const MOST_WAITING = 10_000;
/** An answer that takes longer is not waited for. ExaBGP answers within milliseconds, but may be stopped or overloaded. */
const ANSWER_WITHIN = 10_000;
/** Milliseconds; the rest is said after whoever waits for this iteration of the event loop. */
const LONGEST_TURN = 5;
/** When something is amiss with the answers, so long is waited for others of the kind. */
const RECOUNT_AFTER = 1_000;
/** What was given up is said again after that: a command that ExaBGP lost is answered by nobody. */
const RESAY_AFTER = 60_000;
/** Refused routes that are due at about the same time are said together. */
const RETRY_EVERY = 100;
const TIMER = {
  ...{ answers: 'exabgp answers', retry: 'exabgp retry', repeat: 'exabgp repeat' },
  ...{ recount: 'exabgp recount', resay: 'exabgp resay' },
} as const;
/**
 * ExaBGP 4.2 keeps half a line of a process that died, and puts it before what its successor says first. A comment makes
 * nothing of it, and is answered like a command.
 */
const FIRST_WORDS = '# ha2bgp goes on\n';

export function createExabgpSink(options: ExabgpSinkOptions): ExabgpSink {
  const { output, clock, log, push, ledger = memoryLedger(), api = '4', reannounce = ms(0), acks } = options;
  let mayFollowHalfALine = options.followsAnother === true && api === '4';
  /** Until something is wanted, nothing is known of what is not. */
  let isStated = false;
  let retryAt: Millis | undefined;
  let isRecounting = false;
  let desired: ReadonlyMap<RouteKey, Route> = new Map();
  const dirty = new Set<RouteKey>();
  /** To be said though it has been said: it may have been lost, or forgotten. */
  const again = new Set<RouteKey>();
  /** Of a group that was refused. */
  const alone = new Set<RouteKey>();
  const account = createAccount(ledger);
  const refusals = createRefusals();
  const conversation = createConversation(acks);
  const settling = new Set<() => void>();
  const replies = createReplyReader();
  const counts: Record<Said['type'], number> = {
    ...{ done: 0, error: 0, shutdown: 0, neighbor: 0, event: 0, unknown: 0, oversized: 0 },
  };
  let isBlocked = false;
  let isResting = false;
  let isClosing = false;

  for (const [key, { standing }] of ledger.entries) if (standing !== 'told') again.add(key);
  output.on('drain', () => {
    isBlocked = false;
    flush();
  });
  if (reannounce > 0) planRepeat();

  function flush(): void {
    const endBy = clock.now() + LONGEST_TURN;
    while (!isBlocked && dirty.size > 0 && (isClosing || conversation.waiting() < MOST_WAITING)) {
      if (clock.now() > endBy) {
        if (!isResting) setImmediate(goOn);
        isResting = true;
        return;
      }
      const keys = [...take(dirty, BATCH)];
      for (const key of keys) dirty.delete(key);
      say(keys);
    }
  }

  function goOn(): void {
    isResting = false;
    flush();
  }

  function say(keys: readonly RouteKey[]): void {
    const withdraw: Route[] = [];
    const announce: Route[] = [];
    for (const key of keys) {
      const entry = ledger.entries.get(key);
      const wanted = desired.get(key);
      const isAgain = again.delete(key);
      if (wanted === undefined) {
        if (entry !== undefined && (entry.standing !== 'leaving' || isAgain)) withdraw.push(entry.route);
      } else if (entry === undefined || entry.standing === 'leaving' || isAgain || !isSameRoute(entry.route, wanted)) {
        announce.push(wanted);
      }
    }
    account.enter(announce, withdraw);
    // Withdraws first: a black hole is worse than a route that comes a moment later.
    const commands = [...commandsOf('withdraw', withdraw), ...commandsOf('announce', announce)];
    if (commands.length === 0) return;
    if (mayFollowHalfALine) commands.unshift({ verb: 'announce', line: FIRST_WORDS, routes: [] });
    mayFollowHalfALine = false;
    account.said(commands);
    const unanswered = conversation.said(commands);
    // Whoever dies before has not said it.
    const written = (): void => {
      for (const command of unanswered) accepted(command);
    };
    const text = commands.map(({ line }) => line).join('');
    isBlocked =
      !(unanswered.length === 0 ? output.write(text) : output.write(text, written)) && output.writableNeedDrain;
    if (conversation.waiting() > 0) clock.setTimer(TIMER.answers, ms(clock.now() + ANSWER_WITHIN), overdue);
  }

  function commandsOf(verb: Verb, routes: readonly Route[]): Command[] {
    const single = routes.filter((route) => alone.delete(routeKey(route)));
    const rest = single.length === 0 ? routes : routes.filter((route) => !single.includes(route));
    const lines = [...single.flatMap((route) => groupLines(verb, [route], api)), ...groupLines(verb, rest, api)];
    return lines.map(({ line, routes: of }) => ({ verb, line, routes: of }));
  }

  function accepted(command: Command): void {
    account.accepted(command, conversation.waiting() > 0);
    for (const route of command.routes) {
      const key = routeKey(route);
      refusals.delete(key);
      push({ type: 'routeTold', at: clock.now(), key, told: command.verb });
    }
  }

  function answered(isError: boolean): void {
    const answer = conversation.answer(isError);
    switch (answer.type) {
      case 'done':
        accepted(answer.command);
        break;
      case 'refused':
        refused(answer.command);
        break;
      case 'late':
        if (isError) recount();
        break;
      case 'surplus':
        log.debug({ error: isError }, 'answer without a command');
        recount();
        break;
      default:
        answer satisfies never;
    }
    if (dirty.size > 0) flush();
    if (conversation.waiting() === 0) settle();
    else if (!isClosing) clock.setTimer(TIMER.answers, ms(clock.now() + ANSWER_WITHIN), overdue);
  }

  /** Answers may have been taken for those of the wrong commands. Where there is one such there are more. */
  function recount(): void {
    if (isClosing || isRecounting) return;
    isRecounting = true;
    clock.setTimer(TIMER.recount, ms(clock.now() + RECOUNT_AFTER), () => {
      isRecounting = false;
      repeat('answers and commands do not match');
    });
  }

  /** Nobody waits for an answer any more. */
  function settle(): void {
    account.even();
    clock.clearTimer(TIMER.answers);
    for (const each of settling) each();
  }

  function refused(refusal: Command): void {
    const { line } = refusal;
    const command = line.trimEnd();
    if (refusal.routes.length === 0) return;
    const routes = account.refused(refusal);
    if (refusal.routes.length > 1) {
      log.warn({ command: excerpt(command), routes: refusal.routes.length }, 'ExaBGP refused a group, told one by one');
      for (const route of routes) {
        for (const set of [dirty, again, alone]) set.add(routeKey(route));
      }
      flush();
      return;
    }
    log.error(
      { command },
      'ExaBGP refused a command: is this process listed in a neighbor (api, processes)? its own log says why',
    );
    for (const route of routes) {
      const key = routeKey(route);
      planRetry(refusals.add(key, clock.now()));
      push({ type: 'routeRefused', at: clock.now(), key, detail: command });
    }
  }

  function overdue(): void {
    if (output.writableLength > 0) {
      // It does not even read; there is nothing that it could have answered, and nothing to be said in the meantime.
      clock.setTimer(TIMER.answers, ms(clock.now() + ANSWER_WITHIN), overdue);
      return;
    }
    const wasKnown = conversation.acks() !== 'unknown';
    const { commands, hadLostCount } = conversation.giveUp();
    if (wasKnown) account.gaveUp();
    settle();
    if (wasKnown) {
      log.warn({ commands: commands.length }, 'ExaBGP does not answer');
      if (hadLostCount) repeat('an answer is missing');
      else if (!isClosing) clock.setTimer(TIMER.resay, ms(clock.now() + RESAY_AFTER), () => sayAgain(doubtful()));
    } else {
      log.info({}, 'ExaBGP answers nothing (exabgp.api.ack is false): what is written counts as told');
      for (const command of commands) accepted(command);
    }
    flush();
  }

  function planRetry(due: Millis): void {
    if (isClosing || (retryAt !== undefined && retryAt <= due)) return;
    retryAt = due;
    clock.setTimer(TIMER.retry, due, () => {
      retryAt = undefined;
      sayAgain(refusals.due(clock.now()));
      const next = refusals.next();
      if (next !== undefined) planRetry(ms(Math.max(next, clock.now() + RETRY_EVERY)));
    });
  }

  function planRepeat(): void {
    clock.setTimer(TIMER.repeat, ms(clock.now() + reannounce), () => {
      planRepeat();
      // Whoever has not answered yet, or does not read, would only get more to do.
      if (conversation.waiting() === 0 && dirty.size === 0) sayAgain(desired.keys());
    });
  }

  function repeat(why: string): void {
    if (isClosing) return;
    log.debug({ why }, 'everything is announced again');
    clock.clearTimer(TIMER.resay);
    sayAgain([...desired.keys(), ...doubtful()]);
  }

  /** What was said and never answered. Refused routes have their own time. */
  function doubtful(): RouteKey[] {
    return isStated ? account.doubtful().filter((key) => !refusals.has(key)) : [];
  }

  function sayAgain(keys: Iterable<RouteKey>): void {
    for (const key of keys) {
      dirty.add(key);
      again.add(key);
    }
    flush();
  }

  function hear(said: Said): void {
    counts[said.type]++;
    switch (said.type) {
      case 'done':
      case 'error':
        answered(said.type === 'error');
        return;
      case 'neighbor':
        log.info(
          { neighbor: said.neighbor, state: said.state, ...(said.reason && { reason: said.reason }) },
          'neighbor',
        );
        if (said.state === 'up') repeat(`neighbor ${said.neighbor} is up`);
        return;
      default:
        report(said, counts[said.type], log);
    }
  }

  return {
    set(wanted, changed) {
      if (isClosing) return;
      isStated = true;
      desired = wanted;
      for (const key of changed) dirty.add(key);
      flush();
    },
    inherit(routes) {
      const others = routes.filter((route) => !ledger.entries.has(routeKey(route)));
      ledger.mark('-', others);
      for (const route of others) again.add(routeKey(route));
    },
    hear(chunk) {
      for (const said of replies.read(chunk)) hear(said);
    },
    status() {
      const here = [...ledger.entries].filter(([, { standing }]) => standing !== 'leaving');
      const told = here.filter(([key]) => !refusals.has(key)).length;
      const leaving = ledger.entries.size - here.length;
      return { name: 'exabgp', told, leaving, waiting: dirty.size, refused: refusals.size };
    },
    async settled(signal) {
      await handedOn(output, () => dirty.size === 0, signal);
      if (conversation.waiting() === 0 || signal.aborted || output.destroyed) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          settling.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        settling.add(done);
        signal.addEventListener('abort', done);
      });
    },
    async close(signal, how = 'withdraw') {
      isClosing = true;
      for (const timer of Object.values(TIMER)) clock.clearTimer(timer);
      if (how === 'withdraw') {
        desired = new Map();
        dirty.clear();
        for (const [key, { standing }] of ledger.entries) {
          // One that is on its way is not said again.
          if (standing === 'leaving' && !refusals.has(key) && !again.has(key)) continue;
          dirty.add(key);
          again.add(key);
        }
      }
      flush();
      await handedOn(output, () => dirty.size === 0, signal);
      clock.clearTimer(TIMER.answers);
      ledger.close();
    },
  };
}

function* take<T>(from: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of from) {
    if (left-- <= 0) return;
    yield item;
  }
}

/** Events are for later; of what makes no sense the first is shown, then the 10th, the 100th …: stdin may be anything. */
function report(said: Exclude<Said, { type: 'done' | 'error' | 'neighbor' }>, count: number, log: Log): void {
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
