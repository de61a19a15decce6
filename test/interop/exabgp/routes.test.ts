/**
 * What a route says, from our command to BIRD's own words: a real ExaBGP, told by the test, with an iBGP neighbor over IPv4
 * and an eBGP neighbor over IPv6 which takes path identifiers.
 *
 *     test ──socket──► say-lines ──stdout──► ExaBGP ──iBGP, IPv4──► BIRD "inner"
 *                                               └─────eBGP, IPv6──► BIRD "outer"
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { policyFrom } from '../../../src/config/policy.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import type { IpAddress, Prefix } from '../../../src/model/address.ts';
import {
  gracefullyShutDown,
  type NextHop,
  type Route,
  type RouteAttributes,
  type RouteScope,
} from '../../../src/model/route.ts';
import { groupLines, type Verb } from '../../../src/sink/exabgp/commands.ts';
import { type Bird, type BirdRoute, startBird } from '../../helpers/bird.ts';
import { bin } from '../../helpers/daemon.ts';
import { describeExabgp, startExabgp } from '../../helpers/exabgp.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { listen, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const INNER = { bird: '127.0.1.1', exabgp: '127.0.1.2' };
const OUTER = { bird: '2001:db8:b::1', exabgp: '2001:db8:b::2' };
const NEXT_HOP = { ipv4: '192.0.2.9', ipv6: '2001:db8:1::9' } as const;

const INNER_CONFIG = `
router id ${INNER.bird};
protocol bgp exabgp {
  local ${INNER.bird} as 65000; neighbor ${INNER.exabgp} as 65000;
  multihop; passive yes; error wait time 1, 1;
  ipv4 { import all; export none; }; ipv6 { import all; export none; };
}
`;
const OUTER_CONFIG = `
router id 192.0.2.200;
protocol bgp exabgp {
  local ${OUTER.bird} as 65001; neighbor ${OUTER.exabgp} as 65000;
  multihop; passive yes; error wait time 1, 1;
  ipv4 { import all; export none; add paths rx; }; ipv6 { import all; export none; add paths rx; };
}
`;
const neighborConfig = (of: typeof INNER, peerAs: number, more = ''): string => `
neighbor ${of.bird} {
  router-id 192.0.2.100; local-address ${of.exabgp}; local-as 65000; peer-as ${peerAs};
  family { ipv4 unicast; ipv6 unicast; }
  api { processes [ test ha ]; }
  ${more}
}
`;

/** What is said besides the next hop, and what BIRD has of it; of the lists in any order. */
interface Case {
  readonly name: string;
  readonly says: Omit<RouteAttributes, 'nextHop'>;
  readonly inner: Readonly<Record<string, string>>;
  readonly outer: Readonly<Record<string, string>>;
}

const IBGP = { 'BGP.as_path': '', 'BGP.local_pref': '100' };
/** LOCAL_PREF is no part of eBGP: this one is BIRD's own. */
const EBGP = { 'BGP.as_path': '65000', 'BGP.local_pref': '100' };
const communities = '(65000,1) (65535,0) (65535,666) (65535,7) (65535,65281) (65535,65282) (65535,65283) (65535,65284)';
const transitive =
  '(rt, 65000, 4000000000) (rt, 4200000000, 7) (rt, 192.0.2.1, 5) (ro, 65000, 1) (ro, 198.51.100.1, 65535) (ro, 4200000001, 8)';
