import { describe, expect, it } from 'vitest';
import { RELEASES } from '../../../../src/config/exabgp-conf/release.ts';
import { tokenise } from '../../../../src/config/exabgp-conf/tokens.ts';

const wordsOf = (text: string): string[][] =>
  tokenise(text, '4.2').statements.map(({ words, end }) => [...words.map((word) => word.text), end]);

describe('the words of a configuration', () => {
  it.each<[string, string[][]]>([
    ['a b;', [['a', 'b', ';']]],
    ['a{b;}', [['a', '{'], ['b', ';'], ['}']]],
    ['a [ b,c ];', [['a', '[', 'b', ',', 'c', ']', ';']]],
    ['a "b c" \'d;e\';', [['a', 'b c', 'd;e', ';']]],
    ['a b="c d"e;', [['a', 'b=c d', 'e', ';']]],
    ['a "";', [['a', '', ';']]],
    ['a "it\'s b";c;', []], // the other quote takes the place of the first, and neither is closed
    ['a \\"b;', []], // escapes come before quotes
    [
      'a \\{ b;',
      [
        ['a', '{'],
        ['b', ';'],
      ],
    ],
    ['a b\\tc;', [['a', 'b', 'c', ';']]],
    ['a \\\n  b;', [['a', 'b', ';']]],
    [
      'a; # b;\nc;',
      [
        ['a', ';'],
        ['c', ';'],
      ],
    ],
    ['a "#" b;', [['a', '#', 'b', ';']]],
    [
      'a;\r\nb;\rc;',
      [
        ['a', ';'],
        ['b', ';'],
        ['c', ';'],
      ],
    ],
    ['a \u00a0b;\x0c', [['a', '\u00a0b', ';']]],
  ])('of %j', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  it.each(RELEASES)('know their line, and what stood beside them without a space (%s)', (release) => {
    const { statements } = tokenise('a;\nb c,d \\\n"e"f;', release);
    expect(statements[1]).toEqual({
      end: ';',
      line: 2,
      words: [
        { text: 'b', line: 2, isGlued: false, isQuoted: false },
        { text: 'c', line: 2, isGlued: false, isQuoted: false },
        { text: ',', line: 2, isGlued: true, isQuoted: false },
        { text: 'd', line: 2, isGlued: true, isQuoted: false },
        { text: 'e', line: 3, isGlued: false, isQuoted: true },
        { text: 'f', line: 3, isGlued: true, isQuoted: false },
      ],
    });
  });

  it.each<[string, string, number, boolean, boolean]>([
    // text, slip, line, refused by 4.2, by 5.0
    ['a b', 'unfinished', 1, true, true],
    ['a;\nb c # d', 'unfinished', 2, true, true],
    ['a # b', 'unfinished', 1, true, true],
    ['a# b', 'unfinished', 1, true, true],
    ['a', 'wordLost', 1, false, true],
    ['}a', 'wordLost', 1, false, true],
    ['a "b', 'quoteOpen', 1, true, true],
    ['"b', 'quoteOpen', 1, false, true],
    ['a \\', 'badEscape', 1, true, true],
    ['a \\u00zz;', 'badEscape', 1, true, true],
  ])('slip in %j: %s', (text, type, line, byOld, byNew) => {
    for (const [release, isRefused] of [
      ['4.2', byOld],
      ['5.0', byNew],
    ] as const) {
      expect(tokenise(text, release).slips).toMatchObject([{ type, line, isRefused }]);
    }
  });

  it('read \\u0041 as 5.0 does, which 4.2 cannot', () => {
    expect(tokenise('a \\u0041;', '5.0').statements[0]?.words[1]?.text).toBe('A');
    expect(tokenise('a \\u0041;', '4.2').slips).toMatchObject([{ type: 'badEscape', isRefused: true }]);
  });
});
