/**
 * SHELL: the ExaBGP sink. Commands go to stdout, answers come back on stdin.
 *
 * What it does: says what differs from what it said before (`backlog`), at the pace at which stdout is read; hears what
 * ExaBGP says (`hearing`), and matches answers with commands (`conversation`); tells a refused route again, less and less
 * often, and a refused group one by one; repeats everything to a neighbor that comes up, and now and then, because ExaBGP
 * forgets a neighbor's routes when it is configured anew (`repetition`); withdraws everything at the end, or leaves it to
 * its successor.
 * What it does not: wait for an answer before the next command, or repeat a withdraw that was accepted: ExaBGP would send
 * it again. Repeated announces it keeps to itself.
 *
 * The ledger is the one account of what was said. What an earlier process left in it is in force, as far as it was
 * accepted (`account`); the rest is said again as soon as somebody asks for it or does not.
 */
import type { Writable } from 'node:stream';
import type { IpAddress, Prefix } from '../../model/address.ts';
import type { Event } from '../../model/event.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { isSameRoute, type Route, type RouteKey, routeKey } from '../../model/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { createKeys } from '../keys.ts';
import type { Sink } from '../sink.ts';
import { createAccount } from './account.ts';
import { type Batch, createBacklog } from './backlog.ts';
import type { ExabgpApi } from './commands.ts';
import { type Acks, type Command, createConversation } from './conversation.ts';
import { handedOn } from './handed-on.ts';
import { createHearing, excerpt } from './hearing.ts';
import { type Ledger, memoryLedger } from './ledger.ts';
import { createNeighbors } from './neighbors.ts';
import { type Changed, createOutages } from './outages.ts';
import { createRefusals } from './refusals.ts';
import { createRepetition } from './repetition.ts';
import { standingsOf } from './standings.ts';
import { createTellings } from './tellings.ts';
import { createWaiters } from './waiters.ts';

export interface ExabgpSink extends Sink {
  /** Routes that another process announced and nobody looks after: those that are not wanted are withdrawn. */
  inherit(routes: readonly Route[]): void;
  /** Says again what was withdrawn of these by another process: ExaBGP has one route of a prefix, whoever announced it. */
  assert(prefixes: ReadonlySet<Prefix>): void;
  /** Other settings: see `ExabgpSinkOptions`. */
  change(settings: { readonly reannounce: Millis; readonly neighbors: readonly IpAddress[] }): void;
  /** Bytes from ExaBGP. They have to be read at all times: ExaBGP stands still when the pipe to us is full. */
  hear(chunk: Uint8Array): void;
  /**
   * Resolves when everything that was said has been answered, or its answer given up, or, where there are no answers,
   * written; or when `signal` says that the time is up, or ExaBGP that it shuts down: it answers nothing any more.
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
  /** How people know it; `exabgp` when left out. */
  readonly name?: string;
  /** How often everything is announced again; never when left out or 0. */
  readonly reannounce?: Millis;
  /** For whom routes are going to be; all neighbors when left out or empty. */
  readonly neighbors?: readonly IpAddress[];
  /** Hears that something was said of a neighbor. */
  readonly changed?: () => void;
  /** Whether commands are answered; found out when left out. */
  readonly acks?: Acks;
  /** Whether answers cannot come any more, which somebody else has said. */
  readonly isDeaf?: () => boolean;
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
const TIMER = 'exabgp answers';
/**
 * ExaBGP 4.2 keeps half a line of a process that died, and puts it before what its successor says first. A comment makes
 * nothing of it, and is answered like a command.
 */
const FIRST_COMMAND: Command = { verb: 'announce', line: '# ha2bgp goes on\n', routes: [] };

export function createExabgpSink(options: ExabgpSinkOptions): ExabgpSink {
  const { output, clock, log, push, ledger = memoryLedger(), api = '4', reannounce = ms(0), acks } = options;
  const { name = 'exabgp', changed = () => {}, followsAnother = false } = options;
  let { neighbors: audience = [] } = options;
  let mayFollowHalfALine = followsAnother && api === '4';
  const backlog = createBacklog(ledger.entries, api);
  const account = createAccount(ledger, clock.now);
  const refusals = createRefusals();
  const neighbors = createNeighbors(followsAnother);
  const outages = createOutages(api, neighbors.withoutSession);
  const conversation = createConversation(acks);
  const settling = createWaiters();
  const keys = createKeys(ledger.entries.keys());
  const ever = { announced: 0, withdrawn: 0, refused: 0 };
  let isBlocked = false;
  let isResting = false;
  let isClosing = false;
  let isShutDown = false;

  const repetition = createRepetition({
    ...{ clock, log, refusals, every: reannounce, sayAgain },
    wanted: backlog.wanted,
    doubtful: () => (backlog.isStated() ? account.doubtful().filter((key) => !refusals.has(key)) : []),
    isIdle: () => conversation.waiting() === 0 && backlog.size === 0,
  });
  const tellings = createTellings({
    ...{ name, entries: ledger.entries, backlog, refusals, keys, neighbors, now: clock.now },
    ...{ isBlocked: () => isBlocked, audience: () => audience },
  });
  const hear = createHearing({
    ...{ log, answered },
    neighbor(said) {
      neighbors.heard(said, clock.now());
      changed();
      if (said.state === 'up') repetition.everything(`neighbor ${said.neighbor} is up`);
    },
    shutDown() {
      isShutDown = true;
      settling.release();
    },
  });
  output.on('drain', () => {
    isBlocked = false;
    flush();
  });

  function flush(): void {
    const endBy = clock.now() + LONGEST_TURN;
    while (!isBlocked && backlog.size > 0 && (isClosing || conversation.waiting() < MOST_WAITING)) {
      if (clock.now() > endBy) {
        if (!isResting) setImmediate(goOn);
        isResting = true;
        return;
      }
      say(backlog.next(BATCH));
    }
  }

  function goOn(): void {
    isResting = false;
    flush();
  }

  function say({ announce, withdraw, commands: wanted }: Batch): void {
    const before = outages.before(changedOf(announce));
    account.enter(announce, withdraw);
    if (wanted.length === 0) return;
    const commands = [...(mayFollowHalfALine ? [FIRST_COMMAND] : []), ...before, ...wanted];
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
    if (conversation.waiting() > 0) clock.setTimer(TIMER, ms(clock.now() + ANSWER_WITHIN), overdue);
  }

  /** Those of which something else was said, that may be in force or wait. */
  const changedOf = (announce: readonly Route[]): Changed[] =>
    announce.flatMap((is) => {
      const was = ledger.entries.get(routeKey(is))?.route;
      return was === undefined || isSameRoute(was, is) ? [] : [{ was, is }];
    });

  function accepted(command: Command): void {
    account.accepted(command, conversation.waiting() > 0);
    ever[command.verb === 'announce' ? 'announced' : 'withdrawn'] += command.routes.length;
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
        if (isError) repetition.recount();
        break;
      case 'surplus':
        log.debug({ error: isError }, 'answer without a command');
        repetition.recount();
        break;
      default:
        answer satisfies never;
    }
    if (backlog.size > 0) flush();
    if (conversation.waiting() === 0) settle();
    else if (!isClosing) clock.setTimer(TIMER, ms(clock.now() + ANSWER_WITHIN), overdue);
  }

