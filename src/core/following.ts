/**
 * What was said by hand, and other settings, are followed some milliseconds at a time, PURE: prefix by prefix, as many as one
 * turn has room for.
 *
 * What is to be withdrawn is withdrawn here, on no facts at all. What may be announced waits for facts that are read after
 * the order; static prefixes, and those whose check decides, have none to wait for.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import { type Reason, sentence } from '../model/reason.ts';
import { attributesNow, told } from './announcing.ts';
import { judgeChecked } from './checked-judgement.ts';
import { beyond, isOver, isRouted, kindOf, unwant, want } from './desired.ts';
import { EFFORT, MOST_EFFORT } from './effort.ts';
import { judge } from './judgement.ts';
import { isSetUp, whyDraining, whyHeldBack } from './overrides.ts';
import { log } from './report.ts';
import { holdService } from './rewriting.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { holdStatic, leave, lookAtStatic, reportStatics, sweepFormer, sweepStatics } from './statics.ts';

/** Those whose turn has not come yet: of what is said by hand, and of static prefixes. */
export function sweepSome(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  if (!isSweeping(state)) return actions;
  const { overrides, policy, desired } = state;
  let effort = 0;
  // Somebody waits for it at this moment.
  for (const prefix of overrides.marked) {
    if (effort >= MOST_EFFORT) break;
    overrides.marked.delete(prefix);
    if (policy.statics.routes.has(prefix)) {
      effort += EFFORT.static;
      lookAtStatic(state, prefix, at);
    } else {
      effort += EFFORT.service;
      touch(state, prefix);
      follow(state, prefix, at, actions);
    }
  }
  effort = sweepFormer(state, at, effort, actions);
  effort = cutBack(state, effort, actions);
  sweepStatics(state, at, effort);
  if (isSweeping(state)) actions.push({ type: 'goOn' });
  else {
    reportStatics(state, actions);
    // Somebody waits for the places.
    if (desired.hasFreed && desired.held.size > 0) actions.push({ type: 'lookNow' });
  }
  return told(state, false, actions);
}

const isSweeping = ({ overrides, sweep, desired, policy }: DaemonState): boolean =>
  overrides.marked.size > 0 || sweep.former.size > 0 || sweep.left > 0 || isOver(desired, policy);

/** Those that have no place under these settings, when it is known who leaves one. */
function cutBack(state: DaemonState, effort: number, actions: Action[]): number {
  const { desired, policy, sweep } = state;
  if (sweep.former.size > 0 || effort >= MOST_EFFORT || !isOver(desired, policy)) return effort;
  const prefixes = beyond(desired, policy, Math.ceil((MOST_EFFORT - effort) / EFFORT.withdrawn));
  for (const prefix of prefixes) {
    const reason: Reason = { code: 'max-routes', limit: policy.maxRoutes[kindOf(prefix, policy)] };
    if (policy.statics.routes.has(prefix)) holdStatic(state, prefix, reason);
    else holdService(state, prefix, reason, actions);
  }
  return effort + prefixes.length * EFFORT.withdrawn;
}

function follow(state: DaemonState, prefix: Prefix, at: Millis, actions: Action[]): void {
  const { desired, policy, overrides, services, sweep } = state;
  if (sweep.former.has(prefix)) leave(state, prefix, at, actions);
  const wasRouted = isRouted(desired, prefix, policy);
  const why = whyHeldBack(state, prefix, at);
  if (why !== undefined) {
    unwant(desired, prefix, policy);
    overrides.freed.delete(prefix);
    if (wasRouted) log(actions, 'info', 'withdrawn', { prefix, reason: sentence(prefix, why) });
    return;
  }
  if (policy.services.get(prefix)?.kind === 'checked') {
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
