import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import type { NextHop, Route, RouteAttributes, RouteScope } from '../../../../src/model/route.ts';
import {
  commandLength,
  commandLine,
  type ExabgpApi,
  groupLines,
  LONGEST_COMMAND,
  type Verb,
} from '../../../../src/sink/exabgp/commands.ts';

const route = (prefix: string, nextHop: string, says: object = {}, scope?: object): Route => ({
  prefix: prefix as Prefix,
  attributes: { nextHop: nextHop as NextHop, ...says },
  ...(scope === undefined ? {} : { scope: scope as RouteScope }),
});

const VERBS = ['announce', 'withdraw'] satisfies Verb[];

/** What a route says, and the words for it: those of ExaBGP 4.2. */
const ATTRIBUTES: readonly (readonly [name: string, says: Omit<RouteAttributes, 'nextHop'>, words: string])[] = [
  ['nothing', {}, ''],
  ['a MED', { med: 0 }, ' med 0'],
  ['a large MED', { med: 4_294_967_295 }, ' med 4294967295'],
  ['a local preference', { localPreference: 0 }, ' local-preference 0'],
  ['an AS path', { asPath: [65_000, 65_000, 4_294_967_295] }, ' as-path [ 65000 65000 4294967295 ]'],
  ['an AS path of one', { asPath: [65_000] }, ' as-path [ 65000 ]'],
  ['a community', { communities: ['65000:1'] }, ' community [ 65000:1 ]'],
  [
    'communities that ExaBGP knows by name',
    { communities: ['blackhole', 'no-export', 'no-advertise', 'no-export-subconfed', 'nopeer'] },
    ' community [ blackhole no-export no-advertise no-export-subconfed nopeer ]',
  ],
  [
    'communities that it does not know by name',
    { communities: ['graceful-shutdown', 'no-llgr'] },
    ' community [ 65535:0 65535:7 ]',
  ],
  [
    'large communities',
    { largeCommunities: ['65000:1:2', '0:0:4294967295'] },
    ' large-community [ 65000:1:2 0:0:4294967295 ]',
  ],
  [
    'extended communities that mean the same to every release',
    { extendedCommunities: ['target:65000:4294967295', 'origin:65535:1'] },
    ' extended-community [ target:65000:4294967295 origin:65535:1 ]',
  ],
  [
    'extended communities that do not',
    {
      extendedCommunities: [
        ...['target:65536:7', 'origin:4200000000:7', 'target4:65000:7', 'target:192.0.2.1:5', 'origin:192.0.2.1:5'],
        ...['bandwidth:65000:1', '0x030b000000000064'],
      ],
    },
    ' extended-community [ 0x0202000100000007 0x0203fa56ea000007 0x02020000fde80007 0x0102c00002010005 0x0103c00002010005' +
      ' 0x4004fde83f800000 0x030b000000000064 ]',
  ],
  [
    'everything',
    {
      med: 5,
      localPreference: 6,
      asPath: [1, 2],
      communities: ['1:2', 'no-export'],
      largeCommunities: ['1:2:3'],
      extendedCommunities: ['target:1:2'],
    },
    ' med 5 local-preference 6 as-path [ 1 2 ] community [ 1:2 no-export ] large-community [ 1:2:3 ]' +
      ' extended-community [ target:1:2 ]',
  ],
];

/** To whom, and how each grammar says that. */
const NEIGHBORS: readonly (readonly [neighbors: readonly string[] | undefined, Readonly<Record<ExabgpApi, string>>])[] =
  [
    [undefined, { 4: '', 6: 'peer * ' }],
    [['192.0.2.7'], { 4: 'neighbor 192.0.2.7 ', 6: 'peer 192.0.2.7 ' }],
    [
      ['192.0.2.7', '2001:db8::7'],
      { 4: 'neighbor 192.0.2.7, neighbor 2001:db8::7 ', 6: 'peer [ 192.0.2.7, 2001:db8::7 ] ' },
    ],
  ];

const FAMILIES = [
  { hop: '192.0.2.9', prefix: (index: number) => `198.51.100.${index}/32` },
  { hop: '2001:db8::9', prefix: (index: number) => `2001:db8:1::${(index + 1).toString(16)}/128` },
];

