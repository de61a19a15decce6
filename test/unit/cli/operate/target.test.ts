import { describe, expect, it } from 'vitest';
import { targetOf } from '../../../../src/cli/operate/target.ts';

describe('the target of a drain', () => {
  it.each(['192.0.2.1', '192.0.2.0/24', '2001:db8::1', '2001:db8::/64', 'dns'])('is %s as it was said', (word) => {
    expect(targetOf([word], false)).toEqual({ target: word, shown: word });
  });

  it('is everything by --all alone', () => {
    expect(targetOf([], true)).toEqual({ target: 'all', shown: 'everything' });
    expect(targetOf(['all'], false)).toMatchObject({ problem: { text: 'write --all, if that is meant' } });
    expect(targetOf(['192.0.2.1'], true)).toMatchObject({ problem: { place: '"192.0.2.1"' } });
    expect(targetOf([], false)).toMatchObject({
      problem: { text: 'expected a prefix, an address, the name of a service, or --all' },
    });
  });

  // Nobody is asked about what cannot be one.
  it.each(['192.0.2.5/24', '192.0.2.0/33', '192.0.2', '2001:db8::1/64', '2001:db8'])('is never %s', (word) => {
    expect(targetOf([word], false)).toMatchObject({
      problem: { place: `"${word}"`, text: expect.stringMatching(/^expected /) },
    });
  });
});
