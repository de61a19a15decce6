/**
 * Fourth stage, PURE: the verdict on one service, from its health over time.
 *
 *     down ──healthy──► rising ──announce delay──► up ──ill──► falling ──withdraw delay──► down
 *                         └──ill──► down            ◄──healthy──┘
 *
 * Every step stands on facts that were read at `readAt`. A delay that has run out only asks for fresh facts; it is *those*
 * that move a service on, so that nothing is announced on what was true before its timer was due.
 */
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { Health } from './health.ts';

export type Verdict =
  | { readonly state: 'down'; readonly reason: Reason }
  | { readonly state: 'rising'; readonly until: Millis }
  | { readonly state: 'up' }
  | {
      readonly state: 'falling';
      readonly until: Millis;
      readonly reason: Reason;
      readonly since: Missing;
    };

/** Since when each is missing; a service can lose both, one after the other, and the delay that ends first counts. */
interface Missing {
  readonly listener?: Millis;
  readonly address?: Millis;
}

/** When the verdict has to be looked at again though no fact changes. */
export const dueOf = (verdict: Verdict): Millis | undefined =>
  verdict.state === 'rising' || verdict.state === 'falling' ? verdict.until : undefined;

/** `mayAnnounce`: whether the facts are good enough to announce on; if not, a service that rises goes on waiting. */
export function nextVerdict(
  before: Verdict,
  health: Health,
  readAt: Millis,
  mayAnnounce: boolean,
  policy: Policy,
): Verdict {
  switch (before.state) {
    case 'down':
    case 'rising': {
      if (!health.up) return { state: 'down', reason: health.reason };
      const until = before.state === 'rising' ? before.until : ms(readAt + policy.announceDelay);
      return readAt >= until && mayAnnounce ? { state: 'up' } : { state: 'rising', until };
    }
    case 'up':
    case 'falling': {
      if (health.up) return { state: 'up' };
      const since = missingSince(before, health.lost, readAt);
      const until = withdrawnAt(since, policy);
      return readAt >= until
        ? { state: 'down', reason: health.reason }
        : { state: 'falling', until, reason: health.reason, since };
    }
    default:
      return before satisfies never;
  }
}

const withdrawnAt = ({ listener, address }: Missing, policy: Policy): Millis =>
  ms(
    Math.min(
      (listener ?? Number.POSITIVE_INFINITY) + policy.withdrawDelay,
      (address ?? Number.POSITIVE_INFINITY) + policy.addressWithdrawDelay,
    ),
  );

/** The same verdict under another policy: a delay that runs ends as if it had been begun with it. */
export function retimed(verdict: Verdict, before: Policy, policy: Policy): Verdict {
  if (verdict.state === 'rising') {
    return { ...verdict, until: ms(verdict.until + policy.announceDelay - before.announceDelay) };
  }
  return verdict.state === 'falling' ? { ...verdict, until: withdrawnAt(verdict.since, policy) } : verdict;
}

/**
 * A missing address hides whether something listens on it, so that the listener's own clock goes on. An address that is
 * there again stops the address's clock.
 */
function missingSince(before: Verdict, lost: 'address' | 'listener', readAt: Millis): Missing {
  const earlier: Missing = before.state === 'falling' ? before.since : {};
  return lost === 'address'
    ? { ...earlier, address: earlier.address ?? readAt }
    : { listener: earlier.listener ?? readAt };
}

/** Time in which we saw nothing counts neither for nor against a service. */
export function excuse(verdict: Verdict, lost: Millis): Verdict {
  const later = (time: Millis): Millis => ms(time + lost);
  if (verdict.state === 'rising') return { ...verdict, until: later(verdict.until) };
  if (verdict.state !== 'falling') return verdict;
  const { listener, address } = verdict.since;
  const since = {
    ...(listener === undefined ? {} : { listener: later(listener) }),
    ...(address === undefined ? {} : { address: later(address) }),
  };
  return { ...verdict, until: later(verdict.until), since };
}
