import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { isNextHopOf, isSameRoute, type NextHop, nextHopsOf, type Route, routeKey } from '../../../src/model/route.ts';

const route = (prefix: string, nextHop: string, ...others: string[]): Route => ({
  prefix: prefix as Prefix,
  attributes: { nextHop: nextHop as NextHop, ...(others.length > 0 && { otherNextHops: others as NextHop[] }) },
});

describe('routes', () => {
  it('have the prefix as their key, whatever their attributes', () => {
    expect(routeKey(route('192.0.2.1/32', 'self'))).toBe('192.0.2.1/32');
    expect(routeKey(route('192.0.2.1/32', '10.0.0.1'))).toBe(routeKey(route('192.0.2.1/32', 'self')));
    expect(routeKey(route('192.0.2.2/32', 'self'))).not.toBe(routeKey(route('192.0.2.1/32', 'self')));
  });

  it.each([
    ['equal ones', route('192.0.2.1/32', 'self'), true],
    ['another next hop', route('192.0.2.1/32', '10.0.0.1'), false],
    ['another next hop besides', route('192.0.2.1/32', 'self', '10.0.0.1'), false],
    ['another prefix', route('192.0.2.2/32', 'self'), false],
  ])('are compared by prefix and attributes: %s', (_name, other, expected) => {
    expect(isSameRoute(route('192.0.2.1/32', 'self'), other)).toBe(expected);
  });

  it('are compared by all their next hops, which have an order', () => {
    const one = route('192.0.2.1/32', 'self', '10.0.0.1', '10.0.0.2');
    expect(isSameRoute(one, route('192.0.2.1/32', 'self', '10.0.0.1', '10.0.0.2'))).toBe(true);
    expect(isSameRoute(one, route('192.0.2.1/32', 'self', '10.0.0.2', '10.0.0.1'))).toBe(false);
    expect(isSameRoute(one, route('192.0.2.1/32', 'self', '10.0.0.1'))).toBe(false);
    expect(nextHopsOf(one.attributes)).toEqual(['self', '10.0.0.1', '10.0.0.2']);
    for (const [prefix, expected] of [
      ['10.0.0.2/32', true],
      ['10.0.0.3/32', false],
      ['10.0.0.0/31', false],
    ] as const) {
      expect(isNextHopOf(prefix as Prefix, one.attributes)).toBe(expected);
    }
  });
});
