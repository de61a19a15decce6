/**
 * When all that is announced first is told: a peer that kept our routes over a restart may forget the others then (RFC 4724
 * §4.1). What a check has not decided yet may still be announced, so that is waited for, for as long as checks may take.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';

export interface FirstDecisions {
  /** That of services, which begins when nothing else is missing. */
  readonly announceDelay: Millis;
  /** After that none is waited for. */
  readonly decidedWithin: Millis;
  /** Whether each check has decided. */
  readonly areDecided: () => boolean;
}

/** To the first facts, which take some tenths of a second, or to those read after the last check; and what follows from them. */
const FACTS_WITHIN = 2_000;
const ASKED_EVERY = 100;

/** Uses the timer of that name, which whoever ends clears. */
export function whenComplete(
  timer: string,
  { announceDelay, decidedWithin, areDecided }: FirstDecisions,
  clock: Clock,
  complete: () => void,
): void {
  const latest = clock.now() + decidedWithin;
  const ask = (): void => {
    const now = clock.now();
    if (areDecided() || now >= latest) clock.setTimer(timer, ms(now + announceDelay + FACTS_WITHIN), complete);
    else clock.setTimer(timer, ms(Math.min(latest, now + ASKED_EVERY)), ask);
  };
  ask();
}
