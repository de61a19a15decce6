/** Judges prefixes whose check says how they stand, PURE: what is known of the kernel has no part in it. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import { announce, checkedAttributes } from './announcing.ts';
import { isRouted, lookAgain } from './desired.ts';
import { judge } from './judgement.ts';
import type { DaemonState } from './state.ts';

export function judgeChecked(state: DaemonState, prefix: Prefix, at: Millis, actions: Action[]): void {
  judge(state, prefix, at, true, actions);
  const isRoutable = state.desired.coming.delete(prefix) || isRouted(state.desired, prefix, state.policy);
  if (!isRoutable) lookAgain(state.desired, prefix, state.policy);
  // One that is to go, and whose withdraw waits, keeps what it has.
  else if (checkedAttributes(state, prefix) !== undefined) announce(state, prefix, actions);
}
