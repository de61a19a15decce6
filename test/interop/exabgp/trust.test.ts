/**
 * What ExaBGP goes through in years of running: neighbors that are added, restarted, ExaBGP standing still, an ExaBGP that
 * answers nothing, many routes. Afterwards the neighbor has just what is wanted, and what stayed up has not moved.
 */
import fs from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost, expectUnmoved, oursOf, routesOf } from '../../helpers/exabgp-host.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ADDRESSES = Array.from({ length: 20 }, (_, index) => `100.64.0.${index + 1}`);
const PREFIXES = ADDRESSES.map((address) => `${address}/32`).sort();
const WORDS = '--network 100.64.0.0/10 --announce-delay 0 --withdraw-delay 1s --no-dampening --reannounce 2s';

describeExabgp('trust', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;
  let service: Started;

  const said = (text: string): number => exabgp.stderr().split(text).length - 1;
  const has = async (bird = host.bird, wanted: readonly string[] = PREFIXES): Promise<boolean> =>
    JSON.stringify(await oursOf(bird)) === JSON.stringify(wanted);
  const daemon = (): number => host.daemons(exabgp)[0] ?? -1;

  beforeEach(async () => {
    host = await addExabgpHost('trust', release);
    for (const address of ADDRESSES) await host.namespace.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    service = await listen(['0.0.0.0:80'], host.namespace.enter);
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('a neighbor that is added by a reload gets everything; the other one sees nothing of it', async () => {
    exabgp = host.start(host.configure({ processes: { ha: WORDS } }));
    await until('all routes', () => has());
    const before = await routesOf(host.bird);
    const second = await host.addBird(2);
    host.configure({ processes: { ha: WORDS }, neighbors: 2 });
    process.kill(exabgp.pid, 'SIGUSR1');
    await until('all routes at the second', () => has(second));
    await expectUnmoved(host.bird, before);
  });

  it('a neighbor that is restarted has everything again', async () => {
    exabgp = host.start(host.configure({ processes: { ha: WORDS.replace('--reannounce 2s', '--reannounce 0') } }));
    await until('all routes', () => has());
    await host.bird.stop('SIGKILL');
    const again = await host.addBird(1);
    await until('all routes again', () => has(again));
  });

  it('standing still for longer than it takes to answer: what changed meanwhile is told, nothing else moves', {
    timeout: 200_000,
  }, async () => {
    // A hold time of 9 s: the session ends while ExaBGP stands, and comes back.
    exabgp = host.start(host.configure({ processes: { ha: WORDS } }));
    await until('all routes', () => has());
    process.kill(exabgp.pid, 'SIGSTOP');
    await host.namespace.ip('address', 'del', `${ADDRESSES[0]}/32`, 'dev', 'lo');
    await until('that nobody answers', () => said('ExaBGP does not answer') === 1);
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

  it('that answers nothing is lived with', async () => {
    const file = host.configure({
      processes: { ha: `${WORDS} --withdraw-delay 0`.replace('--withdraw-delay 1s ', '') },
    });
    exabgp = host.start(file, ['api.ack=false']);
    await until('all routes', () => has());
    await until('that nobody answers', () => said('exabgp.api.ack is false') === 1);
    const before = await routesOf(host.bird);
    process.kill(daemon(), 'SIGKILL');
    await until('a successor with facts', () => said('first facts read') === 2);
    await expectUnmoved(host.bird, before);
    await service.stop();
    await until('no route', () => has(host.bird, []));
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
    await service.stop();
    await until('all of them gone', async () => (await count()) === 1, 120_000);
    expect(said('ExaBGP refused')).toBe(0);
    expect(await host.bird.ask('show', 'protocols', 'all', 'exabgp')).toMatch(/BGP state: +Established/);
  });
});
