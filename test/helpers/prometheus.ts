/** A real Prometheus that scrapes what a test runs and is asked for it, and its checker. */
import fs from 'node:fs';
import path from 'node:path';
import { PROMETHEUS, PROMTOOL } from '../../scripts/peers.js';
import { start } from './processes.ts';
import { until } from './until.ts';

/** What it objects to; empty for nothing. */
export async function promtool(args: readonly string[], input = ''): Promise<string> {
  const asked = start(PROMTOOL, args);
  asked.child.stdin?.end(input);
  const status = await asked.ended;
  return status === 0 ? '' : `${status}: ${asked.stdout()}${asked.stderr()}`;
}

export interface Prometheus {
  /** How many series answer the expression now. Throws what Prometheus says of one that is not good. */
  count(expression: string): Promise<number>;
}

/** Keeps what it has in `folder`. `targets`: scraped four times a second, as the job `ha2bgp`. Ended by `stopAll`. */
export async function startPrometheus(folder: string, at: string, targets: readonly string[]): Promise<Prometheus> {
  const config = path.join(folder, 'prometheus.json');
  fs.writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
      scrape_configs: [{ job_name: 'ha2bgp', static_configs: [{ targets }] }],
    }),
  );
  const started = start(PROMETHEUS, [
    ...[`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'tsdb')}`],
    ...[`--web.listen-address=${at}`, '--log.level=warn'],
  ]);
  const isReady = async (): Promise<boolean> =>
    (await fetch(`http://${at}/-/ready`).catch(() => undefined))?.status === 200;
  await until(() => `Prometheus is ready: ${started.stderr()}`, isReady);
  return {
    async count(expression) {
      const query = new URLSearchParams({ query: expression });
      const answer = await fetch(`http://${at}/api/v1/query`, { method: 'POST', body: query });
      const said = (await answer.json()) as { readonly error?: string; readonly data?: { readonly result: unknown[] } };
      if (said.data === undefined) throw new Error(`${expression}: ${said.error}`);
      return said.data.result.length;
    },
  };
}
