import { describe, expect, it } from 'vitest';
import { columnsOf, textOf } from '../../../../src/cli/terminal/line.ts';
import { type Grid, gridLines, layOut } from '../../../../src/cli/terminal/table.ts';

const grid: Grid = {
  columns: [
    { title: 'NAME' },
    { title: 'N', isNumber: true },
    { title: 'MORE', rank: 1 },
    { title: 'LESS', rank: 2 },
    { title: 'TEXT' },
  ],
  rows: [
    [
      { text: 'one' },
      { text: '1' },
      { text: 'aaaa' },
      { text: 'bbbb' },
      { text: 'some text that is long enough to be cut' },
    ],
    [{ text: '名前' }, { text: '1000' }, { text: '' }, { text: '' }, { text: 'x' }],
  ],
};
const texts = (room: number): string[] => gridLines(grid, room).map(textOf);

describe('a table', () => {
  it('has columns as wide as what stands in them, wide characters too', () => {
    expect(texts(Number.POSITIVE_INFINITY)).toEqual([
      'NAME     N  MORE  LESS  TEXT',
      'one      1  aaaa  bbbb  some text that is long enough to be cut',
      '名前  1000              x',
    ]);
  });

  it('leaves out columns of the highest rank first, then cuts the last', () => {
    expect(layOut(grid, 50).shown).toEqual([0, 1, 2, 3, 4]);
    expect(layOut(grid, 47).shown).toEqual([0, 1, 2, 4]);
    expect(layOut(grid, 41).shown).toEqual([0, 1, 4]);
    expect(layOut(grid, 3).shown).toEqual([0, 1, 4]);
    for (const room of [50, 47, 41, 20, 3, 1]) {
      expect(Math.max(...texts(room).map(columnsOf)), String(room)).toBeLessThanOrEqual(room);
    }
  });
});
