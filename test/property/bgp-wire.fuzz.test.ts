/** Whatever comes, the codec says something about it: it never throws, never reads beyond, never changes what it reads. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { fieldsOf } from '../../src/bgp/wire/fields.ts';
import { createFramer } from '../../src/bgp/wire/framer.ts';
import type { WireContext } from '../../src/bgp/wire/message.ts';
import { entriesOf, prefixesOf } from '../../src/bgp/wire/nlri.ts';
import { describeNotification } from '../../src/bgp/wire/notification.ts';
import { decodeUpdate } from '../../src/bgp/wire/update-decoder.ts';
import { encodeUpdate } from '../../src/bgp/wire/update-encoder.ts';
import { contexts, conversations } from '../helpers/bgp-messages.ts';
import { damaged } from '../helpers/damage.ts';
import { fuzz } from '../helpers/fuzz.ts';
import { CONTEXT, encode, hex, VECTORS } from '../unit/bgp/wire/vectors.ts';

interface Heard {
  readonly context: WireContext;
  readonly bytes: Uint8Array;
}

const HEADER = 19;
/** What stands behind the octets in memory must not matter. */
const POISONS = [0x00, 0xff, 0x20];
const MARGIN = 64;

const spoilt: fc.Arbitrary<Heard> = fc.oneof(
  conversations.chain(({ context, message }) =>
    fc.record({ context: fc.constant(context), bytes: damaged(fc.constant(encode(message, context))) }),
  ),
  fc.record({
    context: contexts,
    bytes: damaged(fc.constantFrom(...VECTORS.map((vector) => hex(vector.hex)))),
  }),
);

/** With a header that fits, so that the damage is found by whoever reads the body. */
const framed: fc.Arbitrary<Heard> = fc.oneof(
  spoilt.map(({ context, bytes }) => ({ context, bytes: fitted(bytes[HEADER - 1] ?? 2, bytes.slice(HEADER)) })),
  fc
    .record({ context: contexts, type: fc.integer({ min: 1, max: 5 }), body: fc.uint8Array({ maxLength: 200 }) })
    .map(({ context, type, body }) => ({ context, bytes: fitted(type, body) })),
);

function fitted(type: number, body: Uint8Array): Uint8Array {
  const length = HEADER + body.length;
  return Uint8Array.from([...new Uint8Array(16).fill(0xff), length >>> 8, length & 0xff, type, ...body]);
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner,
  );

/** All that is said of the octets, with that around them. */
function saidOf({ context, bytes }: Heard, poison: number): string {
  const around = new Uint8Array(bytes.length + 2 * MARGIN).fill(poison);
  around.set(bytes, MARGIN);
  const inside = around.subarray(MARGIN, MARGIN + bytes.length);
  const decoded = decodeMessage(inside, context);
  const said = [plain(decoded), plain(fieldsOf(inside, context))];
  if ('message' in decoded && decoded.message.type === 'notification') {
    said.push(describeNotification(decoded.message.notification));
  }
  if ('message' in decoded && decoded.message.type === 'update') {
    for (const attribute of decoded.message.update.attributes) {
      if (attribute.type !== 'mpReach' && attribute.type !== 'mpUnreach') continue;
      said.push(plain([...entriesOf(attribute.nlri)]));
      expect(prefixesOf(attribute.nlri).length).toBe(attribute.nlri.count);
    }
    expect(prefixesOf(decoded.message.update.nlri).length).toBe(decoded.message.update.nlri.count);
  }
  expect(Buffer.from(inside).equals(Buffer.from(bytes))).toBe(true);
  return said.join('\n');
}

describe('the decoder', () => {
  fuzz(
    'says the same of octets whatever stands around them, and never throws',
    fc.property(fc.oneof(spoilt, framed), (heard) => {
      const [first = '', ...others] = POISONS.map((poison) => saidOf(heard, poison));
      for (const other of others) expect(other).toBe(first);
    }),
  );

  fuzz(
    'names an error of RFC 4271 for what it refuses, and an offset inside the message',
    fc.property(framed, ({ context, bytes }) => {
      const decoded = decodeMessage(bytes, context);
      const malformed =
        'message' in decoded ? (decoded.message.type === 'update' ? decoded.message.faults : []) : [decoded];
      for (const { fault, offset, why } of malformed) {
        expect([1, 2, 3, 7]).toContain(fault.code);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(bytes.length);
        expect(why).not.toBe('');
      }
    }),
  );

  fuzz(
    'reads what it accepted in the same way when it is said again',
    fc.property(framed, ({ context, bytes }) => {
      const { outcome, update } = decodeUpdate(bytes.subarray(HEADER), context);
      if (outcome !== 'accepted') return;
      const again = encodeUpdate(update, context);
      expect(decodeMessage(again, { ...context, longestMessage: 65_535 })).toEqual({
        message: { type: 'update', outcome, update, faults: [] },
      });
    }),
  );
});

describe('the framer', () => {
  fuzz(
    'ends with all that came, or with one fault, and holds no more than a message',
    fc.property(
      fc.array(spoilt, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (heard, sizes) => {
        const stream = Uint8Array.from(Buffer.concat(heard.map(({ bytes }) => bytes)));
        const framer = createFramer(() => 4_096);
        let faults = 0;
        let framedOctets = 0;
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          for (const frame of framer.push(stream.subarray(at, at + size))) {
            expect(faults).toBe(0);
            if ('fault' in frame) faults++;
            else {
              framedOctets += frame.bytes.length;
              decodeMessage(frame.bytes, CONTEXT);
            }
          }
          at += size;
        }
        if (faults === 0) expect(stream.length - framedOctets).toBeLessThan(4_096);
      },
    ),
  );
});
