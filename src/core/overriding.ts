/**
 * What is said by hand comes into force and ends, PURE. What follows from it for each prefix is seen to in `following`.
 */
import type { Action } from '../model/action.ts';
import { insideOf, isHostPrefix } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import {
  type Drain,
  type Override,
  type OverrideKey,
  overrideKeyOf,
  type SaidByHand,
  type SetByHand,
  targetText,
} from '../model/override.ts';
import type { Policy } from '../model/policy.ts';
import type { ServiceId } from '../model/service.ts';
import { sweepSome } from './following.ts';
import { endOf, prefixesNamed, withdrawOf } from './overrides.ts';
import { log } from './report.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';

/** Of those that go on after a restart; then how many there are. */
const MOST_NAMED = 10;

export const OVERRIDE_TIMER = 'overrides' as TimerName;

export function overridden(
  state: DaemonState,
  { at, by, added, removed, isKept }: Extract<Event, { type: 'overridden' }>,
  actions: Action[],
): Action[] {
  const { said } = state.overrides;
  const news: SaidByHand[] = [];
  moveOn(state, at, actions);
  for (const key of removed) {
    const before = said.get(key);
    if (before === undefined) continue;
    drop(state, before);
    const what = before.kind === 'drain' ? { target: targetText(before.target) } : { prefix: before.prefix };
    log(actions, 'info', before.kind === 'drain' ? 'undrained' : 'set to auto', { ...what, by });
    news.push({ what: before.kind === 'drain' ? 'undrained' : 'set-auto', target: aboutOf(before), by, why: '' });
  }
  for (const [index, each] of added.entries()) {
    if (endOf(each) <= at) continue;
    const kept = isKept ? { isNamed: index < MOST_NAMED } : undefined;
    if (put(state, each, kept, actions)) news.push(newsOf(each));
  }
  if (isKept && added.length > 0) log(actions, 'info', 'what was said by hand goes on', { overrides: said.size });
  const changed = [...removed, ...added.map(overrideKeyOf)];
  if (!isKept) actions.push({ type: 'keepOverrides', overrides: said, changed, at, news });
  retime(state, actions);
  return sweepSome(state, at, actions);
}

/** The timer that `retime` set has fired. */
export function overridesDue(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  state.overrides.due = undefined;
  moveOn(state, at, actions);
  retime(state, actions);
  return sweepSome(state, at, actions);
}

/**
 * What was said by hand counts time in which the host was suspended, as people do; nothing else does. When it was said stays:
 * facts that were read before that know nothing of it.
 */
export function suspended(
  state: DaemonState,
  { at, lost }: Extract<Event, { type: 'suspended' }>,
  actions: Action[],
): Action[] {
  const { said, drains } = state.overrides;
  log(actions, 'info', 'host was suspended', { for: formatDuration(ms(Math.round(lost / 1_000) * 1_000)) });
  const earlier = <T extends Millis | undefined>(time: T): T => (time === undefined ? time : ms(time - lost)) as T;
  for (const [key, each] of said) {
    const until = earlier(each.until);
    if (each.kind !== 'drain') {
      said.set(key, { ...each, until });
      continue;
    }
    const drain: Drain = { ...each, until, withdrawAt: earlier(each.withdrawAt) };
    said.set(key, drain);
    if (drain.target.type === 'prefix') drains.set(drain.target.prefix, drain);
    if (each.withdrawAt > state.overrides.at && drain.withdrawAt <= at) mark(state, drain);
  }
  moveOn(state, at, actions);
  if (said.size > 0) actions.push({ type: 'keepOverrides', overrides: said, changed: [...said.keys()], at, news: [] });
  retime(state, actions);
  return sweepSome(state, at, actions);
}

