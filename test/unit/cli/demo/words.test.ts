import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/cli/demo/story.ts';
import { changeHeading, changeLine, withWarnings } from '../../../../src/cli/demo/words.ts';
import { textOf } from '../../../../src/cli/terminal/line.ts';
import { ms } from '../../../../src/model/millis.ts';

const CHANGE: Change = {
  ...{ at: ms(12_300), cause: 'web closes', effect: 'withdrawn', took: ms(1_052) },
  delay: { name: 'withdraw delay', length: ms(1_000) },
};
const said = (columns: number, change: Change = CHANGE) => textOf(changeLine(change, ms(0), columns)).trimEnd();

describe('a change', () => {
  it.each([
    [100, ' 12.3 s  web closes          withdrawn  1052 ms  1000 ms withdraw delay + 52 ms'],
    [78, ' 12.3 s  web closes          withdrawn  1052 ms  1000 ms delay + 52 ms'],
    [60, '12.3 s web closes         withdrawn  1052 ms  1000 + 52 ms'],
    [50, '12.3 s web closes         withdrawn  1052 ms'],
    [40, 'web closes         withdrawn  1052 ms'],
  ])('is said in %i columns in whole words, or without them', (columns, text) => {
    expect(said(columns)).toBe(text);
    expect(textOf(changeHeading(columns)).length).toBeLessThanOrEqual(columns);
  });

  it('that came before the delay was over is no sum', () => {
    expect(said(100, { ...CHANGE, took: ms(998) })).toContain('  998 ms  withdraw delay of 1000 ms');
    expect(said(62, { ...CHANGE, took: ms(998) })).toContain('  998 ms  1000 ms delay');
  });

  it('has its note, or that in brief', () => {
    const change = { ...CHANGE, delay: undefined, note: 'penalty 3012, above 3000', brief: 'penalty 3012' };
    const { delay: _none, ...noted } = change;
    expect(said(80, noted)).toContain('penalty 3012, above 3000');
    expect(said(60, noted)).toMatch(/ {2}penalty 3012$/);
  });
});

describe('a failure', () => {
  const line = (count: number) =>
    `WARN: bgp: no session peer=127.0.0.2:1790 why="connect ENETUNREACH 127.0.0.2:1790 - Local (127.0.0.1:4${count})" failures=${count} again=${count}s`;

  it('says alike lines of the log once, and asks for lo where nothing is routed', () => {
    expect(withWarnings('no session', [1, 2, 4].map(line))).toBe(
      'no session: is lo up?\nha2bgp: demo: the daemon logged: WARN: bgp: no session peer=127.0.0.2:1790 ' +
        'why="connect ENETUNREACH 127.0.0.2:1790"',
    );
  });

  it('says others each, and nothing of lo', () => {
    expect(withWarnings('no session', ['one', 'other'])).toBe(
      'no session\nha2bgp: demo: the daemon logged: one\nha2bgp: demo: the daemon logged: other',
    );
  });
});