  /** Nobody waits for an answer any more. */
  function settle(): void {
    account.even();
    clock.clearTimer(TIMER);
    settling.release();
  }

  function refused(refusal: Command): void {
    const { line } = refusal;
    const command = line.trimEnd();
    if (refusal.routes.length === 0) return;
    const routes = account.refused(refusal);
    if (refusal.routes.length > 1) {
      log.warn({ command: excerpt(command), routes: refusal.routes.length }, 'ExaBGP refused a group, told one by one');
      backlog.againOneByOne(routes.map(routeKey));
      flush();
      return;
    }
    log.error(
      { command },
      'ExaBGP refused a command: is this process listed in a neighbor (api, processes)? its own log says why',
    );
    ever.refused += routes.length;
    for (const route of routes) {
      const key = routeKey(route);
      repetition.refused(key, command);
      push({ type: 'routeRefused', at: clock.now(), key, detail: command });
    }
  }

  function overdue(): void {
    if (output.writableLength > 0) {
      // It does not even read; there is nothing that it could have answered, and nothing to be said in the meantime.
      clock.setTimer(TIMER, ms(clock.now() + ANSWER_WITHIN), overdue);
      return;
    }
    const wasKnown = conversation.acks() !== 'unknown';
    const { commands, hadLostCount } = conversation.giveUp();
    if (wasKnown) account.gaveUp();
    settle();
    if (wasKnown) {
      log.warn({ commands: commands.length }, 'ExaBGP does not answer');
      if (hadLostCount) repetition.everything('an answer is missing');
      else repetition.unanswered();
    } else {
      if (options.isDeaf?.() !== true) {
        log.info({}, 'ExaBGP answers nothing (exabgp.api.ack is false): what is written counts as told');
      }
      for (const command of commands) accepted(command);
    }
    flush();
  }

  function sayAgain(keys: Iterable<RouteKey>): void {
    backlog.again(keys);
    flush();
  }

  return {
    set(wanted, changed) {
      if (isClosing) return;
      keys.add(changed);
      backlog.want(wanted, changed);
      flush();
    },
    inherit(routes) {
      const others = routes.filter((route) => !ledger.entries.has(routeKey(route)));
      ledger.mark('-', others, clock.now());
      keys.add(others.map(routeKey));
      backlog.againOnceAsked(others.map(routeKey));
    },
    assert(prefixes) {
      const keys = backlog.wantedOf(prefixes);
      if (keys.length === 0 || isClosing) return;
      log.info({ routes: keys.length }, 'withdrawn by another ha2bgp, announced again');
      sayAgain(keys);
    },
    change({ reannounce: every, neighbors: only }) {
      repetition.change(every);
      audience = only;
    },
    hear,
    tellings,
    peers() {
      const known = neighbors.known(clock.now());
      return known.length === 0 ? undefined : standingsOf(known, ledger.entries, refusals);
    },
    status() {
      let [told, leaving] = [0, 0];
      // There may be a hundred thousand, and everybody who looks asks: no copy is made of them.
      for (const [key, { standing }] of ledger.entries) {
        if (standing === 'leaving') leaving++;
        else if (!refusals.has(key)) told++;
      }
      return { name, told, leaving, waiting: backlog.size, refused: refusals.size, ever: { ...ever } };
    },
    async settled(signal) {
      await handedOn(output, () => backlog.size === 0, signal);
      if (conversation.waiting() === 0 || isShutDown || signal.aborted || output.destroyed) return;
      await settling.wait(signal);
    },
    async close(signal, how = 'withdraw') {
      isClosing = true;
      repetition.close();
      clock.clearTimer(TIMER);
      if (how === 'withdraw') backlog.withdrawAll((key) => refusals.has(key));
      flush();
      await handedOn(output, () => backlog.size === 0, signal);
      clock.clearTimer(TIMER);
      ledger.close();
    },
  };
}
