/** Every kind of message, both ways. */
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/bgp/wire/decode.ts';
import { CONTEXT, encode, hex, VECTORS } from './vectors.ts';

describe('a message', () => {
  it.each(VECTORS)('is decoded: $name', ({ hex: text, message, context = CONTEXT }) => {
    expect(decodeMessage(hex(text), context)).toEqual({ message });
  });

  it.each(VECTORS.filter(({ isDecodedOnly }) => isDecodedOnly !== true))(
    'is encoded: $name',
    ({ hex: text, message, context = CONTEXT }) => {
      expect(Buffer.from(encode(message, context)).toString('hex')).toBe(Buffer.from(hex(text)).toString('hex'));
    },
  );
});