const EVERY = VERBS.flatMap((verb) =>
  (['4', '6'] as const).flatMap((api) =>
    FAMILIES.flatMap((family) => NEIGHBORS.map(([neighbors, target]) => ({ verb, api, family, neighbors, target }))),
  ),
);

describe.each(ATTRIBUTES)('%s', (_name, says, words) => {
  it('is said in single lines, for either verb, grammar and family, to any neighbors', () => {
    for (const { verb, api, family, neighbors, target } of EVERY) {
      for (const path of [undefined, 1, 4_294_967_295]) {
        const scope = neighbors === undefined && path === undefined ? undefined : scopeOf(neighbors, path);
        const said = route(family.prefix(7), family.hop, says, scope);
        const line = `${target[api]}${verb} route ${family.prefix(7)} next-hop ${family.hop}${words}${path === undefined ? '' : ` path-information ${path}`}\n`;
        expect(commandLine(verb, said, api)).toBe(line);
        expect(commandLength(said, api)).toBe(line.length);
      }
    }
  });

  it('is said in groups', () => {
    for (const { verb, api, family, neighbors, target } of EVERY) {
      const scope = neighbors === undefined ? undefined : scopeOf(neighbors, undefined);
      const routes = Array.from({ length: 17 }, (_, index) => route(family.prefix(index), family.hop, says, scope));
      const all = routes.map(({ prefix }) => prefix).join(' ');
      expect(groupLines(verb, routes, api)).toEqual([
        { line: `${target[api]}${verb} attributes next-hop ${family.hop}${words} nlri ${all}\n`, routes },
      ]);
    }
  });
});

function scopeOf(neighbors: readonly string[] | undefined, pathInformation: number | undefined): object {
  return {
    ...(neighbors === undefined ? {} : { neighbors }),
    ...(pathInformation === undefined ? {} : { pathInformation }),
  };
}

describe('commandLine', () => {
  it.each([
    ['announce', '192.0.2.1/32', 'self', 'announce route 192.0.2.1/32 next-hop self\n'],
    ['withdraw', '192.0.2.1/32', 'self', 'withdraw route 192.0.2.1/32 next-hop self\n'],
    ['announce', '192.0.2.0/24', '10.0.0.1', 'announce route 192.0.2.0/24 next-hop 10.0.0.1\n'],
    ['withdraw', '2001:db8::1/128', '2001:db8::ff', 'withdraw route 2001:db8::1/128 next-hop 2001:db8::ff\n'],
  ] as const)(
    'says %s of %s by way of %s, in the grammar of 4.2 unless told otherwise',
    (verb, prefix, nextHop, line) => {
      expect(commandLine(verb, route(prefix, nextHop))).toBe(line);
    },
  );

  const BAD = [
    ['a line feed', 'x\nshutdown'],
    ['a carriage return', 'x\r'],
    ['a line feed at the end', 'x\n'],
    ['a NUL', 'x\0'],
    ['a space', 'x med 1'],
    ['a tab', 'x\tmed'],
    ['DEL', 'x\x7f'],
    ['a comma', 'x,neighbor'],
    ['a bracket', 'x]'],
    ['a letter outside ASCII', 'sélf'],
    ['a line separator of Unicode', 'x\u2028'],
    ['nothing', ''],
  ] as const;

  it.each(BAD)('throws rather than print %s, wherever it stands', (_name, bad) => {
    const damaged: readonly Route[] = [
      route(bad, 'self'),
      route('192.0.2.1/32', bad),
      route('192.0.2.1/32', 'self', { communities: ['65000:1', bad] }),
      route('192.0.2.1/32', 'self', { largeCommunities: [bad] }),
      route('192.0.2.1/32', 'self', { extendedCommunities: [bad] }),
      route('192.0.2.1/32', 'self', {}, { neighbors: [bad] }),
    ];
    for (const verb of VERBS) {
      for (const each of damaged) {
        expect(() => commandLine(verb, each)).toThrow(RangeError);
        expect(() =>
          groupLines(
            verb,
            Array.from({ length: 17 }, () => each),
          ),
        ).toThrow(RangeError);
      }
    }
  });

  it('throws rather than say what ExaBGP would not read in one piece', () => {
    const withCommunities = (count: number): Route =>
      route('192.0.2.1/32', 'self', { communities: Array.from({ length: count }, () => '65535:65000') });
    // "announce route 192.0.2.1/32 next-hop self" has 41 bytes, " community [" and " ]" 14, the line feed 1.
    expect(41 + 14 + 1 + 336 * 12).toBeLessThanOrEqual(LONGEST_COMMAND);
    expect(commandLine('announce', withCommunities(336))).toHaveLength(41 + 14 + 1 + 336 * 12);
    expect(() => commandLine('announce', withCommunities(337))).toThrow(RangeError);
    expect(commandLength(withCommunities(337), '4')).toBe(41 + 14 + 1 + 337 * 12);
  });
});

