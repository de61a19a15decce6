/** `ha2bgp decode` from its words. */
import type { DECODE_OPTIONS } from '../../config/options/decode.ts';
import type { Answer } from '../call.ts';
import { decode } from '../decode.ts';
import { readInput } from '../decode-input.ts';
import { complain, printed, STATUS } from '../output.ts';

export const answer: Answer<typeof DECODE_OPTIONS> = async ({ values, operands }) => {
  const input = await readInput(operands, process.stdin);
  if (!(input instanceof Uint8Array)) {
    complain([input]);
    return STATUS.bad;
  }
  let status: number = STATUS.ok;
  for (const { text, isMalformed } of decode(input, {
    asOctets: values.asOctets === '2' ? 2 : 4,
    isExternal: values.external,
    hasPathIds: values.addPath,
    isJson: values.json,
  })) {
    if (isMalformed) status = STATUS.bad;
    if (!(await printed(text))) break;
  }
  return status;
};
