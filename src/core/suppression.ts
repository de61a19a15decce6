/** Flap dampening of one service in the daemon, PURE: counts a flap, and says when a service is suppressed or reused. */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import type { Reason } from '../model/reason.ts';
import { type Flap, forget, isSuppressedAt, penaltyAt, punish } from './dampening.ts';
import { log } from './report.ts';
import type { DaemonState } from './state.ts';

/** Takes account of the step, and returns until when the service is suppressed; `undefined` if it is not. */
export function dampen(
  state: DaemonState,
  prefix: Prefix,
  flap: Flap,
  now: Millis,
  actions: Action[],
): Millis | undefined {
  const { dampening, policy } = state;
  if (policy.dampening === undefined) return undefined;
  const { action, reuse } = policy.dampening;
  const before = dampening.services.get(prefix);
  const wasSuppressed = before?.reuseAt !== undefined;
  if (flap === 'none') {
    if (before === undefined || !wasSuppressed) return undefined;
    if (isSuppressedAt(before, now)) return action === 'withdraw' ? before.reuseAt : undefined;
    dampening.services.set(prefix, { ...before, reuseAt: undefined });
    log(actions, 'info', action === 'withdraw' ? 'reused' : 'would be reused', { prefix, penalty: reuse });
    return undefined;
  }
  const after = punish(before, flap, now, policy.dampening);
  dampening.services.set(prefix, after);
  forget(dampening, now, policy.dampening);
  const penalty = Math.round(after.penalty);
  log(actions, 'debug', 'flapped', { prefix, penalty, seen: flap === 'went' });
  if (after.reuseAt === undefined) return undefined;
  const reuseIn = formatDuration(ms(Math.ceil((after.reuseAt - now) / 1_000) * 1_000));
  const said = action === 'withdraw' ? 'suppressed' : 'would be suppressed';
  if (!wasSuppressed) log(actions, 'warn', said, { prefix, penalty, reuseIn });
  else if (flap === 'went') log(actions, 'info', `${said} for longer`, { prefix, penalty, reuseIn });
  return action === 'withdraw' ? after.reuseAt : undefined;
}

/** Until when the service is suppressed; `undefined` if it is not. */
export function suppressedUntil({ dampening, policy }: DaemonState, prefix: Prefix): Millis | undefined {
  return policy.dampening?.action === 'withdraw' ? dampening.services.get(prefix)?.reuseAt : undefined;
}

/** Why a suppressed service is not announced; `undefined` for one that is not suppressed at `now`. */
export function whySuppressed({ dampening, policy }: DaemonState, prefix: Prefix, now: Millis): Reason | undefined {
  const dampened = dampening.services.get(prefix);
  if (policy.dampening?.action !== 'withdraw' || dampened?.reuseAt === undefined) return undefined;
  const reuseIn = ms(Math.max(0, dampened.reuseAt - now));
  const penalty = penaltyAt(dampened, now, policy.dampening);
  return { code: 'dampened', penalty, reuse: policy.dampening.reuse, reuseIn };
}
