/**
 * The executor: which action is carried out by whom. Telling the sinks happens once a turn, reading the kernel once an
 * iteration of the event loop.
 */
import type { Action } from '../model/action.ts';
import type { Event, TimerName } from '../model/event.ts';
import type { Millis } from '../model/millis.ts';
import type { Override, OverrideKey, SaidByHand } from '../model/override.ts';
import type { Route, RouteKey } from '../model/route.ts';
import type { ServiceId } from '../model/service.ts';
import type { Sink } from '../sink/sink.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export interface Executor {
  execute(action: Action): void;
  endTurn(): void;
  /** Clears the core's timers. */
  close(): void;
}

/** What a service asks for whose check decides alone. The last three are asked for when the sinks have heard of the turn. */
export interface ServicePorts {
  runHooks(run: Extract<Action, { type: 'runHooks' }>): void;
  setUpAddresses(service: ServiceId, run: number): void;
  removeAddresses(service: ServiceId): void;
  finish(): void;
}

export type NotedTransition = Extract<Action, { type: 'noteTransition' }>;

export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly sinks: readonly Sink[];
  readonly lookNow: () => void;
  readonly push: (event: Event) => void;
  /** None where nothing outlives the process. */
  readonly keepOverrides?: (
    overrides: ReadonlyMap<OverrideKey, Override>,
    changed: readonly OverrideKey[],
    news: readonly SaidByHand[],
    at: Millis,
  ) => void;
  /** None where nothing is checked. */
  readonly startProbe?: (service: ServiceId) => void;
  /** None where no check decides alone: then nothing is asked for. */
  readonly services?: ServicePorts;
  /** Hears how services stand from now on. */
  readonly noted?: (transition: NotedTransition) => void;
}

export function createExecutor({
  clock,
  log,
  sinks,
  lookNow,
  push,
  keepOverrides = () => {},
  startProbe = () => {},
  services,
  noted,
}: Ports): Executor {
  const timers = new Set<TimerName>();
  let isLookWanted = false;
  let look: NodeJS.Immediate | undefined;
  let rest: NodeJS.Immediate | undefined;
  let desired: ReadonlyMap<RouteKey, Route> | undefined;
  let changed = new Set<RouteKey>();
  let afterTurn: (() => void)[] = [];

  return {
    execute(action) {
      switch (action.type) {
        case 'setTimer':
          timers.add(action.timer);
          clock.setTimer(action.timer, action.due, () => {
            timers.delete(action.timer);
            push({ type: 'timerFired', at: clock.now(), timer: action.timer });
          });
          return;
        case 'clearTimer':
          timers.delete(action.timer);
          clock.clearTimer(action.timer);
          return;
        case 'lookNow':
          isLookWanted = true;
          return;
        case 'goOn':
          rest ??= setImmediate(() => {
            rest = undefined;
            push({ type: 'wentOn', at: clock.now() });
          });
          return;
        case 'setRoutes':
          desired = action.desired;
          for (const key of action.changed) changed.add(key);
          return;
        case 'keepOverrides':
          keepOverrides(action.overrides, action.changed, action.news, action.at);
          return;
        case 'startProbe':
          startProbe(action.service);
          return;
        case 'runHooks':
          services?.runHooks(action);
          return;
        case 'setUpAddresses':
          afterTurn.push(() => services?.setUpAddresses(action.service, action.run));
          return;
        case 'removeAddresses':
          afterTurn.push(() => services?.removeAddresses(action.service));
          return;
        case 'finish':
          afterTurn.push(() => services?.finish());
          return;
        case 'noteTransition':
          noted?.(action);
          return;
        case 'log':
          log[action.level](action.fields, action.message);
          return;
        default:
          action satisfies never;
      }
    },
    endTurn() {
      if (isLookWanted && look === undefined) {
        // Many delays end in one phase of timers: one reading, after all of them, answers for all.
        look = setImmediate(() => {
          look = undefined;
          isLookWanted = false;
          lookNow();
        });
      }
      if (desired !== undefined && changed.size > 0) {
        for (const sink of sinks) sink.set(desired, changed);
        changed = new Set();
      }
      const last = afterTurn;
      afterTurn = [];
      for (const act of last) act();
    },
    close() {
      for (const timer of timers) clock.clearTimer(timer);
      timers.clear();
      clearImmediate(look);
      clearImmediate(rest);
    },
  };
}
