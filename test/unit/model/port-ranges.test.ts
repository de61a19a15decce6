import { describe, expect, it } from 'vitest';
import { parseListenFilter } from '../../../src/model/listen-filter-parser.ts';
import { portRanges } from '../../../src/model/port-ranges.ts';

describe('portRanges', () => {
  const ALL = [[0, 65_535]];
  it.each<[string, readonly (readonly number[])[]]>([
    ['sport = :80', [[80, 80]]],
    [
      'sport = :80 or sport = :443',
      [
        [80, 80],
        [443, 443],
      ],
    ],
    ['sport = :81 or sport = :80', [[80, 81]]],
    [
      'sport != :80',
      [
        [0, 79],
        [81, 65_535],
      ],
    ],
    ['sport != :0', [[1, 65_535]]],
    ['sport < :80', [[0, 79]]],
    ['sport < :0', []],
    ['sport <= :0', [[0, 0]]],
    ['sport > :65535', []],
    ['sport >= :65535', [[65_535, 65_535]]],
    ['sport = *', ALL],
    ['not sport = *', []],
    [
      'not sport = :80',
      [
        [0, 79],
        [81, 65_535],
      ],
    ],
    [
      'sport >= :80 and sport <= :90 and sport != :85',
      [
        [80, 84],
        [86, 90],
      ],
    ],
    ['sport = :80 and sport = :81', []],
    ['src *:80', [[80, 80]]],
    [
      'not src *:80',
      [
        [0, 79],
        [81, 65_535],
      ],
    ],
    ['src 10.0.0.1', ALL],
    ['src 10.0.0.1:80', [[80, 80]]],
    ['not src 10.0.0.1:80', ALL],
    ['not (src 10.0.0.1 and sport = :80)', ALL],
    ['sport = inet::80', [[80, 80]]],
    ['not sport = inet::80', ALL],
    ['dev eth0', ALL],
    ['dev eth0 and sport = :80', [[80, 80]]],
    ['dev eth0 or sport = :80', ALL],
    ['dport = :0 and sport = :80', [[80, 80]]],
    ['dport = :1', []],
    ['not dport = :1', ALL],
    ['dst *:1', []],
  ])('of %s', (text, expected) => {
    const parsed = parseListenFilter(text);
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed));
    expect(portRanges(parsed.filter).map(({ from, to }) => [from, to])).toEqual(expected);
  });
});
