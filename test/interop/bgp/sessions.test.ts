/**
 * ha2bgp's speaker and each router, from the first route to the last: what is told of it, withdrawn, told again when it is
 * asked for, and told anew after either side was started again.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { ROUTER_NAMES, type Router } from '../../helpers/router.ts';
import { hasNoSession, hasRoutes, hasSession, logOf } from '../../helpers/routers/expecting.ts';
import type { RouterNeighbor, RouterRoute } from '../../helpers/routers/kind.ts';
import { addSpeakerLink, HOST, peer, plain, ROUTER, SERVICE, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

const SAYS = [
  ...['med=4294967295', 'as-path=65000', 'as-path=65010', 'as-path=4200000001'],
  ...['community=65000:1', 'community=graceful-shutdown', 'community=no-export'],
  ...['large-community=65000:1:4294967294', 'large-community=4200000000:2:3'],
  ...['extended-community=target:65000:4000000000', 'extended-community=target:4200000000:7'],
  ...['extended-community=target:192.0.2.1:5', 'extended-community=origin:65000:1'],
];
const SAID: Partial<RouterRoute> = {
  asPath: [65_000, 65_010, 4_200_000_001],
  med: 4_294_967_295,
  communities: ['65000:1', 'graceful-shutdown', 'no-export'],
  largeCommunities: ['4200000000:2:3', '65000:1:4294967294'],
  extendedCommunities: ['origin:65000:1', 'target:192.0.2.1:5', 'target:4200000000:7', 'target:65000:4000000000'],
};
const STATICS = [
  ...['--static', ['100.64.0.1/32 2001:db8:64::1/128', ...SAYS].join(',')],
  ...['--static', '100.64.0.2/32,nexthop=10.1.1.7'],
];
const STATIC_ROUTES = [
  plain('100.64.0.1/32', SAID),
  plain('100.64.0.2/32', { nextHops: ['10.1.1.7'] }),
  plain('2001:db8:64::1/128', SAID),
];
const SERVED = [plain(`${SERVICE.ipv4}/32`), plain(`${SERVICE.ipv6}/128`)];
const sorted = (...routes: readonly RouterRoute[]): RouterRoute[] =>
  routes.toSorted((one, other) => (one.prefix < other.prefix ? -1 : 1));

/** Inside one AS: no path, and a preference. */
const internal = (route: RouterRoute): RouterRoute => ({ ...route, asPath: [], localPreference: 200 });

/** GoBGP and ExaBGP have no command that asks for routes once more. */
const asks = ({ program }: Router): boolean => program !== 'gobgp' && program !== 'exabgp';

describeInterop('the speaker and a router', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  let served: Started[] = [];

  const serve = async (): Promise<void> => {
    served = [
      await listen([`${SERVICE.ipv4}:80`], link.host.enter),
      await listen([`[${SERVICE.ipv6}]:80`], link.host.enter),
    ];
  };
  const has = (...routes: readonly RouterRoute[]): Promise<void> =>
    hasRoutes(
      router,
      sorted(...routes),
      logOf(() => daemon),
    );

  beforeAll(async () => {
    link = await addSpeakerLink();
  });
  afterEach(async () => {
    await daemon?.stop();
    await router?.stop();
    for (const each of served) await each.stop();
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  describe.each(ROUTER_NAMES)('%s', (kind) => {
    it('is called, and has what is announced and nothing else, whatever is started again', async () => {
      router = await link.start(kind);
      await serve();
      daemon = link.run([...peer(), ...STATICS]);
      await has(...STATIC_ROUTES, ...SERVED);
      expect(await router.session()).toMatchObject({ isEstablished: true, holdTime: 9 });

      for (const each of served) await each.stop();
      await has(...STATIC_ROUTES);
      await serve();
      await has(...STATIC_ROUTES, ...SERVED);

      if (asks(router)) {
        const before = (await router.session()).updates;
        await router.refresh();
        await daemon.logged('route refresh');
        await until('told once more', async () => (await router.session()).updates >= before + 2);
        await has(...STATIC_ROUTES, ...SERVED);
      }

      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await router.restart(signal);
        await has(...STATIC_ROUTES, ...SERVED);
      }

      await daemon.stop('SIGKILL');
      daemon = link.run([...peer(), '--static', '100.64.0.2/32 100.64.0.3/32']);
      await has(plain('100.64.0.2/32'), plain('100.64.0.3/32'), ...SERVED);

      expect(await daemon.stop()).toBe(0);
      await hasRoutes(router, []);
      await hasNoSession(router);
    }, 300_000);

    it('calls, with a session for each family, inside one AS', async () => {
      const own = { as: HOST.as, passive: false };
      const neighbors: RouterNeighbor[] = [
        { ...own, address: HOST.ipv4, localAddress: ROUTER.ipv4, families: ['ipv4'] },
        { ...own, address: HOST.ipv6, localAddress: ROUTER.ipv6, families: ['ipv6'] },
      ];
      const words = [
        ...['--bgp-listen', HOST.ipv4, '--bgp-listen', `[${HOST.ipv6}]:179`, '--local-preference', '200'],
        ...['--peer', `${ROUTER.ipv4},as=${HOST.as},passive`, '--peer', `${ROUTER.ipv6},as=${HOST.as},passive`],
      ];
      daemon = link.run([...words, '--static', '100.64.0.1/32 2001:db8:64::1/128']);
      router = await link.start(kind, {}, { as: HOST.as, neighbors });
      await serve();
      const routes = [...SERVED, plain('100.64.0.1/32'), plain('2001:db8:64::1/128')].map(internal);
      await has(...routes);

      await daemon.stop('SIGKILL');
      await hasRoutes(router, []);
      daemon = link.run(words);
      await has(...SERVED.map(internal));
      for (const address of [HOST.ipv4, HOST.ipv6]) await hasSession(router, address);
    }, 300_000);
  });
});
