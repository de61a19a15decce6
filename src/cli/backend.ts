/** What `run` tells: one of these for each `--bgp-backend`, or a single one for `--dry-run`. */
import type { Event } from '../model/event.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import type { CloseHow, Sink } from '../sink/sink.ts';

export interface Backend {
  readonly sink: Sink;
  /** What it knows of before anything is told. */
  start(): void;
  /** As the sink's, which is called by it. */
  close(time: AbortSignal, how: CloseHow): Promise<void>;
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
