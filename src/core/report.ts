/** What the core says in the log, PURE: state changes at info, what is passed over at debug. */
import type { Action, LogLevel } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import { formatDuration } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { sentence } from '../model/reason.ts';
import type { Verdict } from './hold.ts';

/** It is wanted from now on; whether anybody has been told by then the core does not know. */
export const TO_BE_ANNOUNCED = 'to be announced';

export interface Step {
  readonly before: Verdict | undefined;
  readonly after: Verdict;
  /** Whether a route was wanted: a service that is up may be held. */
  readonly wasRouted: boolean;
}

export function report(prefix: Prefix, { before, after, wasRouted }: Step, policy: Policy, actions: Action[]): void {
  const was = before?.state ?? 'down';
  if (was === after.state) return;
  switch (after.state) {
    case 'rising':
      log(actions, 'info', 'up, announce delayed', { prefix, delay: formatDuration(policy.announceDelay) });
      return;
    case 'up':
      if (was === 'falling' && wasRouted) log(actions, 'info', 'up again, withdraw called off', { prefix });
      return;
    case 'falling':
      if (wasRouted) log(actions, 'info', 'down, withdraw delayed', { prefix, reason: sentence(prefix, after.reason) });
      return;
    case 'down':
      log(actions, 'info', wasRouted ? 'withdrawn' : 'down, was not announced', {
        prefix,
        reason: sentence(prefix, after.reason),
      });
      return;
    default:
      after satisfies never;
  }
}

export function log(
  actions: Action[],
  level: LogLevel,
  message: string,
  fields: Record<string, string | number | boolean>,
): void {
  actions.push({ type: 'log', level, message, fields });
}
