/** A daemon in this process, put together as `run` does it, with its operator within reach of a test. */
import { parseArguments } from '../../src/cli/arguments.ts';
import { type Daemon, openDaemon } from '../../src/cli/daemon.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import type { Lifecycle } from '../../src/runtime/lifecycle.ts';
import { heardLog, type Line } from './besieged.ts';

export interface LiveDaemon extends Daemon {
  readonly lines: readonly Line[];
}

const lifecycle: Lifecycle = {
  onClose: () => {},
  onClosed: () => {},
  onHangup: () => {},
  onReopen: () => {},
  onEnd: () => {},
  onSuspend: () => {},
  suspend: () => {},
  onHang: () => {},
  onFailure: () => {},
  servesExabgp: () => {},
  fail: (status) => {
    throw new Error(`the process would end with ${status}`);
  },
  failed: (error) => {
    throw error;
  },
  exit: (status) => {
    throw new Error(`the process would end with ${status}`);
  },
};

/** Started. Whoever has it closes it. Keeps nothing, unless it is told where. */
export async function openLive(given: readonly string[]): Promise<LiveDaemon> {
  const words = given.includes('--data-dir') ? given : [...given, '--data-dir', 'none'];
  const parsed = parseArguments(words, '0');
  if ('print' in parsed) throw new Error(parsed.print);
  const { settings, problems } = resolveSettings(parsed.flags, {});
  const bad = [...parsed.problems, ...problems];
  if (bad.length > 0) throw new Error(JSON.stringify(bad));
  const { log, lines } = heardLog();
  const daemon = await openDaemon({ settings, log, lifecycle, warn: () => {} });
  daemon.start();
  return { ...daemon, lines };
}

export const closeLive = (daemon: Pick<Daemon, 'close'>): Promise<void> =>
  daemon.close(new AbortController().signal, 'withdraw', 'SIGTERM');
