/** Events: all that enters the core. Past tense, serialisable, each with its own time; the core reads no clock. */
import type { Device, HostAddress, Listener } from './facts.ts';
import type { Millis } from './millis.ts';
import type { Override, OverrideKey } from './override.ts';
import type { Policy } from './policy.ts';
import type { RecordedSetting } from './recorded-setting.ts';
import type { Route, RouteKey } from './route.ts';
import type { ServiceId } from './service.ts';

/** What became of one kind of fact since the last event. `added` replaces by key; `removed` are keys. */
export interface Delta<T> {
  readonly added: readonly T[];
  readonly removed: readonly string[];
}

export type Event =
  /**
   * The kernel was read. Everything that is not named here is as it was, seen again at `readAt`: the moment when the
   * reading began, and so the age of the facts. `resync`: `added` is all there is, and earlier facts are void.
   * `isWhole`: false when a part could not be read; what is said is true, but nothing can be announced on it.
   * `isLast`: false when the next event tells more of the same reading, and nothing can be decided before.
   */
  | {
      readonly type: 'factsRead';
      readonly at: Millis;
      readonly readAt: Millis;
      readonly resync: boolean;
      readonly isWhole: boolean;
      readonly isLast: boolean;
      readonly listeners: Delta<Listener>;
      readonly addresses: Delta<HostAddress>;
      readonly devices: Delta<Device>;
    }
  /** The kernel could not be read. The last good facts stand. */
  | { readonly type: 'discoveryFailed'; readonly at: Millis; readonly detail: string }
  /** The process is ready: checks may begin. */
  | { readonly type: 'started'; readonly at: Millis }
  /**
   * Other settings are in force from now on. Facts that are read for them come with the next `factsRead` that is a whole
   * `resync`. `settings`: every option by its flag, as a recording has it in place of the policy, which follows from it.
   */
  | {
      readonly type: 'settingsChanged';
      readonly at: Millis;
      readonly policy: Policy;
      readonly settings: Readonly<Record<string, RecordedSetting>>;
    }
  /** A check was made. `startedAt`: when it began, which is how old the result is. `detail`: for people, empty when it passed. */
  | {
      readonly type: 'probeFinished';
      readonly at: Millis;
      readonly startedAt: Millis;
      readonly service: ServiceId;
      readonly result: 'passed' | 'failed' | 'disabled';
      readonly detail: string;
    }
  /** The commands of that run have ended, each in its own way or by its timeout. */
  | { readonly type: 'hooksFinished'; readonly at: Millis; readonly service: ServiceId; readonly run: number }
  /** `problem`: why the host has not all of the service's addresses now; `undefined` when it has. */
  | {
      readonly type: 'addressesSetUp';
      readonly at: Millis;
      readonly service: ServiceId;
      readonly run: number;
      readonly problem: string | undefined;
    }
  /**
   * Something was said by hand, by `by`. `added` replaces by key; `removed` of what there is not means nothing. `isKept`:
   * it was said to an earlier process, whose word goes on.
   */
  | {
      readonly type: 'overridden';
      readonly at: Millis;
      readonly by: string;
      readonly added: readonly Override[];
      readonly removed: readonly OverrideKey[];
      readonly isKept: boolean;
    }
  /** It is the turn of what was left over: see the action `goOn`. */
  | { readonly type: 'wentOn'; readonly at: Millis }
  | { readonly type: 'timerFired'; readonly at: Millis; readonly timer: TimerName }
  /** We ourselves stood still for `lost` milliseconds, and saw nothing of what went on meanwhile. */
  | { readonly type: 'stalled'; readonly at: Millis; readonly lost: Millis }
  /** The host was suspended for `lost` milliseconds, which are not in `at`: to people they have passed. */
  | { readonly type: 'suspended'; readonly at: Millis; readonly lost: Millis }
  /**
   * What an earlier process of ours announced, according to the sink's own record: `announced` for certain, `doubtful`
   * perhaps. Comes before the first facts; later only with `doubtful` ones, of another process that is gone.
   */
  | {
      readonly type: 'routesFound';
      readonly at: Millis;
      readonly announced: readonly Route[];
      readonly doubtful: readonly Route[];
    }
  /** The backend accepted it, or the command was written where nobody answers; that is not yet a route at a peer. */
  | { readonly type: 'routeTold'; readonly at: Millis; readonly key: RouteKey; readonly told: 'announce' | 'withdraw' }
  | { readonly type: 'routeRefused'; readonly at: Millis; readonly key: RouteKey; readonly detail: string };

/** Those that come back from a recording as they were. */
export type RecordedEvent = Exclude<Event, { type: 'settingsChanged' }>;
export type FactsRead = Extract<Event, { type: 'factsRead' }>;

declare const timerName: unique symbol;
/** `verdicts 6000`: what waits, and until when. */
export type TimerName = string & { readonly [timerName]: true };
