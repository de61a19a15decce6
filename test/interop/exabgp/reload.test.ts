/** A reload under a real ExaBGP with a BIRD behind it: what BIRD has of what did not change is as old as it was. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, expectUnmoved, oursOf, routesOf } from '../../helpers/exabgp-host.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ADDRESSES = Array.from({ length: 8 }, (_, index) => `100.64.0.${index}`);
const PREFIXES = ADDRESSES.map((address) => `${address}/32`).sort();

describeExabgp('a reload', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;
  let config: string;
  const said = (text: string): number => exabgp.stderr().split(text).length - 1;
  const has = (prefixes: readonly string[]): Promise<unknown> =>
    until(
      () => `${prefixes.join(' ')}\n${exabgp.stderr()}`,
      async () => (await oursOf(host.bird)).join(' ') === [...prefixes].sort().join(' '),
    );
  const write = (network: string, more = ''): void =>
    fs.writeFileSync(config, `network: ${network}\nannounce-delay: 1s\nwithdraw-delay: 2s\n${more}`);
  function reload(): void {
    const [daemon = -1] = host.daemons(exabgp);
    process.kill(daemon, 'SIGHUP');
  }
  const withdraws = async (): Promise<string | undefined> =>
    /Import withdraws: +(\d+)/.exec(await host.bird.ask('show', 'protocols', 'all', 'exabgp'))?.[1];

  beforeEach(async () => {
    host = await addExabgpHost('reload', release);
    config = path.join(host.place, 'ha2bgp.yaml');
    for (const address of ADDRESSES) await host.namespace.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      host.namespace.enter,
    );
    write('100.64.0.0/24');
    exabgp = host.start(host.configure({ processes: { ha: `--config ${config}` } }));
    await has(PREFIXES);
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('moves nothing that both settings want, says what is other over it, and a successor goes on from there', async () => {
    const gone = await withdraws();
    write('100.64.0.0/24', 'med: 7\ncommunity: 65000:1\n');
    reload();
    await until('all with it', async () => {
      const text = await host.bird.ask('show', 'route', 'all');
      return text.split('BGP.med: 7').length - 1 === PREFIXES.length && text.includes('(65000,1)');
    });
    await has(PREFIXES);
    expect(await withdraws()).toBe(gone);

    const kept = PREFIXES.slice(0, 4);
    const all = await routesOf(host.bird);
    const before = new Map([...all].filter(([prefix]) => !PREFIXES.includes(prefix) || kept.includes(prefix)));
    write('100.64.0.0/30', 'med: 7\ncommunity: 65000:1\nstatic: [{prefixes: 203.0.113.0/24}]\n');
    reload();
    await has([...kept, '203.0.113.0/24']);
    before.set('203.0.113.0/24', (await routesOf(host.bird)).get('203.0.113.0/24') ?? Number.NaN);
    await expectUnmoved(host.bird, before);

    // The name of the ledger was made from what is announced, and so will its successor's be.
    const [daemon = -1] = host.daemons(exabgp);
    process.kill(daemon, 'SIGKILL');
    await until('a successor that adopted', () => said('found what was announced before') === 1);
    await until('its first facts', () => said('first facts read') === 2);
    await has([...kept, '203.0.113.0/24']);
    await expectUnmoved(host.bird, before);
  });
});
