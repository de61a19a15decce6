/** A drain under a real ExaBGP, as the BIRD behind it sees it; and what a successor makes of it after a crash. */
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin } from '../../helpers/daemon.ts';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, expectUnmoved, oursOf, routesOf } from '../../helpers/exabgp-host.ts';
import { listen, run, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ADDRESSES = ['100.64.0.1', '100.64.0.2'];
const PREFIXES = ADDRESSES.map((address) => `${address}/32`);

describeExabgp('what is said by hand', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;
  const inPlace = (name: string): string => path.join(host.place, name);
  const say = (...words: readonly string[]): Promise<string> =>
    run(process.execPath, [bin, ...words, '--control-socket', inPlace('ha.sock')]);
  const said = (text: string): number => exabgp.stderr().split(text).length - 1;
  /** What BIRD has of each prefix: LOCAL_PREF, and the community of a graceful shutdown. */
  const words = async (): Promise<string[]> =>
    Promise.all(
      (await oursOf(host.bird)).map(async (prefix) => {
        const text = await host.bird.ask('show', 'route', prefix, 'all');
        const [, preference = 'none'] = /BGP\.local_pref: (\d+)/.exec(text) ?? [];
        return `${prefix} ${preference}${/BGP\.community:.*\(65535,0\)/.test(text) ? ' going' : ''}`;
      }),
    );
  const has = (...wanted: readonly string[]): Promise<boolean> =>
    until(wanted.join(', '), async () => JSON.stringify(await words()) === JSON.stringify(wanted));
  const killed = async (): Promise<void> => {
    const runs = said('found what was announced before');
    const [daemon = -1] = host.daemons(exabgp);
    process.kill(daemon, 'SIGKILL');
    await until('a successor', () => said('found what was announced before') > runs);
    await until('its facts', () => said('first facts read') > runs + 1);
  };

  beforeEach(async () => {
    host = await addExabgpHost('hand', release);
    for (const prefix of PREFIXES) await host.namespace.ip('address', 'add', prefix, 'dev', 'lo');
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      host.namespace.enter,
    );
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('is told to the routers, survives a crash, and ends', async () => {
    const kept = `--name ha --data-dir ${inPlace('data')} --control-socket ${inPlace('ha.sock')}`;
    const settings = `--network 100.64.0.0/24 --announce-delay 0 --drain-time 24h --log-level debug ${kept}`;
    exabgp = host.start(host.configure({ processes: { ha: settings } }));
    await has(...PREFIXES.map((prefix) => `${prefix} 100`));
    await say('drain', '--all', '--reason', 'new disk');
    await has(...PREFIXES.map((prefix) => `${prefix} 0 going`));

    const before = await routesOf(host.bird);
    await killed();
    await expectUnmoved(host.bird, before);

    await say('set', PREFIXES[0] ?? '', 'down');
    await has(`${PREFIXES[1]} 0 going`);
    await killed();
    expect(await words()).toEqual([`${PREFIXES[1]} 0 going`]);
    await say('undrain', '--all');
    await has(`${PREFIXES[1]} 100`);
    await say('set', PREFIXES[0] ?? '', 'auto');
    await has(...PREFIXES.map((prefix) => `${prefix} 100`));
  });
});
