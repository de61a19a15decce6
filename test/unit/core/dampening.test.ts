import { describe, expect, it } from 'vitest';
import {
  ceilingOf,
  type Dampened,
  flapOf,
  forget,
  isSuppressedAt,
  noDampening,
  penaltyAt,
  punish,
} from '../../../src/core/dampening.ts';
import type { Verdict } from '../../../src/core/hold.ts';
import type { Prefix } from '../../../src/model/address.ts';
import { ms } from '../../../src/model/millis.ts';
import type { DampeningPolicy } from '../../../src/model/policy.ts';

const POLICY: DampeningPolicy = {
  penalty: 1_000,
  suppress: 3_000,
  reuse: 1_000,
  halfLife: ms(20_000),
  maxSuppress: ms(60_000),
  action: 'withdraw',
};

/** Goes at these moments, one after the other. */
const gone = (...times: readonly number[]): Dampened => {
  let dampened: Dampened | undefined;
  for (const at of times) dampened = punish(dampened, 'went', ms(at), POLICY);
  if (dampened === undefined) throw new Error('never gone');
  return dampened;
};

describe('a penalty', () => {
  it('is added in full for what was seen, and by half for what was hidden', () => {
    expect(punish(undefined, 'went', ms(5), POLICY)).toEqual({ penalty: 1_000, at: 5, reuseAt: undefined });
    expect(punish(undefined, 'hidden', ms(5), POLICY)).toEqual({ penalty: 500, at: 5, reuseAt: undefined });
    expect(punish(gone(0), 'hidden', ms(20_000), POLICY).penalty).toBe(1_000);
  });

  it('halves every half-life, and does not grow when the clock is behind', () => {
    const one = gone(1_000);
    expect([1_000, 21_000, 41_000, 61_000].map((at) => penaltyAt(one, ms(at), POLICY))).toEqual([1_000, 500, 250, 125]);
    expect(penaltyAt(one, ms(0), POLICY)).toBe(1_000);
  });

  it('suppresses above the threshold, not at it', () => {
    expect(gone(0, 0, 0)).toEqual({ penalty: 3_000, at: 0, reuseAt: undefined });
    // 3,500 decays to 1,000 in 20 s × log2(3.5).
    expect(punish(gone(0, 0, 0), 'hidden', ms(0), POLICY).reuseAt).toBeCloseTo(36_147.098, 2);
  });

  it('decays to the reuse threshold just when that says', () => {
    const four = gone(0, 1_000, 2_500, 4_000);
    expect(penaltyAt(four, four.reuseAt ?? ms(0), POLICY)).toBeCloseTo(1_000, 6);
    expect(isSuppressedAt(four, ms((four.reuseAt ?? 0) - 0.001))).toBe(true);
    expect(isSuppressedAt(four, four.reuseAt ?? ms(0))).toBe(false);
  });

  it('keeps what is suppressed so, though it has decayed below the upper threshold', () => {
    const four = gone(0, 0, 0, 0);
    // 4,000 at 0, 1,414 at 30 s, with 1,000 more 2,414: not above 3,000, and not below 1,000 before 20 s × log2(2.414) more.
    const again = punish(four, 'went', ms(30_000), POLICY);
    expect(again.penalty).toBeCloseTo(2_414.2136, 3);
    expect(again.reuseAt).toBeCloseTo(55_431.07, 1);
    // At 50 s it would have been reused.
    expect(punish(four, 'went', ms(50_000), POLICY).reuseAt).toBeUndefined();
  });

  it('is never above what decays in the longest time', () => {
    expect(ceilingOf(POLICY)).toBe(8_000);
    const often = gone(...Array.from({ length: 50 }, (_, index) => index));
    expect(often).toEqual({ penalty: 8_000, at: 49, reuseAt: 60_049 });
  });
});

describe('what counts as a flap', () => {
  const states: Record<Verdict['state'], Verdict> = {
    down: { state: 'down', reason: { code: 'no-listener' } },
    rising: { state: 'rising', until: ms(1) },
    up: { state: 'up' },
    falling: { state: 'falling', until: ms(1), reason: { code: 'no-listener' }, since: { listener: ms(0) } },
  };
  it.each([
    ['falling', 'down', 'went'],
    ['up', 'down', 'went'],
    ['falling', 'up', 'hidden'],
    ['down', 'rising', 'none'],
    ['down', 'up', 'none'],
    ['rising', 'up', 'none'],
    ['rising', 'down', 'none'],
    ['down', 'down', 'none'],
    ['up', 'up', 'none'],
    ['up', 'falling', 'none'],
    ['falling', 'falling', 'none'],
  ] as const)('%s → %s: %s', (before, after, flap) => {
    expect(flapOf(states[before], states[after])).toBe(flap);
  });
});

describe('what is remembered', () => {
  it('is thrown out below half of the reuse threshold, once there are many', () => {
    const dampening = noDampening();
    const prefixAt = (index: number) => `10.0.${index >> 8}.${index & 255}/32` as Prefix;
    for (let index = 0; index < 100; index++) dampening.services.set(prefixAt(index), gone(index < 60 ? 0 : 20_000));
    forget(dampening, ms(20_001), POLICY);
    expect(dampening.services.size).toBe(100);
    dampening.services.set(prefixAt(100), gone(20_000));
    forget(dampening, ms(20_001), POLICY);
    expect([...dampening.services.keys()]).toEqual(Array.from({ length: 41 }, (_, index) => prefixAt(60 + index)));
    expect(dampening.kept).toBe(41);
  });

  it('keeps what is suppressed', () => {
    const dampening = noDampening();
    const policy = { ...POLICY, reuse: 1, suppress: 900, maxSuppress: ms(250_000) };
    const suppressed = punish(undefined, 'went', ms(0), policy);
    for (let index = 0; index < 101; index++) dampening.services.set(`10.0.0.${index}/32` as Prefix, suppressed);
    forget(dampening, ms(199_000), policy);
    expect(dampening.services.size).toBe(101);
    dampening.kept = 0;
    forget(dampening, ms(220_000), policy);
    expect(dampening.services.size).toBe(0);
  });
});
