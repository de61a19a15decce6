/**
 * The core, PURE: (state, event) → actions.
 *
 * It takes one event at a time through the five stages (facts, candidates, health, verdict, routes) and looks only at the
 * services that the event marked. It reads no clock, sets no timer and speaks to nobody: time arrives in events, and what
 * is to be done leaves as actions. The same events give the same actions for ever. The state is the core's own and is
 * changed in place.
 */
import type { Action } from '../model/action.ts';
import { hostPrefix, isHostPrefix, networkAddress, type Prefix } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import { type Reason, sentence } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import type { ServiceId } from '../model/service.ts';
import { adopt } from './adoption.ts';
import { findCandidate } from './candidates.ts';
import { attributesOf } from './checked.ts';
import { addressesSetUp, checkDue, hooksFinished, probeFinished, startChecks } from './checks.ts';
import { flapOf } from './dampening.ts';
import { hasRoom, isRouted, lookAgain, unwant, want } from './desired.ts';
import { applyFacts } from './facts.ts';
import { type Health, healthOf } from './health.ts';
import { dueOf, excuse, nextVerdict, type Verdict } from './hold.ts';
import { log, report } from './report.ts';
import { fired, schedule } from './schedule.ts';
import type { DaemonState } from './state.ts';
import { dampen, suppressedUntil, whySuppressed } from './suppression.ts';

