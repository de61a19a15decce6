/** Judges prefixes of which a check says something new, PURE. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import { announce, checkedAttributes } from './announcing.ts';
import { whyHeldDown } from './checked.ts';
import { isRouted, lookAgain } from './desired.ts';
import { judge } from './judgement.ts';
import { isSetUp } from './overrides.ts';
import type { DaemonState } from './state.ts';

/** Of one whose check decides alone: what is known of the kernel has no part in it. */
export function judgeChecked(state: DaemonState, prefix: Prefix, at: Millis, actions: Action[]): void {
  judge(state, prefix, at, true, actions);
  const isRoutable = state.desired.coming.delete(prefix) || isRouted(state.desired, prefix, state.policy);
  if (!isRoutable) lookAgain(state.desired, prefix, state.policy);
  // One that is to go, and whose withdraw waits, keeps what it has.
  else if (checkedAttributes(state, prefix) !== undefined) announce(state, prefix, actions);
}

/** So many are looked at in one go: some milliseconds, log lines included. */
const MOST_AT_ONCE = 100;

/** Those that are found on this host: what they lose they lose here, and what they may get waits for facts read after that. */
export function judgeSome(state: DaemonState, at: Millis, actions: Action[]): Action[] {
  const { checked, policy, due } = state;
  if (checked.size === 0) return actions;
  let looked = 0;
  for (const prefix of checked) {
    if (looked++ === MOST_AT_ONCE) break;
    checked.delete(prefix);
    // Other settings have all of them looked at.
    if (policy.services.get(prefix)?.kind !== 'local') continue;
    if (mayBeJudged(state, prefix, at)) judge(state, prefix, at, false, actions);
    due.add(prefix);
  }
  actions.push({ type: checked.size > 0 ? 'goOn' : 'lookNow' });
  return actions;
}

/** What was not read yet, or was read for other settings, takes nothing from it: only the check does, and gives that back. */
function mayBeJudged(state: DaemonState, prefix: Prefix, at: Millis): boolean {
  const verdict = state.services.get(prefix)?.state;
  if (!state.hasFacts) return verdict !== undefined;
  if (!state.awaitsFacts || verdict === 'falling') return true;
  return whyHeldDown(prefix, state, isSetUp(state, prefix, at)) !== undefined;
}
