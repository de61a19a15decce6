import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Listener, Port } from '../../src/model/facts.ts';
import { formatListenFilter, type ListenFilter, matches, parseListenFilter } from '../../src/model/listen-filter.ts';

const port = fc.nat(65_535);
const { filter } = fc.letrec<{ filter: ListenFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    port.map((number): ListenFilter => ({ type: 'sport', port: number as Port })),
    fc.record({ type: fc.constant('or' as const), either: tie('filter'), or: tie('filter') }),
  ),
}));
const listener = (number: number): Listener =>
  ({ protocol: 'tcp', family: 'ipv4', address: '192.0.2.1', port: number, v6only: false, device: '' }) as Listener;

/** The reference: which ports a filter names. */
const portsOf = (of: ListenFilter): number[] =>
  of.type === 'sport' ? [of.port] : [...portsOf(of.either), ...portsOf(of.or)];

function parsed(text: string): ListenFilter {
  const result = parseListenFilter(text);
  if ('problem' in result) throw new Error(`${text}: ${JSON.stringify(result.problem)}`);
  return result.filter;
}

describe('listen filters', () => {
  it('come back from their text with the same ports in the same order', () => {
    fc.assert(
      fc.property(filter, (original) => {
        const text = formatListenFilter(original);
        expect(portsOf(parsed(text))).toEqual(portsOf(original));
        expect(formatListenFilter(parsed(text))).toBe(text);
      }),
    );
  });

  it('match the ports that they name and no others', () => {
    fc.assert(
      fc.property(filter, port, (original, other) => {
        const ports = portsOf(original);
        for (const number of [...ports, other]) {
          expect(matches(original, listener(number))).toBe(ports.includes(number));
        }
      }),
    );
  });

  it('mean the same however they are spaced and however "or" and "=" are spelled', () => {
    const word = fc.record({
      equals: fc.constantFrom('=', '==', ' eq '),
      or: fc.constantFrom(' or ', '|', '||', ' | '),
      space: fc.constantFrom('', ' ', '\t', '\n'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(port, word), { minLength: 1, maxLength: 8 }), (terms) => {
        const text = terms
          .map(([number, { equals, or, space }], index) => {
            return `${index === 0 ? '' : or}(${space}sport${space}${equals}${space}:${number}${space})`;
          })
          .join('');
        expect(portsOf(parsed(text))).toEqual(terms.map(([number]) => number));
      }),
    );
  });

  it('turn any text into a filter, or into a problem that stands inside the text', () => {
    const soup = fc
      .array(fc.constantFrom('sport', '=', '==', 'eq', ':80', ':70000', 'or', '|', '||', '(', ')', ' ', 'x', '!'))
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup), (text) => {
        const result = parseListenFilter(text);
        if ('filter' in result) {
          expect(portsOf(result.filter).length).toBeGreaterThan(0);
          return;
        }
        const { column, found } = result.problem;
        expect(text.slice(column - 1, column - 1 + found.length)).toBe(found);
        expect(found === '').toBe(column === text.length + 1);
      }),
      { numRuns: 500 },
    );
  });
});
