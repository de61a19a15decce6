import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../src/api/turns.ts';

const BUDGET = 5;
const work = (forMs: number): void => {
  for (const end = performance.now() + forMs; performance.now() < end; );
};

/** How many turns were had in each iteration of the loop, in which each of so many works for so long, so often. */
async function turnsHad(
  who: number,
  times: number,
  forMs: number,
): Promise<{ order: number[]; perIteration: number[] }> {
  const turns = createTurns(BUDGET);
  const perIteration: number[] = [];
  const order: number[] = [];
  let had = 0;
  let isOver = false;
  const count = (): void => {
    if (had > 0) perIteration.push(had);
    had = 0;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    Array.from({ length: who }, async (_, each) => {
      for (let time = 0; time < times; time++) {
        await turns.next();
        had++;
        order.push(each);
        work(forMs);
      }
    }),
  );
  isOver = true;
  return { order, perIteration };
}

describe('turns', () => {
  it('are had in the order of those who wait', async () => {
    const { order } = await turnsHad(20, 3, 0);
    expect(order).toEqual([0, 1, 2].flatMap(() => Array.from({ length: 20 }, (_, each) => each)));
  });

  it('that take all the time there is are one in an iteration of the loop, however many wait', async () => {
    const { perIteration, order } = await turnsHad(10, 3, BUDGET);
    expect(order).toHaveLength(30);
    expect(Math.max(...perIteration)).toBe(1);
  });

  it('that take part of it are some', async () => {
    const { perIteration } = await turnsHad(20, 2, BUDGET / 2);
    // Two, and a third that began in time to the microsecond.
    expect(Math.max(...perIteration)).toBeLessThanOrEqual(3);
  });

  it('say when the time is up', async () => {
    const hasTime = await createTurns(BUDGET).next();
    const start = performance.now();
    while (hasTime());
    expect(performance.now() - start).toBeGreaterThan(BUDGET - 1.5);
    expect(hasTime()).toBe(false);
  });
});
