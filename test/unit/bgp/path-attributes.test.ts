import { describe, expect, it } from 'vitest';
import { type Terms, wordsFor } from '../../../src/bgp/path-attributes.ts';
import { updatesOf } from '../../../src/bgp/update-messages.ts';
import type { Family } from '../../../src/model/address.ts';
import { gracefullyShutDown, type RouteAttributes } from '../../../src/model/route.ts';
import { ip, terms } from '../../helpers/sessions.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
/** Spaces stand where a person wants them. */
const words = (...parts: readonly string[]): string => parts.join('').replaceAll(' ', '');

const ORIGIN_IGP = '40 01 01 00';
const OWN_PATH = '40 02 06 02 01 0000fde8'; // one AS_SEQUENCE of one number, 65000
const NEXT_HOP = '40 03 04 c0000201'; // 192.0.2.1
const LOCAL_PREF_100 = '40 05 04 00000064';

const TABLE: readonly {
  readonly name: string;
  readonly family?: Family;
  readonly route?: Partial<RouteAttributes>;
  readonly terms?: Parameters<typeof terms>[0];
  readonly reach?: string;
  readonly attributes: string;
}[] = [
  { name: 'nothing else: RFC 4271 §5.1', attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP) },
  {
    name: 'to an internal peer: an empty path, and LOCAL_PREF (§5.1.2, §5.1.5)',
    terms: { negotiated: { isExternal: false, peerAs: 65_000 } },
    attributes: words(ORIGIN_IGP, '40 02 00', NEXT_HOP, LOCAL_PREF_100),
  },
  {
    name: 'LOCAL_PREF to an internal peer',
    route: { localPreference: 0x01020304 },
    terms: { negotiated: { isExternal: false } },
    attributes: words(ORIGIN_IGP, '40 02 00', NEXT_HOP, '40 05 04 01020304'),
  },
  {
    name: 'no LOCAL_PREF to an external one',
    route: { localPreference: 200 },
    attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP),
  },
  {
    name: 'that it is about to go, to an internal peer: GRACEFUL_SHUTDOWN and LOCAL_PREF 0 (RFC 8326 §4)',
    route: gracefullyShutDown({ localPreference: 200, communities: ['65000:1'] }),
    terms: { negotiated: { isExternal: false } },
    attributes: words(ORIGIN_IGP, '40 02 00', NEXT_HOP, '40 05 04 00000000', 'c0 08 08 fde80001 ffff0000'),
  },
  {
    name: 'the same beside what this peer is told instead of it',
    route: gracefullyShutDown({ communities: ['65000:1'] }),
    terms: {
      negotiated: { isExternal: false },
      settings: { attributes: { localPreference: 300, communities: ['65000:9'] } },
    },
    attributes: words(ORIGIN_IGP, '40 02 00', NEXT_HOP, '40 05 04 00000000', 'c0 08 08 fde80009 ffff0000'),
  },
  {
    name: 'no such thing where somebody says only the community of himself',
    route: { communities: ['graceful-shutdown'] },
    terms: { settings: { attributes: { communities: ['65000:9'] } } },
    attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP, 'c0 08 04 fde80009'),
  },
  {
    name: 'MED',
    route: { med: 0xfffefdfc },
    attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP, '80 04 04 fffefdfc'),
  },
  {
    name: 'a path of its own, in four octets',
    route: { asPath: [65_000, 65_000, 4_200_000_001] },
    attributes: words(ORIGIN_IGP, '40 02 0e 02 03 0000fde8 0000fde8 fa56ea01', NEXT_HOP),
  },
  {
    name: 'to a peer of two octets: AS_TRANS, and the truth in AS4_PATH (RFC 6793 §4.2.2)',
    route: { asPath: [65_000, 4_200_000_001] },
    terms: { negotiated: { asOctets: 2 } },
    attributes: words(ORIGIN_IGP, '40 02 06 02 02 fde8 5ba0', NEXT_HOP, 'c0 11 0a 02 02 0000fde8 fa56ea01'),
  },
  {
    name: 'to a peer of two octets without a large number: no AS4_PATH',
    terms: { negotiated: { asOctets: 2 } },
    attributes: words(ORIGIN_IGP, '40 02 04 02 01 fde8', NEXT_HOP),
  },
  {
    name: 'communities of every kind, in the order of their codes (RFC 1997, 4360, 8092)',
    route: {
      communities: ['65000:1', 'no-export', 'graceful-shutdown', '65535:65535'],
      extendedCommunities: ['target:65000:258', '0x0102030405060708'],
      largeCommunities: ['65000:1:4294967295'],
    },
    attributes: words(
      ORIGIN_IGP,
      OWN_PATH,
      NEXT_HOP,
      'c0 08 10 fde8 0001 ffff ff01 ffff 0000 ffff ffff',
      'c0 10 10 00 02 fde8 00000102 0102030405060708',
      'c0 20 0c 0000fde8 00000001 ffffffff',
    ),
  },
  {
    name: 'OTC with our AS as this peer knows it, behind everything of a lower code (RFC 9234 §5)',
    route: { largeCommunities: ['65000:1:2'] },
    terms: {
      settings: { role: { ours: 'provider', isStrict: false } },
      negotiated: { localAs: 4_200_000_001, asOctets: 2 },
    },
    attributes: words(
      ORIGIN_IGP,
      '40 02 04 02 01 5ba0',
      NEXT_HOP,
      'c0 11 06 02 01 fa56ea01',
      'c0 20 0c 0000fde8 00000001 00000002',
      'c0 23 04 fa56ea01',
    ),
  },
  {
    name: 'our AS in OTC too where the path is a given one',
    route: { asPath: [65_000, 65_009] },
    terms: { settings: { role: { ours: 'peer', isStrict: true } } },
    attributes: words(ORIGIN_IGP, '40 02 0a 02 02 0000fde8 0000fdf1', NEXT_HOP, 'c0 23 04 0000fde8'),
  },
  {
    name: 'more than 255 octets of an attribute: a length of two octets (RFC 4271 §4.3)',
    route: { communities: Array.from({ length: 64 }, (_, index) => `1:${index}`) },
    attributes: words(
      ORIGIN_IGP,
      OWN_PATH,
      NEXT_HOP,
      'd0 08 0100',
      ...Array.from({ length: 64 }, (_, index) => `0001 00${index.toString(16).padStart(2, '0')}`),
    ),
  },
  {
    name: "what the peer's settings say instead",
    route: { med: 1, communities: ['1:1'] },
    terms: { settings: { attributes: { med: 2, communities: [] } } },
    attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP, '80 04 04 00000002'),
  },
  {
    name: 'a next hop that the peer is given',
    terms: { settings: { nextHop: { ipv4: ip('198.51.100.7') } } },
    attributes: words(ORIGIN_IGP, OWN_PATH, '40 03 04 c6336407'),
  },
  {
    name: "the route's own next hop, before the peer's",
    route: { nextHop: ip('203.0.113.9') },
    terms: { settings: { nextHop: { ipv4: ip('198.51.100.7') } } },
    attributes: words(ORIGIN_IGP, OWN_PATH, '40 03 04 cb007109'),
  },
  {
    name: 'IPv6 over IPv6 (RFC 4760 §3)',
    family: 'ipv6',
    terms: { local: '2001:db8::1' },
    reach: '0002 01 10 20010db8000000000000000000000001 00',
    attributes: words(ORIGIN_IGP, OWN_PATH),
  },
  {
    name: 'IPv6 to a peer on the link: global and link-local (RFC 2545 §3)',
    family: 'ipv6',
    terms: { local: '2001:db8::1', linkLocal: 'fe80::2' },
    reach: '0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000002 00',
    attributes: words(ORIGIN_IGP, OWN_PATH),
  },
  {
    name: 'IPv6 over IPv4 with a next hop',
    family: 'ipv6',
    terms: { settings: { nextHop: { ipv6: ip('2001:db8::9') } } },
    reach: '0002 01 10 20010db8000000000000000000000009 00',
    attributes: words(ORIGIN_IGP, OWN_PATH),
  },
  {
    name: 'IPv4 with an IPv6 next hop (RFC 8950 §3)',
    terms: { local: '2001:db8::1', settings: { extendedNextHop: true }, negotiated: { hasExtendedNextHop: true } },
    reach: '0001 01 10 20010db8000000000000000000000001 00',
    attributes: words(ORIGIN_IGP, OWN_PATH),
  },
  {
    name: 'IPv4 over IPv6 with an IPv4 next hop',
    terms: { local: '2001:db8::1', settings: { nextHop: { ipv4: ip('192.0.2.1') } } },
    attributes: words(ORIGIN_IGP, OWN_PATH, NEXT_HOP),
  },
];

