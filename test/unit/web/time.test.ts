import { afterEach, describe, expect, it, vi } from 'vitest';
import { clockWords, countdown, fullTime, lengthOf, momentWords } from '../../../web/time.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NOON = Date.parse('2026-11-20T12:00:00.000Z');

afterEach(() => void vi.unstubAllEnvs());

describe('times', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [MINUTE, '1 min'],
    [HOUR - 1, '59 min'],
    [HOUR + 5 * MINUTE, '1 h 05 min'],
    [DAY - 1, '23 h 59 min'],
    [3 * DAY + 4 * HOUR, '3 d 04 h'],
    // A clock that is behind: it has begun, and no time has passed.
    [-5_000, '0 s'],
  ])('%i ms are %s', (ms, words) => {
    expect(lengthOf(ms)).toBe(words);
  });

  it.each([
    [0, '0:00'],
    [-1, '0:00'],
    // A second that has begun to run is still there.
    [1, '0:01'],
    [59_000, '0:59'],
    [59_001, '1:00'],
    [HOUR - 1, '1:00:00'],
    [10 * HOUR + 62_000, '10:01:02'],
  ])('%i ms are left: %s', (ms, words) => {
    expect(countdown(ms)).toBe(words);
  });

  it.each(['UTC', 'Asia/Tokyo', 'America/Los_Angeles'])(
    'has the day only where that is another one, of UTC: %s',
    (zone) => {
      vi.stubEnv('TZ', zone);
      expect(clockWords(NOON + HOUR, NOON)).toBe('13:00 UTC');
      expect(clockWords(NOON + DAY / 2, NOON)).toBe('2026-11-21 00:00 UTC');
      expect(momentWords(NOON + HOUR, NOON)).toBe('13:00:00');
      expect(momentWords(NOON + DAY / 2, NOON)).toBe('2026-11-21 00:00:00');
      expect(fullTime(NOON)).toBe('2026-11-20 12:00:00 UTC');
      expect(fullTime(Number.NaN)).toContain('??');
    },
  );
});
