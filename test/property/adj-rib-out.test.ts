/**
 * What a peer has after whatever was said: a table by prefix and path identifier (RFC 7911 §3), made of our messages as a
 * receiver reads them. However routes and the peer's settings change, whatever is asked for again and whenever it is read,
 * it is what stands; and nothing is told twice.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAdjRibOut } from '../../src/bgp/adj-rib-out.ts';
import { createRib, type Rib } from '../../src/bgp/rib.ts';
import type { Reader } from '../../src/bgp/rib-reader.ts';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { entriesOf } from '../../src/bgp/wire/nlri.ts';
import type { Nlri, PathAttribute, Update } from '../../src/bgp/wire/update.ts';
import { type Family, familyOf, type IpAddress, isInside, type Prefix } from '../../src/model/address.ts';
import type { NextHop, Route, RouteAttributes } from '../../src/model/route.ts';
import { runs } from '../helpers/fuzz.ts';
import { ip, terms } from '../helpers/sessions.ts';

const PEER = ip('192.0.2.254');
const OWN = { ipv4: ip('192.0.2.1'), ipv6: ip('2001:db8::1') } as const;
/** Among the hops: our own address by its name and by its number, the peer's, and one that is announced itself. */
const HOPS: Readonly<Record<Family, readonly NextHop[]>> = {
  ipv4: ['self', OWN.ipv4, PEER, ip('10.0.0.1'), ip('10.0.0.2'), ip('10.0.0.3')],
  ipv6: ['self', OWN.ipv6, ip('2001:db8:f::1'), ip('2001:db8:f::2'), ip('2001:db8:f::3')],
};
const PREFIXES: Readonly<Record<Family, readonly Prefix[]>> = {
  ipv4: ['10.0.0.1/32', '198.51.100.0/24', '203.0.113.7/32'] as Prefix[],
  ipv6: ['2001:db8:f::1/128', '2001:db8:a::/48'] as Prefix[],
};

const attributesOf = (family: Family): fc.Arbitrary<RouteAttributes> =>
  fc
    .tuple(fc.uniqueArray(fc.constantFrom(...HOPS[family]), { minLength: 1, maxLength: 4 }), fc.nat({ max: 1 }))
    .map(([[nextHop = 'self', ...others], med]) => ({
      nextHop,
      ...(others.length > 0 && { otherNextHops: others }),
      med,
    }));
const setting = fc.constantFrom<Family>('ipv4', 'ipv6').chain((family) =>
  fc.record({
    type: fc.constant('set' as const),
    prefix: fc.constantFrom(...PREFIXES[family]),
    /** Mostly one; more where they have scopes, of which the first that the peer may have counts. */
    routes: fc.array(
      fc.record({ attributes: attributesOf(family), isForOthers: fc.nat({ max: 3 }).map((n) => n === 0) }),
      {
        maxLength: 2,
      },
    ),
  }),
);
/** Settings that a session lives on with. */
interface Said {
  readonly only: readonly Prefix[];
  readonly med: number | undefined;
}
const change = fc.record({
  type: fc.constant('change' as const),
  only: fc.constantFrom<readonly Prefix[]>(
    [],
    ['10.0.0.0/8' as Prefix, '2001:db8:a::/47' as Prefix],
    ['203.0.113.0/24' as Prefix],
  ),
  med: fc.constantFrom(undefined, 0, 7),
});

const step = fc.oneof(
  { weight: 5, arbitrary: setting },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('read' as const) }) },
  { weight: 2, arbitrary: change },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('again' as const), family: fc.constantFrom<Family>('ipv4', 'ipv6') }),
  },
);

type Table = Map<string, string>;
const keyOf = (prefix: Prefix, id: number | undefined): string => (id === undefined ? prefix : `${prefix} path ${id}`);
const said = (hop: IpAddress, med: number | undefined): string => `by ${hop} med ${med}`;

/** What such a peer is to have of a prefix, told without any of our code. */
function expected(
  prefix: Prefix,
  routes: readonly Route[],
  hasPaths: boolean,
  settings: Said,
): [key: string, said: string][] {
  if (settings.only.length > 0 && !settings.only.some((outer) => isInside(prefix, outer))) return [];
  for (const { attributes, scope } of routes) {
    if (scope?.neighbors !== undefined && !scope.neighbors.includes(PEER)) continue;
    const { nextHop, otherNextHops = [] } = attributes;
    const med = settings.med ?? attributes.med;
    const seen = new Set<IpAddress>();
    const paths = [nextHop, ...otherNextHops].flatMap((hop, index): [number, IpAddress][] => {
      const address = hop === 'self' ? OWN[familyOf(prefix)] : hop;
      if (address === PEER || prefix.startsWith(`${address}/`) || seen.has(address)) return [];
      seen.add(address);
      return [[index + 1, address]];
    });
    const told = hasPaths ? paths : paths.slice(0, 1);
    if (told.length > 0) {
      return told.map(([id, address]) => [keyOf(prefix, hasPaths ? id : undefined), said(address, med)]);
    }
  }
  return [];
}

