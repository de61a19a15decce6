/** `ha2bgp healthcheck` from its words: it has options of its own, those of ExaBGP's healthcheck. */
import { resolveHealthcheck } from '../../config/healthcheck/settings.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import { complain, print, STATUS, seeHelp } from '../output.ts';

export async function healthcheckMain(words: readonly string[], version: string, lifecycle: Lifecycle): Promise<void> {
  const { settings, isHelpWanted, unknown, problems } = resolveHealthcheck(words);
  const bad = [...unknown, ...problems];
  if (isHelpWanted && bad.length === 0) {
    const { healthcheckHelp } = await import('../healthcheck-help.ts');
    print(healthcheckHelp());
    return;
  }
  if (bad.length > 0) {
    complain([...bad, seeHelp('healthcheck')]);
    lifecycle.fail(unknown.length > 0 ? STATUS.unknown : STATUS.bad);
    return;
  }
  const { BadSettings, healthcheck } = await import('../healthcheck.ts');
  try {
    await healthcheck(settings, version, lifecycle);
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    complain(error.problems);
    lifecycle.fail(STATUS.bad);
  }
}
