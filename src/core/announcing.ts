/** What is announced of the services that are up, PURE: each gets its place, or is held; then the sinks hear of it all. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import { ms } from '../model/millis.ts';
import { sentence } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import { attributesOf, stateOf } from './checked.ts';
import { attributesFor, hasRoom, unwant, want } from './desired.ts';
import { heldBackBy, isSetUp, toldWith } from './overrides.ts';
import { log, TO_BE_ANNOUNCED } from './report.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';

/** When every service has been looked at: who waits for a place comes before who comes up now, and each in its order. */
export function told(state: DaemonState, isWhole: boolean, actions: Action[]): Action[] {
  const { desired, policy } = state;
  if (isWhole) {
    // What other settings make of a static prefix is not known before its turn; whoever waits for a place waits for that.
    const isSwept = state.sweep.former.size === 0 && state.sweep.left === 0;
    let isAnyLeft = !isSwept;
    for (const [prefix, { code }] of desired.hasFreed && isSwept ? desired.held : []) {
      // The same of what is to be judged.
      if (state.marked.has(prefix)) isAnyLeft = true;
      else if (code === 'max-routes' && hasRoom(desired, prefix, policy)) announce(state, prefix, actions);
    }
    desired.hasFreed &&= isAnyLeft;
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
  touch(state, prefix);
  // It may have come first, and nobody looked at the prefix since.
  if (heldBackBy(state, prefix) !== undefined) {
    unwant(state.desired, prefix, state.policy);
    return;
  }
  const before = state.desired.held.get(prefix);
  const held = want(state.desired, prefix, state.policy, attributesNow(state, prefix));
  if (held === undefined) log(actions, 'info', TO_BE_ANNOUNCED, { prefix, ...stateOf(prefix, state) });
  else if (held.code !== before?.code) log(actions, 'warn', 'held', { prefix, reason: sentence(prefix, held) });
}

/** What a prefix says now if it is announced; `undefined` where it cannot be. */
export const attributesNow = (state: DaemonState, prefix: Prefix): RouteAttributes | undefined =>
  toldWith(state, prefix, checkedAttributes(state, prefix) ?? attributesFor(prefix, state.policy));

/** What a service whose check decides alone is announced with now; `undefined` for another one, and when it is not announced. */
export function checkedAttributes(state: DaemonState, prefix: Prefix): RouteAttributes | undefined {
  const service = state.policy.services.get(prefix);
  return service?.kind !== 'checked'
    ? undefined
    : attributesOf(prefix, state.checks, service.id, isSetUp(state, prefix, NOW));
}

/** A check knows at once of what was said by hand. */
const NOW = ms(Number.POSITIVE_INFINITY);
