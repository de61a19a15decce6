/** Every line to ExaBGP is read back by a parser that knows only the grammar, and gives the routes that it stands for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../src/model/address.ts';
import { extendedCommunityHex, parseCommunity, parseExtendedCommunity } from '../../src/model/community.ts';
import type { Route, RouteAttributes, RouteScope } from '../../src/model/route.ts';
import { commandLine, type ExabgpApi, groupLines, type Verb } from '../../src/sink/exabgp/commands.ts';

/** What a command says of one prefix, in numbers and octets. */
interface Said {
  readonly to: readonly string[];
  readonly verb: string;
  readonly prefix: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Throws where a line is none of the grammar. */
function read(line: string, api: ExabgpApi): Said[] {
  expect(line).toMatch(/^[\x20-\x7e]{1,4095}\n$/);
  const words = line.trimEnd().replaceAll(',', ' , ').split(/ +/);
  const next = (): string => {
    const word = words.shift();
    if (word === undefined) throw new Error(`ends too soon: ${line}`);
    return word;
  };
  const must = (expected: string): void => expect(next()).toBe(expected);
  const to: string[] = [];
  if (api === '4') {
    while (words[0] === 'neighbor') {
      must('neighbor');
      to.push(next());
      if (words.at(0) === ',') {
        must(',');
        expect(words[0]).toBe('neighbor');
      }
    }
  } else {
    must('peer');
    const first = next();
    if (first === '[') {
      do to.push(next());
      while (next() === ',');
    } else if (first !== '*') to.push(first);
  }
  const verb = next();
  const kind = next();
  const prefixes = kind === 'route' ? [next()] : [];
  const values: Record<string, string> = {};
  while (words.length > 0) {
    const name = next();
    if (kind === 'attributes' && name === 'nlri') {
      prefixes.push(...words.splice(0));
      break;
    }
    expect(values).not.toHaveProperty(name);
    let value = next();
    if (value === '[') {
      const items: string[] = [];
      for (let item = next(); item !== ']'; item = next()) items.push(item);
      value = items.join(' ');
    }
    values[name] = value;
  }
  expect(prefixes.length).toBeGreaterThan(0);
  return prefixes.map((prefix) => ({ to, verb, prefix, values }));
}

/** The same of a route, without a look at how it is said. */
function meaning(verb: Verb, { prefix, attributes, scope }: Route): Said {
  const values = {
    'next-hop': attributes.nextHop,
    med: attributes.med,
    'local-preference': attributes.localPreference,
    'as-path': attributes.asPath?.join(' '),
    community: attributes.communities?.map(numbers).join(' '),
    'large-community': attributes.largeCommunities?.join(' '),
    'extended-community': attributes.extendedCommunities?.map(octets).join(' '),
    'path-information': scope?.pathInformation,
  };
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return { to: scope?.neighbors ?? [], verb, prefix, values: Object.fromEntries(given) };
}

/** Words and numbers of one community made comparable. */
const normal = (said: Said): Said => ({
  ...said,
  values: {
    ...said.values,
    ...mapped(said.values, 'community', numbers),
    ...mapped(said.values, 'extended-community', octets),
  },
});
const mapped = (values: Said['values'], name: string, map: (word: string) => string): Said['values'] =>
  values[name] === undefined ? {} : { [name]: values[name].split(' ').map(map).join(' ') };
const numbers = (community: string): string => parseCommunity(community) ?? `bad: ${community}`;
const octets = (community: string): string => extendedCommunityHex(community) ?? `bad: ${community}`;

const number32 = fc.integer({ min: 0, max: 0xffff_ffff });
const number16 = fc.integer({ min: 0, max: 0xffff });
const ipv4 = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 223 }))).map((octets_) => octets_.join('.'));
const ipv6 = fc.integer({ min: 1, max: 0xffff }).map((group) => `2001:db8::${group.toString(16)}`);
const address = fc.oneof(ipv4, ipv6);
const communityText = fc
  .oneof(fc.tuple(number16, number16), fc.tuple(fc.constant(0xffff), fc.constantFrom(0, 7, 666, 65281, 65282, 65284)))
  .map((pair) => parseCommunity(pair.join(':')) ?? '');
