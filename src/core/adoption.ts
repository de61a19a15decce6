/**
 * Routes that an earlier process announced and this one finds again, PURE. Each is a service that is up, until facts say
 * otherwise: what is healthy stays without a word and without an announce delay, what is not has its withdraw delay. What
 * may or may not be announced comes up like anything else. Nothing is decided before the first whole facts.
 */
import type { Action } from '../model/action.ts';
import type { Event } from '../model/event.ts';
import { type Route, type RouteKey, routeKey } from '../model/route.ts';
import { attributesNow } from './announcing.ts';
import { takeAsPassed } from './checks.ts';
import { want } from './desired.ts';
import { isHeldDown } from './overrides.ts';
import { log } from './report.ts';
import type { DaemonState } from './state.ts';
import { enter } from './transitions.ts';

export function adopt(state: DaemonState, event: Extract<Event, { type: 'routesFound' }>, actions: Action[]): Action[] {
  const { services, marked, found, desired, policy } = state;
  if (state.hasFacts) return inherit(state, event.doubtful, actions);
  const heldDown = new Set<RouteKey>();
  for (const route of event.announced) {
    // No service, and up without any facts.
    if (!policy.statics.routes.has(route.prefix)) {
      services.set(route.prefix, { state: 'up' });
      marked.add(route.prefix);
    }
    if (isHeldDown(state, route.prefix)) heldDown.add(routeKey(route));
    else want(desired, route.prefix, policy, attributesNow(state, route.prefix));
    if (services.has(route.prefix)) enter(state, route.prefix, event.at);
  }
  const announced = new Set(event.announced.map(({ prefix }) => prefix));
  takeAsPassed(state.checks, (prefix) => announced.has(prefix));
  for (const route of [...event.announced, ...event.doubtful]) found.add(routeKey(route));
  // The sinks know of these, and of those among them that are not wanted they hear with the first facts; also of one that
  // goes to other neighbors now, or under another path identifier, which makes it another route.
  for (const key of desired.changed) found.add(key);
  desired.changed.clear();
  if (found.size > 0) {
    log(actions, 'info', 'found what was announced before', {
      adopted: event.announced.length,
      doubtful: event.doubtful.length,
    });
  }
  // What was said by hand needs no facts.
  if (heldDown.size > 0) actions.push({ type: 'setRoutes', desired: desired.routes, changed: heldDown });
  return actions;
}

/** Of another process that is gone, while we are at work: what is not wanted of it goes with the next whole facts. */
function inherit({ found }: DaemonState, routes: readonly Route[], actions: Action[]): Action[] {
  for (const route of routes) found.add(routeKey(route));
  actions.push({ type: 'lookNow' });
  return actions;
}
