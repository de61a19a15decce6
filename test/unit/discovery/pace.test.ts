import { describe, expect, it } from 'vitest';
import { adaptivePace, fixedPace } from '../../../src/discovery/pace.ts';
import { ms } from '../../../src/model/millis.ts';

/** The interval after these costs of readings, each of which took so much more to wake up for. */
function intervalAfter(costs: readonly number[], base = 100, waking = 0): number {
  const pace = adaptivePace(() => ms(base));
  for (const cost of costs) {
    pace.spent(ms(cost));
    pace.spentQuietly(ms(cost + waking));
  }
  return pace.interval();
}
const times = (count: number, cost: number): number[] => Array.from({ length: count }, () => cost);

describe('an adaptive pace', () => {
  it('is the base while too little is known', () => {
    expect(intervalAfter([])).toBe(100);
    expect(intervalAfter(times(8, 50))).toBe(100);
    expect(intervalAfter(times(9, 50))).toBe(6_250);
  });

  it('is the base as long as a reading takes no more than eight thousandths of it', () => {
    expect(intervalAfter(times(9, 0.8))).toBe(100);
    expect(intervalAfter(times(9, 0.81))).toBe(102);
    expect(intervalAfter(times(9, 2), 250)).toBe(250);
    expect(intervalAfter(times(9, 2.01), 250)).toBe(252);
  });

  it('is never longer than ten seconds', () => {
    expect(intervalAfter(times(9, 79))).toBe(9_875);
    expect(intervalAfter(times(9, 80.1))).toBe(10_000);
    expect(intervalAfter(times(9, 60_000))).toBe(10_000);
  });

  it('counts the median of nine: four that were interrupted say nothing, five do', () => {
    expect(intervalAfter([...times(8, 2), 5_000])).toBe(250);
    expect(intervalAfter([5_000, ...times(5, 2), 5_000, 5_000, 5_000])).toBe(250);
    expect(intervalAfter([...times(4, 2), ...times(5, 10)])).toBe(1_250);
  });

  it('sorts by size, not by text', () => {
    expect(intervalAfter([1, 2, 3, 4, 10, 100, 1_000, 10_000, 100_000])).toBe(1_250);
  });

  it('leaves the order in which the costs came alone', () => {
    const pace = adaptivePace(() => ms(100));
    for (const cost of [90, 80, 70, 60, 50, 40, 30, 20, 10]) pace.spent(ms(cost));
    pace.interval();
    // The dearest ones go first, for they are the oldest: 50, 40, 30, 20, 10 and four of 5.
    for (const cost of [5, 5, 5, 5]) pace.spent(ms(cost));
    expect(pace.interval()).toBe(1_250);
  });

  it('forgets what is older than nine readings', () => {
    expect(intervalAfter([...times(9, 50), ...times(4, 0.1)])).toBe(6_250);
    expect(intervalAfter([...times(9, 50), ...times(5, 0.1)])).toBe(100);
  });

  it('follows the base, which changes with the hints', () => {
    let base = 250;
    const pace = adaptivePace(() => ms(base));
    expect(pace.interval()).toBe(250);
    base = 100;
    expect(pace.interval()).toBe(100);
    for (const cost of times(9, 2)) pace.spent(ms(cost));
    expect(pace.interval()).toBe(250);
    base = 400;
    expect(pace.interval()).toBe(400);
  });
});

describe('what an interval takes besides its reading', () => {
  it('is added to the cost of the reading', () => {
    expect(intervalAfter(times(9, 0.1), 100, 0.7)).toBe(100);
    expect(intervalAfter(times(9, 0.25), 100, 1.25)).toBe(188);
    expect(intervalAfter(times(9, 5), 100, 0.5)).toBe(688);
  });

  it('is not the reading’s beyond two milliseconds, and never less than nothing', () => {
    expect(intervalAfter(times(9, 1), 100, 2)).toBe(375);
    expect(intervalAfter(times(9, 1), 100, 40)).toBe(375);
    expect(intervalAfter(times(9, 2), 100, -0.5)).toBe(250);
  });

  it('does not count while too little is known of it', () => {
    const pace = adaptivePace(() => ms(100));
    for (const cost of times(9, 1.5)) pace.spent(ms(cost));
    for (const total of times(8, 3)) pace.spentQuietly(ms(total));
    expect(pace.interval()).toBe(188);
    pace.spentQuietly(ms(3));
    expect(pace.interval()).toBe(375);
  });

  it('is the median of what it took each time, beyond the reading of that time', () => {
    const pace = adaptivePace(() => ms(100));
    for (const cost of [1, 3, 1, 3, 1, 3, 1, 3, 1]) {
      pace.spent(ms(cost));
      pace.spentQuietly(ms(cost + 0.75));
    }
    pace.spentQuietly(ms(90));
    pace.spentQuietly(ms(90));
    expect(pace.interval()).toBe(219);
  });
});

describe('a fixed pace', () => {
  it('is what was asked for, whatever it costs', () => {
    const pace = fixedPace(ms(10));
    for (const cost of times(20, 5_000)) {
      pace.spent(ms(cost));
      pace.spentQuietly(ms(cost));
    }
    expect(pace.interval()).toBe(10);
  });
});
