import { describe, expect, it } from 'vitest';
import { columnsOf, cut, fill, render, span, textOf, wrap } from '../../../../src/cli/terminal/line.ts';

const LINE = [span('one '), span('two', 'served'), span(' three', 'faint')];

describe('a line', () => {
  it('has its tones by name, or none', () => {
    expect(render(LINE, true)).toBe('one \x1b[32mtwo\x1b[0m\x1b[2m three\x1b[0m');
    expect(render([...LINE, span('  ')], false)).toBe('one two three');
  });

  it.each([
    [0, ''],
    [1, '…'],
    [5, 'one …'],
    [12, 'one two thr…'],
    [13, 'one two three'],
    [80, 'one two three'],
  ])('is cut to %i columns', (columns, text) => {
    expect(textOf(cut(LINE, columns))).toBe(text);
  });

  it('is not cut for the spaces at its end', () => {
    expect(textOf(cut([span('one'), span('   ')], 3)).trimEnd()).toBe('one');
  });
});

describe('a text', () => {
  it('is broken at spaces, and a long word stays whole', () => {
    expect(wrap('one two three fourteen', 7)).toEqual(['one two', 'three', 'fourteen']);
    expect(wrap('', 7)).toEqual(['']);
  });

  it('of pieces is broken between them', () => {
    expect(fill(['--one 1', '--two "2 2"', '--three'], 20)).toEqual(['--one 1 --two "2 2"', '--three']);
  });
});

describe('columns', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['äöü', 3],
    ['名前', 4],
    ['한', 2],
    ['e\u0301', 1],
    ['🙂', 2],
    ['✓…→', 3],
  ])('of %j are %d', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it('bound what is cut, wide characters too', () => {
    for (const room of [0, 1, 2, 3, 4, 5, 6]) {
      const line = cut([span('名a前b🙂')], room);
      expect(columnsOf(textOf(line)), String(room)).toBeLessThanOrEqual(room);
    }
    expect(textOf(cut([span('名a前')], 4))).toBe('名a…');
    expect(textOf(cut([span('名a前')], 5))).toBe('名a前');
  });
});
