import { describe, expect, it } from 'vitest';
import { createHinting, GROUP, type Hinting } from '../../../src/discovery/hinting.ts';
import { ms } from '../../../src/model/millis.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

interface Rig {
  readonly clock: SteppedClock;
  readonly hinting: Hinting;
  /** When each hint was followed. */
  readonly followed: number[];
}

function rig(cost = 0): Rig {
  const clock = new SteppedClock();
  const followed: number[] = [];
  const hinting = createHinting({
    timer: 'hints that wait',
    clock,
    follow: () => {
      followed.push(clock.now());
      clock.spend(cost);
      hinting.spent(ms(cost));
    },
  });
  return { clock, hinting, followed };
}

describe('a hint', () => {
  it('that comes alone is followed at once', () => {
    const { clock, hinting, followed } = rig();
    hinting.hinted();
    clock.advance(500);
    hinting.hinted();
    expect(followed).toEqual([1_000, 1_500]);
    expect(clock.pending()).toEqual([]);
  });

  it('of a group waits for the rest of it, which is answered by one reading', () => {
    const { clock, hinting, followed } = rig();
    hinting.hinted();
    for (let count = 0; count < 3; count++) {
      clock.advance(0.5);
      hinting.hinted();
    }
    expect(clock.pending()).toEqual(['hints that wait']);
    clock.advance(0.5);
    expect(followed).toEqual([1_000, 1_000 + GROUP]);
    clock.advance(1_000);
    expect(followed.length).toBe(2);
    expect(clock.pending()).toEqual([]);
  });

  it('counts its two milliseconds from the end of the last reading', () => {
    const { clock, hinting, followed } = rig(5);
    hinting.hinted();
    hinting.hinted();
    clock.advance(1.9);
    expect(followed).toEqual([1_000]);
    clock.advance(0.1);
    expect(followed).toEqual([1_000, 1_007]);
  });

  it('that waits sets one timer for all that wait with it', () => {
    const { clock, hinting } = rig();
    let set = 0;
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (...of) => {
      set++;
      setTimer(...of);
    };
    for (let count = 0; count < 10; count++) hinting.hinted();
    expect(set).toBe(1);
  });

  it('counts them from the end of a reading that ends long after it was asked for', () => {
    const { clock, hinting, followed } = rig();
    hinting.hinted();
    clock.advance(40);
    hinting.spent(ms(1));
    clock.advance(1);
    hinting.hinted();
    expect(followed).toEqual([1_000]);
    clock.advance(1);
    expect(followed).toEqual([1_000, 1_042]);
  });

  it('at the very end of the two milliseconds is followed at once', () => {
    const { clock, hinting, followed } = rig();
    hinting.hinted();
    clock.advance(GROUP);
    hinting.hinted();
    expect(followed).toEqual([1_000, 1_002]);
  });
});

describe('a flood of hints', () => {
  it('is followed in groups until fifty milliseconds are spent, then as a tenth permits', () => {
    const { clock, hinting, followed } = rig(10);
    const flood = (until: number): void => {
      while (clock.now() < until) {
        hinting.hinted();
        clock.advance(1);
      }
    };
    flood(1_300);
    // Each costs 10 and earns 12 / 10: 50 last for six, and what is owed then is waited for.
    expect(followed.slice(0, 6)).toEqual([1_000, 1_012, 1_024, 1_036, 1_048, 1_060]);
    expect(followed[6]).toBeGreaterThan(1_070);
    expect(followed[7]).toBeGreaterThan((followed[6] ?? 0) + 90);
    flood(21_000);
    const late = followed.filter((at) => at >= 11_000);
    expect(late.length).toBeGreaterThanOrEqual(97);
    expect(late.length).toBeLessThanOrEqual(101);
  });

  it('leaves nothing owed after a quiet time', () => {
    const { clock, hinting, followed } = rig(1_000);
    hinting.hinted();
    hinting.hinted();
    // 50 less 1,000 has to be earned at a tenth.
    clock.advance(9_499);
    expect(followed).toEqual([1_000]);
    clock.advance(1);
    expect(followed).toEqual([1_000, 11_500]);
  });

  it('earns no more than fifty milliseconds while it is quiet', () => {
    const { clock, hinting, followed } = rig(10);
    clock.advance(3_600_000);
    const from = clock.now();
    for (let count = 0; count < 100; count++) {
      hinting.hinted();
      clock.advance(1);
    }
    expect(followed.filter((at) => at < from + 70).length).toBe(6);
    expect(followed.filter((at) => at < from + 170).length).toBeLessThanOrEqual(7);
  });
});

describe('following', () => {
  it('may hint again, and that is not lost', () => {
    const clock = new SteppedClock();
    const followed: number[] = [];
    const hinting = createHinting({
      timer: 'hints that wait',
      clock,
      follow: () => {
        followed.push(clock.now());
        if (followed.length === 2) hinting.hinted();
      },
    });
    hinting.hinted();
    clock.advance(100);
    hinting.hinted();
    clock.advance(100);
    expect(followed.length).toBe(3);
    hinting.hinted();
    expect(followed.length).toBe(4);
  });
});

describe('close', () => {
  it('leaves no timer, and is deaf from then on', () => {
    const { clock, hinting, followed } = rig();
    hinting.hinted();
    hinting.hinted();
    expect(clock.pending()).toEqual(['hints that wait']);
    hinting.close();
    expect(clock.pending()).toEqual([]);
    clock.advance(1_000);
    hinting.hinted();
    hinting.close();
    expect(followed).toEqual([1_000]);
    expect(clock.pending()).toEqual([]);
  });
});
