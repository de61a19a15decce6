import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../src/bgp/turns.ts';
import { ms } from '../../../src/model/millis.ts';

/** A clock on which every step takes a millisecond. */
function working() {
  let now = 0;
  const done: string[] = [];
  const turns = createTurns({ now: () => ms(now) });
  const worker = (name: string, steps: number) => () => {
    now++;
    done.push(name);
    return --steps > 0;
  };
  const iteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { turns, done, worker, iteration };
}

describe('turns', () => {
  it('are taken one after the other, for 5 ms of an iteration in all', async () => {
    const { turns, done, worker, iteration } = working();
    turns.ask(worker('a', 100), worker('b', 100), worker('c', 1));
    expect(done.join('')).toBe('abcaba');
    await iteration();
    expect(done.join('')).toBe('abcababababa');
  });

  it('are at once for whoever comes while there is time, and later for whoever comes after', async () => {
    const { turns, done, worker, iteration } = working();
    turns.ask(worker('a', 1));
    turns.ask(worker('b', 10));
    expect(done.join('')).toBe('abbbbb');
    turns.ask(worker('c', 1));
    expect(done.join('')).toBe('abbbbb');
    await iteration();
    expect(done.join('')).toBe('abbbbbbcbbbb');
  });

  it('end when nothing is left', async () => {
    const { turns, done, worker, iteration } = working();
    turns.ask(worker('a', 3));
    await iteration();
    await iteration();
    expect(done.join('')).toBe('aaa');
  });
});
