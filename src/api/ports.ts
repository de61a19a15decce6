/** What the API is given to show and to do. */
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Operator } from '../runtime/operator.ts';

export interface SettingView {
  /** Its flag. */
  readonly name: string;
  /** As it is written; `***` for what is secret. */
  readonly value: string;
  /** `flag`, `environment`, `default`, or `FILE:LINE:COLUMN`. */
  readonly from: string;
}

export interface ApiPorts {
  readonly operator: Operator;
  /** Those that are in force when it is asked. */
  readonly settings: () => readonly SettingView[];
  /** Metrics for Prometheus; `accept` is a header of HTTP. */
  readonly metrics: (accept: string) => Promise<{ readonly contentType: string; readonly pieces: Iterable<string> }>;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}
