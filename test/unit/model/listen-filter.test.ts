import { describe, expect, it } from 'vitest';
import type { Listener, Port } from '../../../src/model/facts.ts';
import { formatListenFilter, type ListenFilter, matches, parseListenFilter } from '../../../src/model/listen-filter.ts';

const sport = (port: number): ListenFilter => ({ type: 'sport', port: port as Port });
const or = (either: ListenFilter, other: ListenFilter): ListenFilter => ({ type: 'or', either, or: other });
const nested = (depth: number): string => `${'('.repeat(depth)}sport = :1${')'.repeat(depth)}`;

describe('parseListenFilter', () => {
  it('takes a thousand terms, and no more: what it gives can be walked without an end in sight of the stack', () => {
    const chain = (terms: number): string => Array(terms).fill('sport=:1').join('|');
    expect(parseListenFilter(chain(1_000))).toHaveProperty('filter');
    expect(parseListenFilter(chain(1_001))).toEqual({
      problem: { column: chain(1_000).length + 2, found: 'sport', expected: 'at most 1000 terms' },
    });
    expect(parseListenFilter(chain(100_000))).toHaveProperty('problem');
  });

  it.each([
    ['sport = :80', sport(80)],
    ['sport == :80', sport(80)],
    ['sport eq :80', sport(80)],
    ['sport=:80', sport(80)],
    [' \t sport\n= :80  ', sport(80)],
    ['sport = :0', sport(0)],
    ['sport = :65535', sport(65_535)],
    ['sport = :80 or sport = :443', or(sport(80), sport(443))],
    ['sport=:80|sport=:443', or(sport(80), sport(443))],
    ['sport=:80||sport=:443', or(sport(80), sport(443))],
    ['( sport = :80 )', sport(80)],
    ['((sport=:80)or(sport=:443))', or(sport(80), sport(443))],
  ])('reads %j', (text, filter) => {
    expect(parseListenFilter(text)).toEqual({ filter });
  });

  it('takes "or" from the left', () => {
    expect(parseListenFilter('sport = :1 or sport = :2 or sport = :3')).toEqual({
      filter: or(or(sport(1), sport(2)), sport(3)),
    });
  });

  it('lets parentheses bind first', () => {
    expect(parseListenFilter('sport = :1 or (sport = :2 or sport = :3)')).toEqual({
      filter: or(sport(1), or(sport(2), sport(3))),
    });
  });

  const term = '"sport" or "("';
  const port = 'a port such as ":80", from :0 to :65535';
  const end = '"or", or the end of the filter';
  it.each([
    ['', 1, '', term],
    ['   ', 4, '', term],
    ['dport = :80', 1, 'dport', term],
    ['SPORT = :80', 1, 'SPORT', term],
    [') sport = :80', 1, ')', term],
    ['or sport = :80', 1, 'or', term],
    ['sport = :80 or', 15, '', term],
    ['sport = :80 or or sport = :81', 16, 'or', term],
    ['sport = :80 ||| sport = :81', 15, '|', term],
    ['()', 2, ')', term],
    ['sport', 6, '', '"="'],
    ['sport != :80', 7, '!', '"="'],
    ['sport :80', 7, ':80', '"="'],
    ['sport = ', 9, '', port],
    ['sport = 80', 9, '80', port],
    ['sport = :65536', 9, ':65536', port],
    ['sport = :', 9, ':', port],
    ['sport = :-1', 9, ':-1', port],
    ['sport = :http', 9, ':http', port],
    ['sport = :000080', 9, ':000080', port],
    ['sport = 127.0.0.1:80', 9, '127.0.0.1:80', port],
    ['sport === :80', 9, '=', port],
    ['sport = :80 and sport = :81', 13, 'and', end],
    ['sport = :80 sport = :81', 13, 'sport', end],
    ['sport = :80)', 12, ')', end],
    ['(sport = :80', 13, '', '"or" or ")"'],
    ['(sport = :80 sport', 14, 'sport', '"or" or ")"'],
  ])('finds the mistake in %j at column %d', (text, column, found, expected) => {
    expect(parseListenFilter(text)).toEqual({ problem: { column, found, expected } });
  });

  it('takes 100 nested parentheses and no more', () => {
    expect(parseListenFilter(nested(100))).toEqual({ filter: sport(1) });
    expect(parseListenFilter(nested(101))).toEqual({
      problem: { column: 101, found: '(', expected: 'at most 100 nested parentheses' },
    });
  });

  it('refuses a hundred thousand parentheses as it refuses 101', () => {
    expect(parseListenFilter('('.repeat(100_000))).toMatchObject({ problem: { column: 101 } });
  });
});

describe('formatListenFilter', () => {
  it('writes the usual words, without parentheses that change nothing', () => {
    expect(formatListenFilter(or(sport(80), or(sport(443), sport(8443))))).toBe(
      'sport = :80 or sport = :443 or sport = :8443',
    );
  });
});

describe('matches', () => {
  const listener = (port: number): Listener =>
    ({ protocol: 'tcp', family: 'ipv4', address: '192.0.2.1', port, v6only: false, device: '' }) as Listener;
  const filter = or(or(sport(80), sport(443)), sport(0));

  it.each([
    [80, true],
    [443, true],
    [0, true],
    [8080, false],
    [44, false],
  ])('compares the port that listens: %d, %s', (port, expected) => {
    expect(matches(filter, listener(port))).toBe(expected);
  });
});