const extendedText = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    // Those that have words.
    fc
      .tuple(
        fc.constantFrom(0x0002n, 0x0003n, 0x0102n, 0x0103n, 0x0202n, 0x0203n, 0x4004n),
        fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
      )
      .map(([type, value]) => (type << 48n) + value),
  )
  .map((value) => `0x${value.toString(16).padStart(16, '0')}`);
const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 12 });

const attributes = fc.record(
  {
    nextHop: fc.oneof(fc.constant('self'), address),
    med: number32,
    localPreference: number32,
    asPath: some(fc.integer({ min: 1, max: 0xffff_ffff })),
    communities: some(communityText),
    largeCommunities: some(fc.tuple(number32, number32, number32).map((parts) => parts.join(':'))),
    extendedCommunities: some(extendedText.map((text) => parseExtendedCommunity(text) ?? '')),
  },
  { requiredKeys: ['nextHop'] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<RouteAttributes>;
const scope = fc.record(
  {
    pathInformation: fc.integer({ min: 1, max: 0xffff_ffff }),
    neighbors: fc.array(address, { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<RouteScope>;
const prefix = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 16, max: 32 })).map(([text, length]) => `${text}/${length}` as Prefix),
  fc.tuple(ipv6, fc.integer({ min: 32, max: 128 })).map(([text, length]) => `${text}/${length}` as Prefix),
);

/** Many routes of few kinds, as a host has them. */
const routes = fc
  .tuple(some(attributes), some(scope), fc.array(fc.tuple(prefix, fc.nat(), fc.nat()), { maxLength: 300 }))
  .map(([kinds, scopes, all]): Route[] =>
    all.map(([each, kind, to]) => {
      const chosen = scopes[to % scopes.length];
      return {
        prefix: each,
        attributes: kinds[kind % kinds.length] as RouteAttributes,
        ...(chosen === undefined || Object.keys(chosen).length === 0 ? {} : { scope: chosen }),
      };
    }),
  );
const verb = fc.constantFrom<Verb>('announce', 'withdraw');
const api = fc.constantFrom<ExabgpApi>('4', '6');

describe('commands', () => {
  it('in groups say every route once, and each line what stands beside it', () => {
    fc.assert(
      fc.property(verb, api, routes, (says, grammar, all) => {
        const groups = groupLines(says, all, grammar);
        for (const { line, routes: beside } of groups) {
          expect(read(line, grammar).map(normal)).toEqual(beside.map((route) => meaning(says, route)));
          expect(beside.length).toBeLessThanOrEqual(100);
        }
        const order = new Map(all.map((route, index) => [route, index]));
        const said = groups.flatMap((group) => group.routes).map((route) => order.get(route) ?? -1);
        expect(said.sort((one, other) => one - other)).toEqual(all.map((_, index) => index));
        if (all.length <= 16) expect(groups).toHaveLength(all.length);
      }),
      { numRuns: 200 },
    );
  });

  it('say nothing but what they are given, whatever that is, or are not said at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('self', 'a b', 'x\nshutdown', '] med 1', ',', '65000:1', 'announce route', '\u2028', '\0'),
    );
    const damaged = fc.record({
      prefix: text,
      attributes: fc.record(
        { nextHop: text, communities: some(text), largeCommunities: some(text), extendedCommunities: some(text) },
        { requiredKeys: ['nextHop'] },
      ),
      scope: fc.record({ neighbors: some(text) }),
    }) as fc.Arbitrary<unknown> as fc.Arbitrary<Route>;
    fc.assert(
      fc.property(verb, api, damaged, (says, grammar, route) => {
        for (const write of [
          () => commandLine(says, route, grammar),
          () => groupLines(says, Array(17).fill(route), grammar)[0]?.line,
        ]) {
          let line: string | undefined;
          try {
            line = write();
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            continue;
          }
          const [said] = read(line ?? '', grammar);
          expect(said?.prefix).toBe(route.prefix);
          expect(said?.values['next-hop']).toBe(route.attributes.nextHop);
          expect(said?.to).toEqual(route.scope?.neighbors);
        }
      }),
      { numRuns: 500 },
    );
  });
});
