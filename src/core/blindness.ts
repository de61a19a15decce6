/**
 * The kernel cannot be read, PURE: what that means for what was announced on its last facts, and what is to be made good
 * when it can be read again.
 */
import type { Action } from '../model/action.ts';
import { hostPrefix } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { told } from './announcing.ts';
import { isRouted, unwant } from './desired.ts';
import { excuse, type Verdict } from './hold.ts';
import { judge, move } from './judgement.ts';
import { log, report } from './report.ts';
import { schedule } from './schedule.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { touchAll } from './transitions.ts';

export const STALE_TIMER = 'facts stale' as TimerName;

/** The last good facts stand: what is announced stays, nothing new is announced, and a withdraw that is due goes out. */
export function discoveryFailed(
  state: DaemonState,
  event: Extract<Event, { type: 'discoveryFailed' }>,
  actions: Action[],
): Action[] {
  const { staleAfter } = state.policy;
  if (state.failingSince === undefined) {
    state.failingSince = event.at;
    log(actions, 'error', 'kernel cannot be read', { detail: event.detail, facts: 'held' });
    retimeStaleness(state, event.at, actions);
    touchWaiting(state);
  }
  // Who goes on waiting is put behind the others, and would come again and again.
  for (const prefix of [...state.due]) {
    if (state.services.get(prefix)?.state === 'falling') judge(state, prefix, event.at, false, actions);
  }
  if (!state.isStale && event.at - state.failingSince >= staleAfter) becomeStale(state, actions);
  return told(state, false, actions);
}

/** What waits for facts waits for the kernel now, or no longer. */
function touchWaiting(state: DaemonState): void {
  for (const prefixes of [state.due, state.overrides.freed.keys(), state.desired.coming]) {
    for (const prefix of prefixes) touch(state, prefix);
  }
}

function retimeStaleness({ policy: { staleAfter } }: DaemonState, since: Millis, actions: Action[]): void {
  actions.push({ type: 'setTimer', timer: STALE_TIMER, due: ms(since + staleAfter) });
}

/** The time of a stall is none in which the kernel could not be read. */
export function excuseBlindness(state: DaemonState, lost: Millis, actions: Action[]): void {
  if (state.failingSince === undefined || state.isStale) return;
  state.failingSince = ms(state.failingSince + lost);
  retimeStaleness(state, state.failingSince, actions);
}

/** Other settings say what becomes of facts that are old: counted from when the kernel could no longer be read. */
export function judgeBlindness(state: DaemonState, before: Policy, at: Millis, actions: Action[]): void {
  const { failingSince, policy } = state;
  const isSame = before.staleAfter === policy.staleAfter && before.onDiscoveryError === policy.onDiscoveryError;
  if (failingSince === undefined || isSame) return;
  state.isStale = false;
  retimeStaleness(state, failingSince, actions);
  if (at - failingSince >= policy.staleAfter) becomeStale(state, actions);
}

/** Withdraws everything for whoever prefers no announce over one that nobody has checked for so long. */
function becomeStale(state: DaemonState, actions: Action[]): void {
  const { staleAfter: limit, onDiscoveryError } = state.policy;
  state.isStale = true;
  const facts = onDiscoveryError === 'hold' ? 'held' : 'void, everything is withdrawn';
  log(actions, 'error', 'kernel still cannot be read', { for: formatDuration(limit), facts });
  if (onDiscoveryError === 'hold') return;
  touchAll(state);
  const verdict: Verdict = { state: 'down', reason: { code: 'facts-stale', limit } };
  for (const prefix of [...state.services.keys()]) {
    if (state.policy.services.get(prefix)?.kind === 'checked') continue; // not the kernel's word
    const before = state.services.get(prefix);
    const wasRouted = isRouted(state.desired, prefix, state.policy);
    schedule(state.schedule, prefix, undefined, actions);
    state.due.delete(prefix);
    state.services.delete(prefix);
    state.overrides.freed.delete(prefix);
    unwant(state.desired, prefix, state.policy);
    report(prefix, { before, after: verdict, wasRouted }, state.policy, actions);
  }
}

/** Back to whole facts: everything that a part may have told of has to be looked at. */
export function seeAgain(state: DaemonState, since: Millis, readAt: Millis, actions: Action[]): void {
  const blind = ms(readAt - since);
  log(actions, 'info', 'kernel read again', { failedForMs: Math.round(blind) });
  if (state.isStale) touchAll(state);
  touchWaiting(state);
  state.failingSince = undefined;
  state.isStale = false;
  actions.push({ type: 'clearTimer', timer: STALE_TIMER });
  // The announce delay asks for health that was seen.
  for (const [prefix, before] of state.services) {
    if (before.state !== 'rising') continue;
    touch(state, prefix);
    move(state, prefix, excuse(before, blind), undefined, readAt, actions);
  }
  const { facts, marked } = state;
  for (const address of facts.listenersOf.keys()) marked.add(hostPrefix(address));
  for (const address of facts.assignedOf.keys()) marked.add(hostPrefix(address));
  for (const prefix of facts.areas.keys()) marked.add(prefix);
}
