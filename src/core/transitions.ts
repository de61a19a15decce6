/**
 * Transitions, PURE: since when each service stands as it does, and what it came from, noted for its history.
 *
 * What an event may have moved it *touches* (`standings`); when all of the event is done, what was touched is compared with
 * what stood there before. Nothing is decided on it. Many at once are compared some at a time, behind what withdraws them.
 *
 * Static prefixes that are announced cost nothing here: they have been since they were started. One that is not, or was
 * not once, has an entry like a service.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import { setKey } from '../model/override.ts';
import { stageOf } from '../model/reason.ts';
import type { Health } from './health.ts';
import { reasonOf, standingOf, stateNameOf } from './standing.ts';
import { type Standings, type Stood, touch } from './standings.ts';
import type { DaemonState } from './state.ts';

export const MOST_GONE = 1_000;
/** So many are compared in one go: some milliseconds. */
const MOST_AT_ONCE = 500;

/** Whatever holds for all services is another thing now. */
export function touchAll(state: DaemonState): void {
  const { standings, policy } = state;
  for (const [prefix, { isStatic }] of standings.of) if (!isStatic) touch(state, prefix);
  for (const prefixes of [policy.announce, policy.services.keys()]) for (const prefix of prefixes) touch(state, prefix);
}

/** It stood so until now, and nobody had noted that. */
export const begin = (state: DaemonState, prefix: Prefix, stood: Omit<Stood, 'isStatic'>): void =>
  put(state, prefix, stood);

/** Takes it as it stands for how it always stood: it came so, by no transition of ours. */
export function enter(state: DaemonState, prefix: Prefix, at: Millis): void {
  const standing = standingOf(state, prefix, at);
  const name = stateNameOf(standing);
  put(state, prefix, { state: name, code: reasonOf(standing)?.code, since: at, hasRisen: name !== 'down' });
}

/** Compares what was touched; comes back for the rest. */
export function settle(state: DaemonState, at: Millis, actions: Action[]): void {
  const { standings, marked, policy } = state;
  let compared = 0;
  for (const [prefix, health] of standings.touched) {
    if (compared++ === MOST_AT_ONCE) {
      actions.push({ type: 'goOn' });
      return;
    }
    standings.touched.delete(prefix);
    // One that is yet to be judged is touched again when it is.
    if (!marked.has(prefix) || policy.statics.routes.has(prefix)) compare(state, prefix, health, at, actions);
  }
}

function compare(state: DaemonState, prefix: Prefix, health: Health | undefined, at: Millis, actions: Action[]): void {
  const { standings, policy, overrides } = state;
  const isStatic = policy.statics.routes.has(prefix);
  // They are entered when they come up.
  if (isStatic && standings.staticsSince === undefined) return;
  // What is said by hand may have come since.
  const standing = standingOf(state, prefix, at, overrides.said.size === 0 ? health : undefined);
  const now = stateNameOf(standing);
  const reason = reasonOf(standing);
  const before = standings.of.get(prefix);
  if (isStatic && before === undefined && now === 'announced') return;
  const from = before?.state ?? (isStatic ? 'announced' : 'down');
  const isSame = from === now && (before === undefined || before.code === reason?.code);
  const isDeclared =
    isStatic || policy.announce.has(prefix) || policy.services.has(prefix) || overrides.said.has(setKey(prefix));
  const hasRisen = before?.hasRisen === true || now !== 'down' || from !== 'down';
  // What no rule covers is no service: every host has addresses that nobody means.
  const isCovered = state.rejected.has(prefix) && reason !== undefined && stageOf(reason) !== 'candidates';
  const isKnown = isDeclared || state.services.has(prefix) || isCovered;
  if (!isKnown && !hasRisen) {
    forget(state, prefix);
    return;
  }
  // Of what was never up, and was asked for by nobody, there is much, and it is of no account why it is down this time.
  const isNoted = !isSame && (hasRisen || (isDeclared && before !== undefined));
  const since = before === undefined || isNoted ? at : before.since;
  const isKnownSo = before !== undefined && isSame && before.isStatic === isStatic;
  if (!isKnownSo) put(state, prefix, { state: now, code: reason?.code, since, hasRisen });
  if (isNoted) {
    standings.moves[now]++;
    actions.push({ type: 'noteTransition', at, prefix, from, to: now, reason });
  }
  keepInBounds(state, prefix, !isKnown, isNoted);
}

/** What is gone is kept for a while. */
function keepInBounds(state: DaemonState, prefix: Prefix, isGone: boolean, isNews: boolean): void {
  const { gone } = state.standings;
  if (isNews || !isGone) gone.delete(prefix);
  if (!isGone) return;
  gone.add(prefix);
  if (gone.size <= MOST_GONE) return;
  const [oldest] = gone;
  if (oldest !== undefined) forget(state, oldest);
}

function put({ standings, policy }: DaemonState, prefix: Prefix, stood: Omit<Stood, 'isStatic'>): void {
  uncount(standings, standings.of.get(prefix));
  const isStatic = policy.statics.routes.has(prefix);
  standings.counts[stood.state]++;
  standings.statics += Number(isStatic);
  standings.of.set(prefix, { ...stood, isStatic });
}

function forget({ standings }: DaemonState, prefix: Prefix): void {
  standings.gone.delete(prefix);
  uncount(standings, standings.of.get(prefix));
  standings.of.delete(prefix);
}

function uncount(standings: Standings, stood: Stood | undefined): void {
  if (stood === undefined) return;
  standings.counts[stood.state]--;
  standings.statics -= Number(stood.isStatic);
}