/** What ends or withdraws by itself until then. */
function moveOn(state: DaemonState, at: Millis, actions: Action[]): void {
  const { overrides } = state;
  const before = overrides.at;
  overrides.at = ms(Math.max(before, at));
  const ended: OverrideKey[] = [];
  const news: SaidByHand[] = [];
  for (const each of [...overrides.said.values()]) {
    if (endOf(each) <= at) {
      ended.push(overrideKeyOf(each));
      news.push({ ...newsOf(each), what: each.kind === 'drain' ? 'drain-over' : 'set-over' });
      drop(state, each);
      if (each.kind === 'drain')
        log(actions, 'info', 'drain is over', { target: targetText(each.target), by: each.by });
      else log(actions, 'info', `set ${each.kind} is over`, { prefix: each.prefix, by: each.by });
    } else if (each.kind === 'drain' && each.withdrawAt > before && each.withdrawAt <= at) mark(state, each);
  }
  if (ended.length > 0) actions.push({ type: 'keepOverrides', overrides: overrides.said, changed: ended, at, news });
}

function drop(state: DaemonState, override: Override): void {
  const { said, drains, gone } = state.overrides;
  said.delete(overrideKeyOf(override));
  if (override.kind !== 'drain') gone.delete(override.prefix);
  else if (override.target.type === 'prefix') drains.delete(override.target.prefix);
  mark(state, override);
}

const aboutOf = (of: Override): string => (of.kind === 'drain' ? targetText(of.target) : of.prefix);

function newsOf(of: Override): SaidByHand {
  const what = ({ drain: 'drained', up: 'set-up', down: 'set-down' } as const)[of.kind];
  return { what, target: aboutOf(of), by: of.by, why: of.why };
}

/** `kept`: an earlier process said it. Returns whether it was not said before in the same words. */
function put(
  state: DaemonState,
  given: Override,
  kept: { readonly isNamed: boolean } | undefined,
  actions: Action[],
): boolean {
  const { said, drains } = state.overrides;
  const key = overrideKeyOf(given);
  const before = said.get(key);
  const override = given.kind === 'drain' ? drainAfter(before, given) : setAfter(before, given);
  said.delete(key);
  said.set(key, override);
  if (override.kind === 'drain' && override.target.type === 'prefix') drains.set(override.target.prefix, override);
  // Somebody who says the same again and again says nothing new.
  const isSame = before?.kind === override.kind && before.by === override.by && before.why === override.why;
  if (before === undefined || before.kind !== override.kind || override.kind === 'drain') mark(state, override);
  const isLost = given.kind === 'drain' && given.target.type === 'service' && isUnknown(state, given.target.service);
  if (isLost) log(actions, 'warn', 'no service has the name of a drain', { target: targetText(given.target) });
  log(actions, isSame || kept?.isNamed === false ? 'debug' : 'info', ...wordsOf(override, kept !== undefined, state));
  return !isSame;
}

const isUnknown = ({ policy }: DaemonState, id: ServiceId): boolean => prefixesNamed(policy, id).length === 0;

function wordsOf(
  override: Override,
  goesOn: boolean,
  { overrides }: DaemonState,
): [message: string, fields: Record<string, string>] {
  const { by, why, until, at } = override;
  const fields = {
    by,
    ...(why !== '' && { why }),
    ...(until !== undefined && { for: formatDuration(ms(Math.round(until - at))) }),
  };
  if (override.kind !== 'drain') {
    return [`set ${override.kind}${goesOn ? ' goes on' : ''}`, { prefix: override.prefix, ...fields }];
  }
  const withdrawAt = withdrawOf(override);
  const left = withdrawAt === undefined ? undefined : ms(Math.max(0, Math.round(withdrawAt - overrides.at)));
  return [
    goesOn ? 'drain goes on' : 'drained',
    {
      ...{ target: targetText(override.target), ...fields },
      ...(left !== undefined && { withdrawIn: formatDuration(left) }),
    },
  ];
}

/** A drain that is said again does not begin anew: what was to be withdrawn by then is. */
function drainAfter(before: Override | undefined, { by, why, at, until, target, withdrawAt }: Drain): Drain {
  const earlier = before?.kind === 'drain' ? before.withdrawAt : Number.POSITIVE_INFINITY;
  return { kind: 'drain', by, why, at, until, target, withdrawAt: ms(Math.min(withdrawAt, earlier)) };
}

