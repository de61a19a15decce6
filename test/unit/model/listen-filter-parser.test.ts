import { describe, expect, it } from 'vitest';
import type { Condition, ListenFilter } from '../../../src/model/listen-filter.ts';
import { parseListenFilter } from '../../../src/model/listen-filter-parser.ts';
import { and, dev, dport, dst, inet, inet6, network, not, or, sport, src } from '../../helpers/listen-filters.ts';

const NAMES = new Map([
  ['http', [80]],
  ['who-is', [43, 63]],
  ['3com', [1106]],
  ['face', [7]],
]);
const parse = (text: string) => parseListenFilter(text, (name) => NAMES.get(name) ?? []);
const nested = (depth: number): string => `${'('.repeat(depth)}sport = :1${')'.repeat(depth)}`;

describe('parseListenFilter', () => {
  it.each<[string, ListenFilter]>([
    ['sport = :80', sport(80)],
    ['sport=:80', sport(80)],
    [' \t sport\n= :80  ', sport(80)],
    ['dport = :80', dport(80)],
    ['( sport = :80 )', sport(80)],
    ['((sport=:80)or(sport=:443))', or(sport(80), sport(443))],
    ['not sport = :80', not(sport(80))],
    ['! ! sport = :80', not(not(sport(80)))],
    ['!sport!=:80', not(sport(80, '!='))],
    ['sport = :80 src 10.0.0.1', and(sport(80), src(network('ipv4', '10.0.0.1', 32)))],
    ['sport :80 sport :81', and(sport(80), sport(81))],
  ])('reads %j', (text, filter) => {
    expect(parse(text)).toEqual({ filter });
  });

  it.each([
    ['=', ['', '=', '==', 'eq']],
    ['!=', ['!=', 'ne', 'neq']],
    ['<', ['<', 'lt']],
    ['<=', ['<=', 'le', 'leq']],
    ['>', ['>', 'gt']],
    ['>=', ['>=', 'ge', 'geq']],
  ] as const)('knows the spellings of %s', (comparison, spellings) => {
    for (const spelling of spellings) {
      expect(parse(`sport ${spelling} :80`), spelling).toEqual({ filter: sport(80, comparison) });
    }
  });

  it.each([
    ['and', ['', 'and', '&', '&&']],
    ['or', ['or', '|', '||']],
  ] as const)('knows the spellings of %s', (connective, spellings) => {
    const filter = { and, or }[connective](sport(1), sport(2));
    for (const spelling of spellings) expect(parse(`sport = :1 ${spelling} sport = :2`), spelling).toEqual({ filter });
  });

  it.each<[string, ListenFilter]>([
    ['sport = :1 or sport = :2 or sport = :3', or(sport(1), sport(2), sport(3))],
    ['sport = :1 or (sport = :2 or sport = :3)', or(sport(1), sport(2), sport(3))],
    ['sport = :1 or sport = :2 and sport = :3', and(or(sport(1), sport(2)), sport(3))],
    ['sport = :1 or sport = :2 sport = :3', and(or(sport(1), sport(2)), sport(3))],
    ['sport = :1 and sport = :2 or sport = :3', or(and(sport(1), sport(2)), sport(3))],
    ['sport = :1 or (sport = :2 and sport = :3)', or(sport(1), and(sport(2), sport(3)))],
    ['not sport = :1 and sport = :2', and(not(sport(1)), sport(2))],
    ['not (sport = :1 and sport = :2)', not(and(sport(1), sport(2)))],
  ])('lets and and or bind equally, not most, and parentheses first: %j', (text, filter) => {
    expect(parse(text)).toEqual({ filter });
  });

  it.each<[string, Condition]>([
    [':0', sport(0)],
    [':65535', sport(65_535)],
    ['80', sport(80)],
    ['0x50', sport(80)],
    [':0xffff', sport(65_535)],
    [':http', sport(80)],
    ['http', sport(80)],
    [':3com', sport(1_106)],
    ['*', sport('any')],
    [':*', sport('any')],
    ['inet:80', inet(sport(80))],
    ['inet::80', inet(sport(80))],
    ['inet6::http', inet6(sport(80))],
    ['inet6:*', inet6(sport('any'))],
  ])('reads the port %j', (operand, filter) => {
    expect(parse(`sport = ${operand}`)).toEqual({ filter });
  });

  it.each<[string, Condition]>([
    ['10.0.0.1', src(network('ipv4', '10.0.0.1', 32))],
    ['= 10.0.0.1', src(network('ipv4', '10.0.0.1', 32))],
    ['10.0.0.1:80', src(network('ipv4', '10.0.0.1', 32), 80)],
    ['10.0.0.1:http', src(network('ipv4', '10.0.0.1', 32), 80)],
    ['10.0.0.1:*', src(network('ipv4', '10.0.0.1', 32))],
    ['[10.0.0.1]:80', src(network('ipv4', '10.0.0.1', 32), 80)],
    ['10.0.0.0/8', src(network('ipv4', '10.0.0.0', 8))],
    ['10.1.2.3/8', src(network('ipv4', '10.0.0.0', 8))],
    ['10/8', src(network('ipv4', '10.0.0.0', 8))],
    ['10/24', src(network('ipv4', '10.0.0.0', 24))],
    ['193.233.7/24', src(network('ipv4', '193.233.7.0', 24))],
    ['10.0.0.0/255.128.0.0', src(network('ipv4', '10.0.0.0', 9))],
    ['0.0.0.0/0:80', src(network('ipv4', '0.0.0.0', 0), 80)],
    ['10.0.0.0/8:80', src(network('ipv4', '10.0.0.0', 8), 80)],
    ['[2001:db8::1]', src(network('ipv6', '2001:db8::1', 128))],
    ['[2001:DB8:0::1]:80', src(network('ipv6', '2001:db8::1', 128), 80)],
    ['[2001:db8::1/32]', src(network('ipv6', '2001:db8::', 32))],
    ['[2001:db8::/32]:80', src(network('ipv6', '2001:db8::', 32), 80)],
    ['2001:db8::/32', src(network('ipv6', '2001:db8::', 32))],
    ['2001:db8::/32:80', src(network('ipv6', '2001:db8::', 32), 80)],
    ['2001:db8::1', src(network('ipv6', '2001:db8::1', 128))],
    ['2001:db8::', src(network('ipv6', '2001:db8::', 128))],
    ['::', src(network('ipv6', '::', 128))],
    ['2001:db8::1:ff', src(network('ipv6', '2001:db8::1:ff', 128))],
    ['2001:db8::1:http', src(network('ipv6', '2001:db8::1', 128), 80)],
    ['1:2:3:4:5:6:7:8:80', src(network('ipv6', '1:2:3:4:5:6:7:8', 128), 80)],
    ['[::]:80', src(network('ipv6', '::', 128), 80)],
    ['[::/0]', src(network('ipv6', '::', 0))],
    ['[::ffff:10.0.0.1]', src(network('ipv6', '10.0.0.1', 128))],
    ['::ffff:10.0.0.1', src(network('ipv6', '10.0.0.1', 128))],
    ['[::ffff:10.1.2.3/104]', src(network('ipv6', '10.0.0.0', 104))],
    ['[::ffff:10.1.2.3/95]', src(network('ipv6', '::fffe:0:0', 95))],
    ['*', src('any')],
    ['any', src('any')],
    ['*:*', src('any')],
    [':80', src('any', 80)],
    ['*:80', src('any', 80)],
    ['all:http', src('any', 80)],
    ['inet:*', inet(src('any'))],
    ['inet6:*:80', inet6(src('any', 80))],
    ['inet::80', inet(src('any', 80))],
    ['inet:10.0.0.0/8:80', inet(src(network('ipv4', '10.0.0.0', 8), 80))],
    ['inet6:[::1]:80', inet6(src(network('ipv6', '::1', 128), 80))],
  ])('reads the host %j', (operand, filter) => {
    expect(parse(`src ${operand}`)).toEqual({ filter });
    expect(parse(`dst ${operand}`)).toEqual({ filter: { ...filter, type: 'dst' } });
  });

  it('reads dst, too', () => {
    expect(parse('dst = 10.0.0.1:80')).toEqual({ filter: dst(network('ipv4', '10.0.0.1', 32), 80) });
  });

  it.each<[string, Condition]>([
    ['dev eth0', dev('eth0')],
    ['dev = eth0.100', dev('eth0.100')],
    ['dev == eth0', dev('eth0')],
    ['dev eq eth0', dev('eth0')],
    ['dev != eth0', dev('eth0', '!=')],
    ['dev neq br-1', dev('br-1', '!=')],
    ['dev 0', dev('')],
    ['dev != 0', dev('', '!=')],
  ])('reads %j', (text, filter) => {
    expect(parse(text)).toEqual({ filter });
  });

  const term = '"sport", "dport", "src", "dst", "dev", "not" or "("';
  const port = 'a port such as ":80", from :0 to :65535';
  const portOrComparison = 'a port such as ":80", or a comparison such as "=" or "<=" and a port';
  const connection = '"and", "or", another condition';
  const end = `${connection}, or the end of the filter`;
  const host = 'an address such as 192.0.2.1:80, 192.0.2.0/24, [2001:db8::1] or *';
  const oneHost = 'an address such as 192.0.2.0/24';
  const device = 'the name of a network device, or 0 for sockets that are bound to none';
  const noName = (name: string): string => `${port} (no port has the name "${name}" in /etc/services)`;
  it.each([
    ['', 1, '', term],
    ['   ', 4, '', term],
    ['SPORT = :80', 1, 'SPORT', term],
    [':80', 1, ':80', '"sport = :80" or another condition'],
    ['sport = :80 or 443', 16, '443', '"sport = :443" or another condition'],
    ['not :http', 5, ':http', '"sport = :http" or another condition'],
    [') sport = :80', 1, ')', term],
    ['or sport = :80', 1, 'or', term],
    ['sport = :80 or', 15, '', term],
    ['sport = :80 and', 16, '', term],
    ['sport = :80 or or sport = :81', 16, 'or', term],
    ['sport = :80 ||| sport = :81', 15, '|', term],
    ['not', 4, '', term],
    ['()', 2, ')', term],
    ['autobound', 1, 'autobound', `${term} ("autobound" says nothing of a socket that listens)`],
    ['sport = :80 fwmark = 1', 13, 'fwmark', `${term} ("fwmark" says nothing of a socket that listens)`],
    ['cgroup = /', 1, 'cgroup', `${term} ("cgroup" says nothing of a socket that listens)`],
    ['sport', 6, '', portOrComparison],
    ['sport = ', 9, '', portOrComparison],
    ['sport = or', 9, 'or', portOrComparison],
    ['sport === :80', 9, '=', portOrComparison],
    ['sport = = :80', 9, '=', portOrComparison],
    ['sport (:80)', 7, '(', portOrComparison],
    ['sport = :65536', 9, ':65536', port],
    ['sport = :', 9, ':', port],
    ['sport = :-1', 9, ':-1', port],
    ['sport = +80', 9, '+80', port],
    ['sport = :000080', 9, ':000080', port],
    ['sport = :0x10000', 9, ':0x10000', port],
    ['sport = :8080:', 9, ':8080:', port],
    ['sport = 127.0.0.1:80', 9, '127.0.0.1:80', port],
    ['sport = 127.0.0.1', 9, '127.0.0.1', port],
    ['sport = *:80', 9, '*:80', port],
    ['sport = :htpt', 9, ':htpt', noName('htpt')],
    ['sport = HTTP', 9, 'HTTP', noName('HTTP')],
    ['sport = :toString', 9, ':toString', noName('toString')],
    ['sport = :who-is', 9, ':who-is', 'a port number ("who-is" is 43 and 63 in /etc/services)'],
    ['sport != *', 10, '*', 'a port after "!="; only "=" takes any'],
    ['sport lt :*', 10, ':*', 'a port after "lt"; only "=" takes any'],
    ['sport = inet:', 9, 'inet:', 'an address, a port or * after "inet:"'],
    ['sport = inet::65536', 14, ':65536', port],
    [
      'sport = unix:x',
      9,
      'unix:x',
      'an address or a port of the family inet or inet6 (no TCP or UDP socket is of "unix")',
    ],
    ['src', 4, '', oneHost],
    ['src =', 6, '', oneHost],
    ['src and', 5, 'and', oneHost],
    ['src != 10.0.0.1', 5, '!=', '"=" or an address; "not src …" says the opposite'],
    ['dst < 10.0.0.1', 5, '<', '"=" or an address; "not dst …" says the opposite'],
    ['src localhost', 5, 'localhost', `${host} (names are not looked up)`],
    ['src www.example.org:80', 5, 'www.example.org', `${host} (names are not looked up)`],
    ['src 10', 5, '10', host],
    ['src 10.0.0', 5, '10.0.0', host],
    ['src 10.0.0.256', 5, '10.0.0.256', host],
    ['src 010.0.0.1', 5, '010.0.0.1', host],
    ['src 10.0.0.1/33', 13, '/33', 'a length from /0 to /32 after the address'],
    ['src 10.0.0.1/', 13, '/', 'a length from /0 to /32 after the address'],
    ['src 10.0.0.1/08', 13, '/08', 'a length from /0 to /32 after the address'],
    ['src 10.0.0.1/255.0.255.0', 13, '/255.0.255.0', 'a length from /0 to /32 after the address'],
    ['src [2001:db8::/129]', 16, '/129', 'a length from /0 to /128 after the address'],
    ['src [2001:db8::]/32:80', 17, '/32:80', 'the length inside the brackets, as in [2001:db8::/32]:80'],
    ['src [::1', 5, '[::1', 'an address between "[" and "]"'],
    ['src []:80', 5, '[]:80', 'an address between "[" and "]"'],
    ['src [::1]80', 10, '80', '":" and a port after the address, or nothing'],
    ['src [::1]:', 10, ':', port],
    ['src [::1]:htpt', 10, ':htpt', noName('htpt')],
    ['src [::g]', 6, '::g', host],
    ['src fe80::1%eth0', 5, 'fe80::1%eth0', host],
    ['src 10.0.0.1:65536', 13, ':65536', port],
    ['src 10.0.0.1:', 13, ':', port],
    ['src :', 5, ':', port],
    ['src *80', 5, '*80', host],
    [
      'src 2001:db8::1:80',
      5,
      '2001:db8::1:80',
      'brackets: [2001:db8::1]:80 with a port, or [2001:db8::1:80] without one',
    ],
    ['src ::1:2', 5, '::1:2', 'brackets: [::1]:2 with a port, or [::1:2] without one'],
    ['src ::1:0100', 5, '::1:0100', 'brackets: [::1]:0100 with a port, or [::1:0100] without one'],
    ['src ::1:face', 5, '::1:face', 'brackets: [::1]:face with a port, or [::1:face] without one'],
    ['src inet:', 5, 'inet:', 'an address, a port or * after "inet:"'],
    ['src inet:[::1]', 10, '[::1]', 'an IPv4 address after "inet:"'],
    ['src inet6:10.0.0.1', 11, '10.0.0.1', 'an IPv6 address after "inet6:"'],
    [
      'src vsock:*',
      5,
      'vsock:*',
      'an address or a port of the family inet or inet6 (no TCP or UDP socket is of "vsock")',
    ],
    ['dev', 4, '', 'the name of a network device'],
    ['dev = not', 7, 'not', 'the name of a network device'],
    ['dev < eth0', 5, '<', '"=", "!=" or a device'],
    ['dev *', 5, '*', device],
    ['dev eth0:1', 5, 'eth0:1', device],
    ['dev abcdefghijklmnop', 5, 'abcdefghijklmnop', device],
    ['dev 2', 5, '2', "a device's name (an index is another device after a restart)"],
    ['sport = :80 :81', 13, ':81', end],
    ['sport = :80 = :81', 13, '=', end],
    ['sport = :80)', 12, ')', end],
    ['(sport = :80', 13, '', `${connection}, or ")"`],
    ['(sport = :80 :81', 14, ':81', `${connection}, or ")"`],
  ])('finds the mistake in %j at column %d', (text, column, found, expected) => {
    expect(parse(text)).toEqual({ problem: { column, found, expected } });
  });

  it('knows no names unless it is told them', () => {
    expect(parseListenFilter('sport = :http')).toEqual({
      problem: { column: 9, found: ':http', expected: noName('http') },
    });
  });

  it.each(['(', 'not ', '!('])('takes 100 nested %j and no more', (opening) => {
    const least = Math.ceil(100 / opening.trim().replace('not', '!').length);
    const close = (depth: number): string => (opening.includes('(') ? ')'.repeat(depth) : '');
    const text = (depth: number): string => `${opening.repeat(depth)}sport = :1${close(depth)}`;
    expect(parse(text(least))).toHaveProperty('filter');
    expect(parse(text(least + 1))).toEqual({
      problem: {
        column: least * opening.length + 1,
        found: opening.trim().slice(0, opening === 'not ' ? 3 : 1),
        expected: 'at most 100 nested parentheses and "not"',
      },
    });
  });

  it('refuses a hundred thousand parentheses as it refuses 101', () => {
    expect(parse(nested(100))).toEqual({ filter: sport(1) });
    expect(parse('('.repeat(100_000))).toMatchObject({ problem: { column: 101 } });
  });

  it('takes a thousand conditions, and no more', () => {
    const chain = (terms: number): string => Array(terms).fill('sport=:1').join('|');
    expect(parse(chain(1_000))).toHaveProperty('filter');
    expect(parse(chain(1_001))).toEqual({
      problem: { column: chain(1_000).length + 2, found: 'sport', expected: 'at most 1000 conditions' },
    });
    expect(parse(chain(100_000))).toHaveProperty('problem');
  });
});
