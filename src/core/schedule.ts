/**
 * When services have to be looked at again, PURE. Services that wait for the same moment share a timer: ten thousand that
 * came up together end their delays together.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { TimerName } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';

export interface Schedule {
  readonly dueOf: Map<Prefix, Millis>;
  readonly waiting: Map<Millis, Set<Prefix>>;
}

export const emptySchedule = (): Schedule => ({ dueOf: new Map(), waiting: new Map() });

/** `due`: when to look; `undefined` for not at all. */
export function schedule(plan: Schedule, prefix: Prefix, due: Millis | undefined, actions: Action[]): void {
  const before = plan.dueOf.get(prefix);
  if (before === due) return;
  if (before !== undefined) {
    plan.dueOf.delete(prefix);
    const together = plan.waiting.get(before);
    together?.delete(prefix);
    if (together?.size === 0) {
      plan.waiting.delete(before);
      actions.push({ type: 'clearTimer', timer: timerFor(before) });
    }
  }
  if (due === undefined) return;
  plan.dueOf.set(prefix, due);
  const together = plan.waiting.get(due);
  if (together !== undefined) {
    together.add(prefix);
    return;
  }
  plan.waiting.set(due, new Set([prefix]));
  actions.push({ type: 'setTimer', timer: timerFor(due), due });
}

/** Who waited for the timer; they wait no longer. */
export function fired(plan: Schedule, timer: TimerName): ReadonlySet<Prefix> {
  const due = ms(Number(timer.slice(TIMER_PREFIX.length)));
  const together = plan.waiting.get(due) ?? new Set();
  plan.waiting.delete(due);
  for (const prefix of together) plan.dueOf.delete(prefix);
  return together;
}

const TIMER_PREFIX = 'verdicts ';
const timerFor = (due: Millis): TimerName => `${TIMER_PREFIX}${due}` as TimerName;