describe('groupLines', () => {
  const many = (count: number, says: object = {}, scope?: object): Route[] => {
    const attributes = { nextHop: 'self', ...says };
    return Array.from({ length: count }, (_, index) => ({
      ...route(`10.0.${index >> 8}.${index & 255}/32`, 'self', says, scope),
      attributes: attributes as RouteAttributes,
    }));
  };
  const sizes = (routes: readonly Route[]): number[] =>
    groupLines('announce', routes).map((group) => group.routes.length);

  it('says up to 16 routes one by one, and nothing of none', () => {
    expect(groupLines('announce', [])).toEqual([]);
    expect(groupLines('withdraw', many(16))).toEqual(
      many(16).map((each) => ({ line: commandLine('withdraw', each), routes: [each] })),
    );
    expect(sizes(many(17))).toEqual([17]);
  });

  it('puts at most 100 into a line, and says the last one alone', () => {
    expect(sizes(many(100))).toEqual([100]);
    expect(sizes(many(201))).toEqual([100, 100, 1]);
    expect(groupLines('announce', many(101))[1]?.line).toBe('announce route 10.0.0.100/32 next-hop self\n');
  });

  it('keeps lines short enough, whatever stands before the prefixes', () => {
    const communities = Array.from({ length: 330 }, () => '65535:65000');
    const groups = groupLines('announce', many(40, { communities }));
    expect(groups.flatMap((group) => group.routes)).toEqual(many(40, { communities }));
    // 3,960 bytes of communities leave room for a few prefixes of 12 or 13 bytes.
    expect(groups.length).toBeGreaterThan(5);
    for (const { line } of groups) expect(line.length).toBeLessThanOrEqual(LONGEST_COMMAND);
    expect(Math.max(...groups.map(({ line }) => line.length))).toBeGreaterThan(LONGEST_COMMAND - 13);
  });

  it('mixes neither families nor attributes nor neighbors', () => {
    const six = Array.from({ length: 9 }, (_, index) => route(`2001:db8::${index + 1}/128`, 'self'));
    const named = many(9, {}, { neighbors: ['192.0.2.7'] });
    expect(
      groupLines('announce', [...many(9), ...six, ...many(9, { med: 1 }), ...named]).map(({ line }) => line),
    ).toEqual([
      `announce attributes next-hop self nlri ${many(9)
        .map(({ prefix }) => prefix)
        .join(' ')}\n`,
      `announce attributes next-hop self nlri ${six.map(({ prefix }) => prefix).join(' ')}\n`,
      `announce attributes next-hop self med 1 nlri ${many(9)
        .map(({ prefix }) => prefix)
        .join(' ')}\n`,
      `neighbor 192.0.2.7 announce attributes next-hop self nlri ${many(9)
        .map(({ prefix }) => prefix)
        .join(' ')}\n`,
    ]);
  });

  it('puts together what says the same, also where it is not the same object', () => {
    expect(sizes([...many(9), ...many(18).slice(9)])).toEqual([18]);
  });

  it('says routes with a path identifier one by one: ExaBGP 4.2 would forget it', () => {
    const lines = groupLines('withdraw', many(30, { med: 1 }, { pathInformation: 7 }));
    expect(lines).toHaveLength(30);
    expect(lines[29]?.line).toBe('withdraw route 10.0.0.29/32 next-hop self med 1 path-information 7\n');
  });
});
