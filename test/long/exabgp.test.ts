/**
 * ExaBGP over a long time: ha2bgp killed and respawned a hundred times, ExaBGP standing still for a minute, 20,000 routes.
 * Needs root. HA2BGP_RESPAWNS: how often in all.
 */
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeExabgp } from '../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, expectUnmoved, oursOf, routesOf } from '../helpers/exabgp-host.ts';
import { listen, type Started, stopAll } from '../helpers/processes.ts';
import { ADDRESSES, addServedHost, hasJust, PREFIXES, type ServedHost, WORDS } from '../helpers/served-host.ts';
import { until } from '../helpers/until.ts';

const RESPAWNS = Number(process.env['HA2BGP_RESPAWNS'] ?? 100);
/** ExaBGP ends when a process starts more than five times in 64 s. */
const BESIDE_EACH_OTHER = 5;
const PAUSE_MS = 16_000;
const STOPPED_MS = 60_000;

describeExabgp('a long time', (release) => {
  let host: ServedHost;
  let exabgp: Started;

  const said = (text: string): number => exabgp.stderr().split(text).length - 1;
  const has = (bird = host.bird, wanted = PREFIXES): Promise<boolean> => hasJust(bird, wanted);

  beforeEach(async () => {
    host = await addServedHost('long', release);
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('standing still for a minute: what changed meanwhile is told, nothing else moves', {
    timeout: 200_000,
  }, async () => {
    // The hold time is 9 s: the session ends meanwhile, and comes back.
    exabgp = host.start(host.configure({ processes: { ha: WORDS } }));
    await until('all routes', () => has());
    process.kill(exabgp.pid, 'SIGSTOP');
    await host.namespace.ip('address', 'del', `${ADDRESSES[0]}/32`, 'dev', 'lo');
    await until('that nobody answers', () => said('ExaBGP does not answer') === 1);
    await pause(STOPPED_MS - 10_000); // the length of the stop is what is tested
    process.kill(exabgp.pid, 'SIGCONT');
    const left = PREFIXES.filter((prefix) => prefix !== `${ADDRESSES[0]}/32`);
    await until('all routes but one', () => has(host.bird, left), 120_000);
    await host.namespace.ip('address', 'add', `${ADDRESSES[0]}/32`, 'dev', 'lo');
    await until('all routes', () => has());
    const before = await routesOf(host.bird);
    await host.namespace.ip('address', 'del', `${ADDRESSES[1]}/32`, 'dev', 'lo');
    await until('one less', async () => (await oursOf(host.bird)).length === ADDRESSES.length - 1);
    before.delete(`${ADDRESSES[1]}/32`);
    await expectUnmoved(host.bird, before);
    expect(said('ExaBGP refused')).toBe(0);
  });

  it('that starts ha2bgp anew with other settings: what the old ones announced goes', {
    timeout: 200_000,
  }, async () => {
    const file = host.configure({ processes: { ha: WORDS } });
    exabgp = host.start(file);
    await until('all routes', () => has());
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('100.64.0.0/10', '100.64.0.4/30'));
    // Reloads, and starts its processes again; it does not read what they say at their end.
    process.kill(exabgp.pid, 'SIGUSR2');
    await until('that it was started again', () => said('first facts read') === 2);
    const left = ['100.64.0.4/32', '100.64.0.5/32', '100.64.0.6/32', '100.64.0.7/32'];
    await until('only those that are still meant', () => has(host.bird, left), 150_000);
    expect(said('took over what another ha2bgp announced')).toBe(1);
  });

  it('of 20,000 routes: the session lives, and at the end none is left', { timeout: 200_000 }, async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `100.65.${index >> 8}.${index & 255}/32`);
    const batch = `${host.place}/addresses`;
    fs.writeFileSync(batch, many.map((prefix) => `address add ${prefix} dev lo\n`).join(''));
    exabgp = host.start(host.configure({ processes: { ha: `${WORDS} --max-routes 30000` } }));
    await until('the first routes', () => has());
    const before = await routesOf(host.bird);
    await host.namespace.ip('-batch', batch);
    const count = async (): Promise<number> =>
      Number(/(\d+) of \d+ routes/.exec(await host.bird.ask('show', 'route', 'count'))?.[1]);
    await until('all routes', async () => (await count()) === many.length + ADDRESSES.length + 1, 120_000);
    const after = await routesOf(host.bird);
    for (const [prefix, since] of before) expect(Math.abs((after.get(prefix) ?? 0) - since), prefix).toBeLessThan(20);
    await host.service.stop();
    await until('all of them gone', async () => (await count()) === 1, 120_000);
    expect(said('ExaBGP refused')).toBe(0);
    expect(await host.bird.ask('show', 'protocols', 'all', 'exabgp')).toMatch(/BGP state: +Established/);
  });
});

const SERVICES = Array.from({ length: 10 }, (_, index) => `100.64.1.${index + 1}`);

describeExabgp('ha2bgp killed over and over', (release) => {
  const hosts: ExabgpHost[] = [];
  afterEach(async () => {
    await stopAll();
    for (const host of hosts.splice(0)) await host.close();
  });

  it('moves no route of a service that lives', { timeout: RESPAWNS * PAUSE_MS + 120_000 }, async () => {
    const rounds = Math.ceil(RESPAWNS / 2 / BESIDE_EACH_OTHER);
    const lives = Array.from({ length: BESIDE_EACH_OTHER }, (_, index) => live(`kill${index}`, rounds));
    const kills = await Promise.all(lives);
    process.stdout.write(`${release.version}: ${kills.reduce((sum, one) => sum + one, 0)} kills\n`);
  });

  async function live(name: string, rounds: number): Promise<number> {
    const host = await addExabgpHost(name, release);
    hosts.push(host);
    for (const address of SERVICES) await host.namespace.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    await listen(
      SERVICES.map((address) => `${address}:80`),
      host.namespace.enter,
    );
    const words = '--network 100.64.1.0/24 --announce-delay 1s --log-level debug';
    const exabgp = host.start(host.configure({ processes: { ha: words } }));
    await until('all routes', async () => (await oursOf(host.bird)).length === SERVICES.length);
    const before = await routesOf(host.bird);
    const said = (text: string): number => exabgp.stderr().split(text).length - 1;
    for (let count = 1; count <= rounds; count++) {
      await pause(PAUSE_MS); // ExaBGP counts starts by the clock
      for (const daemon of host.daemons(exabgp)) process.kill(daemon, 'SIGKILL');
      await until('a successor that adopted', () => said('found what was announced before') === count);
      await until('its first facts', () => said('first facts read') === count + 1);
      await expectUnmoved(host.bird, before);
    }
    // Whoever is not adopted would have been announced anew by now.
    await pause(2_000);
    await expectUnmoved(host.bird, before);
    expect(said('announce delayed')).toBe(SERVICES.length);
    return rounds;
  }
});
