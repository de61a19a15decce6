/**
 * SHELL: when a hint is followed: at once, as long as hints are rare; when they never end, as often as a tenth of a processor
 * permits. A hint is never lost: one that has to wait is followed later, and stands for all that come meanwhile.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';

export interface Hinting {
  hinted(): void;
  /** What following has cost, said when it is over: it may end long after `follow` has returned. */
  spent(cost: Millis): void;
  close(): void;
}

export interface HintingOptions {
  /** The name of the timer for hints that wait. */
  readonly timer: string;
  readonly clock: Clock;
  readonly follow: () => void;
}

/** Hints of one change come in groups: the rest of a group is answered by one reading. */
export const GROUP = ms(2);
/** What following may take of one processor in the long run. */
const SHARE = 0.1;
/** And at once, after a quiet time. */
const MOST_CREDIT = 50;

export function createHinting({ timer, clock, follow }: HintingOptions): Hinting {
  let credit = MOST_CREDIT;
  /** Until when credit has been earned. */
  let countedAt = ms(Number.NEGATIVE_INFINITY);
  let followedAt = countedAt;
  let isWaiting = false;
  let isClosed = false;

  /** When following is permitted again; not later than now while there is credit. */
  const openAt = (): Millis => ms(Math.max(followedAt + GROUP, credit > 0 ? 0 : countedAt - credit / SHARE));

  function act(): void {
    isWaiting = false;
    follow();
    followedAt = clock.now();
  }

  return {
    hinted() {
      if (isClosed || isWaiting) return;
      const due = openAt();
      if (clock.now() >= due) {
        act();
        return;
      }
      isWaiting = true;
      clock.setTimer(timer, due, act);
    },
    spent(cost) {
      const now = clock.now();
      credit = Math.min(MOST_CREDIT, credit + (now - countedAt) * SHARE) - cost;
      countedAt = now;
      followedAt = now;
    },
    close() {
      isClosed = true;
      clock.clearTimer(timer);
    },
  };
}
