import { describe, expect, it } from 'vitest';
import { axis, type Extent, MARK, track, whole } from '../../../../src/cli/demo/track.ts';
import { textOf } from '../../../../src/cli/terminal/line.ts';
import { ms } from '../../../../src/model/millis.ts';

const START = ms(1_000);
const axisOf = (extent: Extent): string => textOf(axis(extent)).slice(15);

describe('an axis', () => {
  it('has each second at its mark', () => {
    expect(axisOf(whole(START, ms(START + 12_000), 80))).toBe('0         5         10');
    // Two columns for the second figure of ten, where one is left: none of it.
    expect(axisOf(whole(START, ms(START + 10_500), 80))).toBe('0         5');
  });

  it('begins with the first second that it has room for', () => {
    const extent = { startedAt: START, first: 6, until: ms(START + 13_000), mark: MARK };
    expect(axisOf(extent)).toBe('    5         10');
  });

  it('has figures that can be told apart, however long a mark is', () => {
    for (const columns of [20, 30, 60]) {
      const text = axisOf(whole(START, ms(START + 40_000), columns));
      expect(text.length).toBeLessThanOrEqual(columns - 15);
      expect(text).toMatch(/^0( +\d+)*$/);
    }
    expect(axisOf(whole(START, ms(START + 40_000), 55))).toBe('0    5    10   15   20   25   30   35');
  });

  it('is empty where there is no room, and before there is anything', () => {
    expect(axisOf({ startedAt: START, first: 0, until: START, mark: MARK })).toBe('');
    expect(axisOf(whole(START, START, 10))).toBe('');
  });
});

describe('a track', () => {
  it('has the same marks as its axis has columns, and what was shorter than one in it', () => {
    const turns = [
      { at: ms(START + 10_000), isUp: true },
      { at: ms(START + 30_200), isUp: false },
      { at: ms(START + 30_300), isUp: true },
    ];
    const text = textOf(track('web', turns, 'served', whole(START, ms(START + 40_000), 55)));
    expect(text.slice(15)).toBe(`${'▁'.repeat(10)}${'▇'.repeat(20)}▄${'▇'.repeat(9)}`);
  });
});
