/** Why an address is announced or not, PURE: the answer for any address, also one that was never a candidate. */
import type { IpAddress } from '../model/address.ts';
import { ms } from '../model/millis.ts';
import type { Reason } from '../model/reason.ts';
import { findCandidate } from './candidates.ts';
import { healthOf } from './health.ts';
import type { DaemonState } from './state.ts';

/** Where an address stands: announced, or the reason of the first stage that said no. For any address, also an unknown one. */
export type Standing =
  | { readonly announced: true; readonly leaving?: Reason }
  | { readonly announced: false; readonly reason: Reason };

export function standingOf(state: DaemonState, address: IpAddress): Standing {
  if (state.readAt === undefined) return { announced: false, reason: { code: 'facts-not-read' } };
  const verdict = state.services.get(address);
  const held = state.desired.held.get(address);
  if (verdict?.state === 'up') return held === undefined ? { announced: true } : { announced: false, reason: held };
  if (verdict?.state === 'falling') return { announced: true, leaving: verdict.reason };
  if (verdict?.state === 'rising') {
    return state.due.has(address) && state.failingSince !== undefined
      ? { announced: false, reason: { code: 'discovery-failing', since: state.failingSince } }
      : {
          announced: false,
          reason: { code: 'announce-delay', delay: state.policy.announceDelay, until: verdict.until },
        };
  }
  const health = healthOf(findCandidate(address, state.facts, state.policy, state.networks), state.facts, state.policy);
  return {
    announced: false,
    reason: health.up ? { code: 'announce-delay', delay: ms(0), until: state.readAt } : health.reason,
  };
}
