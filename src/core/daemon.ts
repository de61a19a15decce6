/**
 * The core, PURE: (state, event) → actions.
 *
 * It takes one event at a time through the five stages (facts, candidates, health, verdict, routes) and looks only at the
 * services that the event marked. It reads no clock, sets no timer and speaks to nobody: time arrives in events, and what
 * is to be done leaves as actions. The same events give the same actions for ever. The state is the core's own and is
 * changed in place.
 */

import type { Action } from '../model/action.ts';
import { hostPrefix, type IpAddress } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type Reason, sentence } from '../model/reason.ts';
import { routeKey } from '../model/route.ts';
import { findCandidate } from './candidates.ts';
import { unwant, want } from './desired.ts';
import { applyFacts } from './facts.ts';
import { healthOf } from './health.ts';
import { dueOf, excuse, nextVerdict, type Verdict } from './hold.ts';
import { log, report } from './report.ts';
import type { DaemonState } from './state.ts';

export function handle(state: DaemonState, event: Event): readonly Action[] {
  const actions: Action[] = [];
  switch (event.type) {
    case 'factsRead':
      return factsRead(state, event, actions);
    case 'discoveryFailed':
      return discoveryFailed(state, event, actions);
    case 'timerFired':
      if (!state.services.has(addressOf(event.timer))) return [];
      state.due.add(addressOf(event.timer));
      return [{ type: 'lookNow' }];
    case 'stalled':
      return stalled(state, event, actions);
    case 'routeRefused':
      log(actions, 'debug', 'route refused', { route: event.key, detail: event.detail });
      return actions;
    case 'routeTold':
      log(actions, 'debug', 'route told', { route: event.key, told: event.told });
      return actions;
    default:
      return event satisfies never;
  }
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

function factsRead(state: DaemonState, event: Of<'factsRead'>, actions: Action[]): Action[] {
  const marked = applyFacts(state.facts, event, state.services.keys());
  if (event.resync) for (const address of state.services.keys()) marked.add(address);
  if (event.isWhole) {
    if (state.readAt === undefined) reportFirst(state, actions);
    if (state.failingSince !== undefined) for (const address of recover(state, event, actions)) marked.add(address);
    state.readAt = event.readAt;
    for (const address of state.due) marked.add(address);
  }
  for (const address of marked) judge(state, address, event.readAt, event.isWhole, actions);
  return told(state, event.isWhole, actions);
}

/** Back to whole facts: returns what has to be looked at, which is everything that a part may have told of. */
function recover(state: DaemonState, event: Of<'factsRead'>, actions: Action[]): Iterable<IpAddress> {
  const blind = ms(event.readAt - (state.failingSince ?? event.readAt));
  log(actions, 'info', 'kernel read again', { failedForMs: Math.round(blind) });
  state.failingSince = undefined;
  // The announce delay asks for health that was seen.
  for (const [address, before] of state.services) {
    if (before.state === 'rising') move(state, address, excuse(before, blind), event.readAt, actions);
  }
  return [...state.facts.listenersOf.keys(), ...state.facts.assignedOf.keys()];
}

/** The last good facts stand: what is announced stays, nothing new is announced, and a withdraw that is due goes out. */
function discoveryFailed(state: DaemonState, event: Of<'discoveryFailed'>, actions: Action[]): Action[] {
  if (state.failingSince === undefined) {
    state.failingSince = event.at;
    log(actions, 'error', 'kernel cannot be read', { detail: event.detail, facts: 'held' });
  }
  for (const address of state.due) {
    if (state.services.get(address)?.state === 'falling') judge(state, address, event.at, false, actions);
  }
  return told(state, false, actions);
}

function stalled(state: DaemonState, { at, lost }: Of<'stalled'>, actions: Action[]): Action[] {
  log(actions, 'warn', 'stalled', { lostMs: Math.round(lost) });
  for (const [address, before] of state.services) move(state, address, excuse(before, lost), at, actions);
  return actions;
}

function move(state: DaemonState, address: IpAddress, verdict: Verdict, now: Millis, actions: Action[]): void {
  const before = state.services.get(address);
  state.services.set(address, verdict);
  retime(state, address, before, verdict, now, actions);
}

/** Takes one address through the stages. `isWhole`: whether anything may rise or be announced on these facts. */
function judge(state: DaemonState, address: IpAddress, readAt: Millis, isWhole: boolean, actions: Action[]): void {
  const found = findCandidate(address, state.facts, state.policy, state.networks);
  const health = healthOf(found, state.facts, state.policy);
  const before = state.services.get(address);
  if (before === undefined) {
    if (!health.up) reject(state, address, health.reason, actions);
    if (!health.up || !isWhole) return;
  }
  state.rejected.delete(address);
  const wasRouted = isRouted(state, address);
  // A delay protects a route. One that is held has none to lose, and starts anew.
  const from = before === undefined || (before.state === 'up' && !wasRouted && !health.up) ? DOWN : before;
  const verdict = nextVerdict(from, health, readAt, isWhole, state.policy);
  move(state, address, verdict, readAt, actions);
  if (verdict.state === 'up' && !wasRouted && !state.desired.held.has(address)) state.desired.coming.add(address);
  if (verdict.state === 'down' || verdict.state === 'rising') unwant(state.desired, address);
  report(address, { before, after: verdict, wasRouted }, state.policy, actions);
  if (verdict.state === 'down') {
    state.services.delete(address);
    reject(state, address, verdict.reason, actions);
  }
}

const DOWN: Verdict = { state: 'down', reason: { code: 'no-listener' } };

function announce(state: DaemonState, address: IpAddress, actions: Action[]): void {
  const before = state.desired.held.get(address);
  const held = want(state.desired, address, state.policy);
  const prefix = hostPrefix(address);
  if (held === undefined) log(actions, 'info', 'announced', { prefix });
  else if (held.code !== before?.code) log(actions, 'warn', 'held', { prefix, reason: sentence(address, held) });
}

const isRouted = (state: DaemonState, address: IpAddress): boolean =>
  state.desired.routes.has(routeKey({ prefix: hostPrefix(address) }));

function reject(state: DaemonState, address: IpAddress, reason: Reason, actions: Action[]): void {
  if (!state.facts.listenersOf.has(address) && !state.facts.assignedOf.has(address)) {
    state.rejected.delete(address);
    return;
  }
  if (state.rejected.get(address)?.code === reason.code) return;
  state.rejected.set(address, reason);
  // Somebody listens there and may wonder; of the host's other addresses there are many.
  const isAsking = state.facts.listenersOf.has(address) || reason.code === 'wildcard-not-host-route';
  log(actions, isAsking ? 'info' : 'debug', 'not announced', { address, reason: sentence(address, reason) });
}

/**
 * Sets the service's timer when its time is another one, or when the timer has fired and the time is still to come. A
 * service whose time has come, and which is not moved on, waits for the next facts without a timer.
 */
function retime(
  state: DaemonState,
  address: IpAddress,
  before: Verdict | undefined,
  after: Verdict,
  now: Millis,
  actions: Action[],
): void {
  const due = dueOf(after);
  const hasFired = state.due.has(address);
  if (hasFired && due !== undefined && due <= now) return;
  state.due.delete(address);
  const was = hasFired ? undefined : before && dueOf(before);
  if (was === due) return;
  const timer = timerFor(address);
  actions.push(due === undefined ? { type: 'clearTimer', timer } : { type: 'setTimer', timer, due });
}

/** When every service has been looked at: who waits for a place comes before who comes up now, and each in its order. */
function told(state: DaemonState, isWhole: boolean, actions: Action[]): Action[] {
  const { desired, policy } = state;
  if (isWhole) {
    for (const [address, { code }] of desired.held) {
      if (desired.routes.size >= policy.maxRoutes) break;
      if (code === 'max-routes') announce(state, address, actions);
    }
    for (const address of desired.coming) announce(state, address, actions);
    desired.coming.clear();
  }
  if (desired.changed.size === 0) return actions;
  const changed = new Set(desired.changed);
  desired.changed.clear();
  actions.push({ type: 'setRoutes', desired: desired.routes, changed });
  return actions;
}

function reportFirst({ facts, policy }: DaemonState, actions: Action[]): void {
  log(actions, 'info', 'first facts read', { listeners: facts.listeners.size, addresses: facts.addresses.size });
  if (policy.device !== '' && !facts.devices.has(policy.device)) {
    log(actions, 'warn', 'device not found', { device: policy.device });
  }
}

const TIMER_PREFIX = 'verdict ';
const timerFor = (address: IpAddress): TimerName => `${TIMER_PREFIX}${address}` as TimerName;
const addressOf = (timer: TimerName): IpAddress => timer.slice(TIMER_PREFIX.length) as IpAddress;
