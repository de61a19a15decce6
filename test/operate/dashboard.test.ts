/** The dashboard over a ha2bgp in trouble: a real Prometheus scrapes it, and has an answer to all that the dashboard asks. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask } from '../helpers/api-client.ts';
import { asked, dashboard, expressionsOf } from '../helpers/contrib.ts';
import { startDaemon } from '../helpers/daemon.ts';
import { describePrometheus } from '../helpers/peers.ts';
import { listen, stopAll } from '../helpers/processes.ts';
import { startPrometheus } from '../helpers/prometheus.ts';
import { until } from '../helpers/until.ts';

/** Of this process alone. */
const OWN = `127.79.${process.pid % 256}`;

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-dashboard-'));
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

describePrometheus('the dashboard', () => {
  it('asks nothing that has no answer: of what is announced, kept back, down, flapping, and told to nobody', async () => {
    const at = (name: string): string => path.join(folder, name);
    const [socketPath, api] = [at('a.sock'), `${OWN}.1:9273`];
    const flapping = await listen([`${OWN}.11:7783`]);
    const stable = await listen([`${OWN}.12:7783`, `${OWN}.13:7783`]);
    const daemon = startDaemon([
      ...['--network', `${OWN}.0/24`, '--listen-filter', 'sport = :7783', '--interval', '20ms'],
      ...['--announce-delay', '0', '--withdraw-delay', '0', '--drain-time', '0', '--data-dir', 'none'],
      ...['--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', `${OWN}.1`],
      ...['--service', `web,prefixes=${OWN}.14/32,command=exit 7,interval=100ms`],
      // Nobody listens there.
      ...['--peer', `${OWN}.254,as=65001`],
      ...['--control-socket', socketPath, '--api-listen', api, '--record', at('recording')],
      ...['--status-file', at('status.json'), '--metrics-file', at('metrics.prom')],
    ]);
    await daemon.logged('first facts read');
    await until('its socket', () => fs.existsSync(socketPath));
    const where = { socketPath };
    const stateOf = async (last: number): Promise<string> =>
      (await ask(where, `/v1/services/${OWN}.${last}`)).body.state as string;
    for (const last of [11, 12, 13]) await until('announced', async () => (await stateOf(last)) === 'announced');
    await flapping.stop();
    await until('down', async () => (await stateOf(11)) === 'down');
    expect((await ask(where, '/v1/drain', { body: { target: `${OWN}.12` } })).status).toBe(200);

    const prometheus = await startPrometheus(folder, `${OWN}.2:9090`, [api, `${OWN}.3:9273`]);
    const expressions = expressionsOf(dashboard());
    expect(expressions.length).toBeGreaterThan(30);
    const silent = async (): Promise<string[]> => {
      const counts = await Promise.all(
        expressions.map(async ([, expression]) => await prometheus.count(asked(expression, '10s'))),
      );
      return expressions.filter((_, index) => counts[index] === 0).map((each) => each.join(': '));
    };
    let left: string[] = [];
    await until(
      () => `an answer to: ${left.join('\n')}`,
      async () => {
        left = await silent();
        return left.length === 0;
      },
      20_000,
    );
    expect(stable.child.exitCode).toBe(null);
    expect(await daemon.stop()).toBe(0);
  });
});
