/** Actions: all that leaves the core. Imperative; the executor knows who carries out which. */
import type { Prefix } from './address.ts';
import type { TimerName } from './event.ts';
import type { Millis } from './millis.ts';
import type { Override, OverrideKey, SaidByHand } from './override.ts';
import type { Reason } from './reason.ts';
import type { Route, RouteKey } from './route.ts';
import type { CheckState, ServiceId } from './service.ts';
import type { ServiceStateName } from './view.ts';

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
  /** What was said by hand is another now: all of it, for whoever keeps it for the next process. The map lives on. */
  | {
      readonly type: 'keepOverrides';
      readonly overrides: ReadonlyMap<OverrideKey, Override>;
      /** Where it is another: said, said anew, or no more. */
      readonly changed: readonly OverrideKey[];
      /** What happened then, in order; without what was said before in the same words. */
      readonly at: Millis;
      readonly news: readonly SaidByHand[];
    }
  /** Make the service's check once, and answer with `probeFinished`. */
  | { readonly type: 'startProbe'; readonly service: ServiceId }
  /** Run the commands one after the other, and answer with `hooksFinished` and the same `run`. */
  | {
      readonly type: 'runHooks';
      readonly service: ServiceId;
      readonly state: CheckState;
      readonly commands: readonly string[];
      readonly run: number;
    }
  /** Give the service's addresses to this host, and answer with `addressesSetUp` and the same `run`. */
  | { readonly type: 'setUpAddresses'; readonly service: ServiceId; readonly run: number }
  /** Take them from it again, once everything said so far has reached the sinks' backends. */
  | { readonly type: 'removeAddresses'; readonly service: ServiceId }
  /** All is said that this process was started for: end it when that has arrived, and leave the routes announced. */
  | { readonly type: 'finish' }
  /** A service stands otherwise from now on: for its history, and for whoever watches. Nothing is decided on it. */
  | {
      readonly type: 'noteTransition';
      readonly at: Millis;
      readonly prefix: Prefix;
      readonly from: ServiceStateName;
      readonly to: ServiceStateName;
      /** Why it is not announced, or why it leaves. */
      readonly reason: Reason | undefined;
    }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    };
