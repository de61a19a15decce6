/**
 * Next hops over IPv6, as far as the kernel of the router's side: RFC 2545 (a link-local address besides), a session between
 * link-local addresses alone, and IPv4 by way of IPv6 (RFC 8950).
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bird, startBird } from '../../helpers/bird.ts';
import { startDaemon } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const ROUTES = ['100.64.0.7/32', '2001:db8:f::7/128'];
const GLOBAL = { ours: '2001:db8:1::1', theirs: '2001:db8:1::2' };

const config = (local: string, neighbor: string): string => `
router id 10.0.0.2;
protocol device { }
protocol direct { ipv6; }
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
protocol bgp ha2bgp {
  local ${local} as 65001; neighbor ${neighbor} as 65000; passive on;
  ipv4 { import all; export none; extended next hop on; };
  ipv6 { import all; export none; };
}
`;

describeInterop('next hops over IPv6', () => {
  let place: string;
  let host: Namespace;
  let router: Namespace;

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('hops-host');
    router = await addNamespace('hops-router');
    await connect(
      { namespace: host, device: 'up0', addresses: [`${GLOBAL.ours}/64`] },
      { namespace: router, device: 'down0', addresses: [`${GLOBAL.theirs}/64`] },
    );
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
    await router.remove();
    fs.rmSync(place, { recursive: true });
  });

  /** Its address of that link, once duplicate address detection has let go of it. */
  const linkLocalOf = (namespace: Namespace, device: string): Promise<string> =>
    until(`a link-local address on ${device}`, async () => {
      const text = await namespace.ip('-6', '-o', 'address', 'show', 'dev', device, 'scope', 'link', '-tentative');
      return /inet6 (fe80:\S+)\/64/.exec(text)?.[1];
    });

  async function announce(peer: string, local: string, neighbor: string): Promise<Bird> {
    const bird = startBird(router, place, 'router', config(local, neighbor));
    await until('BIRD', () => bird.ask('show', 'status').then(Boolean, () => false));
    const words = ['--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', '10.1.1.1'];
    const routes = ROUTES.flatMap((prefix) => ['--static', prefix]);
    startDaemon(
      ['--network', '100.64.0.0/24', ...words, ...routes, '--peer', `${peer},as=65001,extended-next-hop`],
      {},
      host.enter,
    );
    await until(
      'both routes',
      async () => (await bird.routes()).filter(({ prefix }) => ROUTES.includes(prefix)).length === 2,
    );
    return bird;
  }

  const nextHopsOf = async (bird: Bird): Promise<unknown> =>
    (await bird.routes())
      .filter(({ prefix }) => ROUTES.includes(prefix))
      .map(({ prefix, attributes }) => [prefix, attributes['BGP.next_hop']]);
  const inKernel = async (): Promise<string[]> => {
    const v4 = await until('the IPv4 route', async () => (await router.ip('route', 'show', '100.64.0.7')) || undefined);
    const v6 = await until(
      'the IPv6 route',
      async () => (await router.ip('-6', 'route', 'show', '2001:db8:f::7')) || undefined,
    );
    return [v4, v6].map((text) => / via (?:inet6 )?(\S+) dev down0/.exec(text)?.[1] ?? text);
  };

  it('are our own address, global and link-local, to an external peer on the link', async () => {
    const linkLocal = await linkLocalOf(host, 'up0');
    await linkLocalOf(router, 'down0');
    const bird = await announce(GLOBAL.theirs, GLOBAL.theirs, GLOBAL.ours);
    expect(await nextHopsOf(bird)).toEqual(ROUTES.map((prefix) => [prefix, `${GLOBAL.ours} ${linkLocal}`]));
    expect(await inKernel()).toEqual([GLOBAL.ours, GLOBAL.ours]);
  });

  it('are link-local on a session between link-local addresses', async () => {
    const [ours, theirs] = [await linkLocalOf(host, 'up0'), await linkLocalOf(router, 'down0')];
    const bird = await announce(`${theirs}%up0`, theirs, `${ours}%down0`);
    expect(await nextHopsOf(bird)).toEqual(ROUTES.map((prefix) => [prefix, `:: ${ours}`]));
    expect(await inKernel()).toEqual([ours, ours]);
  });
});
