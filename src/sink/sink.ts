/** The contract of a sink: all that a BGP backend has to implement. */
import type { Prefix } from '../model/address.ts';
import type { Route, RouteKey } from '../model/route.ts';
import type { PeerStanding, Telling } from '../model/telling.ts';

export interface SinkStatus {
  readonly name: string;
  /** Routes handed on and not refused. */
  readonly told: number;
  /** Routes of which a withdraw was handed on and not yet confirmed. */
  readonly leaving: number;
  /** Commands not yet handed on, because nobody takes them. */
  readonly waiting: number;
  /** Routes that the backend refused, and that are tried again. */
  readonly refused: number;
  /** Announces and withdraws that were handed on, ever, each to each peer, and what was refused of them. */
  readonly ever: Ever;
}

export interface Ever {
  readonly announced: number;
  readonly withdrawn: number;
  readonly refused: number;
}

export const NOTHING_EVER: Ever = { announced: 0, withdrawn: 0, refused: 0 };

export type CloseHow = 'withdraw' | 'keep';

export interface Sink {
  /**
   * States the whole desired set. Never blocks; the newest call wins. The sink itself compares with what it has said, and
   * `changed` only tells it where to look. The map lives on and may change before the sink gets round to it.
   */
  set(desired: ReadonlyMap<RouteKey, Route>, changed: ReadonlySet<RouteKey>): void;
  status(): SinkStatus;
  /** What it was told of the prefix, or each of its peers; nothing of one that tells nobody. Cheap: asked of all of them. */
  tellings(prefix: Prefix): readonly Telling[];
  /** Of a sink that has peers of its own; `undefined` while it knows of none. */
  peers?(): readonly PeerStanding[] | undefined;
  /**
   * Withdraws what it announced, or keeps it for a successor. Resolves when that is handed on, or when `signal` says that
   * the time is up.
   */
  close(signal: AbortSignal, how?: CloseHow): Promise<void>;
}
