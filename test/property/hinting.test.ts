/** How hints are followed, under any sequence of hints that cost anything to follow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHinting, GROUP } from '../../src/discovery/hinting.ts';
import { ms } from '../../src/model/millis.ts';
import { SteppedClock } from '../helpers/stepped-clock.ts';

const CREDIT = 50;
const SHARE = 0.1;

interface Followed {
  readonly from: number;
  readonly to: number;
}

const pause = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 5, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 400, noNaN: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
);
const cost = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 200, noNaN: true }) },
);
const runs = fc.record({
  hints: fc.array(pause, { minLength: 1, maxLength: 300, size: 'max' }),
  costs: fc.array(cost, { minLength: 1, maxLength: 30 }),
});

/** Hints after these pauses; every reading takes the next of the costs, over and over. */
function live({ hints, costs }: { readonly hints: readonly number[]; readonly costs: readonly number[] }) {
  const clock = new SteppedClock();
  const followed: Followed[] = [];
  const hinted: number[] = [];
  const hinting = createHinting({
    timer: 'waiting',
    clock,
    follow: () => {
      const from = clock.now();
      const cost = costs[followed.length % costs.length] ?? 0;
      clock.spend(cost);
      hinting.spent(ms(cost));
      followed.push({ from, to: clock.now() });
    },
  });
  for (const each of hints) {
    clock.advance(each);
    hinted.push(clock.now());
    hinting.hinted();
  }
  const end = clock.now();
  clock.advance(10_000_000);
  return { clock, hinting, hinted, followed, end };
}

describe('hints', () => {
  it('take no more than their credit, a tenth of the time, and one reading that nobody foresaw', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { followed } = live(run);
        // Over every stretch that begins with a reading, not only over the first.
        for (const [index, { from }] of followed.entries()) {
          let spent = 0;
          for (const reading of followed.slice(index)) {
            const before = spent;
            spent += reading.to - reading.from;
            expect(before).toBeLessThanOrEqual(CREDIT + SHARE * (reading.from - from) + 1e-6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are never lost: after each there is a reading that began no sooner', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { clock, hinted, followed } = live(run);
        for (const at of hinted) expect(followed.some(({ from }) => from >= at)).toBe(true);
        expect(clock.pending()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('are followed no more often than they come, and no sooner than in groups', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { hinted, followed } = live(run);
        expect(followed.length).toBeLessThanOrEqual(hinted.length);
        for (const [index, { from }] of followed.entries()) {
          const before = followed[index - 1];
          if (before !== undefined) expect(from - before.to).toBeGreaterThanOrEqual(GROUP - 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that come alone, and cost a tenth of their distance, never wait', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 10, max: 5_000, noNaN: true }), { minLength: 1 }), (pauses) => {
        const clock = new SteppedClock();
        const followed: number[] = [];
        const hinting = createHinting({ timer: 'waiting', clock, follow: () => void followed.push(clock.now()) });
        for (const each of pauses) {
          clock.advance(each);
          hinting.hinted();
          expect(followed.at(-1)).toBe(clock.now());
          clock.spend(each * SHARE * 0.9);
        }
      }),
    );
  });

  it('end with close, whatever waits', () => {
    fc.assert(
      fc.property(runs, fc.nat(20), (run, extra) => {
        const { clock, hinting, followed } = live(run);
        for (let count = 0; count < extra; count++) hinting.hinted();
        hinting.close();
        const before = followed.length;
        hinting.hinted();
        clock.advance(1_000_000);
        expect(clock.pending()).toEqual([]);
        expect(followed.length).toBe(before);
      }),
    );
  });
});
