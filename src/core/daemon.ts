/**
 * The core, PURE: (state, event) → actions.
 *
 * It takes one event at a time through the five stages (facts, candidates, health, verdict, routes) and looks only at the
 * services that the event marked. It reads no clock, sets no timer and speaks to nobody: time arrives in events, and what
 * is to be done leaves as actions. The same events give the same actions for ever. The state is the core's own and is
 * changed in place.
 *
 * Here events are handed out, and what belongs to no one stage is done: timers, stalls, and services that have a check.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { ServiceId } from '../model/service.ts';
import { adopt } from './adoption.ts';
import { told } from './announcing.ts';
import { discoveryFailed, excuseBlindness, STALE_TIMER } from './blindness.ts';
import { judgeChecked, judgeSome } from './checked-judgement.ts';
import { addressesSetUp, checkDue, hooksFinished, probeFinished, startChecks } from './checks.ts';
import { sweepSome } from './following.ts';
import { excuse } from './hold.ts';
import { earlier, move } from './judgement.ts';
import { OVERRIDE_TIMER, overridden, overridesDue, suspended } from './overriding.ts';
import { factsRead, goOn } from './reading.ts';
import { reconfigure } from './reconfigure.ts';
import { log } from './report.ts';
import { fired } from './schedule.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { startStatics } from './statics.ts';
import { suppressedUntil } from './suppression.ts';
import { settle, touchAll } from './transitions.ts';

export function handle(state: DaemonState, event: Event): readonly Action[] {
  const actions = react(state, event, []);
  settle(state, event.at, actions);
  return actions;
}

function react(state: DaemonState, event: Event, actions: Action[]): Action[] {
  switch (event.type) {
    case 'factsRead':
      return factsRead(state, event, actions);
    case 'wentOn':
      return goOn(state, sweepSome(state, event.at, told(state, false, judgeSome(state, event.at, actions))));
    case 'discoveryFailed':
      return discoveryFailed(state, event, actions);
    case 'timerFired':
      return timerFired(state, event, actions);
    case 'overridden':
      return overridden(state, event, actions);
    case 'stalled':
      return stalled(state, event, actions);
    case 'suspended':
      return suspended(state, event, actions);
    case 'routesFound':
      return adopt(state, event, actions);
    case 'started':
      startChecks(state, actions);
      touchAll(state);
      startStatics(state, event.at);
      return sweepSome(state, event.at, actions);
    case 'settingsChanged':
      return reconfigure(state, event, actions);
    case 'probeFinished':
      return checked(state, event, actions);
    case 'hooksFinished':
      return judgeAll(state, hooksFinished(state, event, actions), event.at, actions);
    case 'addressesSetUp':
      return judgeAll(state, addressesSetUp(state, event, actions), event.at, actions);
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

function timerFired(state: DaemonState, { at, timer }: Of<'timerFired'>, actions: Action[]): Action[] {
  if (timer === OVERRIDE_TIMER) return overridesDue(state, at, actions);
  if (checkDue(state, timer, actions)) return actions;
  const waited = fired(state.schedule, timer);
  for (const prefix of waited) {
    state.due.add(prefix);
    // Its time has come, and there are no facts to go by.
    if (state.failingSince !== undefined) touch(state, prefix);
  }
  const isWanted = waited.size > 0 || (timer === STALE_TIMER && state.failingSince !== undefined);
  if (isWanted) actions.push({ type: 'lookNow' });
  return actions;
}

/** What we did not see counts neither for nor against anything. */
function stalled(state: DaemonState, { at, lost }: Of<'stalled'>, actions: Action[]): Action[] {
  log(actions, 'warn', 'stalled', { lostMs: Math.round(lost) });
  state.stalledUntil = at;
  state.stalls++;
  state.stalledFor = ms(state.stalledFor + lost);
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
  excuseBlindness(state, lost, actions);
  return actions;
}

function checked(state: DaemonState, event: Of<'probeFinished'>, actions: Action[]): Action[] {
  const news = probeFinished(state, event, actions);
  switch (state.checks.get(event.service)?.declared.kind) {
    case undefined:
      return actions;
    case 'checked':
      return judgeAll(state, new Set([...news, ...dueOfService(state, event.service)]), event.startedAt, actions);
    case 'local':
      for (const prefix of news) state.checked.add(prefix);
      return told(state, false, judgeSome(state, event.at, actions));
  }
}

function judgeAll(state: DaemonState, prefixes: Iterable<Prefix>, at: Millis, actions: Action[]): Action[] {
  for (const prefix of prefixes) judgeChecked(state, prefix, at, actions);
  return told(state, false, actions);
}

/** Those whose delay has run out: the check that comes next decides, as a reading does for what the kernel says. */
const dueOfService = ({ due, policy }: DaemonState, id: ServiceId): Prefix[] =>
  [...due].filter((prefix) => policy.services.get(prefix)?.id === id);
