/**
 * The routers of the interop tests themselves: what each says of its routes, through its own command line and our reading of
 * it, is what a BIRD announced. Each runs its example of contrib/ with nothing of a session changed.
 *
 *     namespace "announcer"                         namespace "router"
 *     BIRD  10.1.1.1, 2001:db8:1::1 ──eBGP, veth──► 10.1.1.254, 2001:db8:1::254
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Bird, startBird } from '../../helpers/bird.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import {
  INSTALLED_ROUTERS,
  programOf,
  ROUTER_NAMES,
  type Router,
  type RouterName,
  startRouter,
  versionsOf,
} from '../../helpers/router.ts';
import { hasRoutes, hasSession } from '../../helpers/routers/expecting.ts';
import type { RouterNeighbor, RouterRoute } from '../../helpers/routers/kind.ts';
import { until } from '../../helpers/until.ts';

const ANNOUNCER = { ipv4: '10.1.1.1', ipv6: '2001:db8:1::1', as: 65_000 };
const ROUTER = { ipv4: '10.1.1.254', ipv6: '2001:db8:1::254', as: 65_001 };

const EVERYTHING = `
  bgp_path.prepend(4200000001); bgp_path.prepend(65010);
  bgp_community.add((65000, 1)); bgp_community.add((65535, 0)); bgp_community.add((65535, 65281));
  bgp_large_community.add((65000, 1, 4294967294)); bgp_large_community.add((4200000000, 2, 3));
  bgp_ext_community.add((rt, 65000, 4000000000)); bgp_ext_community.add((rt, 4200000000, 7));
  bgp_ext_community.add((rt, 192.0.2.1, 5)); bgp_ext_community.add((ro, 65000, 1));`;
const says = (as: number): string => `
router id ${ANNOUNCER.ipv4};
log stderr all;
protocol device { }
protocol static services4 {
  ipv4;
  route 100.64.0.1/32 blackhole { ${EVERYTHING} };
  route 100.64.0.2/32 blackhole;
  route 100.64.0.3/32 blackhole { bgp_origin = ORIGIN_EGP; };
  route 100.64.0.4/32 blackhole { bgp_origin = ORIGIN_INCOMPLETE; };
  route 100.64.0.128/25 blackhole;
  route 192.0.2.1/32 blackhole;
}
protocol static services6 {
  ipv6;
  route 2001:db8:64::1/128 blackhole { ${EVERYTHING} };
  route 2001:db8:64::2/128 blackhole;
  route 2001:db8:65::2/128 blackhole;
}
filter told {
  if net ~ [ 100.64.0.1/32 ] || net ~ [ 2001:db8:64::1/128 ] then { bgp_med = 4294967295; bgp_local_pref = 7; }
  accept;
}
template bgp announced {
  debug { packets };
  local as ${as};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
}
`;
/** One session for both families. */
const BOTH = `${says(ANNOUNCER.as)}
protocol bgp families from announced {
  neighbor ${ROUTER.ipv4} as ${ROUTER.as};
  ipv4 { import none; export filter told; };
  ipv6 { import none; export filter told; next hop address ${ANNOUNCER.ipv6}; };
}`;
/** A session each, inside one AS; over IPv4 protected by a password. */
const INTERNAL = `${says(ROUTER.as)}
protocol bgp over4 from announced {
  neighbor ${ROUTER.ipv4} as ${ROUTER.as}; direct; password "nobody-knows";
  ipv4 { import none; export filter told; };
}
protocol bgp over6 from announced {
  neighbor ${ROUTER.ipv6} as ${ROUTER.as}; direct;
  ipv6 { import none; export filter told; };
}`;

/** GoBGP and ExaBGP have no command that asks. */
const CALLING = ROUTER_NAMES.filter((kind) => !['exabgp', 'gobgp'].includes(programOf(kind)));

const RICH = {
  origin: 'igp',
  med: 4_294_967_295,
  communities: ['65000:1', 'graceful-shutdown', 'no-export'],
  largeCommunities: ['4200000000:2:3', '65000:1:4294967294'],
  extendedCommunities: ['origin:65000:1', 'target:192.0.2.1:5', 'target:4200000000:7', 'target:65000:4000000000'],
} as const;
const PLAIN = { origin: 'igp', communities: [], largeCommunities: [], extendedCommunities: [] } as const;

/** What the filters of the examples leave of it: not the network, and not what is outside of the service networks. */
const expected = (asPath: readonly number[], internal: { localPreference?: number }): RouterRoute[] => {
  const own = (route: Partial<RouterRoute>): Omit<RouterRoute, 'prefix' | 'nextHops'> => {
    const preference = internal.localPreference === undefined ? {} : { localPreference: 100 };
    return { ...PLAIN, asPath, ...preference, ...route };
  };
  const rich = own({ ...RICH, asPath: [...asPath, 65_010, 4_200_000_001], ...internal });
  return [
    { prefix: '100.64.0.1/32', nextHops: [ANNOUNCER.ipv4], ...rich },
    { prefix: '100.64.0.2/32', nextHops: [ANNOUNCER.ipv4], ...own({}) },
    { prefix: '100.64.0.3/32', nextHops: [ANNOUNCER.ipv4], ...own({ origin: 'egp' }) },
    { prefix: '100.64.0.4/32', nextHops: [ANNOUNCER.ipv4], ...own({ origin: 'incomplete' }) },
    { prefix: '2001:db8:64::1/128', nextHops: [ANNOUNCER.ipv6], ...rich },
    { prefix: '2001:db8:64::2/128', nextHops: [ANNOUNCER.ipv6], ...own({}) },
  ];
};

