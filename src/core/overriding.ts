/**
 * What is said by hand comes into force and ends, PURE.
 *
 * What is to be withdrawn is withdrawn here, on no facts at all. What may be announced waits for facts that are read after
 * the order; static prefixes, and those whose check decides, have none to wait for. A drain of everything is followed some
 * milliseconds at a time.
 */
import type { Action } from '../model/action.ts';
import { insideOf, isHostPrefix, type Prefix } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import { type Drain, type Override, overrideKeyOf, type SetByHand, targetText } from '../model/override.ts';
import { sentence } from '../model/reason.ts';
import { attributesNow, told } from './announcing.ts';
import { judgeChecked } from './checked-judgement.ts';
import { isRouted, unwant, want } from './desired.ts';
import { judge } from './judgement.ts';
import { endOf, heldBackBy, isSetUp, whyDraining, whyHeldBack } from './overrides.ts';
import { log } from './report.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { isOwnNextHop } from './statics.ts';

export const OVERRIDE_TIMER = 'overrides' as TimerName;

export function overridden(
  state: DaemonState,
  { at, by, added, removed, isKept }: Extract<Event, { type: 'overridden' }>,
  actions: Action[],
): Action[] {
  const { said } = state.overrides;
  moveOn(state, at, actions);
  for (const key of removed) {
    const before = said.get(key);
    if (before === undefined) continue;
    drop(state, before);
    const what = before.kind === 'drain' ? { target: targetText(before.target) } : { prefix: before.prefix };
    log(actions, 'info', before.kind === 'drain' ? 'undrained' : 'set to auto', { ...what, by });
  }
  for (const each of added) if (endOf(each) > at) put(state, each, isKept, actions);
  if (isKept && added.length > 0) log(actions, 'info', 'what was said by hand goes on', { overrides: said.size });
  if (!isKept) actions.push({ type: 'keepOverrides', overrides: said });
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

/** What ends or withdraws by itself until then. */
function moveOn(state: DaemonState, at: Millis, actions: Action[]): void {
  const { overrides } = state;
  const before = overrides.at;
  overrides.at = ms(Math.max(before, at));
  let hasEnded = false;
  for (const each of [...overrides.said.values()]) {
    if (endOf(each) <= at) {
      hasEnded = true;
      drop(state, each);
      if (each.kind === 'drain')
        log(actions, 'info', 'drain is over', { target: targetText(each.target), by: each.by });
      else log(actions, 'info', `set ${each.kind} is over`, { prefix: each.prefix, by: each.by });
    } else if (each.kind === 'drain' && each.withdrawAt > before && each.withdrawAt <= at) mark(state, each);
  }
  if (hasEnded) actions.push({ type: 'keepOverrides', overrides: overrides.said });
}

function drop(state: DaemonState, override: Override): void {
  const { said, drains, gone } = state.overrides;
  said.delete(overrideKeyOf(override));
  if (override.kind !== 'drain') gone.delete(override.prefix);
  else if (override.target.type === 'prefix') drains.delete(override.target.prefix);
  mark(state, override);
}

function put(state: DaemonState, given: Override, isKept: boolean, actions: Action[]): void {
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
  const { by, why, until, at } = override;
  const fields = {
    by,
    ...(why !== '' && { why }),
    ...(until !== undefined && { for: formatDuration(ms(Math.round(until - at))) }),
  };
  const level = isSame || isKept ? 'debug' : 'info';
  if (override.kind !== 'drain') log(actions, level, `set ${override.kind}`, { prefix: override.prefix, ...fields });
  else {
    const withdrawIn = formatDuration(ms(Math.max(0, Math.round(override.withdrawAt - state.overrides.at))));
    log(actions, level, 'drained', { target: targetText(override.target), ...fields, withdrawIn });
  }
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
  const { overrides, services, checks, policy, standings } = state;
  const { marked, statics } = overrides;
  if (of.kind !== 'drain') {
    marked.add(of.prefix);
    return;
  }
  const { target } = of;
  if (target.type === 'service') {
    for (const prefix of checks.get(target.service)?.declared.prefixes ?? []) marked.add(prefix);
    return;
  }
  if (target.type === 'prefix' && isHostPrefix(target.prefix)) {
    marked.add(target.prefix);
    return;
  }
  const isInside = target.type === 'all' ? () => true : insideOf(target.prefix);
  for (const prefix of services.keys()) if (isInside(prefix)) marked.add(prefix);
  // What is down is drained as well, though nothing follows from that.
  for (const prefix of standings.of.keys()) if (isInside(prefix)) touch(state, prefix);
  for (const { declared } of checks.values())
    for (const prefix of declared.prefixes) if (isInside(prefix)) marked.add(prefix);
  // Which of these are inside is seen when their turn comes.
  statics.left = policy.statics.routes.size;
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

/** What is looked at in one go, some milliseconds: so many static prefixes, or so many services that are worth as many each. */
const MOST_EFFORT = 2_000;
const EFFORT_OF_SERVICE = 20;

/** Those whose turn has not come yet. */
export function sweepSome(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  const { overrides, policy, desired } = state;
  if (overrides.marked.size === 0 && overrides.statics.left === 0) return actions;
  let effort = 0;
  for (const prefix of overrides.marked) {
    if (effort >= MOST_EFFORT) break;
    overrides.marked.delete(prefix);
    if (policy.statics.routes.has(prefix)) {
      effort++;
      followStatic(state, prefix);
    } else {
      effort += EFFORT_OF_SERVICE;
      touch(state, prefix);
      follow(state, prefix, at, actions);
    }
  }
  sweepStatics(state, MOST_EFFORT - effort);
  if (overrides.marked.size > 0 || overrides.statics.left > 0) actions.push({ type: 'goOn' });
  else reportStatics(state, actions);
  // Somebody waits for the places.
  if (desired.hasFreed && desired.held.size > 0) actions.push({ type: 'lookNow' });
  return told(state, false, actions);
}

/** There are other static prefixes now: whoever was on the way through them begins anew. */
export function sweepAnew({ overrides: { statics }, policy }: DaemonState): void {
  statics.from = 0;
  if (statics.left > 0) statics.left = policy.statics.routes.size;
}

function sweepStatics(state: DaemonState, most: number): void {
  const { statics } = state.overrides;
  const { routes } = state.policy.statics;
  while (most > 0 && statics.left > 0) {
    let index = 0;
    for (const prefix of routes.keys()) {
      if (index++ < statics.from) continue;
      if (most === 0 || statics.left === 0) return;
      followStatic(state, prefix);
      statics.from = index;
      statics.left--;
      most--;
    }
    statics.from = 0;
  }
}

function follow(state: DaemonState, prefix: Prefix, at: Millis, actions: Action[]): void {
  const { desired, policy, overrides, services } = state;
  const wasRouted = isRouted(desired, prefix, policy);
  const why = whyHeldBack(state, prefix, at);
  if (why !== undefined) {
    unwant(desired, prefix, policy);
    overrides.freed.delete(prefix);
    if (wasRouted) log(actions, 'info', 'withdrawn', { prefix, reason: sentence(prefix, why) });
    return;
  }
  if (policy.checked.has(prefix)) {
    judgeChecked(state, prefix, at, actions);
    return;
  }
  const verdict = services.get(prefix)?.state;
  if (wasRouted) {
    // Whoever stood in for what is found may do so no longer: what is missing is missing from now on.
    // After a reload what is known of the kernel is less than what the settings ask: it is asked first.
    const isJudged = verdict === 'up' && !isSetUp(state, prefix, at) && !state.awaitsFacts;
    if (isJudged && whyDraining(state, prefix, at) === undefined) judge(state, prefix, at, false, actions);
    if (isRouted(desired, prefix, policy)) want(desired, prefix, policy, attributesNow(state, prefix));
  } else if (verdict === 'up') overrides.freed.set(prefix, at);
  state.due.add(prefix);
  actions.push({ type: 'lookNow' });
}

function followStatic(state: DaemonState, prefix: Prefix): void {
  const { desired, policy, overrides, starting } = state;
  touch(state, prefix);
  // Its turn comes yet, and finds what is in force then.
  if (starting.has(prefix) || isOwnNextHop(prefix, policy)) return;
  const wasRouted = isRouted(desired, prefix, policy);
  if (heldBackBy(state, prefix) !== undefined) {
    unwant(desired, prefix, policy);
    if (wasRouted) overrides.swept.withdrawn++;
    touch(state, prefix);
    return;
  }
  const before = desired.changed.size;
  const held = want(desired, prefix, policy, attributesNow(state, prefix));
  if (held === undefined && !wasRouted) overrides.swept.announced++;
  if (!wasRouted || desired.changed.size > before) touch(state, prefix);
}

/** Of all of them together: there may be a hundred thousand. */
function reportStatics({ overrides: { swept } }: DaemonState, actions: Action[]): void {
  const { withdrawn, announced } = swept;
  if (withdrawn > 0) log(actions, 'info', 'static prefixes withdrawn by hand', { prefixes: withdrawn });
  if (announced > 0) log(actions, 'info', 'static prefixes to be announced again', { prefixes: announced });
  swept.withdrawn = 0;
  swept.announced = 0;
}
