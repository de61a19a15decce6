/**
 * Static prefixes, PURE: announced for as long as this process runs, whatever the kernel says. They go through none of the
 * stages between settings and routes, and are no services: nothing that is read, no delay and no stall has a part in them.
 * What is found on the same prefix makes no difference.
 */
import type { Action } from '../model/action.ts';
import { familyOf, type Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { sentence } from '../model/reason.ts';
import { isNextHopOf } from '../model/route.ts';
import { attributesNow, told } from './announcing.ts';
import { hold, isRouted, lookAgain, want } from './desired.ts';
import { heldBackBy } from './overrides.ts';
import { log } from './report.ts';
import type { DaemonState } from './state.ts';
import { enter } from './transitions.ts';

/** The process is ready. A process that hears it again does nothing twice. */
export function startStatics(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  state.standings.staticsSince ??= at;
  for (const prefix of state.policy.statics.routes.keys()) state.starting.add(prefix);
  return startSome(state, at, actions);
}

/** So many prefixes are announced in one go: some milliseconds. */
const MOST_AT_ONCE = 5_000;

/** Those whose turn has not come yet. */
export function startSome(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  if (state.starting.size === 0) return actions;
  const { desired, policy, starting } = state;
  let done = 0;
  for (const prefix of starting) {
    if (done++ === MOST_AT_ONCE) break;
    starting.delete(prefix);
    const reason = isHeldBack(state, prefix)
      ? undefined
      : isOwnNextHop(prefix, policy)
        ? hold(desired, prefix, { code: 'own-next-hop' })
        : want(desired, prefix, policy, attributesNow(state, prefix));
    // An earlier process may have announced it, and said something else of it.
    if (reason === undefined) lookAgain(desired, prefix, policy);
    if (!isRouted(desired, prefix, policy)) enter(state, prefix, at);
  }
  if (starting.size > 0) actions.push({ type: 'goOn' });
  else report(state, actions);
  return told(state, false, actions);
}

/** Of all of them together: there may be a hundred thousand. */
function report(state: DaemonState, actions: Action[]): void {
  const { desired, overrides, policy } = state;
  const { statics } = policy;
  const held = [...desired.held].filter(([prefix]) => statics.routes.has(prefix));
  const prefixes = overrides.said.size === 0 ? [] : [...statics.routes.keys()];
  const heldBack = prefixes.filter((prefix) => isHeldBack(state, prefix)).length;
  const announced = statics.routes.size - held.length - heldBack;
  if (heldBack > 0) log(actions, 'info', 'static prefixes held back by hand', { prefixes: heldBack });
  if (announced > 0) log(actions, 'info', 'static prefixes to be announced', { prefixes: announced });
  for (const code of new Set(held.map(([, reason]) => reason.code))) {
    const alike = held.filter(([, reason]) => reason.code === code);
    const [first] = alike;
    if (first === undefined) continue;
    log(actions, 'warn', 'static prefixes held', { prefixes: alike.length, reason: sentence(...first) });
  }
}

const isHeldBack = (state: DaemonState, prefix: Prefix): boolean => heldBackBy(state, prefix) !== undefined;

/** Of a static prefix. A router that looks the next hop up in its table would find the route that needs it. */
export function isOwnNextHop(prefix: Prefix, { statics, attributes }: Policy): boolean {
  const told = [statics.routes.get(prefix), attributes[familyOf(prefix)]];
  return told.some((each) => each !== undefined && isNextHopOf(prefix, each));
}
