/** A daemon whose operator its parent process asks, over the channel of child_process. */
import { parseArguments } from '../../dist/cli/arguments.js';
import { openDaemon } from '../../dist/cli/daemon.js';
import { loadSettings } from '../../dist/config/load.js';
import { startLifecycle } from '../../dist/runtime/lifecycle.js';
import { renderAs } from '../../dist/runtime/log/rendering.js';
import { stderrDestination } from '../../dist/runtime/log/stderr.js';
import { createLog } from '../../dist/runtime/log.js';

const lifecycle = startLifecycle();
lifecycle.servesExabgp(false);
const { flags, problems } = parseArguments(['run', ...process.argv.slice(2)], '0');
const { settings, problems: others } = await loadSettings(flags, process.env);
if (problems.length + others.length > 0) throw new Error(JSON.stringify([problems, others]));
const log = createLog({ level: 'debug', to: [stderrDestination(renderAs('json'))] });
const daemon = await openDaemon({ settings, log, lifecycle, warn: () => {} });
lifecycle.onEnd(log.flush);
lifecycle.onClose((why, time) => daemon.close(time, settings.onExit, why));
process.on('disconnect', () => process.exit(1));
const { operator } = daemon;
process.on('message', async ({ id, method, args }) => {
  try {
    process.send({ id, value: (await operator[method](...args)) ?? null });
  } catch (error) {
    process.send({ id, error: error.message, code: error.code });
  }
});
daemon.start();
process.send({ id: 0, value: null });
