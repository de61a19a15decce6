import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { Writer } from '../../../src/bytes/writer.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('Writer', () => {
  it('writes network order for u16, and the host’s own where it says so', () => {
    const written = new Writer(9).u8(0x81).u16(0x8283).hostU16(0x8485).hostU32(0x86878889).finish();
    expect(hex(written)).toBe(os.endianness() === 'LE' ? '818283858489888786' : '818283848586878889');
  });

  it('puts bytes as they are', () => {
    expect(
      hex(
        new Writer(4)
          .u8(1)
          .put(Uint8Array.from([2, 3]))
          .u8(4)
          .finish(),
      ),
    ).toBe('01020304');
  });

  it('takes the largest values whole', () => {
    expect(hex(new Writer(9).u8(0xff).u16(0xffff).hostU16(0xffff).hostU32(0xffffffff).finish())).toBe('ff'.repeat(9));
  });

  it.each([
    ['too little', () => new Writer(4).u8(1).finish()],
    ['too much by a number', () => new Writer(3).hostU32(1).finish()],
    ['too much by bytes', () => new Writer(1).put(Uint8Array.from([1, 2])).finish()],
  ])('throws when %s was written', (_name, write) => {
    expect(write).toThrow(RangeError);
  });
});
