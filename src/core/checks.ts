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
import type { ServiceId } from '../model/service.ts';
import { type CheckStanding, hasRoutes, isMoving, nextStanding } from './check.ts';
import type { CheckedService, CheckedServices } from './checked.ts';
import { log } from './report.ts';

/** What they need of the core's memory. */
export interface Checks {
  readonly checks: CheckedServices;
  /** Until when we stood still last. */
  readonly stalledUntil: Millis;
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

export function startChecks({ checks }: Checks, actions: Action[]): void {
  for (const service of checks.keys()) actions.push({ type: 'startProbe', service });
}

/** Whether the timer was one of the checks'. */
export function checkDue({ checks }: Checks, timer: TimerName, actions: Action[]): boolean {
  const id = timer.startsWith(TIMER_PREFIX) ? (timer.slice(TIMER_PREFIX.length) as ServiceId) : undefined;
  if (id === undefined || !checks.has(id)) return false;
  actions.push({ type: 'startProbe', service: id });
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
  const after = nextStanding(before, event.result, check);
  service.standing = after;
  if (event.result === 'failed') service.detail = event.detail;
  if (after.state !== before.state) entered(service, before, event.detail, actions);
  // Asked for again with each check: somebody else may have taken them away.
  if (declared.addressesWhileUp && after.state === 'up') {
    actions.push({ type: 'setUpAddresses', service: id, run: service.run });
  }
  return goOn(service, event.at, actions);
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
function entered(service: CheckedService, before: CheckStanding, detail: string, actions: Action[]): void {
  const { declared, standing, pending } = service;
  const { id } = declared;
  const { state } = standing;
  const fields = { service: id, from: before.state, to: state };
  log(actions, hasRoutes(state) ? 'info' : 'debug', 'check state', detail === '' ? fields : { ...fields, detail });
  const run = ++service.run;
  pending.clear();
  const commands = declared.hooks[state];
  if (commands.length > 0) actions.push({ type: 'runHooks', service: id, state, commands, run });
  if (state === 'up') {
    if (commands.length > 0) pending.add('hooks');
    if (declared.addressesWhileUp) pending.add('addresses');
  }
  if (declared.addressesWhileUp && (state === 'down' || state === 'disabled')) {
    actions.push({ type: 'removeAddresses', service: id });
  }
}

/** What is prepared comes into force, and the next check is due an interval later: none is made before. */
function goOn(service: CheckedService, at: Millis, actions: Action[]): readonly Prefix[] {
  const { declared, standing, pending, inForce } = service;
  if (pending.size > 0) return [];
  if (!isLast(service)) {
    const { fastInterval, interval } = declared.check;
    const wait = isMoving(standing.state) ? fastInterval : interval;
    actions.push({ type: 'setTimer', timer: timerFor(declared.id), due: ms(at + wait) });
  }
  if (!hasRoutes(standing.state)) return [];
  service.inForce = standing.state;
  if (isLast(service)) actions.push({ type: 'finish' });
  return standing.state === inForce ? [] : declared.prefixes;
}

/** Whether no check follows: the process was only asked to say what is so. */
const isLast = ({ declared, standing }: CheckedService): boolean =>
  declared.check.interval === 0 && hasRoutes(standing.state);

const TIMER_PREFIX = 'check ';
const timerFor = (service: ServiceId): TimerName => `${TIMER_PREFIX}${service}` as TimerName;
