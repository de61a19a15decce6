/**
 * Several next hops of a prefix (ADD-PATH, RFC 7911) and each router: it has a path by way of each, and shares traffic among
 * them where it can be made to; without ADD-PATH it has the first.
 */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import type { Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { ROUTER_NAMES, type Router } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import type { RouterRoute } from '../../helpers/routers/kind.ts';
import { addSpeakerLink, HOST, peer, plain, ROUTER, SERVICE, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

/** Beside the host itself, on the link of the router. */
const OTHER = { ipv4: '10.1.1.7', ipv6: '2001:db8:1::7' } as const;
const NEXT_HOPS = ['self', OTHER.ipv4, OTHER.ipv6].flatMap((hop) => ['--nexthop', hop]);
const STATIC = ['100.64.0.1/32', '2001:db8:64::1/128'] as const;
const SERVED = [`${SERVICE.ipv4}/32`, `${SERVICE.ipv6}/128`] as const;
/** These have one next hop, with a path identifier all the same. */
const SINGLE = ['100.64.0.2/32', '2001:db8:64::2/128'] as const;
const STATICS = [
  ...['--static', STATIC.join(' ')],
  ...['--static', `${SINGLE.join(' ')},nexthop=${OTHER.ipv4},nexthop=${OTHER.ipv6}`],
];

const otherOf = (prefix: string): string => (prefix.includes(':') ? OTHER.ipv6 : OTHER.ipv4);
const both = (prefixes: readonly string[]): RouterRoute[] =>
  prefixes.flatMap((prefix) => [plain(prefix), plain(prefix, { nextHops: [otherOf(prefix)] })]);
const single = SINGLE.map((prefix) => plain(prefix, { nextHops: [otherOf(prefix)] }));
const first = (prefixes: readonly string[]): RouterRoute[] => prefixes.map((prefix) => plain(prefix));
const orderOf = ({ prefix, nextHops }: RouterRoute): string => `${prefix} ${nextHops.join(' ')}`;

describeInterop('several next hops of a prefix', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  let served: Started[] = [];
  const log = logOf(() => daemon);
  const has = (...routes: readonly RouterRoute[]): Promise<void> =>
    hasRoutes(
      router,
      routes.toSorted((one, another) => (orderOf(one) < orderOf(another) ? -1 : 1)),
      log,
    );
  const serve = async (): Promise<void> => {
    served = [
      await listen([`${SERVICE.ipv4}:80`], link.host.enter),
      await listen([`[${SERVICE.ipv6}]:80`], link.host.enter),
    ];
  };

  beforeAll(async () => {
    link = await addSpeakerLink();
  });
  afterEach(async () => {
    await daemon?.stop();
    await router?.stop();
    for (const each of served) await each.stop();
    served = [];
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  describe.each(ROUTER_NAMES)('%s', (kind) => {
    it('has a path by way of each, as long as the service is there', async () => {
      router = await link.start(kind, { addPath: true });
      await serve();
      daemon = link.run([...peer(), ...NEXT_HOPS, ...STATICS]);
      await has(...both([...STATIC, ...SERVED]), ...single);
      for (const each of served) await each.stop();
      await has(...both(STATIC), ...single);
      await serve();
      await has(...both([...STATIC, ...SERVED]), ...single);
    }, 120_000);

    it('without ADD-PATH has the first', async () => {
      router = await link.start(kind, { addPath: false });
      await serve();
      daemon = link.run([...peer(), ...NEXT_HOPS, ...STATICS]);
      await has(...first([...STATIC, ...SERVED]), ...single);
      for (const each of served) await each.stop();
      await has(...first(STATIC), ...single);
      await daemon.logged('no ADD-PATH on its side: of several next hops it is told the first');
    }, 120_000);
  });

  it('of one that asks for all of it again, are told again', async () => {
    router = await link.start('bird', { addPath: true });
    daemon = link.run([...peer(), ...NEXT_HOPS, ...STATICS]);
    await has(...both(STATIC), ...single);
    const before = (await router.session()).updates;
    await router.refresh();
    await daemon.logged('route refresh');
    await until('told once more', async () => (await router.session()).updates >= before + 6);
    await has(...both(STATIC), ...single);
  }, 120_000);

  it('are told as far as the session has an address for them', async () => {
    router = await link.start('bird', { addPath: true });
    daemon = link.run(['--peer', `${ROUTER.ipv4},as=${ROUTER.as}`, ...NEXT_HOPS, '--static', STATIC.join(' ')]);
    await has(...both([STATIC[0]]), plain(STATIC[1], { nextHops: [OTHER.ipv6] }));
    await daemon.logged('"msg":"not all routes are told"');
  }, 120_000);

  it('are not told to a peer for which that is turned off', async () => {
    router = await link.start('bird', { addPath: true });
    daemon = link.run([...peer('add-path=false'), ...NEXT_HOPS, ...STATICS]);
    await has(...first(STATIC), ...single);
  }, 120_000);

  describe.each(['bird', 'frr'] as const)('%s', (kind) => {
    it('shares traffic among them, as the routes of the kernel on its side show', async () => {
      router = await link.start(kind, { addPath: true, mergePaths: true });
      daemon = link.run([...peer(), ...NEXT_HOPS, ...STATICS]);
      await has(...both(STATIC), ...single);
      for (const prefix of STATIC) {
        const own = prefix.includes(':') ? HOST.ipv6 : HOST.ipv4;
        await until(
          () => `both next hops of ${prefix} in the kernel`,
          async () => `${await gatewaysOf(link.router, prefix)}` === `${[own, otherOf(prefix)]}`,
        );
      }
    }, 120_000);
  });
});

async function gatewaysOf(namespace: Namespace, prefix: string): Promise<string[]> {
  const text = await namespace.ip(prefix.includes(':') ? '-6' : '-4', 'route', 'show', prefix);
  return [...text.matchAll(/ via (\S+)/g)].map(([, gateway = '']) => gateway).sort();
}
