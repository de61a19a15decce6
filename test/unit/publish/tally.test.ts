import { describe, expect, it } from 'vitest';
import { createTally } from '../../../src/publish/tally.ts';
import { NOW, prefixOf } from '../../helpers/viewed.ts';

describe('the tally', () => {
  it('forgets what has no lines', () => {
    const tally = createTally();
    const [one, other] = [prefixOf('10.0.0.1/32'), prefixOf('10.0.0.2/32')];
    for (const prefix of [one, other, one]) {
      tally.hear({ type: 'transition', at: NOW, number: 1, prefix, from: 'down', to: 'rising' });
    }
    expect([tally.of(one), tally.of(other)]).toEqual([2, 1]);
    tally.keep(new Set([other]));
    expect([tally.of(one), tally.of(other)]).toEqual([0, 1]);
  });

  it('takes another reason for none', () => {
    const tally = createTally();
    tally.hear({ type: 'transition', at: NOW, number: 1, prefix: prefixOf('10.0.0.1/32'), from: 'down', to: 'down' });
    expect(tally.of(prefixOf('10.0.0.1/32'))).toBe(0);
  });
});
