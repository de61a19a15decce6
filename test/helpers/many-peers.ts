/** `many-peers.mjs`, in a namespace. */
import { root } from './daemon.ts';
import type { Namespace } from './namespaces.ts';
import { start } from './processes.ts';
import { until } from './until.ts';

/** What is known since the last report. */
export interface Report {
  readonly established: number;
  /** Those that differ, each as its prefixes. */
  readonly tables: readonly string[];
  /** Of each KEEPALIVE, how much later it came than a third of the hold time after the one before, in milliseconds. */
  readonly late: readonly number[];
}

/** As the process says it; each KEEPALIVE with its time. */
interface Heard extends Omit<Report, 'late'> {
  readonly late: readonly (readonly [at: number, ms: number])[];
}

export interface ManyPeers {
  ask(line: string): void;
  report(): Promise<Report>;
  said(what: string): readonly object[];
  end(): Promise<void>;
}

export function startManyPeers(
  namespace: Namespace,
  settings: { readonly as: number; readonly holdTime: number; readonly addresses: readonly string[] },
): ManyPeers {
  const [command = '', ...args] = [
    ...namespace.enter,
    process.execPath,
    `${root}/test/helpers/many-peers.mjs`,
    JSON.stringify(settings),
  ];
  const peers = start(command, args);
  const said = (what: string): { said: string }[] => {
    if (peers.child.exitCode !== null) throw new Error(`scripted peers ended: ${peers.stderr()}`);
    const lines = peers.stdout().split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as { said: string }).filter((each) => each.said === what);
  };
  const ask = (line: string): void => void peers.child.stdin?.write(`${line}\n`);
  return {
    ask,
    said,
    async report() {
      const before = said('report').length;
      ask('report');
      const report = await until('a report', () => said('report')[before]);
      const { late, established, tables } = report as unknown as Heard;
      return { established, tables, late: late.map(([, ms]) => ms) };
    },
    async end() {
      peers.child.stdin?.end();
      await peers.ended;
    },
  };
}
