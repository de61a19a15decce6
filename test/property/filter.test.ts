import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFromBytes, type Family, type IpAddress, truncate, unmap } from '../../src/model/address.ts';
import type { Listener, Port } from '../../src/model/facts.ts';
import {
  type Condition,
  formatListenFilter,
  type ListenFilter,
  matches,
  type Network,
} from '../../src/model/listen-filter.ts';
import { parseListenFilter } from '../../src/model/listen-filter-parser.ts';
import { portRanges } from '../../src/model/port-ranges.ts';
import { and, not, or, sport } from '../helpers/listen-filters.ts';

const families = fc.constantFrom<Family>('ipv4', 'ipv6');
/** Few, so that filters and listeners meet. */
const port = fc.oneof(fc.constantFrom(0, 1, 79, 80, 81, 443, 65_534, 65_535), fc.nat(65_535)).map((one) => one as Port);
const bytes = (length: number) =>
  fc.array(fc.constantFrom(0, 1, 10, 128, 255), { minLength: length, maxLength: length });
const ipv4 = bytes(4).map((one) => addressFromBytes(Uint8Array.from(one)));
const ipv6 = bytes(16).map((one) => unmap(addressFromBytes(Uint8Array.from(one))));
const deviceName = fc.constantFrom('', 'eth0', 'lo', 'br-1.100');
const any = fc.constant('any' as const);

const network: fc.Arbitrary<Network> = fc.oneof(
  fc.tuple(ipv4, fc.nat(32)).map(([address, length]) => ({
    family: 'ipv4' as const,
    length,
    address: truncate(address, length),
  })),
  fc.tuple(ipv6, fc.nat(128)).map(([address, length]) => ({
    family: 'ipv6' as const,
    length: address.includes(':') ? length : 128,
    address: address.includes(':') ? unmap(truncate(address, length)) : address,
  })),
  fc.tuple(ipv4, fc.nat(32)).map(([address, length]) => ({
    family: 'ipv6' as const,
    length: 96 + length,
    address: truncate(address, length),
  })),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    type: fc.constantFrom('sport', 'sport', 'dport'),
    family: fc.oneof({ weight: 4, arbitrary: any }, families),
    comparison: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    port,
  }),
  fc.record({ type: fc.constantFrom('sport', 'dport'), family: any, comparison: fc.constant('='), port: any }),
  fc.record({
    type: fc.constantFrom('src', 'src', 'dst'),
    family: fc.oneof(any, families),
    network: any,
    port: fc.oneof(any, port),
  }),
  fc
    .record({ type: fc.constantFrom('src', 'src', 'dst'), network, port: fc.oneof(any, port), isStrict: fc.boolean() })
    .map(({ isStrict, ...of }) => ({ ...of, family: isStrict ? of.network.family : ('any' as const) })),
  fc.record({ type: fc.constant('dev'), comparison: fc.constantFrom('=', '!='), device: deviceName }),
) as fc.Arbitrary<Condition>;

/** As the parser makes them: no list inside one of its own type. */
const { filter } = fc.letrec<{ filter: ListenFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    condition,
    tie('filter').map(not),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('filter'), { minLength: 2, maxLength: 4 }))
      .map(([type, filters]) => ({
        type,
        filters: filters.flatMap((one) => (one.type === type ? one.filters : [one])),
      })),
  ) as fc.Arbitrary<ListenFilter>,
}));

const listener: fc.Arbitrary<Listener> = fc
  .record({ family: families, four: ipv4, six: fc.oneof(ipv6, ipv4), port, v6only: fc.boolean(), device: deviceName })
  .map(({ family, four, six, v6only, ...of }) => ({
    ...of,
    protocol: 'tcp',
    family,
    address: family === 'ipv4' ? four : six,
    v6only: v6only && family === 'ipv6',
    queueFull: false,
  }));

function parsed(text: string): ListenFilter {
  const result = parseListenFilter(text);
  if ('problem' in result) throw new Error(`${text}: ${JSON.stringify(result.problem)}`);
  return result.filter;
}

