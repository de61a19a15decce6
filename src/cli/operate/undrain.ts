/** `ha2bgp undrain`: the end of a drain. */
import type { UNDRAIN_OPTIONS } from '../../config/options/operate.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { give } from './order-done.ts';
import { targetOf } from './target.ts';

export const answer: Answer<typeof UNDRAIN_OPTIONS> = async (call) => {
  const target = targetOf(call.operands, call.values.all);
  if ('problem' in target) {
    complain([target.problem]);
    return STATUS.unknown;
  }
  return give(
    { command: 'undrain', body: { target: target.target }, what: () => `drain of ${target.shown} ended` },
    call,
  );
};