const CASES: readonly Case[] = [
  { name: 'nothing', says: {}, inner: IBGP, outer: EBGP },
  {
    name: 'a MED',
    says: { med: 4_294_967_295 },
    inner: { ...IBGP, 'BGP.med': '4294967295' },
    outer: { ...EBGP, 'BGP.med': '4294967295' },
  },
  {
    name: 'a local preference',
    says: { localPreference: 4_000_000_000 },
    inner: { ...IBGP, 'BGP.local_pref': '4000000000' },
    outer: EBGP,
  },
  {
    name: 'an AS path, which an eBGP neighbor gets as it is',
    says: { asPath: [65_010, 65_010, 4_200_000_000] },
    inner: { ...IBGP, 'BGP.as_path': '65010 65010 4200000000' },
    outer: { ...EBGP, 'BGP.as_path': '65010 65010 4200000000' },
  },
  {
    name: 'communities',
    says: {
      communities: [
        ...['65000:1', 'graceful-shutdown', 'blackhole', 'no-llgr'],
        ...['no-export', 'no-advertise', 'no-export-subconfed', 'nopeer'],
      ],
    },
    inner: { ...IBGP, 'BGP.community': communities },
    outer: { ...EBGP, 'BGP.community': communities },
  },
  {
    name: 'that it is about to go',
    says: gracefullyShutDown({ communities: ['65000:1'], localPreference: 300 }),
    inner: { ...IBGP, 'BGP.local_pref': '0', 'BGP.community': '(65000,1) (65535,0)' },
    outer: { ...EBGP, 'BGP.community': '(65000,1) (65535,0)' },
  },
  {
    name: 'large communities',
    says: { largeCommunities: ['65000:1:2', '4294967295:0:4294967294'] },
    inner: { ...IBGP, 'BGP.large_community': '(65000, 1, 2) (4294967295, 0, 4294967294)' },
    outer: { ...EBGP, 'BGP.large_community': '(65000, 1, 2) (4294967295, 0, 4294967294)' },
  },
  {
    name: 'extended communities',
    says: {
      extendedCommunities: [
        ...['target:65000:4000000000', 'target:4200000000:7', 'target:192.0.2.1:5'],
        ...['origin:65000:1', 'origin:198.51.100.1:65535', 'origin:4200000001:8'],
      ],
    },
    inner: { ...IBGP, 'BGP.ext_community': transitive },
    outer: { ...EBGP, 'BGP.ext_community': transitive },
  },
  {
    name: 'extended communities of other kinds',
    says: { extendedCommunities: ['target4:65000:9', 'bandwidth:65000:125000000', '0x030b000000000064'] },
    // 1290693416 is 0x4cee6b28, the IEEE number of single precision for 125,000,000.
    inner: {
      ...IBGP,
      'BGP.ext_community': '(rt, 65000, 9) (unknown 0x4004, 65000, 1290693416) (generic, 0x30b0000, 0x64)',
    },
    outer: {
      ...EBGP,
      'BGP.ext_community': '(rt, 65000, 9) (unknown 0x4004, 65000, 1290693416) (generic, 0x30b0000, 0x64)',
    },
  },
  {
    name: 'everything at once',
    says: {
      med: 5,
      localPreference: 6,
      asPath: [65_010],
      communities: ['65000:2'],
      largeCommunities: ['1:2:3'],
      extendedCommunities: ['target:1:2'],
    },
    inner: {
      ...{ 'BGP.med': '5', 'BGP.local_pref': '6', 'BGP.as_path': '65010', 'BGP.community': '(65000,2)' },
      ...{ 'BGP.large_community': '(1, 2, 3)', 'BGP.ext_community': '(rt, 1, 2)' },
    },
    outer: {
      ...EBGP,
      ...{ 'BGP.med': '5', 'BGP.as_path': '65010', 'BGP.community': '(65000,2)' },
      ...{ 'BGP.large_community': '(1, 2, 3)', 'BGP.ext_community': '(rt, 1, 2)' },
    },
  },
];

const WORDS = [
  ...['--network', '100.64.0.0/24', '--network', '2001:db8:64::/64', '--announce-delay', '0', '--withdraw-delay', '0'],
  ...['--nexthop', NEXT_HOP.ipv4, '--nexthop', NEXT_HOP.ipv6, '--neighbor', INNER.bird],
  ...['--med', '5', '--local-preference', '200', '--as-path', '65010', '--as-path', '65010'],
  ...['--community', '65000:1', '--community', 'graceful-shutdown', '--large-community', '65000:1:2'],
  ...['--extended-community', 'target:192.0.2.1:5'],
];

const prefixes = (count: number): Prefix[] =>
  Array.from({ length: count }, (_, index) => [
    `198.51.100.${index + 1}/32`,
    `2001:db8:100::${(index + 1).toString(16)}/128`,
  ])
    .flat()
    .map((text) => text as Prefix);

const routesOf = (all: readonly Prefix[], says: Omit<RouteAttributes, 'nextHop'>, scope?: RouteScope): Route[] => {
  const attributes = {
    ipv4: { nextHop: NEXT_HOP.ipv4 as NextHop, ...says },
    ipv6: { nextHop: NEXT_HOP.ipv6 as NextHop, ...says },
  };
  return all.map((prefix) => ({
    prefix,
    attributes: attributes[prefix.includes(':') ? 'ipv6' : 'ipv4'],
    ...(scope === undefined ? {} : { scope }),
  }));
};

