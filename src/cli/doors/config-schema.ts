/** `ha2bgp config-schema`. */
import { jsonSchema } from '../../config/file-schema.ts';
import type { Answer } from '../call.ts';
import { print, STATUS } from '../output.ts';

export const answer: Answer = async () => {
  print(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  return STATUS.ok;
};
