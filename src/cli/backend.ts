/** What `run` tells: one of these for each `--bgp-backend`, or a single one for `--dry-run`. */
import type { Settings } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import type { Event } from '../model/event.ts';
import type { SettingChange } from '../model/reload.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import type { CloseHow, Sink } from '../sink/sink.ts';

export interface Backend {
  readonly sink: Sink;
  /** What it knows of before anything is told. */
  start(): void;
  /**
   * Makes ready for other settings of the same backends. Throws what `isRefusal` knows, and then nothing has changed. `warn`
   * hears of what is questionable on this host.
   */
  prepare(settings: Settings, warn: (problem: Problem) => void): Prepared;
  /** As the sink's, which is called by it. */
  close(time: AbortSignal, how: CloseHow): Promise<void>;
}

/** One of both is called, once, before anything else happens. */
export interface Prepared {
  /** What is other in what settings only refer to, as a file with a password. */
  readonly changed: readonly SettingChange[];
  /** Puts the settings in force. What routes say, and which there are, comes from the core afterwards. */
  commit(): void;
  /** All stays as it was. */
  abandon(): void;
}

/** What every backend is made with. */
export interface BackendPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (event: Event) => void;
  /** Peers came or went. */
  readonly changed: (what: 'peers') => void;
  readonly lifecycle: Lifecycle;
}

export const NOTHING_TO_PREPARE: Prepared = { changed: [], commit: () => {}, abandon: () => {} };
