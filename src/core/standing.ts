/** Why a prefix is announced or not, PURE: the answer for any, also one that was never a candidate. */
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type Reason, stageOf } from '../model/reason.ts';
import type { ServiceStateName } from '../model/view.ts';
import { findCandidate } from './candidates.ts';
import { whyUnsteady } from './checked.ts';
import { isRouted } from './desired.ts';
import { type Health, healthOf } from './health.ts';
import { isSetUp, whyDraining, whyHeldBack } from './overrides.ts';
import type { DaemonState } from './state.ts';
import { whySuppressed } from './suppression.ts';

/** Announced, or the reason of the first stage that said no. */
export type Standing =
  /** `isStatic`: for as long as this process runs, whatever the kernel says. */
  | { readonly announced: true; readonly leaving?: Reason; readonly isStatic?: true }
  | { readonly announced: false; readonly reason: Reason };

/**
 * `now`: of the same clock as the events; what was said of a penalty holds for that moment. `known`: its health, where
 * somebody has just looked.
 */
export function standingOf(state: DaemonState, prefix: Prefix, now: Millis, known?: Health): Standing {
  const { policy, reading, failingSince } = state;
  if (policy.statics.routes.has(prefix)) {
    if (isRouted(state.desired, prefix, policy))
      return { announced: true, ...leaving(state, prefix, now), isStatic: true };
    const reason = state.desired.held.get(prefix) ?? whyHeldBack(state, prefix, now);
    return { announced: false, reason: reason ?? { code: 'not-started' } };
  }
  const isChecked = policy.services.get(prefix)?.kind === 'checked'; // not by what the kernel says
  if (!isChecked && (!state.hasFacts || reading === undefined)) {
    if (!isRouted(state.desired, prefix, policy)) return { announced: false, reason: { code: 'facts-not-read' } };
    // What an earlier process announced stays until facts say otherwise, or its check.
    const verdict = state.services.get(prefix);
    return { announced: true, ...(verdict?.state === 'falling' && { leaving: verdict.reason }) };
  }
  if (!isChecked && state.isStale && policy.onDiscoveryError === 'withdraw') {
    return { announced: false, reason: { code: 'facts-stale', limit: policy.staleAfter } };
  }
  const verdict = state.services.get(prefix);
  const held = state.desired.held.get(prefix);
  const isUpByHand = isSetUp(state, prefix, now);
  const suppressed = isUpByHand ? undefined : whySuppressed(state, prefix, now);
  const heldBack = whyHeldBack(state, prefix, now);
  if (verdict !== undefined && heldBack !== undefined) return { announced: false, reason: heldBack };
  if (verdict?.state === 'falling') {
    // One that fell while it was suppressed has nothing to lose, also when its penalty has decayed meanwhile.
    return suppressed === undefined && isRouted(state.desired, prefix, policy)
      ? { announced: true, leaving: verdict.reason }
      : { announced: false, reason: verdict.reason };
  }
  if (suppressed !== undefined && (verdict?.state === 'up' || verdict?.state === 'rising')) {
    return { announced: false, reason: suppressed };
  }
  if (verdict?.state === 'up') {
    if (held !== undefined) return { announced: false, reason: held };
    if (isRouted(state.desired, prefix, policy)) return { announced: true, ...leaving(state, prefix, now) };
    // It is to get its place with the next whole facts.
    return {
      announced: false,
      reason:
        failingSince === undefined
          ? { code: 'announce-delay', delay: ms(0), until: reading?.at ?? now }
          : { code: 'discovery-failing', since: failingSince },
    };
  }
  const unsteady = isUpByHand ? undefined : whyUnsteady(prefix, state);
  if (verdict?.state === 'rising' && unsteady !== undefined) return { announced: false, reason: unsteady };
  if (verdict?.state === 'rising') {
    return state.due.has(prefix) && failingSince !== undefined
      ? { announced: false, reason: { code: 'discovery-failing', since: failingSince } }
      : { announced: false, reason: { code: 'announce-delay', delay: policy.announceDelay, until: verdict.until } };
  }
  const health = known ?? healthNow(state, prefix, now);
  // Whoever takes something down by hand expects nobody to ask why it does not run. An address elsewhere is none of that.
  if (heldBack !== undefined && (health.up || health.lost === 'listener'))
    return { announced: false, reason: heldBack };
  if (!health.up) return { announced: false, reason: health.reason };
  if (unsteady !== undefined) return { announced: false, reason: unsteady };
  // It rises with the next whole facts.
  const delay = isUpByHand ? ms(0) : policy.announceDelay;
  return { announced: false, reason: { code: 'announce-delay', delay, until: ms((reading?.at ?? now) + delay) } };
}

/** By the last facts, of a prefix that is not static. */
export function healthNow(state: DaemonState, prefix: Prefix, now: Millis): Health {
  const { facts, policy, checks, networks, reading } = state;
  const grounds = { facts, policy, checks, at: reading?.at ?? now, isSetUp: isSetUp(state, prefix, now) };
  return healthOf(findCandidate(prefix, facts, policy, networks), grounds);
}

/** Why it is not announced, or why it leaves. */
export const reasonOf = (standing: Standing): Reason | undefined =>
  standing.announced ? standing.leaving : standing.reason;

/** In one word, for people. */
export function stateNameOf(standing: Standing): ServiceStateName {
  if (standing.announced) return standing.leaving === undefined ? 'announced' : 'leaving';
  const { reason } = standing;
  if (reason.code === 'announce-delay') return 'rising';
  if (reason.code === 'dampened') return 'suppressed';
  if (reason.code === 'drained' || reason.code === 'set-down') return reason.code;
  return stageOf(reason) === 'routes' || reason.code === 'discovery-failing' ? 'held' : 'down';
}

function leaving(state: DaemonState, prefix: Prefix, now: Millis): { readonly leaving?: Reason } {
  const reason = whyDraining(state, prefix, now);
  return reason === undefined ? {} : { leaving: reason };
}
