/** `ha2bgp doctor` from its words. */
import type { DOCTOR_OPTIONS } from '../../config/options/doctor.ts';
import type { Answer } from '../call.ts';
import { doctor } from '../doctor.ts';
import { complain, print, STATUS } from '../output.ts';

export const answer: Answer<typeof DOCTOR_OPTIONS> = async ({ values: { user, exabgp }, operands: [file = ''] }) => {
  const { report, problems, hasErrors } = doctor({ file, user: user === '' ? undefined : user, exabgp });
  complain(problems);
  print(report);
  return problems.length > 0 ? STATUS.unknown : hasErrors ? STATUS.bad : STATUS.ok;
};
