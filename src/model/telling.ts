/** What sinks say of what was told: times are those of the clock, and `model/view` is what people see of it. */
import type { Millis } from './millis.ts';
import type { PeerView, TellingView } from './view.ts';

export interface Telling extends Omit<TellingView, 'at'> {
  /** Since when; left out where that is not known, and where there is nothing. */
  readonly at?: Millis;
}

export interface PeerStanding extends Omit<PeerView, 'since'> {
  readonly since: Millis;
}
