/** Work that is long is done in turns: between them whatever else is due comes first, a withdraw above all. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Turns {
  /** Returns at once within a turn, else in the next. */
  rest(): Promise<void> | undefined;
}

/** Milliseconds; what is done between two rests is not cut short. */
const LONGEST_TURN = 4;

export function startTurns(): Turns {
  let endBy = performance.now() + LONGEST_TURN;
  return {
    rest() {
      if (performance.now() < endBy) return undefined;
      return nextTurn().then(() => {
        endBy = performance.now() + LONGEST_TURN;
      });
    },
  };
}
