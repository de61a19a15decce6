/** YAML that anybody may have written: never a throw, always a place; and what is cut out before parsing comes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config-file.ts';
import { OPTION_NAMES, OPTIONS } from '../../src/config/options.ts';
import { parseYaml } from '../../src/config/yaml.ts';

const word = fc.constantFrom(
  ...OPTION_NAMES.map((name) => OPTIONS[name].flag as string),
  ...['bgp', 'peers', 'static', 'prefixes', 'address', 'as', '10.0.0.1', '192.0.2.0/24', '65000.10', '9s', 'true', 'x'],
  ...[
    '__proto__',
    'constructor',
    '',
    '~',
    '"',
    "'",
    '|',
    '>',
    '&a',
    '*a',
    '!!str',
    '!x',
    '<<',
    '---',
    '...',
    '%YAML 1.1',
  ],
);
const piece = fc.oneof(
  { weight: 4, arbitrary: word },
  {
    weight: 6,
    arbitrary: fc.constantFrom(': ', '\n', '\n  ', '\n    ', '- ', '[', ']', '{', '}', ', ', ' #', '\t', '\r\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

function expectPlaces(text: string): void {
  const lines = text.split('\n');
  for (const { place, text: said } of parseConfig(text, 'x').problems) {
    expect(said).not.toMatch(/undefined|\[object|NaN/);
    if (said === 'is empty: expected a map of settings') continue;
    const [, line, column] = /^x:([1-9]\d*):([1-9]\d*)$/.exec(place) ?? [];
    expect(Number(line), place).toBeLessThanOrEqual(lines.length);
    expect(Number(column), place).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1);
  }
}

describe('a file', () => {
  it('of any text is settings or problems, each with a place inside it', () => {
    fc.assert(fc.property(text, expectPlaces), { numRuns: 2_000 });
  });

  it('of any bytes that are text, too', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectPlaces), { numRuns: 500 });
  });
});

describe('runs of prefixes', () => {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('- 10.0.0.1/32', '- 10.0.0.2/32', '- 2001:db8::/32', '- ::/0 ') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[
          'static:',
          'a: |',
          'a: "',
          '"',
          '- prefixes:',
          'more',
          '# a comment',
          '',
          'a: [',
          ']',
          '- - 1/2',
          '- a: 1/2',
        ],
        ...['- 10.0.0.3/32 # why', '- 10.0.0.4/32\r', '- &a 1/2', '-  1/2', '---', 'b: 1', '? x', ': y'],
      ),
    },
  );
  const lines = fc.array(fc.tuple(fc.constantFrom('', '', '  ', '  ', '    '), line), { maxLength: 25 });

  it('that are cut out before the text is parsed come back as they were', () => {
    let cut = 0;
    fc.assert(
      fc.property(lines, (given) => {
        const all = given.map(([indent, rest]) => `${indent}${rest}`).join('\n');
        const [short, whole] = [parseYaml(all, 3), parseYaml(all, Number.POSITIVE_INFINITY)];
        expect(short).toEqual(whole);
        if (whole.problems.length === 0 && /(^ *- [0-9a-f.:]+\/\d+ *\n){3}/m.test(all)) cut++;
      }),
      { numRuns: 3_000 },
    );
    expect(cut).toBeGreaterThan(20);
  });

  it('are put back in a list of a hundred thousand', () => {
    const items = Array.from(
      { length: 100_000 },
      (_, index) => `  - 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
    );
    const { values, problems } = parseConfig(`network:\n${items.join('\n')}\ninterval: 1s\nhints: x\n`, 'x');
    expect(problems).toEqual([{ place: 'x:100003:8', text: expect.stringMatching(/^hints: "x": expected one of/) }]);
    expect(values).toEqual({});
    const good = parseConfig(`static:\n- prefixes:\n${items.join('\n')}\n  med: 5\n`, 'x');
    expect(good.problems).toEqual([]);
    expect(good.values.static?.[0]?.prefixes).toHaveLength(100_000);
    expect(good.values.static?.[0]?.prefixes.at(-2)).toBe('10.1.134.158/32');
  });
});
