/** Services that are announced under other settings, PURE: each says what these say of it, as long as there is a place. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import { type Reason, sentence } from '../model/reason.ts';
import { attributesNow } from './announcing.ts';
import { putOnHold, renewKind, want } from './desired.ts';
import { log } from './report.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';

/** Of one that is announced. */
export function rewriteService(state: DaemonState, prefix: Prefix, actions: Action[]): void {
  const { desired, policy } = state;
  const attributes = attributesNow(state, prefix);
  if (attributes === undefined) {
    holdService(state, prefix, { code: 'next-hop-missing' }, actions);
    return;
  }
  renewKind(desired, prefix, policy);
  want(desired, prefix, policy, attributes);
}

export function holdService(state: DaemonState, prefix: Prefix, reason: Reason, actions: Action[]): void {
  putOnHold(state.desired, prefix, state.policy, reason);
  touch(state, prefix);
  log(actions, 'warn', 'held', { prefix, reason: sentence(prefix, reason) });
}
