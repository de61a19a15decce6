/** ExaBGP's neighbors as people see them, while the BIRDs behind them come and go. */
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SinkPeer } from '../../../src/cli/operate/peers-text.ts';
import type { Explanation, HistoryView, Status } from '../../../src/model/view.ts';
import type { Bird } from '../../helpers/bird.ts';
import { bin } from '../../helpers/daemon.ts';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, oursOf } from '../../helpers/exabgp-host.ts';
import { listen, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ADDRESS = '100.64.0.1';
const PREFIX = `${ADDRESS}/32`;
const [ONE, TWO] = ['127.0.1.1', '127.0.2.1'];

describeExabgp('neighbors', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;
  let second: Bird;
  const processes = (): Record<string, string> => ({
    ha: `--network 100.64.0.0/24 --announce-delay 0 --control-socket ${path.join(host.place, 'ha.sock')}`,
  });

  async function ask(...words: readonly string[]): Promise<{ readonly status: number | null; readonly text: string }> {
    const asking = start(process.execPath, [bin, ...words, '--control-socket', path.join(host.place, 'ha.sock')]);
    return { status: (await asking.ended) as number | null, text: asking.stdout() };
  }
  const json = async <T>(...words: readonly string[]): Promise<T> =>
    JSON.parse((await ask(...words, '--json')).text) as T;
  const peers = async (): Promise<string[]> => {
    const { peers: known } = await json<{ peers: SinkPeer[] }>('peers');
    return known.map(({ name, state, told }) => `${name} ${state === 'established' ? 'up' : 'down'} ${told}`);
  };
  const told = async (): Promise<string> => {
    const { services } = await json<Status>('status', PREFIX);
    return services.map(({ told: { told: has, of } }) => `${has}/${of}`).join();
  };
  const has = (...wanted: readonly string[]): Promise<unknown> =>
    until(
      wanted.join(', '),
      // Who is not answered in time asks again.
      async () => (await peers().catch(() => [])).join(', ') === wanted.join(', '),
    );

  beforeEach(async () => {
    host = await addExabgpHost('neighbors', release);
    second = await host.addBird(2);
    await host.namespace.ip('address', 'add', PREFIX, 'dev', 'lo');
    await listen([`${ADDRESS}:80`], host.namespace.enter);
    exabgp = host.start(host.configure({ processes: processes(), neighbors: 2 }));
    for (const bird of [host.bird, second]) await until('the route', async () => (await oursOf(bird)).includes(PREFIX));
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('have what they are told while they have a session, which status, peers, explain and history say', async () => {
    await has(`${ONE} up 1`, `${TWO} up 1`);
    expect(await told()).toBe('2/2');

    await second.ask('disable', 'exabgp');
    await has(`${ONE} up 1`, `${TWO} down 0`);
    expect(await told()).toBe('1/2');
    expect((await ask('status', ADDRESS)).status).toBe(0);

    await host.bird.ask('disable', 'exabgp');
    await has(`${ONE} down 0`, `${TWO} down 0`);
    expect(await told()).toBe('0/2');
    expect((await ask('status', ADDRESS)).status).toBe(3);
    expect((await ask('status', '--down')).text).toContain(PREFIX);
    expect((await ask('status')).text).toContain('1 told to nobody');
    const { prefixes } = await json<Explanation>('explain', ADDRESS);
    expect(prefixes[0]?.tellings).toMatchObject(
      [ONE, TWO].map((to) => ({ to, state: 'no-session', at: expect.any(String), detail: expect.any(String) })),
    );

    await host.bird.ask('enable', 'exabgp');
    await has(`${ONE} up 1`, `${TWO} down 0`);
    await until('the route again', async () => (await oursOf(host.bird)).includes(PREFIX));
    expect(await told()).toBe('1/2');
    const { peers: sessions } = await json<HistoryView>('history', ADDRESS);
    expect(sessions.map(({ type, peer, why }) => `${type} ${peer}${why ? ' why' : ''}`).slice(0, 3)).toEqual([
      `peer-up ${ONE}`,
      `peer-down ${ONE} why`,
      `peer-down ${TWO} why`,
    ]);

    await second.ask('enable', 'exabgp');
    await has(`${ONE} up 1`, `${TWO} up 1`);
    // Taken out of the configuration, it is forgotten.
    host.configure({ processes: processes(), neighbors: 1 });
    process.kill(exabgp.pid, 'SIGUSR1');
    await has(`${ONE} up 1`);
    expect(await told()).toBe('1/1');

    // A successor hears of those that change.
    const [daemon = -1] = host.daemons(exabgp);
    process.kill(daemon, 'SIGKILL');
    await until('a successor', async () => (await ask('peers', '--json')).text === '{"peers":[]}\n');
    await until('announced', async () => (await told()) === '1/1');
    expect((await ask('peers')).text).toContain('neighbor-changes');
    await host.bird.ask('disable', 'exabgp');
    await has(`${ONE} down 0`);
    // There may be others, which had a session before: ExaBGP has the route.
    expect(await told()).toBe('1/2');
  });
});
