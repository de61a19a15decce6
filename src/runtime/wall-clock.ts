/**
 * What a moment of our clock is by the wall clock. That one may be set at any time, so that the difference is looked at anew
 * each time; as long as it is the same but for the grain of the two clocks, the same moment has the same name.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { Instant } from '../model/view.ts';
import type { Clock } from './clock.ts';

/** A wall clock that moved by more against ours was set, or has drifted so far. */
const STEP = 50;
const differences = new WeakMap<Pick<Clock, 'now'>, number>();

export const instantBy =
  (clock: Pick<Clock, 'now'>) =>
  (at: Millis): Instant => {
    const now = Date.now() - clock.now();
    let difference = differences.get(clock);
    if (difference === undefined || Math.abs(now - difference) > STEP) {
      difference = now;
      differences.set(clock, difference);
    }
    return instantOf(ms(at + difference));
  };

/** The first and the last moment that the calendar knows are this far from 1970; what lies beyond has their names. */
const LATEST = 8_640_000_000_000_000;

/** `since`: 1970, by the wall clock. */
export const instantOf = (since: Millis): Instant =>
  new Date(Math.min(LATEST, Math.max(-LATEST, since))).toISOString() as Instant;
