/** `ha2bgp drain`: services out of use, gently. */
import type { DRAIN_OPTIONS } from '../../config/options/operate.ts';
import { formatDuration } from '../../model/millis.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { give } from './order-done.ts';
import { targetOf } from './target.ts';

export const answer: Answer<typeof DRAIN_OPTIONS> = async (call) => {
  const { all, for: length, reason } = call.values;
  const target = targetOf(call.operands, all);
  if ('problem' in target) {
    complain([target.problem]);
    return STATUS.unknown;
  }
  const body = {
    target: target.target,
    ...(length > 0 && { for: formatDuration(length) }),
    ...(reason !== '' && { why: reason }),
  };
  return give({ command: 'drain', body, what: ({ before }) => begun(target.shown, before) }, call);
};

/** The second of the same words is no new one: what the first was to withdraw is withdrawn when it was to be. */
const begun = (of: string, before: readonly unknown[] = []): string =>
  before.length === 0 ? `drain of ${of} begun` : `drain of ${of} replaced`;