const wordsOf = (family: Family, route: Partial<RouteAttributes>, of: Terms) =>
  wordsFor(family, { nextHop: 'self', ...route }, of);

describe('what a route says', () => {
  it.each(TABLE)('$name', ({ family = 'ipv4', route = {}, terms: of, reach, attributes }) => {
    const said = wordsOf(family, route, terms(of));
    expect(typeof said === 'string' ? said : [hex(said.reach), hex(said.attributes)]).toEqual([
      reach?.replaceAll(' ', ''),
      attributes,
    ]);
  });
});

describe('OTC (RFC 9234 §5)', () => {
  const OTC = 'c02304 0000fde8'.replace(' ', '');
  const says = (of: Parameters<typeof terms>[0]): boolean => {
    const said = wordsOf('ipv4', {}, terms(of));
    return typeof said !== 'string' && hex(said.attributes)?.endsWith(OTC) === true;
  };

  // What the peer is stands in RFC 9234 §4.2, table 2, beside what we are.
  it.each([
    ['a customer', 'provider', true],
    ['a provider', 'customer', false],
    ['a client of our route server', 'rs-server', true],
    ['a route server', 'rs-client', false],
    ['a peer', 'peer', true],
  ] as const)('goes to %s, whose %s we are: %s', (_, ours, expected) => {
    for (const isStrict of [false, true]) expect(says({ settings: { role: { ours, isStrict } } })).toBe(expected);
  });

  it('goes to nobody inside our AS, and to nobody without a role of ours', () => {
    const role = { ours: 'provider', isStrict: false } as const;
    expect(says({ settings: { role }, negotiated: { isExternal: false } })).toBe(false);
    expect(says({})).toBe(false);
  });

  it('goes with IPv6 routes as well', () => {
    const said = wordsOf(
      'ipv6',
      {},
      terms({ local: '2001:db8::1', settings: { role: { ours: 'peer', isStrict: false } } }),
    );
    expect(typeof said === 'string' ? said : hex(said.attributes)).toBe(words(ORIGIN_IGP, OWN_PATH, OTC));
  });
});