/** ExaBGP has no filter. */
const shown = (kind: RouterName, routes: readonly RouterRoute[]): RouterRoute[] => {
  if (programOf(kind) !== 'exabgp') return [...routes];
  const more = ['100.64.0.128/25', '192.0.2.1/32', '2001:db8:65::2/128'].map((prefix) => {
    const like = routes.find(
      (route) => route.prefix === (prefix.includes(':') ? '2001:db8:64::2/128' : '100.64.0.2/32'),
    );
    if (like === undefined) throw new Error('no plain route');
    return { ...like, prefix };
  });
  return [...routes, ...more].sort((one, other) => (one.prefix < other.prefix ? -1 : 1));
};

describeInterop('the routers of these tests', () => {
  it.each(ROUTER_NAMES)('%s is the release that it is taken for', async (kind) => {
    const { expected, said } = await versionsOf(kind);
    expect(said).toContain(` ${expected}`);
  });

  let place: string;
  let announcer: Namespace;
  let namespace: Namespace;
  let router: Router | undefined;
  let bird: Bird | undefined;

  const starts = (kind: RouterName, as: number, neighbors: readonly RouterNeighbor[]): Promise<Router> =>
    startRouter(kind, { namespace, place, as, routerId: ROUTER.ipv4, neighbors });
  const said = (): string => bird?.stderr() ?? '';
  const has = (from: Router, routes: readonly RouterRoute[]): Promise<void> => hasRoutes(from, routes, said);
  const isUp = (from: Router, address: string): Promise<void> => hasSession(from, address, said);

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    announcer = await addNamespace('announcer');
    namespace = await addNamespace('router');
    await connect(
      { namespace: announcer, device: 'down0', addresses: [`${ANNOUNCER.ipv4}/24`, `${ANNOUNCER.ipv6}/64`] },
      { namespace, device: 'up0', addresses: [`${ROUTER.ipv4}/24`, `${ROUTER.ipv6}/64`] },
    );
  });

  afterEach(async () => {
    await bird?.stop();
    await router?.stop();
    [bird, router] = [undefined, undefined];
  });

  afterAll(async () => {
    await stopAll();
    await announcer?.remove();
    await namespace?.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it.each(ROUTER_NAMES)('%s tells what it was told by another AS, and what became of it', async (kind) => {
    const neighbor = { address: ANNOUNCER.ipv4, as: ANNOUNCER.as, localAddress: ROUTER.ipv4 };
    router = await starts(kind, ROUTER.as, [neighbor]);
    expect(await router.routes()).toEqual([]);
    expect(await router.session()).toMatchObject({ isEstablished: false });
    bird = startBird(announcer, place, 'announcer', BOTH);
    await isUp(router, ANNOUNCER.ipv4);
    expect(await router.session()).toMatchObject({ holdTime: 9 });
    const all = shown(kind, expected([ANNOUNCER.as], {}));
    await has(router, all);
    await bird.ask('disable', 'services6');
    await has(
      router,
      all.filter(({ prefix }) => !prefix.includes(':')),
    );
    await bird.ask('enable', 'services6');
    await has(router, all);
    await bird.stop('SIGKILL');
    bird = undefined;
    await has(router, []);
    expect(await router.session()).toMatchObject({ isEstablished: false });
  });

  it.each(INSTALLED_ROUTERS)(
    '%s in the same AS, with a session each for IPv4 and IPv6, a password, and a restart',
    async (kind) => {
      router = await starts(kind, ROUTER.as, [
        {
          address: ANNOUNCER.ipv4,
          as: ROUTER.as,
          localAddress: ROUTER.ipv4,
          families: ['ipv4'],
          password: 'nobody-knows',
        },
        { address: ANNOUNCER.ipv6, as: ROUTER.as, localAddress: ROUTER.ipv6, families: ['ipv6'], holdTime: 30 },
      ]);
      bird = startBird(announcer, place, 'announcer', INTERNAL);
      const all = shown(kind, expected([], { localPreference: 7 }));
      for (const signal of ['SIGTERM', 'SIGKILL', undefined] as const) {
        await isUp(router, ANNOUNCER.ipv4);
        await isUp(router, ANNOUNCER.ipv6);
        await has(router, all);
        expect(await router.session(ANNOUNCER.ipv6)).toMatchObject({ holdTime: 30 });
        if (signal !== undefined) await router.restart(signal);
      }
    },
  );

  it.each(CALLING)('%s calls, and asks for all routes again', async (kind) => {
    bird = startBird(announcer, place, 'announcer', BOTH.replace('connect delay time 1', 'passive yes'));
    const neighbor = { address: ANNOUNCER.ipv4, as: ANNOUNCER.as, localAddress: ROUTER.ipv4, passive: false };
    router = await starts(kind, ROUTER.as, [neighbor]);
    await has(router, expected([ANNOUNCER.as], {}));
    const { stderr } = bird;
    expect(stderr()).not.toContain('Got ROUTE-REFRESH');
    await router.refresh();
    await until('the BIRD asked', () => stderr().includes('Got ROUTE-REFRESH'));
  });
});
