/**
 * Other settings in a core that runs, PURE. What both the old and the new ones want stays as it is: verdicts, penalties,
 * facts, and a route that says the same. What the new ones do not have any more is withdrawn at once, for somebody has
 * asked for that, and it counts as no flap; what they have anew comes up like anything else; what says something else is
 * said over what was said before.
 *
 * Which listeners there are may not be known for the new settings: the kernel was asked by the old ones. So whatever
 * depends on it is judged when everything was read anew (`awaitsFacts`), and by then what is announced stays.
 *
 * Delays that run end as if the new settings had begun them; who is suppressed stays so for as long as it was to be.
 * Services that have a check are those of before: nothing that can be changed while it runs declares one.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import type { Millis } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { type Reason, sentence } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import { attributesNow, told } from './announcing.ts';
import { renewAreas } from './areas.ts';
import { judgeBlindness } from './blindness.ts';
import { findCandidate, type Networks, prepareNetworks } from './candidates.ts';
import { penaltyAt } from './dampening.ts';
import { isRouted, rewrite, unwant } from './desired.ts';
import { retimed, type Verdict } from './hold.ts';
import { move } from './judgement.ts';
import { sweepAnew } from './overriding.ts';
import { log, report } from './report.ts';
import { schedule } from './schedule.ts';
import type { DaemonState } from './state.ts';
import { isOwnNextHop, startSome } from './statics.ts';
import { suppressedUntil } from './suppression.ts';
import { touchAll } from './transitions.ts';

/** What was in force until now. */
interface Before {
  readonly policy: Policy;
  readonly networks: Networks;
}

export function reconfigure(
  state: DaemonState,
  { at, policy }: Extract<Event, { type: 'settingsChanged' }>,
  actions: Action[],
): Action[] {
  const before: Before = { policy: state.policy, networks: state.networks };
  state.policy = policy;
  state.networks = prepareNetworks(policy.networks);
  renewAreas(state.facts, policy);
  changeStatics(state, before, actions);
  sweepAnew(state);
  leaveServices(state, before, actions);
  for (const [prefix, verdict] of [...state.services]) retime(state, before.policy, prefix, verdict, at, actions);
  decayPenalties(state, before.policy, at);
  rewriteRoutes(state, actions);
  judgeBlindness(state, before.policy, at, actions);
  for (const prefix of [...state.services.keys(), ...state.rejected.keys()]) state.marked.add(prefix);
  state.awaitsFacts = true;
  retakeStandings(state);
  return told(state, false, startSome(state, at, actions));
}

/** Which of those that are known are static prefixes may be other ones now, and so may be how each stands. */
function retakeStandings(state: DaemonState): void {
  const { standings, policy } = state;
  standings.statics = 0;
  for (const prefix of standings.of.keys()) if (policy.statics.routes.has(prefix)) standings.statics++;
  touchAll(state);
}

/** One that is static no more, and that something else may announce, is judged as what is announced already. */
function changeStatics(state: DaemonState, { policy: before }: Before, actions: Action[]): void {
  const { policy, desired, services, starting, marked } = state;
  let withdrawn = 0;
  for (const prefix of before.statics.routes.keys()) {
    if (policy.statics.routes.has(prefix)) continue;
    starting.delete(prefix);
    marked.add(prefix);
    const wasRouted = isRouted(desired, prefix, before);
    if (wasRouted && findCandidate(prefix, state.facts, policy, state.networks).type === 'candidate') {
      services.set(prefix, { state: 'up' });
      continue;
    }
    unwant(desired, prefix, before);
    if (wasRouted) withdrawn++;
  }
  // Of all of them together: there may be a hundred thousand.
  if (withdrawn > 0) log(actions, 'info', 'static prefixes withdrawn', { prefixes: withdrawn });
  for (const prefix of policy.statics.routes.keys()) {
    forgetService(state, prefix, actions);
    desired.coming.delete(prefix);
    if (isRouted(desired, prefix, before)) continue;
    state.rejected.delete(prefix);
    // One that waits for a place gets its turn as all of these do.
    const held = desired.held.get(prefix)?.code;
    if (held === undefined || held !== (whyHeld(prefix, policy)?.code ?? 'max-routes')) starting.add(prefix);
  }
}

function forgetService(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  if (!state.services.delete(prefix)) return;
  schedule(state.schedule, prefix, undefined, actions);
  state.due.delete(prefix);
  state.overrides.freed.delete(prefix);
}

/** Services that the settings leave out now. What the facts leave out has its delay, as before. */
function leaveServices(state: DaemonState, before: Before, actions: Action[]): void {
  const { facts, policy, networks, desired, services } = state;
  for (const [prefix, verdict] of [...services]) {
    const found = findCandidate(prefix, facts, policy, networks);
    if (found.type === 'candidate') continue;
    const { reason } = found;
    const was = findCandidate(prefix, facts, before.policy, before.networks);
    if (was.type === 'rejected' && was.reason.code === reason.code) continue;
    const wasRouted = isRouted(desired, prefix, before.policy);
    forgetService(state, prefix, actions);
    unwant(desired, prefix, before.policy);
    state.rejected.set(prefix, reason);
    report(prefix, { before: verdict, after: { state: 'down', reason }, wasRouted }, policy, actions);
  }
}

function retime(
  state: DaemonState,
  before: Policy,
  prefix: Prefix,
  verdict: Verdict,
  at: Millis,
  actions: Action[],
): void {
  const now = retimed(verdict, before, state.policy);
  if (!('until' in now) || !('until' in verdict) || now.until === verdict.until) return;
  move(state, prefix, now, suppressedUntil(state, prefix), at, actions);
}

/** What a penalty has decayed until now it has decayed. */
function decayPenalties({ dampening: { services }, policy }: DaemonState, before: Policy, at: Millis): void {
  const { dampening: old } = before;
  if (old === undefined || policy.dampening === undefined || old.halfLife === policy.dampening.halfLife) return;
  for (const [prefix, dampened] of services) {
    services.set(prefix, { ...dampened, penalty: penaltyAt(dampened, at, old), at });
  }
}

function rewriteRoutes(state: DaemonState, actions: Action[]): void {
  const { policy, desired, services } = state;
  const attributesOf = (prefix: Prefix): RouteAttributes | Reason =>
    whyHeld(prefix, policy) ?? attributesNow(state, prefix) ?? { code: 'next-hop-missing' };
  for (const [prefix, reason] of rewrite(desired, policy, attributesOf)) {
    log(actions, 'warn', 'held', { prefix, reason: sentence(prefix, reason) });
  }
  // It is judged once more, and comes up.
  for (const [prefix, { code }] of desired.held) {
    if (code === 'next-hop-missing' && services.has(prefix) && !('code' in attributesOf(prefix))) {
      desired.held.delete(prefix);
    }
  }
}

/** Why a static prefix cannot be announced by its settings; `undefined` when it can, and for any other prefix. */
function whyHeld(prefix: Prefix, policy: Policy): Reason | undefined {
  if (!policy.statics.routes.has(prefix)) return undefined;
  if (isOwnNextHop(prefix, policy)) return { code: 'own-next-hop' };
  return policy.statics.routes.get(prefix) === undefined ? { code: 'next-hop-missing' } : undefined;
}
