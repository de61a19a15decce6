import { describe, expect, it } from 'vitest';
import type { Listener } from '../../../src/model/facts.ts';
import { formatListenFilter, type ListenFilter, matches } from '../../../src/model/listen-filter.ts';
import { parseListenFilter } from '../../../src/model/listen-filter-parser.ts';
import { and, dev, dport, dst, inet, inet6, network, not, or, sport, src } from '../../helpers/listen-filters.ts';

describe('formatListenFilter', () => {
  it.each<[ListenFilter, string]>([
    [sport(80), 'sport = :80'],
    [sport('any'), 'sport = :*'],
    [dport(0, '!='), 'dport != :0'],
    [inet6(sport(80, '>=')), 'sport >= inet6::80'],
    [src(network('ipv4', '10.0.0.1', 32)), 'src 10.0.0.1'],
    [src(network('ipv4', '10.0.0.0', 8), 80), 'src 10.0.0.0/8:80'],
    [inet(src(network('ipv4', '10.0.0.0', 8))), 'src inet:10.0.0.0/8'],
    [src(network('ipv6', '2001:db8::1', 128), 80), 'src [2001:db8::1]:80'],
    [src(network('ipv6', '2001:db8::', 32)), 'src [2001:db8::/32]'],
    [src(network('ipv6', '10.0.0.0', 104)), 'src [::ffff:10.0.0.0/104]'],
    [src('any'), 'src *'],
    [dst('any', 80), 'dst *:80'],
    [inet(dst('any')), 'dst inet:*'],
    [dev('eth0'), 'dev = eth0'],
    [dev('', '!='), 'dev != 0'],
    [not(sport(80)), 'not sport = :80'],
    [not(not(sport(80))), 'not not sport = :80'],
    [not(or(sport(80), sport(81))), 'not (sport = :80 or sport = :81)'],
    [or(sport(80), sport(443), sport(8443)), 'sport = :80 or sport = :443 or sport = :8443'],
    [and(or(sport(80), sport(443)), dev('eth0')), '(sport = :80 or sport = :443) and dev = eth0'],
    [or(and(sport(80), dev('eth0')), sport(443)), '(sport = :80 and dev = eth0) or sport = :443'],
  ])('writes %j as %j, which reads back', (filter, text) => {
    expect(formatListenFilter(filter)).toBe(text);
    expect(parseListenFilter(text)).toEqual({ filter });
  });
});

describe('matches', () => {
  const listener = (family: string, address: string, of: Partial<Listener> = {}): Listener =>
    ({ protocol: 'tcp', family, address, port: 80, v6only: false, device: '', ...of }) as Listener;
  const LISTENERS = {
    any4: listener('ipv4', '0.0.0.0'),
    one4: listener('ipv4', '10.0.0.1'),
    device4: listener('ipv4', '10.0.0.1', { device: 'eth0' }),
    any6: listener('ipv6', '::'),
    only6: listener('ipv6', '::', { v6only: true }),
    one6: listener('ipv6', '2001:db8::1'),
    mapped: listener('ipv6', '10.0.0.1'),
  };
  const NOT_MAPPED_6 = ['any6', 'only6', 'one6'];
  const ALL = Object.keys(LISTENERS);

  it.each<[string, readonly string[]]>([
    ['src *', ALL],
    ['src inet:*', ['any4', 'one4', 'device4']],
    ['src inet6:*', [...NOT_MAPPED_6, 'mapped']],
    ['sport = inet:80', ['any4', 'one4', 'device4']],
    ['sport != inet6:80', []],
    // An IPv4 network holds mapped addresses; a mapped one holds nothing else.
    ['src 10.0.0.1', ['one4', 'device4', 'mapped']],
    ['src 10.0.0.0/8', ['one4', 'device4', 'mapped']],
    ['src 0.0.0.0/0', ['any4', 'one4', 'device4', 'mapped']],
    ['src inet:10.0.0.1', ['one4', 'device4']],
    ['src [::ffff:10.0.0.1]', ['mapped']],
    ['src [::ffff:10.0.0.2]', []],
    ['src [::ffff:0:0/96]', ['mapped']],
    ['src [::/80]', ['any6', 'only6', 'mapped']],
    ['src [::/96]', ['any6', 'only6']],
    ['src [::/0]', [...NOT_MAPPED_6, 'mapped']],
    // The wildcard is an address like any other.
    ['src 0.0.0.0', ['any4']],
    ['src [::]', ['any6', 'only6']],
    ['not src 0.0.0.0', ['one4', 'device4', ...NOT_MAPPED_6, 'mapped']],
    ['src [2001:db8::/32]', ['one6']],
    ['src [2001:db8::2/127]', []],
    ['src 10.0.0.1:80', ['one4', 'device4', 'mapped']],
    ['src 10.0.0.1:81', []],
    ['src :80', ALL],
    // Nobody is the peer of a listener.
    ['dst 0.0.0.0', ['any4', 'one4', 'device4']],
    ['dst [::]', [...NOT_MAPPED_6, 'mapped']],
    ['dst [::]:0', [...NOT_MAPPED_6, 'mapped']],
    ['dst [::]:80', []],
    ['dst 10.0.0.1', []],
    ['dport = :0', ALL],
    ['dport < :1', ALL],
    ['dport >= :1', []],
    ['dport = inet::0', ['any4', 'one4', 'device4']],
    ['dev eth0', ['device4']],
    ['dev != eth0', ALL.filter((name) => name !== 'device4')],
    ['dev 0', ALL.filter((name) => name !== 'device4')],
    ['dev eth1', []],
    ['src 10.0.0.1 and dev eth0', ['device4']],
    ['src 0.0.0.0 or src [::]', ['any4', 'any6', 'only6']],
    ['not (src 0.0.0.0/0 or src [::])', ['one6']],
    ['src [::] or src 10.0.0.1 and dev eth0', ['device4']],
  ])('%s', (text, expected) => {
    const parsed = parseListenFilter(text);
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed));
    const found = Object.entries(LISTENERS).filter(([, one]) => matches(parsed.filter, one));
    expect(found.map(([name]) => name)).toEqual(ALL.filter((name) => expected.includes(name)));
  });

  it.each([
    ['=', [false, true, false]],
    ['!=', [true, false, true]],
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
  ] as const)('compares ports with %s', (comparison, expected) => {
    const ports = [79, 80, 81].map((port) => listener('ipv4', '10.0.0.1', { port: port as never }));
    expect(ports.map((one) => matches(sport(80, comparison), one))).toEqual(expected);
  });
});
