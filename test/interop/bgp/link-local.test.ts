/**
 * A peer that connects to us from a link-local address, and another host with that same address on another link:
 *
 *     namespace "router"   fe80::b ──down0──up0── fe80::a ┐
 *                                                         ├ namespace "host", ha2bgp
 *     namespace "stranger" fe80::b ──down1──up1── fe80::a ┘
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

const ROUTE = '2001:db8:f::7/128';

const config = (routerId: string, device: string): string => `
router id ${routerId};
protocol device { }
protocol bgp ha2bgp {
  local fe80::b as 65001; neighbor fe80::a%${device} as 65000;
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  ipv6 { import all; export none; };
}
`;

describeInterop('a peer at a link-local address that connects', () => {
  let place: string;
  let namespaces: Namespace[];

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    namespaces = [];
    for (const role of ['ll-host', 'll-router', 'll-stranger']) namespaces.push(await addNamespace(role));
    const [host, ...others] = namespaces as [Namespace, Namespace, Namespace];
    for (const [index, other] of others.entries()) {
      await connect(
        { namespace: host, device: `up${index}`, addresses: ['fe80::a/64'] },
        { namespace: other, device: `down${index}`, addresses: ['fe80::b/64'] },
      );
    }
  });
  afterEach(async () => {
    await stopAll();
    for (const namespace of namespaces) await namespace.remove();
    fs.rmSync(place, { recursive: true });
  });

  it.each([
    ['at a listener of that device', '[fe80::a%up0]:179'],
    ['at a listener of every address', '[::]:179'],
  ])('is taken by the device that it is on, and no other, %s', async (_, listen) => {
    const [host, router, stranger] = namespaces as [Namespace, Namespace, Namespace];
    const bird = startBird(router, place, 'router', config('10.1.1.2', 'down0'));
    startBird(stranger, place, 'stranger', config('10.1.1.3', 'down1'));
    const words = ['--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', '10.1.1.1'];
    const peer = 'fe80::b%up0,as=65001,passive';
    const daemon = startDaemon(
      ['--network', '100.64.0.0/24', ...words, '--static', ROUTE, '--peer', peer, '--bgp-listen', listen],
      {},
      host.enter,
    );
    await until(
      () => `the route\n${daemon.stderr()}`,
      async () => (await routesOf(bird)).includes(ROUTE),
    );
    expect((await bird.routes())[0]?.attributes['BGP.next_hop']).toMatch(/fe80::a/);
    if (listen.includes('::]')) await daemon.logged('fe80::b%up1');
    expect(daemon.count('session up')).toBe(1);
  });

  const routesOf = async (bird: Bird): Promise<readonly string[]> =>
    (await bird.routes().catch(() => [])).map(({ prefix }) => prefix);
});
