/** What a respawned ha2bgp knows of its predecessor, under a real ExaBGP with a BIRD behind it. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, expectUnmoved, oursOf, routesOf, STATIC } from '../../helpers/exabgp-host.ts';
import { isAlive, listen, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ADDRESSES = Array.from({ length: 10 }, (_, index) => `100.64.0.${index + 1}`);
const WORDS = '--network 100.64.0.0/24 --announce-delay 1s --withdraw-delay 2s --log-level debug';

describeExabgp('ownership', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;

  const startWith = (processes: Readonly<Record<string, string>>): void => {
    exabgp = host.start(host.configure({ processes }));
  };
  const enter = (): readonly string[] => host.namespace.enter;
  const ours = (): Promise<string[]> => oursOf(host.bird);
  const routes = (): Promise<Map<string, number>> => routesOf(host.bird);
  const expected = ADDRESSES.map((address) => `${address}/32`).sort();
  const allThere = async (): Promise<boolean> => JSON.stringify(await ours()) === JSON.stringify(expected);
  const daemons = (): number[] => host.daemons(exabgp);
  const said = (text: string): number => exabgp.stderr().split(text).length - 1;

  beforeEach(async () => {
    host = await addExabgpHost('own', release);
    for (const address of ADDRESSES) await host.namespace.ip('address', 'add', `${address}/32`, 'dev', 'lo');
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('of what lives on: no route moves when ha2bgp is killed and started again', async () => {
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      enter(),
    );
    startWith({ ha: WORDS });
    await until('all routes', allThere);
    const before = await routes();
    for (let count = 1; count <= 3; count++) {
      const [daemon = -1] = daemons();
      process.kill(daemon, 'SIGKILL');
      await until('a successor with facts', () => said('first facts read') > count);
      await until('that adopted', () => said('found what was announced before') === count);
    }
    // Whoever is not adopted would be announced now.
    await until('the announce delay', () => said('announce delayed') === ADDRESSES.length);
    await expectUnmoved(host.bird, before);
  });

  it('of what died meanwhile: it is withdrawn after its delay, and nothing else is', async () => {
    const [first = '', ...rest] = ADDRESSES.map((address) => `${address}:80`);
    const dying = await listen([first], enter());
    await listen(rest, enter());
    startWith({ ha: WORDS });
    await until('all routes', allThere);
    const before = await routes();
    const [daemon = -1] = daemons();
    process.kill(daemon, 'SIGSTOP');
    await dying.stop();
    process.kill(daemon, 'SIGKILL');
    await until('one less', async () => (await ours()).length === ADDRESSES.length - 1);
    expect(said('down, withdraw delayed')).toBe(1);
    before.delete(`${ADDRESSES[0]}/32`);
    await expectUnmoved(host.bird, before);
  });

  it('with --on-exit keep: an upgrade moves no route', async () => {
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      enter(),
    );
    startWith({ ha: `${WORDS} --on-exit keep --name dns` });
    await until('all routes', allThere);
    const before = await routes();
    const [daemon = -1] = daemons();
    process.kill(daemon, 'SIGTERM');
    await until('gone in good order', () => !isAlive(daemon) && said('stopped') === 1);
    await until('a successor that adopted', () => said('found what was announced before') === 1);
    await until('its first facts', () => said('first facts read') === 2);
    await expectUnmoved(host.bird, before);
    expect(fs.readdirSync(path.join(host.place, 'state')).sort()).toEqual(['dns.lock', 'dns.routes']);
  });

  it('of another ExaBGP: nothing is adopted, and everything announced anew', async () => {
    await listen([`${ADDRESSES[0]}:80`], enter());
    startWith({ ha: WORDS });
    await until('the route', async () => (await ours()).length === 1);
    await exabgp.stop('SIGKILL');
    await until('the route gone', async () => (await ours()).length === 0);
    startWith({ ha: WORDS });
    await until('the route again', async () => (await ours()).length === 1);
    expect(said('ExaBGP is another one')).toBe(1);
    expect(said('found what was announced before')).toBe(0);
  });

  it('beside others: two instances and a static route leave one another alone', async () => {
    await listen([`${ADDRESSES[0]}:80`], enter());
    const other = await listen([`${ADDRESSES[1]}:443`], enter());
    startWith({
      web: `${WORDS} --listen-filter sport=:80`,
      tls: `${WORDS} --listen-filter sport=:443`,
    });
    await until('both routes', async () => (await ours()).length === 2);
    const before = await routes();
    expect([...before.keys()].sort()).toEqual([`${ADDRESSES[0]}/32`, `${ADDRESSES[1]}/32`, STATIC]);
    for (const daemon of daemons()) process.kill(daemon, 'SIGKILL');
    await until('two successors', () => said('first facts read') === 4);
    await expectUnmoved(host.bird, before);
    await other.stop();
    await until('one less', async () => (await ours()).length === 1);
    before.delete(`${ADDRESSES[1]}/32`);
    await expectUnmoved(host.bird, before);
  });

  it('of the same prefix twice: what one withdraws the other announces again at once', async () => {
    await listen([`${ADDRESSES[0]}:443`], enter());
    const web = await listen([`${ADDRESSES[0]}:80`], enter());
    startWith({
      web: `${WORDS} --reannounce 0 --listen-filter sport=:80`,
      tls: `${WORDS} --reannounce 0 --listen-filter sport=:443`,
    });
    await until('both instances', () => said(`announced prefix=${ADDRESSES[0]}/32`) === 2);
    await until('the route', async () => (await ours()).length === 1);
    const before = await routes();
    await web.stop();
    await until('the withdraw', () => said('withdrawn prefix=') === 1);
    await until('the other', () => said('withdrawn by another ha2bgp, announced again') === 1);
    await until('its announce', async () => {
      const now = (await routes()).get(`${ADDRESSES[0]}/32`);
      return now !== undefined && now !== before.get(`${ADDRESSES[0]}/32`);
    });
    expect(await ours()).toEqual([`${ADDRESSES[0]}/32`]);
  });

  it('is for one: a second one of the same name says so and waits', async () => {
    await listen([`${ADDRESSES[0]}:80`], enter());
    startWith({ one: `${WORDS} --name dns`, two: `${WORDS} --name dns` });
    await until('the route', async () => (await ours()).length === 1);
    await until('a complaint', () => said('is in use by another ha2bgp: give each a --name of its own') === 1);
  });
});
