import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../src/model/address.ts';
import { type NextHop, type Route, type RouteKey, routeKey } from '../../src/model/route.ts';
import { diffRoutes, type RouteDiff } from '../../src/sink/diff.ts';

const route = fc.record({
  prefix: fc.nat(9).map((host) => `192.0.2.${host}/32` as Prefix),
  attributes: fc.record({ nextHop: fc.constantFrom('self', '10.0.0.1', '10.0.0.2').map((hop) => hop as NextHop) }),
});
const routes = fc
  .array(route, { maxLength: 10 })
  .map((all) => new Map<RouteKey, Route>(all.map((each) => [routeKey(each), each])));

/** What a peer would do with it: the reference. */
function applied(have: ReadonlyMap<RouteKey, Route>, { announce, withdraw }: RouteDiff): Map<RouteKey, Route> {
  const result = new Map(have);
  for (const each of withdraw) result.delete(routeKey(each));
  for (const each of announce) result.set(routeKey(each), each);
  return result;
}

describe('diffRoutes', () => {
  it('says what turns the one set into the other', () => {
    fc.assert(
      fc.property(routes, routes, (have, want) => {
        expect(applied(have, diffRoutes(have, want))).toEqual(want);
      }),
    );
  });

  it('says nothing when both are equal', () => {
    fc.assert(
      fc.property(routes, (have) => {
        expect(diffRoutes(have, structuredClone(have))).toEqual({ announce: [], withdraw: [] });
      }),
    );
  });

  it('says nothing more than it has to', () => {
    fc.assert(
      fc.property(routes, routes, (have, want) => {
        const { announce, withdraw } = diffRoutes(have, want);
        const keys = [...announce, ...withdraw].map(routeKey);
        expect(new Set(keys).size).toBe(keys.length);
        for (const key of keys) {
          expect(have.get(key)?.attributes.nextHop).not.toBe(want.get(key)?.attributes.nextHop);
        }
      }),
    );
  });

  it('leaves alone what it was not asked about', () => {
    const keys = fc.array(route.map(routeKey), { maxLength: 5 }).map((all) => new Set(all));
    fc.assert(
      fc.property(routes, routes, keys, (have, want, asked) => {
        const result = applied(have, diffRoutes(have, want, asked));
        for (const key of new Set([...have.keys(), ...want.keys()])) {
          expect(result.get(key)).toEqual((asked.has(key) ? want : have).get(key));
        }
      }),
    );
  });
});
