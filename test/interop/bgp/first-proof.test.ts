/**
 * The main job with the speaker in ExaBGP's place: a BIRD on the same host (a session on two loopback addresses), and a
 * second router behind it, which has to end up with a route that it can use. contrib/bird.conf with nothing changed.
 *
 *     namespace "host"                                             namespace "router"
 *     listener  ha2bgp ──iBGP──► BIRD ──────eBGP, veth──────► BIRD ──► kernel
 *     100.64.0.10   127.0.1.2  127.0.1.1 192.0.2.1     192.0.2.2
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { addSecondRouter, SERVICE, type SecondRouter } from '../../helpers/second-router.ts';
import { until } from '../../helpers/until.ts';

const WORDS = [
  ...['run', '--network', '100.64.0.0/24', '--network', '2001:db8:64::/64', '--nexthop', '2001:db8:1::1'],
  ...['--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', '127.0.1.2'],
  ...['--peer', '127.0.1.1,as=65000,local-address=127.0.1.2'],
];

describeInterop('the speaker, with BIRD and a second router behind it', () => {
  let network: SecondRouter;
  let bird: Started;
  let daemon: Daemon;
  let service: Started;

  const startSpeaker = (): Daemon => startDaemon(WORDS, { env: { HA2BGP_STATE_DIR: undefined } }, network.host.enter);
  const bothRoutes = async (): Promise<boolean> => (await network.hasRoute('ipv4')) && (await network.hasRoute('ipv6'));
  const noRoute = async (): Promise<boolean> => !(await network.hasRoute('ipv4')) && !(await network.hasRoute('ipv6'));

  beforeAll(async () => {
    network = await addSecondRouter();
    bird = network.startBird();
    daemon = startSpeaker();
  });

  afterAll(async () => {
    await stopAll();
    await network?.remove();
  });

  it('gives the second router usable routes with the right next hop, once something listens', async () => {
    expect(await network.hasRoute('ipv4')).toBe(false);
    service = await listen([`${SERVICE.ipv4}:80`], network.host.enter);
    await listen([`[${SERVICE.ipv6}]:80`], network.host.enter);
    await until('routes at the second router', bothRoutes);
    for (const family of ['ipv4', 'ipv6'] as const) expect(await network.fetch(family)).toBe('served\n');
    expect(await network.held()).not.toContain('unreachable');
  });

  it('takes the route away 3 s after the listener went, and leaves the other family alone', async () => {
    await service.stop();
    const closedAt = performance.now();
    await until('the IPv4 route gone', async () => !(await network.hasRoute('ipv4')));
    expect(performance.now() - closedAt).toBeGreaterThan(2_900);
    expect(await network.hasRoute('ipv6')).toBe(true);
    await listen([`${SERVICE.ipv4}:80`], network.host.enter);
    await until('both routes again', bothRoutes);
  });

  it('has everything back after it was killed and started again', async () => {
    await daemon.stop('SIGKILL');
    await until('the routes gone', noRoute);
    daemon = startSpeaker();
    await until('both routes again', bothRoutes);
  });

  it('has everything back after BIRD was killed and started again', async () => {
    await bird.stop('SIGKILL');
    await until('the routes gone', noRoute);
    bird = network.startBird();
    await until('both routes again', bothRoutes);
  });

  it('withdraws when it is asked to go', async () => {
    expect(await daemon.stop('SIGTERM')).toBe(0);
    await until('the routes gone', noRoute);
  });
});
