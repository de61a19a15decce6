import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import type { NextHop, Route } from '../../../../src/model/route.ts';
import { commandLine, type Verb } from '../../../../src/sink/exabgp/commands.ts';

const route = (prefix: string, nextHop: string): Route => ({
  prefix: prefix as Prefix,
  attributes: { nextHop: nextHop as NextHop },
});

describe('commandLine', () => {
  it.each([
    ['announce', '192.0.2.1/32', 'self', 'announce route 192.0.2.1/32 next-hop self\n'],
    ['withdraw', '192.0.2.1/32', 'self', 'withdraw route 192.0.2.1/32 next-hop self\n'],
    ['announce', '192.0.2.1/32', '10.0.0.1', 'announce route 192.0.2.1/32 next-hop 10.0.0.1\n'],
    ['announce', '2001:db8::1/128', '2001:db8::ff', 'announce route 2001:db8::1/128 next-hop 2001:db8::ff\n'],
    ['withdraw', '2001:db8::1/128', '2001:db8::ff', 'withdraw route 2001:db8::1/128 next-hop 2001:db8::ff\n'],
  ] as const)('says %s of %s by way of %s', (verb, prefix, nextHop, line) => {
    expect(commandLine(verb, route(prefix, nextHop))).toBe(line);
  });

  it.each([
    ['a line feed', '192.0.2.1/32\nshutdown', 'self'],
    ['a carriage return', '192.0.2.1/32', 'self\r'],
    ['a line feed at the end', '192.0.2.1/32', 'self\n'],
    ['a NUL', '192.0.2.1/32', 'self\0'],
    ['a tab', '192.0.2.1/32', 'self\tmed 1'],
    ['DEL', '192.0.2.1/32', 'self\x7f'],
    ['a letter outside ASCII', '192.0.2.1/32', 'sélf'],
    ['a line separator of Unicode', '192.0.2.1/32', 'self\u2028'],
  ])('throws rather than print %s', (_name, prefix, nextHop) => {
    for (const verb of ['announce', 'withdraw'] satisfies Verb[]) {
      expect(() => commandLine(verb, route(prefix, nextHop))).toThrow(RangeError);
    }
  });
});