export function handle(state: DaemonState, event: Event): readonly Action[] {
  const actions: Action[] = [];
  switch (event.type) {
    case 'factsRead':
      return factsRead(state, event, actions);
    case 'wentOn':
      return goOn(state, actions);
    case 'discoveryFailed':
      return discoveryFailed(state, event, actions);
    case 'timerFired':
      return timerFired(state, event, actions);
    case 'stalled':
      return stalled(state, event, actions);
    case 'routesFound':
      return adopt(state, event, actions);
    case 'started':
      startChecks(state, actions);
      return actions;
    case 'probeFinished':
      return judgeChecked(
        state,
        new Set([...probeFinished(state, event, actions), ...dueOfService(state, event.service)]),
        event.startedAt,
        actions,
      );
    case 'hooksFinished':
      return judgeChecked(state, hooksFinished(state, event, actions), event.at, actions);
    case 'addressesSetUp':
      return judgeChecked(state, addressesSetUp(state, event, actions), event.at, actions);
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
  const { facts, policy, services, marked } = state;
  for (const prefix of applyFacts(facts, event, policy, services.keys())) marked.add(prefix);
  if (event.resync) for (const prefix of [...services.keys(), ...facts.areas.keys()]) marked.add(prefix);
  if (!event.isLast) return actions;
  // What was found is not to be judged by half of the facts.
  if (state.found.size > 0 && !event.isWhole) return actions;
  for (const key of state.found) state.desired.changed.add(key);
  state.found.clear();
  state.reading = { at: event.readAt, isWhole: event.isWhole };
  if (event.isWhole) {
    if (!state.hasFacts) reportFirst(state, actions);
    state.hasFacts = true;
    if (state.failingSince !== undefined) recover(state, state.failingSince, event.readAt, actions);
    for (const prefix of state.due) marked.add(prefix);
  }
  return goOn(state, actions);
}

/** So many services are looked at in one go: some milliseconds, log lines included. */
const MOST_AT_ONCE = 100;

function goOn(state: DaemonState, actions: Action[]): Action[] {
  if (state.reading === undefined) return actions;
  const { at } = state.reading;
  const isWhole = state.reading.isWhole && state.failingSince === undefined;
  let looked = 0;
  for (const prefix of state.marked) {
    if (looked++ === MOST_AT_ONCE) break;
    state.marked.delete(prefix);
    judge(state, prefix, at, isWhole, actions);
  }
  if (state.marked.size > 0) actions.push({ type: 'goOn' });
  return told(state, isWhole, actions);
}

/** Back to whole facts: everything that a part may have told of has to be looked at. */
function recover(state: DaemonState, since: Millis, readAt: Millis, actions: Action[]): void {
  const blind = ms(readAt - since);
  log(actions, 'info', 'kernel read again', { failedForMs: Math.round(blind) });
  state.failingSince = undefined;
  state.isStale = false;
  actions.push({ type: 'clearTimer', timer: STALE_TIMER });
  // The announce delay asks for health that was seen.
  for (const [prefix, before] of state.services) {
    if (before.state === 'rising') move(state, prefix, excuse(before, blind), undefined, readAt, actions);
  }
  const { facts, marked } = state;
  for (const address of facts.listenersOf.keys()) marked.add(hostPrefix(address));
  for (const address of facts.assignedOf.keys()) marked.add(hostPrefix(address));
  for (const prefix of facts.areas.keys()) marked.add(prefix);
}

/** The last good facts stand: what is announced stays, nothing new is announced, and a withdraw that is due goes out. */
function discoveryFailed(state: DaemonState, event: Of<'discoveryFailed'>, actions: Action[]): Action[] {
  const { staleAfter } = state.policy;
  if (state.failingSince === undefined) {
    state.failingSince = event.at;
    log(actions, 'error', 'kernel cannot be read', { detail: event.detail, facts: 'held' });
    retimeStaleness(state, event.at, actions);
  }
  for (const prefix of state.due) {
    if (state.services.get(prefix)?.state === 'falling') judge(state, prefix, event.at, false, actions);
  }
  if (!state.isStale && event.at - state.failingSince >= staleAfter) becomeStale(state, actions);
  return told(state, false, actions);
}

function retimeStaleness({ policy: { staleAfter } }: DaemonState, since: Millis, actions: Action[]): void {
  actions.push({ type: 'setTimer', timer: STALE_TIMER, due: ms(since + staleAfter) });
}

/** Withdraws everything for whoever prefers no announce over one that nobody has checked for so long. */
function becomeStale(state: DaemonState, actions: Action[]): void {
  const { staleAfter: limit, onDiscoveryError } = state.policy;
  state.isStale = true;
  const facts = onDiscoveryError === 'hold' ? 'held' : 'void, everything is withdrawn';
  log(actions, 'error', 'kernel still cannot be read', { for: formatDuration(limit), facts });
  if (onDiscoveryError === 'hold') return;
  const verdict: Verdict = { state: 'down', reason: { code: 'facts-stale', limit } };
  for (const prefix of [...state.services.keys()]) {
    if (state.policy.checked.has(prefix)) continue; // not the kernel's word
    const before = state.services.get(prefix);
    const wasRouted = isRouted(state.desired, prefix, state.policy);
    schedule(state.schedule, prefix, undefined, actions);
    state.due.delete(prefix);
    state.services.delete(prefix);
    unwant(state.desired, prefix, state.policy);
    report(prefix, { before, after: verdict, wasRouted }, state.policy, actions);
  }
}

function timerFired(state: DaemonState, { timer }: Of<'timerFired'>, actions: Action[]): Action[] {
  if (checkDue(state, timer, actions)) return actions;
  const waited = fired(state.schedule, timer);
  for (const prefix of waited) state.due.add(prefix);
  const isWanted = waited.size > 0 || (timer === STALE_TIMER && state.failingSince !== undefined);
  if (isWanted) actions.push({ type: 'lookNow' });
  return actions;
}

/** What we did not see counts neither for nor against anything. */
function stalled(state: DaemonState, { at, lost }: Of<'stalled'>, actions: Action[]): Action[] {
  log(actions, 'warn', 'stalled', { lostMs: Math.round(lost) });
  state.stalledUntil = at;
  for (const [key, since] of state.facts.fullSince) state.facts.fullSince.set(key, ms(since + lost));
  for (const [prefix, before] of state.services) {
    // One whose time has come already goes on waiting for the next facts.
    const planned = state.schedule.dueOf.get(prefix);
    const waiting = state.due.has(prefix) ? at : undefined;
    const wake = planned === undefined ? waiting : ms(planned + lost);
    // A penalty decays whether we look or not.
    move(state, prefix, excuse(before, lost), earlier(wake, suppressedUntil(state, prefix)), at, actions);
  }
  // What is left of a reading is judged as if the stall had never been, like the delays that it is held against.
  if (state.reading !== undefined) {
    state.reading = { ...state.reading, at: ms(Math.min(at, state.reading.at + lost)) };
  }
  if (state.failingSince !== undefined && !state.isStale) {
    state.failingSince = ms(state.failingSince + lost);
    retimeStaleness(state, state.failingSince, actions);
  }
  return actions;
}

/** `wake`: when the service's health has to be looked at again, whatever its verdict waits for. */
function move(
  state: DaemonState,
  prefix: Prefix,
  verdict: Verdict,
  wake: Millis | undefined,
  now: Millis,
  actions: Action[],
): void {
  state.services.set(prefix, verdict);
  const due = earlier(dueOf(verdict), wake);
  // A service whose time has come, and which is not moved on, waits for the next facts without a timer.
  if (state.due.has(prefix) && due !== undefined && due <= now) return;
  state.due.delete(prefix);
  schedule(state.schedule, prefix, due, actions);
}

/** Takes one prefix through the stages. `isWhole`: whether anything may rise or be announced on these facts. */
function judge(state: DaemonState, prefix: Prefix, readAt: Millis, isWhole: boolean, actions: Action[]): void {
  const { facts, policy, checks } = state;
  const found = findCandidate(prefix, facts, policy, state.networks);
  const health = healthOf(found, { facts, policy, checks, at: readAt });
  const before = state.services.get(prefix);
  if (before === undefined) {
    if (!health.up) reject(state, prefix, health.reason, actions);
    if (!health.up || !isWhole) return;
  }
  state.rejected.delete(prefix);
  const wasRouted = isRouted(state.desired, prefix, policy);
  // A delay protects a route. One that is held has none to lose, and starts anew; one that is suppressed goes on flapping.
  const isIdle = before?.state === 'up' && !wasRouted && suppressedUntil(state, prefix) === undefined;
  const from = before === undefined || (isIdle && !health.up) ? DOWN : before;
  const verdict = nextVerdict(from, health, readAt, isWhole, policy);
  const suppressed = dampen(state, prefix, flapOf(from, verdict), readAt, actions);
  const isGone = verdict.state === 'down' || verdict.state === 'rising';
  move(state, prefix, verdict, earlier(wakeOf(health), isGone ? undefined : suppressed), readAt, actions);
  if (suppressed !== undefined || isGone) unwant(state.desired, prefix, policy);
  else if (verdict.state === 'up' && !wasRouted && !state.desired.held.has(prefix)) state.desired.coming.add(prefix);
  const why = isGone ? undefined : whySuppressed(state, prefix, readAt);
  if (why !== undefined && wasRouted) log(actions, 'info', 'withdrawn', { prefix, reason: sentence(prefix, why) });
  else report(prefix, { before, after: verdict, wasRouted }, policy, actions);
  if (verdict.state === 'down') {
    state.services.delete(prefix);
    reject(state, prefix, verdict.reason, actions);
  }
}

/** The same for prefixes whose check says how they stand: what is known of the kernel has no part in it. */
function judgeChecked(state: DaemonState, prefixes: Iterable<Prefix>, at: Millis, actions: Action[]): Action[] {
  for (const prefix of prefixes) {
    judge(state, prefix, at, true, actions);
    const isRoutable = state.desired.coming.delete(prefix) || isRouted(state.desired, prefix, state.policy);
    if (!isRoutable) lookAgain(state.desired, prefix, state.policy);
    // One that is to go, and whose withdraw waits, keeps what it has.
    else if (checkedAttributes(state, prefix) !== undefined) announce(state, prefix, actions);
  }
  return told(state, false, actions);
}

const DOWN: Verdict = { state: 'down', reason: { code: 'no-listener' } };

/** The earlier of two moments, each of which may never come. */
const earlier = (one: Millis | undefined, other: Millis | undefined): Millis | undefined =>
  one === undefined || other === undefined ? (one ?? other) : ms(Math.min(one, other));

const wakeOf = (health: Health): Millis | undefined => (health.up ? health.until : undefined);

function announce(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  const before = state.desired.held.get(prefix);
  const held = want(state.desired, prefix, state.policy, checkedAttributes(state, prefix));
  if (held === undefined) log(actions, 'info', 'announced', { prefix });
  else if (held.code !== before?.code) log(actions, 'warn', 'held', { prefix, reason: sentence(prefix, held) });
}

/** Those whose delay has run out: the check that comes next decides, as a reading does for what the kernel says. */
const dueOfService = ({ due, policy }: DaemonState, id: ServiceId): Prefix[] =>
  [...due].filter((prefix) => policy.checked.get(prefix)?.id === id);

function checkedAttributes({ policy, checks }: DaemonState, prefix: Prefix): RouteAttributes | undefined {
  const service = policy.checked.get(prefix);
  return service && attributesOf(prefix, checks, service.id);
}

function reject(state: DaemonState, prefix: Prefix, reason: Reason, actions: Action[]): void {
  const { facts, rejected } = state;
  const address = isHostPrefix(prefix) ? networkAddress(prefix) : undefined;
  const isListening = address !== undefined && facts.listenersOf.has(address);
  const isArea = facts.areas.has(prefix);
  if (!isListening && !isArea && (address === undefined || !facts.assignedOf.has(address))) {
    rejected.delete(prefix);
    return;
  }
  if (rejected.get(prefix)?.code === reason.code) return;
  rejected.set(prefix, reason);
  // Somebody listens there, or asked for it, and may wonder; of the host's other addresses there are many.
  const isAsking = isListening || isArea || reason.code === 'wildcard-not-host-route';
  const level = isAsking ? 'info' : 'debug';
  log(actions, level, 'not announced', { address: address ?? prefix, reason: sentence(prefix, reason) });
}

/** When every service has been looked at: who waits for a place comes before who comes up now, and each in its order. */
function told(state: DaemonState, isWhole: boolean, actions: Action[]): Action[] {
  const { desired, policy } = state;
  if (isWhole) {
    for (const [prefix, { code }] of desired.hasFreed ? desired.held : []) {
      if (code === 'max-routes' && hasRoom(desired, prefix, policy)) announce(state, prefix, actions);
    }
    desired.hasFreed = false;
    for (const prefix of desired.coming) announce(state, prefix, actions);
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

const STALE_TIMER = 'facts stale' as TimerName;
