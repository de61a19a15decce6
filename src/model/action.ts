/** Actions: all that leaves the core. Imperative; the executor knows who carries out which. */
import type { TimerName } from './event.ts';
import type { Millis } from './millis.ts';
import type { Route, RouteKey } from './route.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Action =
  /** Comes back as `timerFired`; a timer of the same name is replaced. */
  | { readonly type: 'setTimer'; readonly timer: TimerName; readonly due: Millis }
  | { readonly type: 'clearTimer'; readonly timer: TimerName }
  /** Read the kernel now, and answer with `factsRead` or `discoveryFailed` even when nothing changed. */
  | { readonly type: 'lookNow' }
  /** There is more to do than one turn should take: let others have theirs, and come back with `wentOn`. */
  | { readonly type: 'goOn' }
  /**
   * The whole desired set, and the keys that changed since the last time as a hint. The map is the core's own and lives
   * on: whoever keeps it sees the newest state, which is the one that counts.
   */
  | {
      readonly type: 'setRoutes';
      readonly desired: ReadonlyMap<RouteKey, Route>;
      readonly changed: ReadonlySet<RouteKey>;
    }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    };
