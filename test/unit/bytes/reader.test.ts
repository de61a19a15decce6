import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { BytesError, HOST_IS_LITTLE_ENDIAN, Reader } from '../../../src/bytes/reader.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** `BytesError`, or what else happened. */
function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('HOST_IS_LITTLE_ENDIAN', () => {
  it('agrees with node:os', () => {
    expect(HOST_IS_LITTLE_ENDIAN).toBe(os.endianness() === 'LE');
  });
});

describe('Reader', () => {
  it('reads one value behind the other', () => {
    const reader = new Reader(Buffer.concat([bytes(0x81, 0x82, 0x83), hostBytes(2, 0x8485), hostBytes(4, 0x86878889)]));
    expect([reader.u8(), reader.u16(), reader.hostU16(), reader.hostU32(), reader.remaining]).toEqual([
      0x81, 0x8283, 0x8485, 0x86878889, 0,
    ]);
  });

  it('reads a slice of a larger buffer from its own beginning', () => {
    const reader = new Reader(bytes(1, 2, 3, 4, 5, 6).subarray(2, 5));
    expect([reader.u16(), reader.remaining, reader.u8()]).toEqual([0x0304, 1, 5]);
  });

  it('takes a view and not a copy', () => {
    const whole = bytes(1, 2, 3, 4);
    const reader = new Reader(whole);
    reader.u8();
    const taken = reader.take(2);
    whole[1] = 0x99;
    expect([...taken]).toEqual([0x99, 3]);
    expect(reader.remaining).toBe(1);
  });

  it('takes all that is left, and nothing', () => {
    const reader = new Reader(bytes(1, 2));
    expect([...reader.take(2)]).toEqual([1, 2]);
    expect([...reader.take(0)]).toEqual([]);
  });

  it.each([
    ['u8', 1, (reader: Reader) => reader.u8()],
    ['u16', 2, (reader: Reader) => reader.u16()],
    ['hostU16', 2, (reader: Reader) => reader.hostU16()],
    ['hostU32', 4, (reader: Reader) => reader.hostU32()],
    ['take', 3, (reader: Reader) => reader.take(3)],
  ] as const)('never lets %s read past the end, and stays where it was', (_name, size, read) => {
    // The bytes behind the end exist in memory, and must not be seen.
    const reader = new Reader(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).subarray(0, 1 + size));
    reader.take(2);
    const error = outcome(() => read(reader));
    expect(error).toBeInstanceOf(BytesError);
    expect(error).toMatchObject({
      name: 'BytesError',
      offset: 2,
      message: `${size} bytes wanted, ${size - 1} left at byte 2`,
    });
    expect(reader.remaining).toBe(size - 1);
  });

  it.each([-1, 5, 2 ** 32])('refuses to take %d of four bytes', (length) => {
    const reader = new Reader(bytes(1, 2, 3, 4));
    expect(outcome(() => reader.take(length))).toBeInstanceOf(BytesError);
    expect(reader.remaining).toBe(4);
  });

  it('skips padding as far as there is any', () => {
    const reader = new Reader(bytes(1, 2, 3));
    reader.skipPadding(2);
    expect(reader.remaining).toBe(1);
    reader.skipPadding(3);
    expect(reader.remaining).toBe(0);
    expect(outcome(() => reader.u8())).toBeInstanceOf(BytesError);
  });
});

function hostBytes(size: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(size);
  if (os.endianness() === 'LE') buffer.writeUIntLE(value, 0, size);
  else buffer.writeUIntBE(value, 0, size);
  return buffer;
}
