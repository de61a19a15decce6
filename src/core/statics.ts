/**
 * Static prefixes, PURE: announced for as long as this process runs, whatever the kernel says. They go through none of the
 * stages between settings and routes, and are no services: nothing that is read, no delay and no stall has a part in them.
 * What is found on the same prefix makes no difference.
 *
 * Whatever concerns all of them (the start, other settings, a drain) is a way through them, some milliseconds at a time. In
 * between each of them either stands as it stood before or as it is to stand.
 */
import type { Action } from '../model/action.ts';
import { familyOf, isHostPrefix, networkAddress, type Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { type Reason, sentence } from '../model/reason.ts';
import { isNextHopOf } from '../model/route.ts';
import { attributesNow } from './announcing.ts';
import { findCandidate } from './candidates.ts';
import { hold, isRouted, lookAgain, putOnHold, unwant, want } from './desired.ts';
import { EFFORT, MOST_EFFORT } from './effort.ts';
import { heldBackBy } from './overrides.ts';
import { log } from './report.ts';
import { rewriteService } from './rewriting.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { begin, enter } from './transitions.ts';

/** The process is ready. A process that hears it again does nothing twice. */
export function startStatics({ standings, sweep, policy }: DaemonState, at: Millis): void {
  sweep.isFirst = standings.staticsSince === undefined && policy.statics.routes.size > 0;
  standings.staticsSince ??= at;
  sweep.from = 0;
  sweep.left = policy.statics.routes.size;
}

/** There are other static prefixes from now on. Whoever was on the way through them begins anew. */
export function changeStatics({ standings, sweep, policy }: DaemonState, before: Policy): void {
  const { former, passed } = sweep;
  const { routes } = before.statics;
  // A reload amid another is rare; otherwise nothing is copied, of which there may be so much.
  sweep.former = former.size === 0 ? routes : new Map([...[...former].slice(passed), ...routes]);
  sweep.passed = 0;
  if (standings.staticsSince === undefined) return;
  sweep.from = 0;
  sweep.left = policy.statics.routes.size;
}

/** Those that were static and are so no more, as far as effort is left; returns what was spent then. */
export function sweepFormer(state: DaemonState, at: Millis, before: number, actions: Action[]): number {
  const { sweep } = state;
  let effort = before;
  let index = 0;
  for (const prefix of sweep.former.keys()) {
    if (index++ < sweep.passed) continue;
    if (effort >= MOST_EFFORT) return effort;
    sweep.passed = index;
    effort += leave(state, prefix, at, actions) ? EFFORT.withdrawn : EFFORT.former;
  }
  sweep.former = new Map();
  sweep.passed = 0;
  return effort;
}

/** Those that are static, as far as effort is left. */
export function sweepStatics(state: DaemonState, at: Millis, effort: number): void {
  const { sweep, policy, standings } = state;
  const { routes } = policy.statics;
  // They are yet to come up, all of them.
  if (standings.staticsSince === undefined) sweep.left = 0;
  let left = Math.ceil((MOST_EFFORT - effort) / EFFORT.static);
  while (left > 0 && sweep.left > 0) {
    let index = 0;
    for (const prefix of routes.keys()) {
      if (index++ < sweep.from) continue;
      if (left === 0 || sweep.left === 0) return;
      lookAtStatic(state, prefix, at);
      sweep.from = index;
      sweep.left--;
      left--;
    }
    sweep.from = 0;
  }
}

/** What is announced of it, and whether it is, is brought up to what holds now. */
export function lookAtStatic(state: DaemonState, prefix: Prefix, at: Millis): void {
  const { desired, policy, overrides, standings, sweep, found } = state;
  // It is yet to come up.
  if (standings.staticsSince === undefined) return;
  const wasRouted = isRouted(desired, prefix, policy);
  const wasHeld = desired.held.get(prefix)?.code;
  const stood = standings.of.get(prefix);
  const isNew = stood === undefined && !wasRouted && !standings.touched.has(prefix);
  const isHeldBack = heldBackBy(state, prefix) !== undefined;
  if (isHeldBack) unwant(desired, prefix, policy);
  const held = isHeldBack ? undefined : place(state, prefix, wasHeld === 'max-routes');
  const isNow = isRouted(desired, prefix, policy);
  // An earlier process may have announced it, and said something else of it.
  const mayBeFound = sweep.isFirst && found.size > 0;
  if (isNow && mayBeFound) lookAgain(desired, prefix, policy);
  if (held !== undefined && held.code !== wasHeld) countHeld(state, prefix, held);
  if (isNow && (!wasRouted || mayBeFound)) sweep.counts[isNew || mayBeFound ? 'announced' : 'again']++;
  if (isHeldBack && wasRouted) sweep.counts.withdrawn++;
  if (isHeldBack && isNew) sweep.counts.heldBack++;
  if (isNew && sweep.isFirst) {
    if (!isNow) enter(state, prefix, at);
    return;
  }
  if (isNew) begin(state, prefix, { state: 'down', code: 'not-started', since: at, hasRisen: false });
  // Whatever else it says now.
  const isAsBefore = wasRouted && isNow && overrides.said.size === 0;
  const isKnownSo = stood === undefined || (stood.state === 'announced' && stood.isStatic);
  if (!isAsBefore || !isKnownSo) touch(state, prefix);
}

/** `isWaiting`: for a place, which it gets in the order of all who do. */
function place(state: DaemonState, prefix: Prefix, isWaiting: boolean): Reason | undefined {
  const { desired, policy } = state;
  if (isOwnNextHop(prefix, policy)) return putOnHold(desired, prefix, policy, { code: 'own-next-hop' });
  const attributes = attributesNow(state, prefix);
  if (attributes === undefined) return putOnHold(desired, prefix, policy, { code: 'next-hop-missing' });
  if (isWaiting) return hold(desired, prefix, { code: 'max-routes', limit: policy.maxRoutes.declared });
  return want(desired, prefix, policy, attributes);
}

/** One that is announced, and has no place any more. */
export function holdStatic(state: DaemonState, prefix: Prefix, reason: Reason): void {
  putOnHold(state.desired, prefix, state.policy, reason);
  countHeld(state, prefix, reason);
  touch(state, prefix);
}

function countHeld({ sweep: { held } }: DaemonState, prefix: Prefix, reason: Reason): void {
  const { prefixes, first } = held.get(reason.code) ?? { prefixes: 0, first: prefix };
  held.set(reason.code, { prefixes: prefixes + 1, first, reason });
}

/**
 * It may be static no more, and then is withdrawn; or what is found announces it, and it is judged as what is announced
 * already. Returns whether anything was to be done, which it is once, however often it is asked for.
 */
export function leave(state: DaemonState, prefix: Prefix, at: Millis, actions: Action[]): boolean {
  const { desired, policy, services, standings, sweep, marked } = state;
  if (policy.statics.routes.has(prefix) || services.has(prefix)) return false;
  const wasRouted = isRouted(desired, prefix, policy);
  if (wasRouted && !standings.of.has(prefix)) {
    const since = standings.staticsSince ?? at;
    begin(state, prefix, { state: 'announced', code: undefined, since, hasRisen: true });
  }
  touch(state, prefix);
  const { isOnHost, mayStay } = findService(state, prefix);
  if (isOnHost) marked.add(prefix);
  if (wasRouted && mayStay) {
    services.set(prefix, { state: 'up' });
    rewriteService(state, prefix, actions);
    return true;
  }
  unwant(desired, prefix, policy);
  if (wasRouted) sweep.counts.removed++;
  return true;
}

/** `isOnHost`: there is something to be judged. `mayStay`: that may announce it, as far as is known. */
function findService(state: DaemonState, prefix: Prefix): { readonly isOnHost: boolean; readonly mayStay: boolean } {
  const { facts, policy, networks, hasFacts } = state;
  const found = findCandidate(prefix, facts, policy, networks);
  const isCandidate = found.type === 'candidate';
  const address = isHostPrefix(prefix) ? networkAddress(prefix) : undefined;
  const isKnown = address !== undefined && (facts.listenersOf.has(address) || facts.assignedOf.has(address));
  // An address that is not on this host is a candidate like any other, and never more than that.
  const isThere =
    isCandidate && found.rules.some((rule) => rule.type !== 'address' || rule.onHost.length > 0 || !hasFacts);
  return { isOnHost: isThere || isKnown || facts.areas.has(prefix), mayStay: isThere };
}

/** Of all of them together. */
export function reportStatics({ sweep }: DaemonState, actions: Action[]): void {
  sweep.isFirst = false;
  for (const [what, message] of MESSAGES) {
    const prefixes = sweep.counts[what];
    sweep.counts[what] = 0;
    if (prefixes > 0) log(actions, 'info', message, { prefixes });
  }
  for (const { prefixes, first, reason } of sweep.held.values()) {
    log(actions, 'warn', 'static prefixes held', { prefixes, reason: sentence(first, reason) });
  }
  sweep.held.clear();
}

const MESSAGES = [
  ['removed', 'static prefixes withdrawn'],
  ['withdrawn', 'static prefixes withdrawn by hand'],
  ['heldBack', 'static prefixes held back by hand'],
  ['announced', 'static prefixes to be announced'],
  ['again', 'static prefixes to be announced again'],
] as const;

/** Of a static prefix. A router that looks the next hop up in its table would find the route that needs it. */
function isOwnNextHop(prefix: Prefix, { statics, attributes }: Policy): boolean {
  const told = [statics.routes.get(prefix), attributes[familyOf(prefix)]];
  return told.some((each) => each !== undefined && isNextHopOf(prefix, each));
}
