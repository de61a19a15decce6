/**
 * SHELL: when something is said to ExaBGP again though it was said before.
 *
 * A refused route less and less often; everything to a neighbor that comes up, when answers and commands do not match,
 * and now and then; what was never answered when that was long ago.
 */
import { type Millis, ms } from '../../model/millis.ts';
import type { RouteKey } from '../../model/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { Refusals } from './refusals.ts';

export interface Repetition {
  /** Again now: everything that is wanted, and what is doubtful. */
  everything(why: string): void;
  /** The same soon: answers may have been taken for those of the wrong commands. Where there is one such there are more. */
  recount(): void;
  /** What is doubtful, much later. */
  unanswered(): void;
  /** The command that spoke of that route alone was refused. */
  refused(key: RouteKey, command: string): void;
  /** Everything so often from now on; never when 0. */
  change(every: Millis): void;
  /** Nothing is said again from now on. */
  close(): void;
}

export interface RepetitionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: Refusals;
  /** How often everything is said again; never when 0. */
  readonly every: Millis;
  readonly wanted: () => Iterable<RouteKey>;
  /** What was said and never answered. Refused routes have their own time. */
  readonly doubtful: () => readonly RouteKey[];
  /** Whether ExaBGP has done all that it was told, and there is no more to say. */
  readonly isIdle: () => boolean;
  readonly sayAgain: (keys: Iterable<RouteKey>) => void;
}

/** When something is amiss with the answers, so long is waited for others of the kind. */
const RECOUNT_AFTER = 1_000;
/** What was given up is said again after that: a command that ExaBGP lost is answered by nobody. */
const RESAY_AFTER = 60_000;
/** Refused routes that are due at about the same time are said together. */
const RETRY_EVERY = 100;
const TIMER = {
  ...{ retry: 'exabgp retry', repeat: 'exabgp repeat' },
  ...{ recount: 'exabgp recount', resay: 'exabgp resay' },
} as const;

export function createRepetition(options: RepetitionOptions): Repetition {
  const { clock, log, refusals, wanted, doubtful, isIdle, sayAgain } = options;
  let { every } = options;
  let retryAt: Millis | undefined;
  let isRecounting = false;
  let isClosed = false;
  if (every > 0) planRepeat();

  function everything(why: string): void {
    if (isClosed) return;
    log.debug({ why }, 'everything is announced again');
    clock.clearTimer(TIMER.resay);
    sayAgain([...wanted(), ...doubtful()]);
  }

  function planRepeat(): void {
    clock.setTimer(TIMER.repeat, ms(clock.now() + every), () => {
      planRepeat();
      // Whoever has not answered yet, or does not read, would only get more to do.
      if (isIdle()) sayAgain(wanted());
    });
  }

  function planRetry(due: Millis): void {
    if (isClosed || (retryAt !== undefined && retryAt <= due)) return;
    retryAt = due;
    clock.setTimer(TIMER.retry, due, () => {
      retryAt = undefined;
      sayAgain(refusals.due(clock.now()));
      const next = refusals.next();
      if (next !== undefined) planRetry(ms(Math.max(next, clock.now() + RETRY_EVERY)));
    });
  }

  return {
    everything,
    recount() {
      if (isClosed || isRecounting) return;
      isRecounting = true;
      clock.setTimer(TIMER.recount, ms(clock.now() + RECOUNT_AFTER), () => {
        isRecounting = false;
        everything('answers and commands do not match');
      });
    },
    unanswered() {
      if (!isClosed) clock.setTimer(TIMER.resay, ms(clock.now() + RESAY_AFTER), () => sayAgain(doubtful()));
    },
    refused: (key, command) => planRetry(refusals.add(key, clock.now(), command)),
    change(next) {
      if (isClosed || next === every) return;
      every = next;
      clock.clearTimer(TIMER.repeat);
      if (every > 0) planRepeat();
    },
    close() {
      isClosed = true;
      for (const timer of Object.values(TIMER)) clock.clearTimer(timer);
    },
  };
}
