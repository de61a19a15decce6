/** What a moment of our clock is by the wall clock, which may be set at any time: it is asked anew each time. */
import { type Millis, ms } from '../model/millis.ts';
import type { Instant } from '../model/view.ts';
import type { Clock } from './clock.ts';

export const instantBy =
  (clock: Pick<Clock, 'now'>) =>
  (at: Millis): Instant =>
    instantOf(ms(Date.now() + at - clock.now()));

/** `since`: 1970, by the wall clock. */
export const instantOf = (since: Millis): Instant => new Date(since).toISOString() as Instant;
