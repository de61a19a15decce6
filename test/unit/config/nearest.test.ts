import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/config/nearest.ts';

const KNOWN = ['network', 'nexthop', 'interval', 'max-routes', 'announce-delay', 'withdraw-delay', 'debug'];

describe('nearest', () => {
  it.each([
    ['netwrok', 'network'],
    ['networks', 'network'],
    ['ntwork', 'network'],
    ['next-hop', 'nexthop'],
    ['max_routes', 'max-routes'],
    ['withdraw-dealy', 'withdraw-delay'],
    ['debgu', 'debug'],
    ['network', 'network'],
  ])('finds what %s was meant to be: %s', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected);
  });

  it.each([
    ['ann', 'announce-delay'],
    ['announce', 'announce-delay'],
    ['max', 'max-routes'],
  ])('finds what %s is the beginning of: %s', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected);
  });

  it.each(['', 'x', 'socket', 'haproxy-socket', 'completely-different', 'z'.repeat(1_000)])(
    'finds nothing near %j',
    (name) => {
      expect(nearest(name, KNOWN)).toBeUndefined();
    },
  );

  it('prefers the nearer of two', () => {
    expect(nearest('networc', ['networks', 'network'])).toBe('network');
    expect(nearest('networkz', ['network', 'networks'])).toBe('network');
    expect(nearest('withdraw-delay', ['address-withdraw-delay', 'withdraw-delay'])).toBe('withdraw-delay');
  });

  it('finds nothing among nothing', () => {
    expect(nearest('network', [])).toBeUndefined();
  });
});
