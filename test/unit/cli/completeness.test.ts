import { expect, it } from 'vitest';
import { whenComplete } from '../../../src/cli/completeness.ts';
import { ms } from '../../../src/model/millis.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

/** When it is complete, in milliseconds from the start; checks decide at `decided`. */
function completeAfter(decided: number, within: number, delay = 1_000): number {
  const clock = new SteppedClock();
  const start = clock.now();
  let at: number | undefined;
  whenComplete(
    'complete',
    { announceDelay: ms(delay), decidedWithin: ms(within), areDecided: () => clock.now() - start >= decided },
    clock,
    () => {
      at = clock.now() - start;
    },
  );
  clock.advance(1_000_000);
  expect(clock.pending()).toEqual([]);
  return at ?? Number.NaN;
}

it.each([
  ['no check is waited for: the facts, and the delay', [0, 0], 3_000],
  ['checks have decided: not before, and the delay begins then', [2_900, 17_000], 5_900],
  ['they have not within their time: that is waited for, and no more', [Number.POSITIVE_INFINITY, 17_050], 20_050],
] as const)('%s', (_, [decided, within], expected) => {
  expect(completeAfter(decided, within)).toBe(expected);
});
