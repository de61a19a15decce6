import { describe, expect, it } from 'vitest';
import { readWords } from '../../../src/cli/run-words.ts';

describe('the words of a healthcheck', () => {
  it('have a plan: families, next hop, neighbors', () => {
    const words = 'healthcheck --ip 192.0.2.1 --ip 2001:db8::1 -N 192.0.2.9 --neighbor 192.0.2.7 --path-id 3';
    expect(readWords(words.split(' '), {})).toEqual({
      ...{ command: 'healthcheck', problems: [], warnings: [] },
      plan: {
        families: { ipv4: { nextHop: '192.0.2.9' }, ipv6: { nextHop: '192.0.2.9' } },
        ...{ neighbors: ['192.0.2.7'], hasPathIds: true },
      },
    });
  });

  it('have none where the addresses of lo are meant', () => {
    expect(readWords(['healthcheck', '--label', 'web'], {})).toMatchObject({ command: 'healthcheck', plan: undefined });
  });

  it('are complained about', () => {
    const { problems } = readWords(['healthcheck', '--ip', '192.0.2.1/24', '--bogus'], {});
    expect(problems.map(({ place }) => place)).toEqual(['--bogus', '--ip']);
  });

  it('that ask for help run nothing', () => {
    expect(readWords(['healthcheck', '--help'], {}).command).toBeUndefined();
  });
});

describe('the words of run', () => {
  it('have a plan for what --service announces, too', () => {
    const words = ['--service', 'dns,prefixes=192.0.2.53/32,2001:db8::53/128', '--nexthop', '2001:db8::1'];
    expect(readWords(words, {}).plan?.families).toEqual({
      ipv4: { nextHop: 'self' },
      ipv6: { nextHop: '2001:db8::1' },
    });
  });
});
