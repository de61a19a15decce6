import { describe, expect, it } from 'vitest';
import { globMatches } from '../../../src/model/glob.ts';

// Every row was run by hand through fnmatch(3) of glibc 2.36 without flags, by way of Python's ctypes.
describe('globMatches', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['*', 'eth0'],
    ['*', '.a'],
    ['?', 'a'],
    ['lo:*', 'lo:1'],
    ['lo:*', 'lo:'],
    ['*/b', 'a/b'],
    ['*a*b', 'xaxb'],
    ['a?b', 'a\nb'],
    ['*b', 'a\nb'],
    ['eth[0-3]', 'eth2'],
    ['eth[!0-3]', 'eth4'],
    ['eth[^0-3]', 'eth4'],
    ['[]a]', ']'],
    ['[]a]', 'a'],
    ['[!]a]', 'b'],
    ['[a-]', '-'],
    ['[-a]', '-'],
    ['[a-c-e]', '-'],
    ['[!!]', 'a'],
    ['[[]', '['],
    ['[[-]', '-'],
    ['[.]', '.'],
    ['[a', '[a'],
    ['[]', '[]'],
    ['\\*', '*'],
    ['\\\\', '\\'],
    ['[\\d]', 'd'],
    ['a.c', 'a.c'],
    ['(a|b)', '(a|b)'],
  ])('lets %j match %j', (pattern, text) => {
    expect(globMatches(pattern, text)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['?', ''],
    ['?', 'ab'],
    ['lo:*', 'lo'],
    ['lo', 'lo:1'],
    ['LO', 'lo'],
    ['*a*b', 'xbxa'],
    ['a*', '.a'],
    ['eth[0-3]', 'eth4'],
    ['eth[!0-3]', 'eth2'],
    ['[!]a]', ']'],
    ['[!!]', '!'],
    ['\\*', 'a'],
    ['a\\', 'a'],
    ['[\\d]', '5'],
    ['a.c', 'abc'],
    ['a+', 'aa'],
    ['(a|b)', 'a'],
    ['^a$', 'a'],
    ['{a,b}', 'a'],
  ])('does not let %j match %j', (pattern, text) => {
    expect(globMatches(pattern, text)).toBe(false);
  });

  it('answers the same when it is asked again', () => {
    expect([1, 2, 3].map(() => globMatches('eth*', 'eth0'))).toEqual([true, true, true]);
    expect([1, 2, 3].map(() => globMatches('eth*', 'lo'))).toEqual([false, false, false]);
  });
});
