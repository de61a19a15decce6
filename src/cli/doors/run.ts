/** `ha2bgp run` from its words: the settings first, and under ExaBGP a bad one is no reason to end at once. */
import { loadSettings } from '../../config/load.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS, seeHelp } from '../output.ts';

export const answer: Answer = async ({ flags, problems: strange, environment, lifecycle, version }) => {
  const given = { ...environment };
  const resolved = await loadSettings(flags, given);
  const problems = [...strange, ...resolved.problems];
  lifecycle.servesExabgp(resolved.settings.bgpBackend.includes('exabgp'));
  if (problems.length > 0) {
    complain(problems);
    if (strange.length > 0) complain([seeHelp('run')]);
    lifecycle.fail(strange.length > 0 ? STATUS.unknown : STATUS.bad);
    return undefined;
  }
  const { run } = await import('../run.ts');
  await run(resolved, version, lifecycle, () => loadSettings(flags, given, true));
  return undefined;
};
