import { describe, expect, it } from 'vitest';
import { momentAt, parseMoment } from '../../../src/config/moment.ts';

const NOW = Date.parse('2026-11-20T03:10:00.000Z');
const read = (text: string): string | undefined => {
  const moment = parseMoment(text);
  return moment === undefined ? undefined : new Date(momentAt(moment, NOW)).toISOString();
};

describe('a moment', () => {
  it.each([
    ['2h', '2026-11-20T01:10:00.000Z'],
    ['1d12h', '2026-11-18T15:10:00.000Z'],
    ['90s', '2026-11-20T03:08:30.000Z'],
    ['0', '2026-11-20T03:10:00.000Z'],
    ['03:00', '2026-11-20T03:00:00.000Z'],
    ['03:10', '2026-11-20T03:10:00.000Z'],
    ['03:00:30Z', '2026-11-20T03:00:30.000Z'],
    // Not of a time to come.
    ['23:50', '2026-11-19T23:50:00.000Z'],
    ['2026-11-19', '2026-11-19T00:00:00.000Z'],
    ['2026-11-20T03:00Z', '2026-11-20T03:00:00.000Z'],
    ['2026-11-20T03:00', '2026-11-20T03:00:00.000Z'],
    // As it is printed, and as it stands in JSON.
    ['2026-11-20 02:58:12.250Z', '2026-11-20T02:58:12.250Z'],
    ['2026-11-20T02:58:12.250Z', '2026-11-20T02:58:12.250Z'],
    ['2026-11-20T04:00:30.5+01:00', '2026-11-20T03:00:30.500Z'],
    ['2026-11-19T22:30-04:30', '2026-11-20T03:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, at) => {
    expect(read(text)).toBe(at);
  });

  it.each([
    ...['', 'yesterday', '2', '-2h', '3:00', '24:00', '03:60', '03:00+01:00', '2026-02-29', '2026-13-01', '2026-00-01'],
    ...['2026-11-20T', '2026-11-20T25:00Z', '2026-11-20T03:00X', '20261120', '2026-11-20T03:00Z ', '1700000000'],
  ])('%j is none', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});
