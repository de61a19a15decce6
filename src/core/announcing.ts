/** What is announced of the services that are up, PURE: each gets its place, or is held; then the sinks hear of it all. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import { sentence } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import { attributesOf, stateOf } from './checked.ts';
import { hasRoom, want } from './desired.ts';
import { log } from './report.ts';
import type { DaemonState } from './state.ts';

/** When every service has been looked at: who waits for a place comes before who comes up now, and each in its order. */
export function told(state: DaemonState, isWhole: boolean, actions: Action[]): Action[] {
  const { desired, policy } = state;
  if (isWhole) {
    let isAnyLeft = false;
    for (const [prefix, { code }] of desired.hasFreed ? desired.held : []) {
      // What other settings make of it is not known yet.
      if (state.marked.has(prefix)) isAnyLeft = true;
      else if (code === 'max-routes' && hasRoom(desired, prefix, policy)) announce(state, prefix, actions);
    }
    desired.hasFreed = isAnyLeft;
    for (const prefix of desired.coming) announce(state, prefix, actions);
    desired.coming.clear();
  }
  if (desired.changed.size === 0) return actions;
  const changed = new Set(desired.changed);
  desired.changed.clear();
  actions.push({ type: 'setRoutes', desired: desired.routes, changed });
  return actions;
}

export function announce(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  const before = state.desired.held.get(prefix);
  const held = want(state.desired, prefix, state.policy, checkedAttributes(state, prefix));
  if (held === undefined) log(actions, 'info', 'announced', { prefix, ...stateOf(prefix, state) });
  else if (held.code !== before?.code) log(actions, 'warn', 'held', { prefix, reason: sentence(prefix, held) });
}

/** What a service that has a check is announced with now; `undefined` for another one, and when it is not announced. */
export function checkedAttributes({ policy, checks }: DaemonState, prefix: Prefix): RouteAttributes | undefined {
  const service = policy.checked.get(prefix);
  return service && attributesOf(prefix, checks, service.id);
}
