/** Work that is long is done in turns: between them whatever else is due comes first, a withdraw above all. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Turns {
  /** It is time to let others have theirs. */
  isOver(): boolean;
  next(): Promise<void>;
}

/** Milliseconds; what is done between two looks at the time is not cut short. */
const LONGEST_TURN = 2;

export function startTurns(): Turns {
  let endBy = performance.now() + LONGEST_TURN;
  return {
    isOver: () => performance.now() >= endBy,
    async next() {
      await nextTurn();
      endBy = performance.now() + LONGEST_TURN;
    },
  };
}
