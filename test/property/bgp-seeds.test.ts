/** Messages that were worth keeping: each shows something that no shorter one does, or was once read wrong. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeStream } from '../fuzz/framing.ts';
import { judge } from '../fuzz/judge.ts';
import { keptSeeds } from '../fuzz/kept.ts';
import { createRandom } from '../fuzz/random.ts';
import { type Result, run } from '../fuzz/run.ts';
import { seedLine } from '../fuzz/seed.ts';
import { outcomeOf } from '../fuzz/signature.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kept = keptSeeds(root);

describe('seeds of the fuzz run', () => {
  it.each([...kept])('%s: what has to hold of any octets holds of each', (_name, seeds) => {
    for (const seed of seeds) {
      expect(() => judge(seed), seedLine(seed)).not.toThrow();
      const { longestMessage } = seed.session.context;
      // Each twice: what comes behind it is part of it.
      expect(
        () => judgeStream(createRandom(1), [seed.bytes, seed.bytes], longestMessage),
        seedLine(seed),
      ).not.toThrow();
    }
  });

  it('end in each way that a message can', () => {
    const outcomes = new Set([...kept.values()].flat().map((seed) => outcomeOf(judge(seed)).replace(/\/.*/, '')));
    expect([...outcomes].sort()).toEqual([
      ...['error 1', 'error 2', 'error 3', 'error 7', 'keepalive', 'notification', 'open', 'routeRefresh'],
      ...['update accepted', 'update attributeDiscarded', 'update treatedAsWithdraw'],
    ]);
  });
});

describe('a run', () => {
  const messages = 1_000;
  const tried = (seed: number): Result =>
    run({ messages, seed, kept: [...kept.values()].flat(), trying: () => {}, progress: () => {} });

  it('is the same with the same seed, and another with another', () => {
    const [one, again, other] = [7, 7, 8].map((seed) => tried(seed).outcomes);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it.each([['--message', '1'], ['--messages', '1e6'], ['12'], ['--properties', '5', '--keep']])(
    'is refused with %s %s',
    (...words) => {
      const { status, stderr } = spawnSync(process.execPath, ['scripts/fuzz.js', ...words], { cwd: root });
      expect([status, String(stderr)]).toEqual([2, expect.stringContaining('usage: npm run fuzz')]);
    },
  );
});
