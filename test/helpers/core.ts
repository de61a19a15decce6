/** The core alone: events in, actions out, with the settings of a command line. */
import { parseArguments } from '../../src/cli/arguments.ts';
import { policyFrom } from '../../src/config/policy.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import { handle } from '../../src/core/daemon.ts';
import { standingOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event, FactsRead, TimerName } from '../../src/model/event.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import type { Policy } from '../../src/model/policy.ts';
import { sentence } from '../../src/model/reason.ts';

export function policyOf(words: readonly string[]): Policy {
  const parsed = parseArguments(words, '0');
  if ('print' in parsed) throw new Error(parsed.print);
  const { settings, problems } = resolveSettings(parsed.flags, {});
  const bad = [...parsed.problems, ...problems];
  if (bad.length > 0) throw new Error(JSON.stringify(bad));
  return policyFrom(settings);
}

const NOTHING = { added: [], removed: [] };

/** A whole reading that ends with this event, and says nothing new. */
export const factsRead = (at: number, of: Partial<FactsRead> = {}): FactsRead => ({
  type: 'factsRead',
  at: ms(at),
  readAt: ms(at),
  resync: false,
  isWhole: true,
  isLast: true,
  listeners: NOTHING,
  addresses: NOTHING,
  devices: NOTHING,
  ...of,
});

export const added = <T>(...facts: readonly T[]) => ({ added: facts, removed: [] });
export const removed = (...keys: readonly string[]) => ({ added: [], removed: keys });

export interface Core {
  readonly state: DaemonState;
  /** Takes the event, and keeps the core's timers: `timers` are those that are set. */
  hear(event: Event): readonly Action[];
  readonly timers: ReadonlyMap<TimerName, number>;
  /** The timers that are due at `at` fire. */
  fire(at: number): readonly Action[];
  /** What is announced, sorted. */
  routes(): string[];
  /** When it heard something last. */
  heardAt(): Millis;
  /** `announced`, `leaving CODE`, or the code of the reason why not. */
  standing(prefix: string): string;
}

export function coreOf(words: readonly string[]): Core {
  const state = initialState(policyOf(words));
  const timers = new Map<TimerName, number>();
  let heardAt = ms(0);
  const hear = (event: Event): readonly Action[] => {
    heardAt = event.at;
    const actions = handle(state, event);
    for (const action of actions) {
      if (action.type === 'setTimer') timers.set(action.timer, action.due);
      else if (action.type === 'clearTimer') timers.delete(action.timer);
    }
    return actions;
  };
  return {
    state,
    hear,
    timers,
    fire(at) {
      const due = [...timers].filter(([, each]) => each <= at);
      return due.flatMap(([timer]) => {
        timers.delete(timer);
        return hear({ type: 'timerFired', at: ms(at), timer });
      });
    },
    heardAt: () => heardAt,
    routes: () => [...state.desired.routes.keys()].sort(),
    standing(prefix) {
      const standing = standingOf(state, prefix as Prefix, heardAt);
      if (!standing.announced) return standing.reason.code;
      return standing.leaving === undefined ? 'announced' : `leaving ${standing.leaving.code}`;
    },
  };
}

/** Why the prefix is not announced, or leaves, in words. */
export function sentenceOf({ state, heardAt }: Core, prefix: string): string {
  const standing = standingOf(state, prefix as Prefix, heardAt());
  const reason = standing.announced ? standing.leaving : standing.reason;
  return reason === undefined ? '' : sentence(prefix as Prefix, reason);
}

/** Those of one type. */
export const only = <T extends Action['type']>(actions: readonly Action[], type: T): Extract<Action, { type: T }>[] =>
  actions.filter((action): action is Extract<Action, { type: T }> => action.type === type);

/** The messages of what was logged at that level or above it. */
export const said = (actions: readonly Action[], level?: string): string[] =>
  only(actions, 'log')
    .filter((each) => level === undefined || each.level === level)
    .map(({ message }) => message);
