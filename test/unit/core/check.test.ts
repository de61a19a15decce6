import { describe, expect, it } from 'vitest';
import { type CheckResult, type CheckStanding, initialStanding, nextStanding } from '../../../src/core/check.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Check } from '../../../src/model/service.ts';

const check = (rise: number, fall: number): Check => ({ rise, fall, interval: ms(5_000), fastInterval: ms(1_000) });

/** The states after each letter: p(assed), f(ailed), d(isabled). */
function states(letters: string, of: Check): string {
  const results: Record<string, CheckResult> = { p: 'passed', f: 'failed', d: 'disabled' };
  let standing: CheckStanding = initialStanding();
  return [...letters]
    .map((letter) => {
      standing = nextStanding(standing, results[letter] as CheckResult, of);
      return standing.state;
    })
    .join(' ');
}

describe('a check', () => {
  it.each([
    ['ppp', 3, 3, 'rising rising up'],
    ['fff', 3, 3, 'falling falling down'],
    ['pp', 2, 3, 'rising up'],
    ['p', 1, 3, 'up'],
    ['p', 0, 3, 'up'],
    ['f', 3, 1, 'down'],
    ['f', 3, 0, 'down'],
    ['ppfpp', 3, 3, 'rising rising falling rising rising'],
    // It counts anew from where it turned.
    ['pppfpppp', 3, 3, 'rising rising up falling rising rising up up'],
    ['pppfffppp', 3, 3, 'rising rising up falling falling down rising rising up'],
    ['ffffp', 3, 3, 'falling falling down down rising'],
    ['pfpf', 1, 1, 'up down up down'],
    ['pf', 1, 3, 'up falling'],
    // The result that finds it enabled again is used up by that.
    ['dpppp', 3, 3, 'disabled init rising rising up'],
    ['ddfff', 3, 2, 'disabled disabled init falling down'],
    ['pppd', 3, 3, 'rising rising up disabled'],
    ['pfd', 3, 3, 'rising falling disabled'],
    ['pd', 1, 1, 'up disabled'],
  ])('%s with rise %i and fall %i', (letters, rise, fall, expected) => {
    expect(states(letters, check(rise, fall))).toBe(expected);
  });
});