const find = <T extends PathAttribute['type']>(update: Update, type: T) =>
  update.attributes.find((each): each is Extract<PathAttribute, { type: T }> => each.type === type);

it.each<[string, readonly Family[]]>([
  ['takes several paths', ['ipv4', 'ipv6']],
  ['takes them of a family', ['ipv6']],
  ['takes one path', []],
])('leaves a peer that %s with what stands', (_, withPaths) => {
  leave(withPaths, createRib);
});

/** So few entries at a time that telling, and telling in other words, takes many turns. */
it.each<[string, readonly Family[]]>([
  ['takes several paths', ['ipv4', 'ipv6']],
  ['takes one path', []],
])('leaves a peer that %s with what stands, told an entry at a time', (_, withPaths) => {
  leave(withPaths, () => {
    const rib = createRib();
    const open = (): Reader => {
      const reader = rib.open();
      return { ...reader, read: (_most, tell) => reader.read(1, tell) };
    };
    return { ...rib, open };
  });
});

function leave(withPaths: readonly Family[], open: () => Rib): void {
  const addPathSent = new Set(withPaths);
  const context = { asOctets: 4, longestMessage: 4_096, addPathReceived: addPathSent, isExternal: true } as const;
  let repeats = 0;
  let paths = 0;
  let changed = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rib = open();
      const nextHop = { ipv6: OWN.ipv6 };
      const out = createAdjRibOut(rib, terms({ settings: { nextHop }, negotiated: { addPathSent }, local: OWN.ipv4 }));
      let settings: Said = { only: [], med: undefined };
      const wanted = new Map<Prefix, readonly Route[]>();
      const table: Table = new Map();
      const asked = new Set<Family>();

      function announce(nlri: Nlri, hop: IpAddress | undefined, med: number | undefined): void {
        for (const { prefix, pathId } of entriesOf(nlri)) {
          const [key, says] = [keyOf(prefix, pathId), said(hop as IpAddress, med)];
          const isRepeat = table.get(key) === says;
          if (isRepeat) repeats++;
          expect(isRepeat && !asked.has(familyOf(prefix)), `${key} ${says} was told, and nobody asked`).toBe(false);
          table.set(key, says);
        }
      }
      function withdraw(nlri: Nlri): void {
        for (const { prefix, pathId } of entriesOf(nlri)) {
          expect(table.delete(keyOf(prefix, pathId)), `${prefix} ${pathId} withdrawn was told before`).toBe(true);
        }
      }
      function read(): void {
        for (const bytes of out.next()) {
          const decoded = decodeMessage(bytes, context);
          if (!('message' in decoded) || decoded.message.type !== 'update') throw new Error(JSON.stringify(decoded));
          const { update, outcome } = decoded.message;
          expect(outcome).toBe('accepted');
          const [reach, unreach, med] = [find(update, 'mpReach'), find(update, 'mpUnreach'), find(update, 'med')?.med];
          withdraw(update.withdrawn);
          if (unreach !== undefined) withdraw(unreach.nlri);
          announce(update.nlri, find(update, 'nextHop')?.nextHop, med);
          if (reach !== undefined) announce(reach.nlri, reach.nextHops[0], med);
        }
        if (out.isLevel()) asked.clear();
      }

      for (const each of steps) {
        if (each.type === 'read') read();
        else if (each.type === 'again') {
          asked.add(each.family);
          out.again(each.family);
        } else if (each.type === 'change') {
          const { only, med } = each;
          if (table.size > 0 && (only !== settings.only || med !== settings.med)) changed++;
          settings = { only, med };
          out.change(
            terms({ settings: { nextHop, only, attributes: { ...(med !== undefined && { med }) } } }).settings,
          );
        } else {
          const { prefix } = each;
          const routes = each.routes.map(
            ({ attributes, isForOthers }): Route => ({
              prefix,
              attributes,
              ...(isForOthers && { scope: { neighbors: [ip('192.0.2.9')] } }),
            }),
          );
          rib.set(prefix, routes);
          wanted.set(prefix, routes);
        }
      }
      while (!out.isLevel()) read();
      const stands = [...wanted].map(([prefix, routes]) =>
        expected(prefix, routes, addPathSent.has(familyOf(prefix)), settings),
      );
      expect(new Map([...table].sort())).toEqual(new Map(stands.flat().sort()));
      expect(out.told()).toBe(stands.filter(({ length }) => length > 0).length);
      paths = Math.max(paths, ...stands.map(({ length }) => length));
    }),
    runs(500),
  );
  expect(repeats).toBeGreaterThan(10);
  expect(changed).toBeGreaterThan(10);
  // What is hardest was among them.
  expect(paths).toBe(withPaths.length === 0 ? 1 : 4);
}
