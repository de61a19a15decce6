import { expect, it } from 'vitest';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';

const problemsOf = (flags: GivenFlags, environment = {}): string[] =>
  resolveSettings({ network: ['192.0.2.0/24'], ...flags }, environment).problems.map(
    ({ place, text }) => `${place}: ${text}`,
  );

it.each([
  [{}],
  [{ dampeningSuppress: ['7999'] }],
  [{ dampeningMaxSuppress: ['31700ms'] }],
  [{ noDampening: ['true'] }],
  [{ noDampening: ['false'], dampeningReuse: ['900'] }],
])('fits together: %j', (flags) => {
  expect(problemsOf(flags)).toEqual([]);
});

it('shows the arithmetic of what can never suppress', () => {
  expect(problemsOf({ dampeningSuppress: ['8000'] })).toEqual([
    '--dampening-suppress: 8000 is never exceeded: no penalty is above reuse × 2^(max-suppress ÷ half-life), which is 1000 × 2^(1m ÷ 20s) = 8000',
  ]);
  expect(problemsOf({}, { HA2BGP_DAMPENING_HALF_LIFE: '1m' })).toEqual([
    '--dampening-suppress: 3000 is never exceeded: no penalty is above reuse × 2^(max-suppress ÷ half-life), which is 1000 × 2^(1m ÷ 1m) = 2000',
  ]);
});

it('refuses to release what it has just suppressed', () => {
  for (const reuse of ['3000', '4000']) {
    expect(problemsOf({ dampeningReuse: [reuse] })).toEqual([
      `--dampening-suppress: 3000 is not above --dampening-reuse ${reuse}: what is suppressed would be announced again at once`,
    ]);
  }
});

it('refuses what has no effect', () => {
  expect(problemsOf({ noDampening: ['true'], dampeningPenalty: ['5'] }, { HA2BGP_DAMPENING_ACTION: 'log' })).toEqual([
    '--dampening-penalty: has no effect with --no-dampening',
    'HA2BGP_DAMPENING_ACTION: has no effect with --no-dampening',
  ]);
});
