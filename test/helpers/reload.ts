/** SIGHUP of a daemon that runs, and what becomes of it. */
import type { Daemon } from './daemon.ts';
import { until } from './until.ts';

export const RELOADED = 'reloaded';
export const REFUSED = 'reload refused, what was in force stays so';

/** Its log is JSON. */
export async function reload(daemon: Daemon, outcome: typeof RELOADED | typeof REFUSED): Promise<void> {
  const before = daemon.count(`"msg":"${outcome}"`);
  daemon.child.kill('SIGHUP');
  await until(
    () => `${outcome}\n${daemon.stderr()}`,
    () => daemon.count(`"msg":"${outcome}"`) > before,
  );
}
