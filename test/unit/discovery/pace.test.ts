import { describe, expect, it } from 'vitest';
import { adaptivePace, fixedPace } from '../../../src/discovery/pace.ts';
import { ms } from '../../../src/model/millis.ts';

/** The interval after these costs. */
function intervalAfter(costs: readonly number[], base = 100): number {
  const pace = adaptivePace(() => ms(base));
  for (const cost of costs) pace.spent(ms(cost));
  return pace.interval();
}
const times = (count: number, cost: number): number[] => Array.from({ length: count }, () => cost);

describe('an adaptive pace', () => {
  it('is the base while too little is known', () => {
    expect(intervalAfter([])).toBe(100);
    expect(intervalAfter(times(8, 50))).toBe(100);
    expect(intervalAfter(times(9, 50))).toBeGreaterThan(100);
  });

  it('is the base as long as a reading and its waking take no more than a hundredth of it', () => {
    expect(intervalAfter(times(9, 0.6))).toBe(100);
    expect(intervalAfter(times(9, 0.61))).toBe(101);
    expect(intervalAfter(times(9, 2.1), 250)).toBe(250);
    expect(intervalAfter(times(9, 2.11), 250)).toBe(251);
  });

  it('gives reading a hundredth of a processor', () => {
    expect(intervalAfter(times(9, 4.6))).toBe(500);
    expect(intervalAfter(times(9, 29.6))).toBe(3_000);
  });

  it('is never longer than ten seconds', () => {
    expect(intervalAfter(times(9, 99.6))).toBe(10_000);
    expect(intervalAfter(times(9, 99.7))).toBe(10_000);
    expect(intervalAfter(times(9, 60_000))).toBe(10_000);
  });

  it('counts the median of nine: four that were interrupted say nothing, five do', () => {
    expect(intervalAfter([...times(8, 1.6), 5_000])).toBe(200);
    expect(intervalAfter([5_000, ...times(5, 1.6), 5_000, 5_000, 5_000])).toBe(200);
    expect(intervalAfter([...times(4, 1.6), ...times(5, 9.6)])).toBe(1_000);
  });

  it('sorts by size, not by text', () => {
    expect(intervalAfter([1, 2, 3, 4, 9.6, 100, 1_000, 10_000, 100_000])).toBe(1_000);
  });

  it('leaves the order in which the costs came alone', () => {
    const pace = adaptivePace(() => ms(100));
    for (const cost of [90, 80, 70, 60, 50, 40, 30, 20, 10]) pace.spent(ms(cost));
    pace.interval();
    // The dearest ones go first, for they are the oldest: 50, 40, 30, 20, 10 and four of 5.
    for (const cost of [5, 5, 5, 5]) pace.spent(ms(cost));
    expect(pace.interval()).toBe(1_040);
  });

  it('forgets what is older than nine readings', () => {
    expect(intervalAfter([...times(9, 50), ...times(4, 0.1)])).toBe(5_040);
    expect(intervalAfter([...times(9, 50), ...times(5, 0.1)])).toBe(100);
  });

  it('follows the base, which changes with the hints', () => {
    let base = 250;
    const pace = adaptivePace(() => ms(base));
    expect(pace.interval()).toBe(250);
    base = 100;
    expect(pace.interval()).toBe(100);
    for (const cost of times(9, 1.6)) pace.spent(ms(cost));
    expect(pace.interval()).toBe(200);
    base = 250;
    expect(pace.interval()).toBe(250);
  });
});

describe('a fixed pace', () => {
  it('is what was asked for, whatever it costs', () => {
    const pace = fixedPace(ms(10));
    for (const cost of times(20, 5_000)) pace.spent(ms(cost));
    expect(pace.interval()).toBe(10);
  });
});