/** One that is said again, as by a machine that pushes it, has been in force since it was said first. */
const setAfter = (before: Override | undefined, { kind, by, why, at, until, prefix }: SetByHand): SetByHand => ({
  ...{ kind, by, why, at: before?.kind === kind ? before.at : at, until, prefix },
});

/** Everything that the override may concern has to be looked at. */
function mark(state: DaemonState, of: Override): void {
  const { services, policy, standings, sweep } = state;
  const { marked, said } = state.overrides;
  if (of.kind !== 'drain') {
    marked.add(of.prefix);
    return;
  }
  const { target } = of;
  if (target.type === 'service') {
    for (const prefix of prefixesNamed(policy, target.service)) marked.add(prefix);
    return;
  }
  if (target.type === 'prefix' && isHostPrefix(target.prefix)) {
    marked.add(target.prefix);
    return;
  }
  const isInside = target.type === 'all' ? () => true : insideOf(target.prefix);
  for (const prefix of services.keys()) if (isInside(prefix)) marked.add(prefix);
  // Set up while it was held back, it may be no service yet: nobody has looked.
  for (const each of said.values()) if (each.kind !== 'drain' && isInside(each.prefix)) marked.add(each.prefix);
  // What is down is drained as well, though nothing follows from that.
  for (const [prefix, { isStatic }] of standings.of) if (!isStatic && isInside(prefix)) touch(state, prefix);
  for (const [prefix, { kind }] of policy.services) if (kind === 'checked' && isInside(prefix)) marked.add(prefix);
  // Which of the static ones are inside is seen when their turn comes.
  sweep.left = policy.statics.routes.size;
}

/**
 * Other settings, and what came before: what is drained by the name of its service stays drained, by itself where that name
 * covers it no more. Whoever renames a service does not mean to end its drain.
 */
export function keepDrained(state: DaemonState, before: Policy, at: Millis, actions: Action[]): void {
  const { said } = state.overrides;
  const changed: OverrideKey[] = [];
  for (const drain of [...said.values()]) {
    if (drain.kind !== 'drain' || drain.target.type !== 'service') continue;
    const { service } = drain.target;
    const now = new Set(prefixesNamed(state.policy, service));
    const left = prefixesNamed(before, service).filter((prefix) => !now.has(prefix));
    for (const prefix of left) {
      const given: Drain = { ...drain, target: { type: 'prefix', prefix } };
      const key = overrideKeyOf(given);
      const own = said.get(key);
      const lasting = own !== undefined && endOf(own) >= endOf(given) ? own : given;
      put(state, lasting, { isNamed: changed.length < MOST_NAMED }, actions);
      changed.push(key);
    }
    if (left.length === 0 || now.size > 0) continue;
    drop(state, drain);
    changed.push(overrideKeyOf(drain));
  }
  if (changed.length === 0) return;
  actions.push({ type: 'keepOverrides', overrides: said, changed, at, news: [] });
  retime(state, actions);
}

/** Other settings may have given the name to other prefixes. */
export function markDrainsByName(state: DaemonState): void {
  for (const each of state.overrides.said.values()) {
    if (each.kind === 'drain' && each.target.type === 'service') mark(state, each);
  }
}

/** When the next of them ends, or withdraws: one timer for all. */
function retime({ overrides }: DaemonState, actions: Action[]): void {
  let due = Number.POSITIVE_INFINITY;
  for (const each of overrides.said.values()) {
    due = Math.min(due, endOf(each));
    if (each.kind === 'drain' && each.withdrawAt > overrides.at) due = Math.min(due, each.withdrawAt);
  }
  const next = due === Number.POSITIVE_INFINITY ? undefined : ms(due);
  if (next === overrides.due) return;
  overrides.due = next;
  if (next === undefined) actions.push({ type: 'clearTimer', timer: OVERRIDE_TIMER });
  else actions.push({ type: 'setTimer', timer: OVERRIDE_TIMER, due: next });
}
