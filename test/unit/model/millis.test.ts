import { describe, expect, it } from 'vitest';
import { formatDuration, ms, parseDuration } from '../../../src/model/millis.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['3s', 3_000],
    ['1.5s', 1_500],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '3', '-3s', '+3s', '3 s', 's', '3S', '3s3s', '30s1m', '1e3s', '.5s', '3s ', 'Infinitys', '0x3s'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([0, 1, 250, 1_500, 6_000, 90_000, 3_600_000, 86_400_000])('is read back: %d ms', (duration) => {
    expect(parseDuration(formatDuration(ms(duration)))).toBe(duration);
  });

  it('is short', () => {
    expect([90_000, 250, 6_000, 0].map((duration) => formatDuration(ms(duration)))).toEqual([
      '1m30s',
      '250ms',
      '6s',
      '0s',
    ]);
  });
});
