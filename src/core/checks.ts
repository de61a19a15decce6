/**
 * What happens to declared services that have a check, PURE: results, hooks that ended, addresses that came. Each returns
 * the prefixes that may stand otherwise now.
 *
 * Before `up` comes into force its hooks have run (with a timeout) and its addresses are there; `down` and `disabled` wait
 * for nothing.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Event, TimerName } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type DeclaredService, isSameCheck, isWatched, type ServiceId, type WatchedService } from '../model/service.ts';
import { type CheckStanding, hasRoutes, isMoving, nextStanding } from './check.ts';
import { mayBeDisabled, noResults, type Watch, type Watches } from './checked.ts';
import { log } from './report.ts';

/** What they need of the core's memory. */
export interface Checks {
  readonly checks: Watches;
  /** Until when we stood still last. */
  readonly stalledUntil: Millis;
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

export function startChecks({ checks }: Checks, actions: Action[]): void {
  for (const service of checks.keys()) actions.push({ type: 'startProbe', service });
}

/** Other services: what a check found so far stays found, also by another command. Those that have found nothing: see `takeAsPassed`. */
export function changeChecks(
  checks: Map<ServiceId, Watch>,
  services: Iterable<DeclaredService>,
  isAnnounced: (prefix: Prefix) => boolean,
  actions: Action[],
): void {
  const wanted = new Map([...services].filter(isWatched).map((declared) => [declared.id, declared]));
  for (const id of checks.keys()) {
    if (wanted.has(id)) continue;
    checks.delete(id);
    actions.push({ type: 'clearTimer', timer: timerFor(id) });
  }
  for (const [id, declared] of wanted) {
    const watch = checks.get(id) ?? noResults(declared);
    const isSame = checks.has(id) && isSameCheck(watch.declared, declared);
    watch.declared = declared;
    checks.set(id, watch);
    if (!isSame) actions.push({ type: 'startProbe', service: id });
  }
  takeAsPassed(checks, isAnnounced);
}

/**
 * Of a service that is found on this host, and of which any prefix is announced already: a check that has not decided yet
 * counts as passed until it has failed as often as it may.
 */
export function takeAsPassed(checks: Watches, isAnnounced: (prefix: Prefix) => boolean): void {
  for (const watch of checks.values()) {
    const { declared, inForce, standing } = watch;
    if (declared.kind !== 'local' || inForce !== undefined || !declared.prefixes.some(isAnnounced)) continue;
    watch.inForce = 'up';
    if (standing.state === 'init') watch.standing = { state: 'up', count: 0 };
  }
}

/** What was found before, by whatever check of that name. */
export function resumeChecks(checks: Watches, before: Watches): void {
  for (const [id, watch] of checks) {
    const { standing, inForce, since, last, failed } = before.get(id) ?? watch;
    watch.standing = standing;
    watch.inForce = inForce;
    watch.since = since;
    watch.last = last;
    watch.failed = failed;
  }
}

/** Whether the timer was one of the checks'. */
export function checkDue({ checks }: Checks, timer: TimerName, actions: Action[]): boolean {
  const id = timer.startsWith(TIMER_PREFIX) ? (timer.slice(TIMER_PREFIX.length) as ServiceId) : undefined;
  if (id === undefined) return false;
  if (checks.has(id)) actions.push({ type: 'startProbe', service: id });
  return true;
}

export function probeFinished(state: Checks, event: Of<'probeFinished'>, actions: Action[]): readonly Prefix[] {
  const service = state.checks.get(event.service);
  if (service === undefined) return [];
  // While it ran we stood still, and what it checked perhaps as well: that says nothing of the service.
  if (event.result === 'failed' && event.startedAt < state.stalledUntil) {
    actions.push({ type: 'startProbe', service: event.service });
    return [];
  }
  const { declared, standing: before } = service;
  const { id, check } = declared;
  const { at, startedAt, result, detail } = event;
  service.last = { at, took: ms(Math.max(0, at - startedAt)), result, detail };
  if (result === 'failed') service.failed = service.last;
  const wasUnheard = declared.kind === 'local' && mayBeDisabled(service);
  const after = nextStanding(before, result, check);
  service.standing = after;
  if (after.state !== before.state) entered(service, before, detail, actions);
  // Asked for again with each check: somebody else may have taken them away.
  if (hasAddresses(declared) && after.state === 'up') {
    actions.push({ type: 'setUpAddresses', service: id, run: service.run });
  }
  const news = goOn(service, at, actions);
  // What is not announced yet waits while it falls.
  const isOther = declared.kind === 'local' && (before.state === 'falling') !== (after.state === 'falling');
  return wasUnheard || isOther ? declared.prefixes : news;
}

export function hooksFinished(state: Checks, event: Of<'hooksFinished'>, actions: Action[]): readonly Prefix[] {
  const service = state.checks.get(event.service);
  if (service === undefined || service.run !== event.run || !service.pending.delete('hooks')) return [];
  return goOn(service, event.at, actions);
}

export function addressesSetUp(state: Checks, event: Of<'addressesSetUp'>, actions: Action[]): readonly Prefix[] {
  const service = state.checks.get(event.service);
  if (service === undefined || service.run !== event.run) return [];
  const { problem } = event;
  if (problem !== undefined && problem !== service.addressProblem) {
    log(actions, 'error', 'addresses not set up', { service: event.service, detail: problem });
  }
  const wasPending = service.pending.delete('addresses');
  const isNews = problem !== service.addressProblem;
  service.addressProblem = problem;
  return wasPending ? goOn(service, event.at, actions) : isNews ? service.declared.prefixes : [];
}

/** The check came into another state. */
function entered(service: Watch, before: CheckStanding, detail: string, actions: Action[]): void {
  const { declared, standing, pending } = service;
  const { id } = declared;
  const { state } = standing;
  const fields = { service: id, from: before.state, to: state };
  log(actions, hasRoutes(state) ? 'info' : 'debug', 'check state', detail === '' ? fields : { ...fields, detail });
  const run = ++service.run;
  pending.clear();
  const commands = declared.kind === 'checked' ? declared.hooks[state] : [];
  if (commands.length > 0) actions.push({ type: 'runHooks', service: id, state, commands, run });
  if (state === 'up') {
    if (commands.length > 0) pending.add('hooks');
    if (hasAddresses(declared)) pending.add('addresses');
  }
  if (hasAddresses(declared) && (state === 'down' || state === 'disabled')) {
    actions.push({ type: 'removeAddresses', service: id });
  }
}

/** What is prepared comes into force, and the next check is due an interval later: none is made before. */
function goOn(service: Watch, at: Millis, actions: Action[]): readonly Prefix[] {
  const { declared, standing, pending, inForce } = service;
  if (pending.size > 0) return [];
  if (!isLast(service)) {
    const { fastInterval, interval } = declared.check;
    const wait = isMoving(standing.state) ? fastInterval : interval;
    actions.push({ type: 'setTimer', timer: timerFor(declared.id), due: ms(at + wait) });
  }
  if (!hasRoutes(standing.state)) return [];
  if (standing.state !== inForce) service.since = at;
  service.inForce = standing.state;
  if (isLast(service)) actions.push({ type: 'finish' });
  return standing.state === inForce ? [] : declared.prefixes;
}

/** Whether no check follows: the process was only asked to say what is so. */
const isLast = ({ declared, standing }: Watch): boolean => declared.check.interval === 0 && hasRoutes(standing.state);

/** Whether they come and go with it. */
const hasAddresses = (declared: WatchedService): boolean => declared.kind === 'checked' && declared.addressesWhileUp;

const TIMER_PREFIX = 'check ';
const timerFor = (service: ServiceId): TimerName => `${TIMER_PREFIX}${service}` as TimerName;