describe('a family of which nothing can be told', () => {
  it.each([
    [
      'not negotiated',
      'ipv6',
      { local: '2001:db8::1', negotiated: { families: new Set<Family>(['ipv4']) } },
      'family-not-negotiated',
    ],
    ['IPv6 over IPv4', 'ipv6', {}, 'next-hop-missing'],
    ['IPv4 over IPv6', 'ipv4', { local: '2001:db8::1' }, 'next-hop-missing'],
    [
      'IPv4 over IPv6 to a peer that does not take it',
      'ipv4',
      { local: '2001:db8::1', settings: { extendedNextHop: true } },
      'extended-next-hop-not-negotiated',
    ],
  ] as const)('%s', (_, family, of, why) => {
    expect(wordsOf(family, {}, terms(of))).toBe(why);
  });
});

describe('as much as settings let through (config/message-room)', () => {
  const list = (count: number, text: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => text(index));
  const route = {
    med: 1,
    localPreference: 1,
    // 6 octets each, 4, 8, 12: 3936, and 160 besides.
    asPath: list(300, () => '').map((_, index) => 4_200_000_000 + index),
    communities: list(84, (index) => `1:${index}`),
    extendedCommunities: list(75, (index) => `target:1:${index}`),
    largeCommunities: list(100, (index) => `1:1:${index}`),
  };

  it('fits into one message with one prefix, also at its worst', () => {
    const negotiated = { isExternal: false, asOctets: 2 } as const;
    for (const each of [route, gracefullyShutDown(route)]) {
      const said = wordsOf('ipv6', each, terms({ local: '2001:db8::1', linkLocal: 'fe80::1', negotiated }));
      if (typeof said === 'string') throw new Error(said);
      const prefix = new Uint8Array(17).fill(128);
      const changes = { withdrawn: { ipv4: [], ipv6: [] }, announced: new Map([[said, [prefix]]]) };
      expect(updatesOf(changes, 4_096)).toHaveLength(1);
    }
  });
});
