/**
 * Other settings in a core that runs, PURE. What both the old and the new ones want stays as it is: verdicts, penalties,
 * facts, and a route that says the same. What the new ones do not have any more is withdrawn at once, for somebody has
 * asked for that, and it counts as no flap; what they have anew comes up like anything else; what says something else is
 * said over what was said before.
 *
 * Services are all seen to here; static prefixes, of which there may be a hundred thousand, have their turns (`statics`).
 *
 * Which listeners there are may not be known for the new settings: the kernel was asked by the old ones. So whatever
 * depends on it is judged when everything was read anew (`awaitsFacts`), and by then what is announced stays.
 *
 * Routes keep their keys: what is a part of one takes a restart to change.
 *
 * Delays that run end as if the new settings had begun them; who is suppressed stays so for as long as it was to be.
 * What checks have found stays found (`checks`).
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { attributesNow, told } from './announcing.ts';
import { renewAreas } from './areas.ts';
import { judgeBlindness } from './blindness.ts';
import { findCandidate, type Networks, prepareNetworks } from './candidates.ts';
import { isByCheck } from './checked.ts';
import { changeChecks } from './checks.ts';
import { penaltyAt } from './dampening.ts';
import { isRouted, renewKind, unwant } from './desired.ts';
import { sweepSome } from './following.ts';
import { retimed, type Verdict } from './hold.ts';
import { move } from './judgement.ts';
import { isSetUp } from './overrides.ts';
import { keepDrained, markDrainsByName } from './overriding.ts';
import { report } from './report.ts';
import { rewriteService } from './rewriting.ts';
import { schedule } from './schedule.ts';
import type { DaemonState } from './state.ts';
import { changeStatics } from './statics.ts';
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
  changeStatics(state, before.policy);
  changeChecks(state.checks, policy.services.values(), (prefix) => isToStay(state, prefix), actions);
  keepDrained(state, before.policy, at, actions);
  // Of what no setting says any more nobody needs to know.
  state.overrides.graceful.clear();
  for (const [prefix, verdict] of [...state.services]) {
    if (policy.statics.routes.has(prefix)) becomeStatic(state, prefix, actions);
    else changeService(state, before, prefix, verdict, at, actions);
  }
  for (const prefix of [...state.rejected.keys()]) if (policy.statics.routes.has(prefix)) state.rejected.delete(prefix);
  markDrainsByName(state);
  decayPenalties(state, before.policy, at);
  judgeBlindness(state, before.policy, at, actions);
  for (const prefix of [...state.services.keys(), ...state.rejected.keys()]) state.marked.add(prefix);
  state.awaitsFacts = true;
  // There may be more places than before.
  state.desired.hasFreed = true;
  touchAll(state);
  return told(state, false, sweepSome(state, at, actions));
}

/** Whether it is announced, and not because somebody or a delay holds it where its check would not. */
function isToStay(state: DaemonState, prefix: Prefix): boolean {
  const verdict = state.services.get(prefix);
  const isLeaving = verdict?.state === 'falling' && isByCheck(verdict.reason);
  return isRouted(state.desired, prefix, state.policy) && !isLeaving && !isSetUp(state, prefix, NOW);
}

const NOW = ms(Number.POSITIVE_INFINITY);

/** Its route, if it has one, is seen to in its turn. */
function becomeStatic(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  forgetService(state, prefix, actions);
  state.desired.coming.delete(prefix);
  state.desired.held.delete(prefix);
  renewKind(state.desired, prefix, state.policy);
}

function forgetService(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  state.services.delete(prefix);
  schedule(state.schedule, prefix, undefined, actions);
  state.due.delete(prefix);
  state.overrides.freed.delete(prefix);
}

function changeService(
  state: DaemonState,
  before: Before,
  prefix: Prefix,
  verdict: Verdict,
  at: Millis,
  actions: Action[],
): void {
  const { desired, policy } = state;
  if (isLeftOut(state, before, prefix, verdict, actions)) return;
  retime(state, before.policy, prefix, verdict, at, actions);
  if (isRouted(desired, prefix, policy)) rewriteService(state, prefix, actions);
  else if (desired.held.get(prefix)?.code === 'next-hop-missing' && attributesNow(state, prefix) !== undefined) {
    // It is judged once more, and comes up.
    desired.held.delete(prefix);
  }
}

/** Services that the settings leave out now. What the facts leave out has its delay, as before. */
function isLeftOut(state: DaemonState, before: Before, prefix: Prefix, verdict: Verdict, actions: Action[]): boolean {
  const { facts, policy, networks, desired } = state;
  const found = findCandidate(prefix, facts, policy, networks);
  if (found.type === 'candidate') return false;
  const { reason } = found;
  const was = findCandidate(prefix, facts, before.policy, before.networks);
  if (was.type === 'rejected' && was.reason.code === reason.code) return false;
  const wasRouted = isRouted(desired, prefix, policy);
  forgetService(state, prefix, actions);
  unwant(desired, prefix, policy);
  state.rejected.set(prefix, reason);
  report(prefix, { before: verdict, after: { state: 'down', reason }, wasRouted }, policy, actions);
  return true;
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
