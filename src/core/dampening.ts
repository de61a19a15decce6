/**
 * Flap dampening, PURE, in the terms of RFC 2439, at the place where the flapping is.
 *
 * Each time a service goes, a penalty is added to its figure of merit, which halves every half-life. Above the suppress
 * threshold the service is *suppressed*: whatever its health, it is not announced. It is reused when the figure has decayed
 * to the reuse threshold, and gone through the other stages meanwhile, so that an announce delay that is over by then is
 * not waited for again. What the withdraw delay hid counts half: nobody saw a withdraw, but the service does flap.
 * Coming up costs nothing.
 */
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { DampeningPolicy } from '../model/policy.ts';
import type { Verdict } from './hold.ts';

export interface Dampened {
  /** As it was at `at`. */
  readonly penalty: number;
  readonly at: Millis;
  /** While it is suppressed: when the penalty will have decayed to the reuse threshold. */
  readonly reuseAt: Millis | undefined;
}

export interface Dampening {
  readonly services: Map<Prefix, Dampened>;
  /** How many were left the last time that those which count no more were thrown out. */
  kept: number;
}

export const noDampening = (): Dampening => ({ services: new Map(), kept: 0 });

/** What a step is worth: it went, it went and came back before anybody was told, or neither. */
export type Flap = 'went' | 'hidden' | 'none';

export function flapOf(before: Verdict, after: Verdict): Flap {
  // A file that disables a service is put there on purpose.
  if ([before, after].some((each) => 'reason' in each && each.reason.code === 'service-disabled')) return 'none';
  if (before.state === 'falling' && after.state === 'up') return 'hidden';
  return after.state === 'down' && (before.state === 'falling' || before.state === 'up') ? 'went' : 'none';
}

/** RFC 2439 §4.2: from here it takes just the longest suppress time to decay to the reuse threshold. */
export const ceilingOf = ({
  reuse,
  maxSuppress,
  halfLife,
}: Pick<DampeningPolicy, 'reuse' | 'maxSuppress' | 'halfLife'>): number => reuse * 2 ** (maxSuppress / halfLife);

export function penaltyAt({ penalty, at }: Dampened, now: Millis, { halfLife }: DampeningPolicy): number {
  return penalty * 2 ** (-Math.max(0, now - at) / halfLife);
}

/** `before`: undefined for one that never flapped. One that is suppressed stays so until its penalty has decayed. */
export function punish(before: Dampened | undefined, flap: Flap, now: Millis, policy: DampeningPolicy): Dampened {
  const worth = flap === 'went' ? policy.penalty : policy.penalty / 2;
  const decayed = before === undefined ? 0 : penaltyAt(before, now, policy);
  const penalty = Math.min(ceilingOf(policy), decayed + worth);
  const isSuppressed = penalty > policy.suppress || (before !== undefined && isSuppressedAt(before, now));
  const reuseAt = isSuppressed ? ms(now + policy.halfLife * Math.max(0, Math.log2(penalty / policy.reuse))) : undefined;
  return { penalty, at: now, reuseAt };
}

export const isSuppressedAt = ({ reuseAt }: Dampened, now: Millis): boolean => reuseAt !== undefined && now < reuseAt;

/** RFC 2439 §4.8.2: below half of the reuse threshold nothing is remembered. As much work as there are flaps, or less. */
export function forget(dampening: Dampening, now: Millis, policy: DampeningPolicy): void {
  const { services } = dampening;
  if (services.size <= 2 * dampening.kept + FEW) return;
  for (const [prefix, dampened] of services) {
    if (!isSuppressedAt(dampened, now) && penaltyAt(dampened, now, policy) < policy.reuse / 2) services.delete(prefix);
  }
  dampening.kept = services.size;
}

const FEW = 100;
