import { describe, expect, it } from 'vitest';
import { settled, withAbsenceConfirmed } from '../../../../src/discovery/proc/reread.ts';

/** Hands the values out one after another, and counts how many were taken. */
function script<T>(...values: T[]): { read: () => T; taken: () => number } {
  let taken = 0;
  return {
    read: () => values[taken++] ?? expect.fail('read too often'),
    taken: () => taken,
  };
}

describe('a row that is missing', () => {
  /** Each text is a reading: a row for each letter, and its own trace. */
  const readings = (...texts: string[]) => script(...texts.map((text) => ({ rows: [...text], trace: text })));
  const confirmed = ({ read }: ReturnType<typeof readings>, before: string | undefined): string =>
    [...withAbsenceConfirmed(read, (row) => row, before).keys()].join('');

  it('is gone after three readings that are alike', () => {
    const source = readings('a', 'a', 'a');
    expect(confirmed(source, 'ab')).toBe('a');
    expect(source.taken()).toBe(3);
  });

  it('is there when it turns up, and so is what was seen before that', () => {
    const source = readings('ac', 'ab');
    expect(confirmed(source, 'ab')).toBe('acb');
    expect(source.taken()).toBe(2);
  });

  it('is looked for on while others come and go', () => {
    const source = readings('a', 'a', 'ax', 'ay', 'ay', 'a', 'ab');
    expect(confirmed(source, 'ab')).toBe('axyb');
    const without = readings('a', 'ax', 'a', 'ax', 'a', 'ax', 'ax', 'ax');
    expect(confirmed(without, 'ab')).toBe('ax');
    expect(without.taken()).toBe(8);
  });

  it('is gone after twelve readings, though no three of them are alike', () => {
    const source = readings(...[...'abcdefghijkl']);
    expect(confirmed(source, 'z')).toBe('abcdefghijkl');
    expect(source.taken()).toBe(12);
  });

  it('is one of any when nothing is known yet', () => {
    const source = readings('a', 'b', 'a', 'a', 'a');
    expect(confirmed(source, undefined)).toBe('ab');
    expect(source.taken()).toBe(5);
  });

  it('is not looked for when none is', () => {
    const source = readings('abc');
    expect(confirmed(source, 'ab')).toBe('abc');
    expect(source.taken()).toBe(1);
  });
});

describe('a table', () => {
  it('is read once while it stays as it is', () => {
    const { read, taken } = script({ a: 1 });
    expect(settled(read, { a: 1 })).toEqual({ a: 1 });
    expect(taken()).toBe(1);
  });

  it('is read three times alike when it is new', () => {
    const { read, taken } = script({ a: 2 }, { a: 2 }, { a: 2 });
    expect(settled(read, { a: 1 })).toEqual({ a: 2 });
    expect(taken()).toBe(3);
    expect(settled(script(1, 1, 1).read, undefined)).toBe(1);
  });

  it('starts anew with every other reading, and is the old one when that comes back', () => {
    const { read, taken } = script(2, 2, 3, 3, 2, 1);
    expect(settled(read, 1)).toBe(1);
    expect(taken()).toBe(6);
  });

  it('cannot be read when it never settles', () => {
    let count = 0;
    expect(settled(() => count++, undefined)).toBeUndefined();
    expect(count).toBe(12);
  });
});
