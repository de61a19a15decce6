/** What reads the facts of a host; `source.ts` decides when. A test puts its own in. */
import type { Device, HostAddress, Listener } from '../model/facts.ts';
import type { Millis } from '../model/millis.ts';
import type { Subscription } from './subscription.ts';

export interface HostFacts {
  readonly addresses: readonly HostAddress[];
  readonly devices: readonly Device[];
}

/** What could be read. A part that could not be is not there, and `failures` says why. */
export interface Reading {
  /** Only when it was wanted; the same object as before when nothing changed. */
  readonly host?: HostFacts;
  /**
   * The same array as before when nothing changed. A listener that was there before and is missing now is gone: it was
   * asked for by name.
   */
  readonly listeners?: readonly Listener[];
  readonly failures: readonly string[];
  /** Time that was spent elsewhere than in `read` itself. */
  readonly cost?: Millis;
}

export interface Reader {
  /** Answers once, before it returns or later. Throws only what is a mistake of ours. */
  read(wanted: { readonly host: boolean }, answer: (reading: Reading) => void): void;
  /**
   * Calls `hint` when something about devices or addresses may have changed, and `lost` once when no more hints come.
   * Throws what `isReadError` knows. A reader without it never hears of a change.
   */
  subscribe?(hint: () => void, lost: (reason: Error) => void): Subscription;
  close(): void;
}
