import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyReader, LONGEST_LINE, type Said } from '../../src/sink/exabgp/replies.ts';

const lines = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('done', 'error', 'shutdown', '', '{ "type": "state" }', 'neighbor ::1 up'),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, 9).map((more) => 'é'.repeat(LONGEST_LINE + more)) },
  ),
  { maxLength: 8 },
);

function readIn(bytes: Uint8Array, cuts: readonly number[]): Said[] {
  const reader = createReplyReader();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((end, index) => reader.read(bytes.subarray(edges[index], end)));
}

describe('what ExaBGP says', () => {
  it('is the same in whatever chunks it comes', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(), { maxLength: 12 }), (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        expect(readIn(bytes, cuts)).toEqual(readIn(bytes, []));
      }),
    );
  });

  it('is the same byte by byte', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 })), (texts) => {
        const bytes = Buffer.from(texts.join('\n'));
        expect(
          readIn(
            bytes,
            Array.from(bytes, (_, index) => index),
          ),
        ).toEqual(readIn(bytes, []));
      }),
    );
  });

  it('is one answer for each line that is not blank', () => {
    fc.assert(
      fc.property(lines, (texts) => {
        const written = texts.join('\n').split('\n');
        const said = readIn(Buffer.from(`${written.join('\n')}\n`), []);
        expect(said.length).toBe(written.filter((line) => line.trim() !== '').length);
        expect(said.filter(({ type }) => type === 'oversized').length).toBe(
          written.filter((line) => line.length > LONGEST_LINE).length,
        );
      }),
    );
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 4 }), (bytes, cuts) => {
        const ended = Uint8Array.from([...bytes, 0x0a]);
        expect(readIn(ended, cuts)).toEqual(readIn(ended, []));
      }),
      { numRuns: 500 },
    );
  });
});
