import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWords } from '../../src/cli/run-words.ts';
import { diagnose, diagnoseFor } from '../../src/config/exabgp-conf/diagnose.ts';
import { RELEASES } from '../../src/config/exabgp-conf/release.ts';
import { tokenise } from '../../src/config/exabgp-conf/tokens.ts';
import { runWord } from '../../src/config/exabgp-conf/written.ts';
import { BROKEN, GOOD } from '../helpers/exabgp-confs.ts';
import { damaged } from '../helpers/exabgp-mutations.ts';

const texts = [...GOOD, ...BROKEN].map(({ text }) => text.replaceAll('PROGRAM', '/usr/bin/ha2bgp'));
const marks = fc.constantFrom(
  ...'{};#"\'\\[], \n\r\t/',
  '\\u',
  '__proto__',
  'constructor',
  'neighbor',
  'process',
  'group',
);
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(marks, fc.string({ maxLength: 4 })), { maxLength: 60 }).map((parts) => parts.join('')),
  fc.integer().map((seed) => damaged(texts, 1, seed)[0] ?? ''),
);

/** Whatever is said has a place in the file, a sentence of one line, and lines to write that are whole. */
function isWellSaid(text: string): void {
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { line, sentence, instead } of diagnose(text, readWords).findings) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(sentence).not.toMatch(/\p{Cc}|undefined/u);
    expect(instead.join('\n')).not.toContain('undefined');
  }
}

describe('a word of run', () => {
  it('is written so that ExaBGP reads it', () => {
    const words = fc.array(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/["'\uD800-\uDFFF]/g, '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...RELEASES), (texts, release) => {
        const { statements, slips } = tokenise(`run ${texts.map(runWord).join(' ')};`, release);
        expect(slips).toEqual([]);
        expect(statements.map(({ words }) => words.map(({ text }) => text))).toEqual([['run', ...texts]]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('any text', () => {
  it('is judged, and never thrown over', () => {
    fc.assert(fc.property(anything, isWellSaid), { numRuns: 500 });
  });

  it('is a good file cut off anywhere, and judged', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), (text, at) => isWellSaid(text.slice(0, at % (text.length + 1)))),
      { numRuns: 500 },
    );
  });

  it('is found good only where ExaBGP would find a process, and a neighbor that lists it', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...RELEASES), (seed, release) => {
        const [text = ''] = damaged(texts, 1, seed);
        const { findings } = diagnoseFor(text, release, readWords);
        if (findings.some(({ effect }) => effect !== 'risk')) return;
        const words = tokenise(text, release).statements.map(({ words }) => words.map((word) => word.text));
        expect(words.some(([first]) => first === 'neighbor')).toBe(true);
        expect(words.some(([first]) => first === 'process')).toBe(true);
        expect(words.some(([first]) => first === 'processes' || first === 'processes-match')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('takes no longer than its length asks for', () => {
    // Each of these once took, or would take, the square of its length.
    const many = 20_000;
    const [open, close] = ['{'.repeat(many), '}'.repeat(many)];
    const long = [
      open,
      close,
      open + close,
      'x '.repeat(many),
      `${' '.repeat(many)}x`.repeat(3),
      ';\n'.repeat(many),
      '"'.repeat(many),
    ];
    for (const text of [...long, 'group g '.concat(open), 'a\n'.repeat(many), 'process p { }\n'.repeat(1_000)]) {
      const startedAt = performance.now();
      diagnose(text, readWords);
      expect(performance.now() - startedAt, text.slice(0, 20)).toBeLessThan(10_000);
    }
  });
});
