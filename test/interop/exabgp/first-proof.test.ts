/**
 * The main job, end to end: ha2bgp under a real ExaBGP, a BIRD beside it on the same host (sessions on two loopback
 * addresses), and a second router behind that BIRD, which has to end up with a route that it can use.
 *
 *     namespace "host"                                             namespace "router"
 *     listener  ha2bgp ──stdout──► ExaBGP ──iBGP──► BIRD ──────eBGP, veth──────► BIRD ──► kernel
 *     100.64.0.10              127.0.1.2      127.0.1.1 192.0.2.1     192.0.2.2
 *
 * The two configuration files are those of contrib/, with nothing changed but the path of ha2bgp.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../helpers/daemon.ts';
import { describeExabgp, startExabgp } from '../../helpers/exabgp.ts';
import { childrenOf, isAlive, listen, type Started, stopAll } from '../../helpers/processes.ts';
import { addSecondRouter, SERVICE, type SecondRouter } from '../../helpers/second-router.ts';
import { until } from '../../helpers/until.ts';

describeExabgp('ha2bgp under ExaBGP, with BIRD and a second router behind it', (release) => {
  let network: SecondRouter;
  let bird: Started;
  let exabgp: Started;
  let service: Started;

  const startServer = (): Started =>
    startExabgp(path.join(network.place, 'exabgp.conf'), { namespace: network.host, release });
  const bothRoutes = async (): Promise<boolean> => (await network.hasRoute('ipv4')) && (await network.hasRoute('ipv6'));
  const noRoute = async (): Promise<boolean> => !(await network.hasRoute('ipv4')) && !(await network.hasRoute('ipv6'));
  const daemonOf = (server: Started): number => childrenOf(server.pid)[0] ?? -1;

  beforeAll(async () => {
    network = await addSecondRouter();
    const config = fs.readFileSync(path.join(root, 'contrib/exabgp.conf'), 'utf8');
    expect(config).toContain('run /usr/bin/ha2bgp ');
    fs.writeFileSync(
      path.join(network.place, 'exabgp.conf'),
      config.replace('/usr/bin/ha2bgp', path.join(root, 'bin/ha2bgp.js')),
    );
    bird = network.startBird();
    exabgp = startServer();
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

  it('has everything back after ExaBGP was killed and started again, and leaves no process behind', async () => {
    const daemon = daemonOf(exabgp);
    expect(daemon).toBeGreaterThan(0);
    await exabgp.stop('SIGKILL');
    await until('the routes gone', noRoute);
    await until('ha2bgp gone with its ExaBGP', () => !isAlive(daemon));
    exabgp = startServer();
    await until('both routes again', bothRoutes);
  });

  it('has everything back after BIRD was killed and started again', async () => {
    await bird.stop('SIGKILL');
    await until('the routes gone', noRoute);
    bird = network.startBird();
    await until('both routes again', bothRoutes);
  });

  it('withdraws when ha2bgp is asked to go, and comes back when ExaBGP starts it again', async () => {
    const daemon = daemonOf(exabgp);
    process.kill(daemon, 'SIGTERM');
    await until('the routes gone', noRoute);
    await until('both routes again', bothRoutes);
    expect(daemonOf(exabgp)).not.toBe(daemon);
  });

  it('lets ExaBGP end in good order', async () => {
    const daemon = daemonOf(exabgp);
    expect(await exabgp.stop('SIGTERM')).toBe(0);
    expect(isAlive(daemon)).toBe(false);
  });
});
