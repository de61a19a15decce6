import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { type NextHop, type Route, type RouteKey, routeKey } from '../../../src/model/route.ts';
import { diffRoutes } from '../../../src/sink/diff.ts';

const route = (host: number, nextHop = 'self'): Route => ({
  prefix: `192.0.2.${host}/32` as Prefix,
  attributes: { nextHop: nextHop as NextHop },
});
const routes = (...all: readonly Route[]): Map<RouteKey, Route> => new Map(all.map((each) => [routeKey(each), each]));

describe('diffRoutes', () => {
  it('announces what is new or changed, and withdraws what is not wanted any more', () => {
    const have = routes(route(1), route(2), route(3));
    const want = routes(route(1), route(2, '10.0.0.1'), route(4));
    expect(diffRoutes(have, want)).toEqual({ announce: [route(2, '10.0.0.1'), route(4)], withdraw: [route(3)] });
  });

  it('withdraws a route as it was announced', () => {
    expect(diffRoutes(routes(route(1, '10.0.0.1')), routes()).withdraw).toEqual([route(1, '10.0.0.1')]);
  });

  it('looks at the given keys only', () => {
    const have = routes(route(1), route(2));
    const want = routes(route(3), route(4));
    expect(diffRoutes(have, want, [routeKey(route(2)), routeKey(route(3))])).toEqual({
      announce: [route(3)],
      withdraw: [route(2)],
    });
  });

  it('has nothing to say of a key that neither side has', () => {
    expect(diffRoutes(routes(), routes(), [routeKey(route(1))])).toEqual({ announce: [], withdraw: [] });
  });

  it('has nothing to say of no keys', () => {
    expect(diffRoutes(routes(route(1)), routes(route(2)), [])).toEqual({ announce: [], withdraw: [] });
  });
});
