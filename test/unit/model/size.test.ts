import { expect, it } from 'vitest';
import { bytesOf, formatSize, parseSize } from '../../../src/model/size.ts';

it.each([
  ['1KiB', 1_024],
  ['1536KiB', 1_572_864],
  ['16MiB', 16_777_216],
  ['3GiB', 3_221_225_472],
])('%s is %i bytes, both ways', (text, size) => {
  expect(parseSize(text)).toBe(size);
  expect(formatSize(bytesOf(size))).toBe(text);
});

it.each(['', '1', '1B', '1KB', '1k', '1.5MiB', 'MiB', '1MiB ', '-1MiB', '1e3KiB', '1TiB'])('%j is none', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

it('shows the shortest text, and never a fraction', () => {
  expect(formatSize(bytesOf(2_048 * 1_024))).toBe('2MiB');
  expect(formatSize(bytesOf(0))).toBe('0KiB');
});
