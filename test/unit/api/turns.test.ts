import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../src/api/turns.ts';

describe('turns', () => {
  it('are one in an iteration of the loop, in the order of those who wait', async () => {
    const turns = createTurns(5);
    let iteration = 0;
    let isOver = false;
    const count = (): void => {
      iteration++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const had: [who: number, iteration: number][] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, who) => {
        for (let time = 0; time < 3; time++) {
          await turns.next();
          had.push([who, iteration]);
        }
      }),
    );
    isOver = true;
    expect(had.map(([who]) => who)).toEqual([0, 1, 2].flatMap(() => Array.from({ length: 20 }, (_, who) => who)));
    expect(new Set(had.map(([, each]) => each)).size).toBe(60);
  });

  it('last as long as they may, and then no longer', async () => {
    const hasTime = await createTurns(5).next();
    const start = performance.now();
    expect(hasTime()).toBe(performance.now() - start < 5);
    while (hasTime());
    expect(performance.now() - start).toBeGreaterThan(4);
  });
});
