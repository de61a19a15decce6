/** `ha2bgp check` from its words. */
import { loadSettings } from '../../config/load.ts';
import type { Answer } from '../call.ts';
import { check } from '../check.ts';
import { complain, print, STATUS, seeHelp } from '../output.ts';

export const answer: Answer = async ({ flags, problems: strange, environment }) => {
  const resolved = await loadSettings(flags, environment);
  const problems = [...strange, ...resolved.problems];
  complain([...problems, ...resolved.warnings]);
  if (strange.length > 0) complain([seeHelp('check')]);
  if (problems.length > 0) return strange.length > 0 ? STATUS.unknown : STATUS.bad;
  const { tryHost } = await import('../host.ts');
  const host = await tryHost(resolved);
  complain([...host.problems, ...host.warnings]);
  print(check(resolved));
  return host.problems.length > 0 ? STATUS.bad : STATUS.ok;
};
