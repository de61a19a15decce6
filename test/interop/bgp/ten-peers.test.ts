/**
 * Ten routers of four kinds at once, each in a namespace of its own and on a link of its own, and one ha2bgp for all of them.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { type Router, type RouterName, startRouter } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import { HOST, plain, SERVICE } from '../../helpers/speaker-link.ts';

const KINDS: readonly RouterName[] = [
  ...['bird', 'bird', 'bird', 'frr', 'frr', 'gobgp', 'gobgp', 'gobgp'],
  ...['openbgpd', 'openbgpd'],
] as RouterName[];
const STATIC = ['100.64.0.1/32', '2001:db8:64::1/128'];

interface Place {
  readonly host: { readonly ipv4: string; readonly ipv6: string };
  readonly router: { readonly ipv4: string; readonly ipv6: string };
  readonly as: number;
}

const placeOf = (index: number): Place => ({
  host: { ipv4: `10.1.${index + 1}.1`, ipv6: `2001:db8:1:${index + 1}::1` },
  router: { ipv4: `10.1.${index + 1}.254`, ipv6: `2001:db8:1:${index + 1}::254` },
  as: 65_001 + index,
});

describeInterop('ten routers of four kinds', () => {
  let place: string;
  let host: Namespace;
  let daemon: Daemon;
  let served: Started;
  const namespaces: Namespace[] = [];
  const routers: Router[] = [];

  /** That every router but those has exactly these, by way of our address on its own link. */
  const allHave = async (prefixes: readonly string[], but: readonly Router[] = []): Promise<void> => {
    for (const [index, router] of routers.entries()) {
      if (but.includes(router)) continue;
      const { ipv4, ipv6 } = placeOf(index).host;
      const routes = prefixes.map((prefix) => plain(prefix, { nextHops: [prefix.includes(':') ? ipv6 : ipv4] }));
      await hasRoutes(
        router,
        routes,
        logOf(() => daemon),
      );
    }
  };

  /** What the log says of sessions that came and went. */
  const sessions = (): readonly string[] =>
    daemon
      .stderr()
      .split('\n')
      .filter((line) => /"msg":"session (?:up|down)"/.test(line));

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('host');
    await host.ip('address', 'add', `${SERVICE.ipv4}/32`, 'dev', 'lo');
    for (const [index, kind] of KINDS.entries()) {
      const namespace = await addNamespace(`router${index}`);
      namespaces.push(namespace);
      const at = placeOf(index);
      await connect(
        { namespace: host, device: `up${index}`, addresses: [`${at.host.ipv4}/24`, `${at.host.ipv6}/64`] },
        { namespace, device: 'down0', addresses: [`${at.router.ipv4}/24`, `${at.router.ipv6}/64`] },
      );
      // Only the one that will stand still is given up soon: the others are not to be lost on a machine that is busy.
      const holdTime = index === 0 ? 9 : 90;
      const neighbor = { address: at.host.ipv4, as: HOST.as, localAddress: at.router.ipv4, holdTime };
      const options = { namespace, place, as: at.as, routerId: at.router.ipv4, neighbors: [neighbor] };
      routers.push(await startRouter(kind, { ...options, name: `${kind}${index}` }));
    }
    served = await listen([`${SERVICE.ipv4}:80`], host.enter);
    const peers = KINDS.map((_, index) => {
      const { router, host: ours, as } = placeOf(index);
      return `${router.ipv4},as=${as},nexthop-ipv6=${ours.ipv6}`;
    });
    daemon = startDaemon(
      [
        ...['run', '--bgp-backend', 'speaker', '--local-as', String(HOST.as), '--router-id', HOST.ipv4],
        ...['--network', '100.64.0.0/24', '--announce-delay', '0', '--withdraw-delay', '0'],
        ...['--static', STATIC.join(' '), ...peers.flatMap((peer) => ['--peer', peer])],
      ],
      { env: { HA2BGP_STATE_DIR: undefined } },
      host.enter,
    );
  }, 120_000);

  afterAll(async () => {
    for (const router of routers) router.signal('SIGCONT');
    await daemon?.stop();
    await Promise.all(routers.map((router) => router.stop()));
    await stopAll();
    await host?.remove();
    for (const namespace of namespaces) await namespace.remove();
    fs.rmSync(place, { recursive: true, force: true });
  }, 120_000);

  const [first = '', ...others] = STATIC;
  const WITH_SERVICE = [first, `${SERVICE.ipv4}/32`, ...others];

  it('have all that is announced, and lose what nobody serves', async () => {
    await allHave(WITH_SERVICE);
    await served.stop();
    await allHave(STATIC);
  }, 240_000);

  it('do not notice that one of them stands still', async () => {
    const [still] = routers as [Router];
    const before = sessions().length;
    still.signal('SIGSTOP');
    served = await listen([`${SERVICE.ipv4}:80`], host.enter);
    await allHave(WITH_SERVICE, [still]);
    await daemon.logged('nothing came from the peer for the hold time');
    await served.stop();
    await allHave(STATIC, [still]);
    still.signal('SIGCONT');
    await allHave(STATIC);
    // What it does when it wakes up, after a minute or after ten seconds, is its own business; no other session moved.
    const ofStill = `"peer":"${placeOf(0).router.ipv4}"`;
    const moved = sessions().slice(before);
    expect(moved.filter((line) => !line.includes(ofStill))).toEqual([]);
    expect(moved.at(0)).toContain('nothing came from the peer for the hold time');
    expect(moved.at(-1)).toContain('"msg":"session up"');
  }, 240_000);

  it('have nothing of ours at the end', async () => {
    expect(await daemon.stop()).toBe(0);
    for (const router of routers) await hasRoutes(router, []);
  }, 240_000);
});
