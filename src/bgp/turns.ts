/**
 * SHELL: sessions take turns at telling their peers, so that all of them together hold the event loop up for no longer than one
 * alone would, and none waits for another that has more to tell.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';

/** Does some of the work, and returns whether there is more to be done now. */
export type Step = () => boolean;

export interface Turns {
  /** At once, as far as there is time in this iteration of the event loop; the rest in the next ones. */
  ask(...steps: readonly Step[]): void;
}

const LONGEST_TURN = 5;

export function createTurns(clock: Pick<Clock, 'now'>): Turns {
  /** The first of them is next. */
  const waiting = new Set<Step>();
  /** Of this iteration. */
  let endBy: Millis | undefined;

  function run(): void {
    if (endBy === undefined) {
      endBy = ms(clock.now() + LONGEST_TURN);
      setImmediate(() => {
        endBy = undefined;
        if (waiting.size > 0) run();
      });
    }
    for (const step of waiting) {
      if (clock.now() > endBy) return;
      waiting.delete(step);
      // A set goes on to what is added while it is gone through.
      if (step()) waiting.add(step);
    }
  }

  return {
    ask(...steps) {
      for (const step of steps) waiting.add(step);
      run();
    },
  };
}
