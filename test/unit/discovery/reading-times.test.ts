import { expect, it } from 'vitest';
import { countReadings, UP_TO } from '../../../src/discovery/reading-times.ts';
import { ms } from '../../../src/model/millis.ts';

it('counts readings by how long they took, each in its bucket and in all the wider ones', () => {
  const readings = countReadings();
  expect(readings.times()).toMatchObject({ count: 0, total: 0, last: undefined });
  for (const length of [0.4, 0.5, 3, 3, 60_000]) readings.took(ms(length));
  const { count, total, last, buckets } = readings.times();
  expect([count, total, last]).toEqual([5, 60_006.9, 60_000]);
  expect(buckets.map(({ upTo }) => upTo)).toEqual(UP_TO);
  expect(Object.fromEntries(buckets.map(({ upTo, count: some }) => [upTo, some]))).toMatchObject({
    ...{ 0.5: 2, 1: 2, 2: 2, 5: 4, 10: 4, 5000: 4 },
  });
});