describe('listen filters', () => {
  it('come back from their text', () => {
    fc.assert(
      fc.property(filter, (original) => {
        expect(parsed(formatListenFilter(original))).toEqual(original);
      }),
      {
        numRuns: 1_000,
      },
    );
  });

  it('connect with and, or and not as these words say', () => {
    fc.assert(
      fc.property(filter, filter, listener, (one, other, on) => {
        const [first, second] = [matches(one, on), matches(other, on)];
        expect(matches(and(one, other), on)).toBe(first && second);
        expect(matches(or(one, other), on)).toBe(first || second);
        expect(matches(not(one), on)).toBe(!first);
      }),
    );
  });

  it('hold the addresses that begin with the bits of their network', () => {
    /** The reference: all addresses as 128 bits and their family, mapped ones as they are on the wire. */
    const bits = (family: Family, address: IpAddress): string =>
      (family === 'ipv6' && !address.includes(':') ? `${'0'.repeat(80)}${'1'.repeat(16)}` : '') +
      (address.includes(':') ? sixteen(address) : address.split('.').map(Number).map(binary(8)).join(''));
    fc.assert(
      fc.property(network, listener, (of, { family, address, ...on }) => {
        const isMapped = family === 'ipv6' && !address.includes(':');
        const begin = bits(of.family, of.address).slice(0, of.length);
        const expected =
          (family === of.family && bits(family, address).startsWith(begin)) ||
          (of.family === 'ipv4' && isMapped && bits('ipv4', address).startsWith(begin));
        const filter: ListenFilter = { type: 'src', family: 'any', network: of, port: 'any' };
        expect(matches(filter, { family, address, ...on })).toBe(expected);
        expect(matches({ ...filter, family: of.family }, { family, address, ...on })).toBe(
          expected && family === of.family,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('mean the same however they are spelled and spaced, and are read from the left', () => {
    const spelled = fc.record({
      port,
      equals: fc.constantFrom('=', '==', ' eq ', ' '),
      connective: fc.constantFrom(' or ', '|', '||', ' | ', ' and ', '&', '&&', ' '),
      space: fc.constantFrom('', ' ', '\t', '\n'),
    });
    fc.assert(
      fc.property(fc.array(spelled, { minLength: 1, maxLength: 8 }), listener, (terms, on) => {
        const text = terms
          .map(({ port: number, equals, connective, space }, index) => {
            return `${index === 0 ? '' : connective}(${space}sport${space}${equals}${space}:${number}${space})`;
          })
          .join('');
        let expected: boolean | undefined;
        for (const { port: number, connective } of terms) {
          const found = on.port === number;
          if (expected === undefined) expected = found;
          else expected = /\||or/.test(connective) ? expected || found : expected && found;
        }
        expect(matches(parsed(text), on)).toBe(expected);
      }),
    );
  });

  it('turn any text into a filter, or into a problem that stands inside the text', () => {
    const words = [
      ...['sport', 'src', 'dst', 'dev', 'not', '!', '=', '!=', '==', '<', 'eq', 'or', '|', '&', '(', ')', ' ', 'x'],
      ...[
        ':80',
        ':70000',
        ':',
        '*',
        ':*',
        '10.0.0.1',
        '10/8',
        '/33',
        '[::1]',
        '[',
        ']',
        '::1:2',
        'inet:',
        'unix:',
        '0x1',
      ],
    ];
    const soup = fc
      .tuple(fc.array(fc.constantFrom(...words)), fc.constantFrom('', ' ', ' ', ' '))
      .map(([some, space]) => some.join(space));
    const near = fc.tuple(filter, fc.nat(200), fc.nat(3), fc.constantFrom('', ...words)).map(([of, at, less, more]) => {
      const text = formatListenFilter(of);
      return text.slice(0, at % text.length) + more + text.slice((at % text.length) + less);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup, near), (text) => {
        const result = parseListenFilter(text, (name) => (name === 'x' ? [1, 2] : []));
        if ('filter' in result) {
          expect(parsed(formatListenFilter(result.filter))).toEqual(result.filter);
          return;
        }
        const { column, found, expected } = result.problem;
        expect(text.slice(column - 1, column - 1 + found.length)).toBe(found);
        expect(found === '').toBe(column === text.length + 1);
        expect(expected).not.toBe('');
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('portRanges', () => {
  const isInside = (of: ListenFilter, number: number): boolean =>
    portRanges(of).some(({ from, to }) => from <= number && number <= to);

  it('holds every port that matches', () => {
    fc.assert(
      fc.property(filter, fc.array(listener, { minLength: 20, maxLength: 20 }), (of, listeners) => {
        for (const on of listeners) if (matches(of, on)) expect(isInside(of, on.port)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is sorted, disjoint and merged', () => {
    fc.assert(
      fc.property(filter, (of) => {
        let last = -2;
        for (const { from, to } of portRanges(of)) {
          expect(from).toBeGreaterThan(last + 1);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(to).toBeLessThanOrEqual(65_535);
          last = to;
        }
      }),
    );
  });

  it('is exact for a filter of nothing but ports', () => {
    const exact = fc.letrec<{ filter: ListenFilter }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 4 },
        fc
          .tuple(port, fc.constantFrom('=', '!=', '<', '<=', '>', '>=') as fc.Arbitrary<'='>)
          .map(([number, comparison]) => sport(number, comparison)),
        tie('filter').map(not),
        fc.tuple(tie('filter'), tie('filter')).map(([one, other]) => and(one, other)),
        fc.tuple(tie('filter'), tie('filter')).map(([one, other]) => or(one, other)),
      ),
    })).filter;
    fc.assert(
      fc.property(exact, port, listener, (of, number, on) => {
        expect(isInside(of, number)).toBe(matches(of, { ...on, port: number }));
      }),
      { numRuns: 1_000 },
    );
  });
});

const binary =
  (length: number) =>
  (value: number): string =>
    value.toString(2).padStart(length, '0');

/** Canonical IPv6 text as 128 binary digits. */
function sixteen(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => binary(16)(Number.parseInt(group, 16))).join('');
}
