import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { isSameRoute, type NextHop, type Route, routeKey } from '../../../src/model/route.ts';

const route = (prefix: string, nextHop: string): Route => ({
  prefix: prefix as Prefix,
  attributes: { nextHop: nextHop as NextHop },
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
    ['another prefix', route('192.0.2.2/32', 'self'), false],
  ])('are compared by prefix and attributes: %s', (_name, other, expected) => {
    expect(isSameRoute(route('192.0.2.1/32', 'self'), other)).toBe(expected);
  });
});
