/** How often a peer may connect, PURE. Beyond that it is closed unread: it costs one accept(2), and no state. */
import { type Millis, ms } from '../model/millis.ts';

/** Many times what a peer does that waits between its attempts, and few enough for what a connection costs. */
const MOST = 5;
const WITHIN = ms(1_000);

/** Says of each connection, made at `now`, whether it is one too many, and whether it is the first of those. */
export function createIncomingLimit(): (now: Millis) => 'taken' | 'first too many' | 'too many' {
  let from = ms(Number.NEGATIVE_INFINITY);
  let count = 0;
  return (now) => {
    if (now - from >= WITHIN) {
      from = now;
      count = 0;
    }
    if (++count <= MOST) return 'taken';
    return count === MOST + 1 ? 'first too many' : 'too many';
  };
}
