import { describe, expect, it } from 'vitest';
import { keysOf } from '../../../../../src/cli/operate/watch/keys.ts';

describe('keys', () => {
  it.each<[string, readonly string[]]>([
    ['q', ['q']],
    ['ab', ['a', 'b']],
    // xterm: normal and application cursor keys, Home and End in three dialects, pages, with a modifier.
    ['\x1b[A\x1b[B\x1bOA\x1bOB', ['up', 'down', 'up', 'down']],
    [
      '\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1bOH\x1bOF',
      ['home', 'end', 'home', 'end', 'home', 'end', 'home', 'end'],
    ],
    ['\x1b[5~\x1b[6~\x1b[6;5~', ['pageUp', 'pageDown', 'pageDown']],
    ['\x1b[1;5A', ['up']],
    ['\x1b', ['escape']],
    ['\r\n\x7f\b\x03\x1a\x0c', ['enter', 'enter', 'backspace', 'backspace', 'interrupt', 'suspend', 'redraw']],
    // F1, an unknown sequence, Tab: no keys of ours.
    ['\x1bOP\x1b[19~\t', []],
    ['é🙂', ['é', '🙂']],
  ])('of %j are %j', (text, keys) => {
    expect(keysOf(text).map((key) => (key.type === 'char' ? key.char : key.type))).toEqual(keys);
  });
});
