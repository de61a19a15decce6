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
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeExabgp, startExabgp } from '../../helpers/exabgp.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { childrenOf, isAlive, listen, run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const SERVICE = { ipv4: '100.64.0.10', ipv6: '2001:db8:64::10' };
const HOST = { ipv4: '192.0.2.1', ipv6: '2001:db8:1::1' };

const ROUTER_CONFIG = `
router id 192.0.2.2;
protocol device { }
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
template bgp upstream {
  local as 65001;
  connect delay time 1; connect retry time 1; error wait time 1, 1;
}
protocol bgp host4 from upstream { neighbor 192.0.2.1 as 65000; ipv4 { import all; export none; }; }
protocol bgp host6 from upstream { neighbor 2001:db8:1::1 as 65000; ipv6 { import all; export none; }; }
`;

describeExabgp('ha2bgp under ExaBGP, with BIRD and a second router behind it', (release) => {
  let host: Namespace;
  let router: Namespace;
  let place: string;
  let bird: Started;
  let exabgp: Started;
  let service: Started;

  const startBird = (namespace: Namespace, config: string): Started => {
    const control = path.join(place, `${namespace.name}.ctl`);
    const [command = '', ...args] = [...namespace.enter, 'bird', '-f', '-c', config, '-s', control];
    return start(command, args);
  };
  const startServer = (): Started => startExabgp(path.join(place, 'exabgp.conf'), { namespace: host, release });
  /** What the router's kernel would do with a packet to the service: the gateway, or `undefined` without a usable route. */
  const gateway = async (family: 'ipv4' | 'ipv6'): Promise<string | undefined> => {
    const shown = await router.ip(family === 'ipv4' ? '-4' : '-6', '-j', 'route', 'show', SERVICE[family]);
    const routes = JSON.parse(shown || '[]') as Route[];
    return routes.find(({ type = 'unicast', flags }) => type === 'unicast' && !flags.includes('dead'))?.gateway;
  };
  const bothRoutes = async (): Promise<boolean> =>
    (await gateway('ipv4')) === HOST.ipv4 && (await gateway('ipv6')) === HOST.ipv6;
  const daemonOf = (server: Started): number => childrenOf(server.pid)[0] ?? -1;

  interface Route {
    readonly type?: string;
    readonly gateway?: string;
    readonly flags: readonly string[];
  }

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('host');
    router = await addNamespace('router');
    await connect(
      { namespace: host, device: 'up0', addresses: [`${HOST.ipv4}/30`, `${HOST.ipv6}/64`] },
      { namespace: router, device: 'down0', addresses: ['192.0.2.2/30', '2001:db8:1::2/64'] },
    );
    for (const address of [`${SERVICE.ipv4}/32`, `${SERVICE.ipv6}/128`]) {
      await host.ip('address', 'add', address, 'dev', 'lo');
    }
    const config = fs.readFileSync(path.join(root, 'contrib/exabgp.conf'), 'utf8');
    expect(config).toContain('run /usr/bin/ha2bgp ');
    fs.writeFileSync(
      path.join(place, 'exabgp.conf'),
      config.replace('/usr/bin/ha2bgp', path.join(root, 'bin/ha2bgp.js')),
    );
    fs.writeFileSync(path.join(place, 'router.conf'), ROUTER_CONFIG);
    startBird(router, path.join(place, 'router.conf'));
    bird = startBird(host, path.join(root, 'contrib/bird.conf'));
    exabgp = startServer();
  });

  afterAll(async () => {
    await stopAll();
    await host?.remove();
    await router?.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it('gives the second router usable routes with the right next hop, once something listens', async () => {
    expect(await gateway('ipv4')).toBeUndefined();
    service = await listen([`${SERVICE.ipv4}:80`], host.enter);
    await listen([`[${SERVICE.ipv6}]:80`], host.enter);
    await until('routes at the second router', bothRoutes);
    for (const address of [SERVICE.ipv4, SERVICE.ipv6]) {
      const fetch = `require('node:net').connect(80, '${address}').on('data', (data) => console.log(String(data)))`;
      const [command = '', ...args] = [...router.enter, process.execPath, '-e', fetch];
      expect(await run(command, args)).toBe('served\n');
    }
    const held = await run('birdc', ['-s', path.join(place, `${host.name}.ctl`), 'show', 'route']);
    expect(held).not.toContain('unreachable');
  });

  it('takes the route away 3 s after the listener went, and leaves the other family alone', async () => {
    await service.stop();
    const closedAt = performance.now();
    await until('the IPv4 route gone', async () => (await gateway('ipv4')) === undefined);
    expect(performance.now() - closedAt).toBeGreaterThan(2_900);
    expect(await gateway('ipv6')).toBe(HOST.ipv6);
    await listen([`${SERVICE.ipv4}:80`], host.enter);
    await until('both routes again', bothRoutes);
  });

  it('has everything back after ExaBGP was killed and started again, and leaves no process behind', async () => {
    const daemon = daemonOf(exabgp);
    expect(daemon).toBeGreaterThan(0);
    await exabgp.stop('SIGKILL');
    await until('the routes gone', async () => !(await gateway('ipv4')) && !(await gateway('ipv6')));
    await until('ha2bgp gone with its ExaBGP', () => !isAlive(daemon));
    exabgp = startServer();
    await until('both routes again', bothRoutes);
  });

  it('has everything back after BIRD was killed and started again', async () => {
    await bird.stop('SIGKILL');
    await until('the routes gone', async () => !(await gateway('ipv4')) && !(await gateway('ipv6')));
    bird = startBird(host, path.join(root, 'contrib/bird.conf'));
    await until('both routes again', bothRoutes);
  });

  it('withdraws when ha2bgp is asked to go, and comes back when ExaBGP starts it again', async () => {
    const daemon = daemonOf(exabgp);
    process.kill(daemon, 'SIGTERM');
    await until('the routes gone', async () => !(await gateway('ipv4')) && !(await gateway('ipv6')));
    await until('both routes again', bothRoutes);
    expect(daemonOf(exabgp)).not.toBe(daemon);
  });

  it('lets ExaBGP end in good order', async () => {
    const daemon = daemonOf(exabgp);
    expect(await exabgp.stop('SIGTERM')).toBe(0);
    expect(isAlive(daemon)).toBe(false);
  });
});
