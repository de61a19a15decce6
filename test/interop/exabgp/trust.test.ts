/**
 * What ExaBGP goes through in years of running: neighbors that are added and restarted, an ExaBGP that answers nothing, one
 * that ends. Afterwards the neighbor has just what is wanted, and what stayed up has not moved. More of it, which takes
 * longer: test/long/exabgp.test.ts.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { expectUnmoved, routesOf } from '../../helpers/exabgp-host.ts';
import { type Started, stopAll } from '../../helpers/processes.ts';
import { addServedHost, hasJust, PREFIXES, type ServedHost, WORDS } from '../../helpers/served-host.ts';
import { until } from '../../helpers/until.ts';

describeExabgp('trust', (release) => {
  let host: ServedHost;
  let exabgp: Started;

  const said = (text: string): number => exabgp.stderr().split(text).length - 1;
  const has = (bird = host.bird, wanted = PREFIXES): Promise<boolean> => hasJust(bird, wanted);
  const daemon = (): number => host.daemons(exabgp)[0] ?? -1;

  beforeEach(async () => {
    host = await addServedHost('trust', release);
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
    await host.service.stop();
    await until('no route', () => has(host.bird, []));
  });

  it('that stands still while ha2bgp is asked to go: it goes, and its successor has everything', async () => {
    exabgp = host.start(host.configure({ processes: { ha: WORDS } }));
    await until('all routes', () => has());
    process.kill(exabgp.pid, 'SIGSTOP');
    process.kill(daemon(), 'SIGTERM');
    await until('the end', () => said('stopped') === 1);
    process.kill(exabgp.pid, 'SIGCONT');
    await until('a successor', () => said('first facts read') === 2);
    await until('all routes', () => has());
    expect(said('ExaBGP refused')).toBe(0);
  });
});
