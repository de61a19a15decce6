import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { createFramer, type Frame } from '../../src/bgp/wire/framer.ts';
import { shutdownData, shutdownText } from '../../src/bgp/wire/notification.ts';
import { conversations } from '../helpers/bgp-messages.ts';
import { encode } from '../unit/bgp/wire/vectors.ts';

describe('a message', () => {
  it('comes back as it was said', () => {
    fc.assert(
      fc.property(conversations, ({ context, message }) => {
        expect(decodeMessage(encode(message, context), context)).toEqual({ message });
      }),
      { numRuns: 1_000 },
    );
  });
});

const LONGEST = 65_535;
const shown = (frame: Frame): unknown =>
  'fault' in frame ? { ...frame, data: [...frame.fault.data] } : [frame.type, Buffer.from(frame.bytes).toString('hex')];

function framesOf(stream: Uint8Array, cuts: readonly number[]): unknown[] {
  const framer = createFramer(() => LONGEST);
  const frames: unknown[] = [];
  let start = 0;
  for (const end of [...new Set(cuts.map((cut) => cut % (stream.length + 1)))]
    .sort((a, b) => a - b)
    .concat(stream.length)) {
    // A chunk of its own, used up at once: what is handed out later must not lie in it.
    const chunk = stream.slice(start, end);
    for (const frame of framer.push(chunk)) frames.push(shown(frame));
    chunk.fill(0);
    start = end;
  }
  return frames;
}

describe('a stream of messages', () => {
  const streams = fc.array(conversations, { maxLength: 5 }).chain((said) => {
    const stream = Buffer.concat(said.map(({ context, message }) => encode(message, context)));
    return fc.record({
      messages: fc.constant(said.map(({ context, message }) => encode(message, context))),
      stream: fc.constant(Uint8Array.from(stream)),
      cuts: fc.array(fc.nat(stream.length), { maxLength: 30 }),
      spoilt: fc.option(fc.tuple(fc.nat(), fc.nat(255)), { nil: undefined }),
    });
  });

  it('gives the same messages, and the same fault, however it is cut', () => {
    fc.assert(
      fc.property(streams, ({ messages, stream, cuts, spoilt }) => {
        if (spoilt !== undefined && stream.length > 0) stream[spoilt[0] % stream.length] = spoilt[1];
        const whole = framesOf(stream, []);
        expect(framesOf(stream, cuts)).toEqual(whole);
        expect(framesOf(stream, [...stream.keys()])).toEqual(whole);
        if (spoilt === undefined) {
          expect(whole).toEqual(messages.map((bytes) => [bytes[18], Buffer.from(bytes).toString('hex')]));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the text of a shutdown', () => {
  it('is the beginning of what was said, without half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (words) => {
        const data = shutdownData(words);
        expect(data.length).toBeLessThanOrEqual(256);
        const said = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data.subarray(1));
        expect(words.startsWith(said)).toBe(true);
        // Where it is cut, no character more would fit.
        const [next = ''] = words.slice(said.length);
        expect(said === words || data.length + new TextEncoder().encode(next).length > 256).toBe(true);
      }),
    );
  });

  it('never throws when it is read, and has no control character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const text = shutdownText({ code: 6, subcode: 2, data });
        expect(text ?? '').not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