describeExabgp('what a route says, through ExaBGP to BIRD', (release) => {
  let place: string;
  let namespace: Namespace;
  let inner: Bird;
  let outer: Bird;
  let exabgp: Started;
  let server: net.Server;
  let socket: net.Socket;
  let heard = '';

  /** Says the lines, and waits until each is answered with `done`. */
  const say = async (lines: readonly string[]): Promise<void> => {
    heard = '';
    socket.write(lines.join(''));
    const answers = (): string[] => heard.split('\n').filter((line) => line !== '');
    await until(
      () => `${lines.length} answers, not ${answers().join(' ')}\n${exabgp.stdout()}${exabgp.stderr()}`,
      () => answers().length >= lines.length,
    );
    expect(answers()).toEqual(lines.map(() => 'done'));
  };
  const tell = (verb: Verb, routes: readonly Route[]): Promise<void> =>
    say(groupLines(verb, routes).map(({ line }) => line));
  const has = async (bird: Bird, expected: readonly BirdRoute[]): Promise<void> => {
    let seen: readonly BirdRoute[] = [];
    const text = (all: readonly BirdRoute[]): string => JSON.stringify(all.map(comparable).sort());
    await until(
      () => `${text(expected)}\nnot ${text(seen)}`,
      async () => {
        seen = await bird.routes();
        return text(seen) === text(expected);
      },
    );
  };

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    namespace = await addNamespace('routes');
    for (const address of [OUTER.bird, OUTER.exabgp]) {
      await namespace.ip('address', 'add', `${address}/128`, 'dev', 'lo', 'nodad');
    }
    const control = path.join(place, 'say.sock');
    const connected = new Promise<net.Socket>((resolve) => {
      server = net.createServer(resolve).listen(control);
    });
    const say = path.resolve(import.meta.dirname, '../../helpers/say-lines.mjs');
    const processes = `
process test { run ${process.execPath} ${say} ${control}; encoder text; }
process ha { run ${process.execPath} ${bin} ${WORDS.join(' ')}; encoder text; }
`;
    fs.writeFileSync(
      path.join(place, 'exabgp.conf'),
      processes + neighborConfig(INNER, 65_000) + neighborConfig(OUTER, 65_001, 'capability { add-path send; }'),
    );
    inner = startBird(namespace, place, 'inner', INNER_CONFIG);
    outer = startBird(namespace, place, 'outer', OUTER_CONFIG);
    exabgp = startExabgp(path.join(place, 'exabgp.conf'), { namespace, release });
    socket = await connected;
    socket.on('data', (data) => {
      heard += data;
    });
  });

  afterAll(async () => {
    await stopAll();
    socket?.destroy();
    server?.close();
    await namespace?.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  for (const count of [1, 20]) {
    it.each(CASES.map((each) => [each.name, each] as const))(
      `${count === 1 ? 'in single lines' : 'in groups'}: %s; and nothing after the withdraw`,
      async (_name, { says, inner: byInner, outer: byOuter }) => {
        const routes = routesOf(prefixes(count), says);
        expect(groupLines('announce', routes)).toHaveLength(2);
        await tell('announce', routes);
        for (const [bird, attributes] of [
          [inner, byInner],
          [outer, byOuter],
        ] as const) {
          await has(bird, expected(routes, attributes));
        }
        await tell('withdraw', routes);
        await has(inner, []);
        await has(outer, []);
      },
    );
  }

  it('reaches the named neighbors and no other, with the withdraw too', async () => {
    const here = routesOf(prefixes(20), {}, { neighbors: [INNER.bird as IpAddress] });
    await tell('announce', here);
    await has(inner, expected(here, IBGP));
    // A later route that everybody gets: what the outer BIRD was not sent before it, it is not sent.
    const everywhere = routesOf(OTHER, {});
    await tell('announce', everywhere);
    await has(outer, expected(everywhere, EBGP));
    // The same prefixes for the other neighbor are routes of their own.
    const there = routesOf(prefixes(20), { med: 7 }, { neighbors: [OUTER.bird as IpAddress] });
    await tell('announce', there);
    await has(outer, [...expected(everywhere, EBGP), ...expected(there, { ...EBGP, 'BGP.med': '7' })]);
    await tell('withdraw', here);
    await has(inner, expected(everywhere, IBGP));
    await has(outer, [...expected(everywhere, EBGP), ...expected(there, { ...EBGP, 'BGP.med': '7' })]);
    const both = { neighbors: [INNER.bird, OUTER.bird] as IpAddress[] };
    await tell('announce', routesOf(prefixes(2), { med: 8 }, both));
    await has(inner, [
      ...expected(everywhere, IBGP),
      ...expected(routesOf(prefixes(2), {}), { ...IBGP, 'BGP.med': '8' }),
    ]);
    await tell('withdraw', routesOf(prefixes(2), { med: 8 }, both));
    await tell('withdraw', there);
    await tell('withdraw', everywhere);
    await has(inner, []);
    await has(outer, []);
  });

  it('keeps apart what differs in its path identifier, of many routes too', async () => {
    const [seven, nine] = [7, 4_294_967_295].map((pathInformation) =>
      routesOf(prefixes(20), { med: 7 }, { pathInformation }),
    );
    await tell('announce', seven ?? []);
    await tell('announce', nine ?? []);
    const once = expected(seven ?? [], { ...EBGP, 'BGP.med': '7' });
    await has(outer, [...once, ...once]);
    await tell('withdraw', seven ?? []);
    await has(outer, once);
    await tell('withdraw', nine ?? []);
    await has(outer, []);
    await has(inner, []);
  });

  it('ends announced when it was withdrawn and announced again in one breath, before ExaBGP has sent either', async () => {
    const says = { med: 5, communities: ['65000:1'] };
    const [first = [], second = []] = [prefixes(1), OTHER].map((all) => routesOf(all, says));
    for (let round = 0; round < 10; round++) {
      await tell('announce', first);
      await has(outer, expected(first, { ...EBGP, 'BGP.med': '5', 'BGP.community': '(65000,1)' }));
      // All in one write: ExaBGP sorts what it has not sent yet by attributes.
      await say(
        [
          ['announce', second],
          ['withdraw', first],
          ['announce', first],
        ].flatMap(([verb, routes]) => groupLines(verb as Verb, routes as Route[]).map(({ line }) => line)),
      );
      await has(outer, expected([...first, ...second], { ...EBGP, 'BGP.med': '5', 'BGP.community': '(65000,1)' }));
      await tell('withdraw', [...first, ...second]);
      await has(outer, []);
    }
  });

  it('is what the options of ha2bgp say, for both families, to the neighbors that they name', async () => {
    const addresses = ['100.64.0.10', '2001:db8:64::10'];
    for (const address of addresses) {
      await namespace.ip('address', 'add', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', 'lo');
    }
    const service = await listen(['100.64.0.10:80', '[2001:db8:64::10]:80'], namespace.enter);
    const routes = routesOf(['100.64.0.10/32', '2001:db8:64::10/128'] as Prefix[], {});
    await has(
      inner,
      expected(routes, {
        ...{ 'BGP.med': '5', 'BGP.local_pref': '200', 'BGP.as_path': '65010 65010' },
        ...{ 'BGP.community': '(65000,1) (65535,0)', 'BGP.large_community': '(65000, 1, 2)' },
        'BGP.ext_community': '(rt, 192.0.2.1, 5)',
      }),
    );
    // What the outer BIRD was not sent before this, it is not sent.
    const marker = routesOf(OTHER, {});
    await tell('announce', marker);
    await has(outer, expected(marker, EBGP));
    await tell('withdraw', marker);
    await service.stop();
    await has(inner, []);
  });

  it('may say as much as the settings permit', async () => {
    const community = Array.from({ length: 200 }, (_, index) => `65535:${60_000 + index}`);
    const asPath = Array.from({ length: 120 }, (_, index) => String(4_200_000_000 + index));
    const { settings, problems } = resolveSettings({ network: ['192.0.2.0/24'], community, asPath }, {});
    expect(problems).toEqual([]);
    const {
      ipv4: { nextHop, ...says },
    } = policyFrom(settings).attributes;
    const routes = routesOf(prefixes(1), says);
    await tell('announce', routes);
    // BIRD cuts what it shows of so long a list.
    for (const bird of [inner, outer]) {
      await until('both routes', async () => (await bird.routes()).length === 2);
      for (const { attributes } of await bird.routes()) {
        expect(attributes['BGP.as_path']).toMatch(/^4200000000 4200000001 4200000002 /);
        expect(attributes['BGP.community']).toMatch(/^\(65535,60000\) \(65535,60001\) /);
      }
    }
    await tell('withdraw', routes);
    await has(inner, []);
    await has(outer, []);
  });
});

const OTHER = ['203.0.113.1/32', '2001:db8:200::1/128'] as Prefix[];
const expected = (routes: readonly Route[], attributes: BirdRoute['attributes']): BirdRoute[] =>
  routes.map(({ prefix }) => ({ prefix, attributes: { ...attributes, 'BGP.next_hop': nextHopOf(prefix) } }));
const nextHopOf = (prefix: Prefix): string => NEXT_HOP[prefix.includes(':') ? 'ipv6' : 'ipv4'];

/** What is compared of a route: what we said. The items of a list are sorted, since BGP gives them no order. */
const comparable = ({ prefix, attributes }: BirdRoute): string => {
  const said = Object.entries(attributes)
    .filter(([name]) => name.startsWith('BGP.') && name !== 'BGP.origin')
    .map(([name, value]) => [
      name,
      name.endsWith('community') ? (value.match(/\(.*?\)/g) ?? []).sort().join(' ') : value.trim(),
    ]);
  return JSON.stringify([prefix, Object.fromEntries(said.sort())]);
};
