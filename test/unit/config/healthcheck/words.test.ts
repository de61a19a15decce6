/** The rules of argparse; `interop/healthcheck/arguments` has them beside argparse itself. */
import { describe, expect, it } from 'vitest';
import { readWords } from '../../../../src/config/healthcheck/words.ts';

const given = (...words: string[]): unknown => {
  const read = readWords(words);
  return read.problems.length > 0 ? read.problems.map(({ place, text }) => `${place}: ${text}`) : read.given;
};

describe('words', () => {
  it.each<[string[], unknown]>([
    [['--interval', '5'], { interval: ['5'] }],
    [['--interval=5'], { interval: ['5'] }],
    [['-i5'], { interval: ['5'] }],
    [['-i=5'], { interval: ['5'] }],
    [['-i', '5', '-i', '6'], { interval: ['5', '6'] }],
    [['-c', 'curl -sf http://h/?a=b'], { command: ['curl -sf http://h/?a=b'] }],
    [['--cmd=a=b'], { command: ['a=b'] }],
    [['-sd'], { silent: [''], debug: [''] }],
    [['-adi', '5'], { noAck: [''], debug: [''], interval: ['5'] }],
    [['-sF'], { syslogFacility: ['daemon'] }],
    [['-sF', 'local1'], { syslogFacility: ['local1'] }],
    [['-sF', '--debug'], { syslogFacility: ['daemon'], debug: [''] }],
    [['--local-preference', '-1'], { localPreference: ['-1'] }],
    [['-c', '-y x'], { command: ['-y x'] }],
    [['--withdraw', '--inc=2'], { withdrawOnDown: [''], increase: ['2'] }],
    // Whole, though longer ones begin with it.
    [['--disable', 'f', '--execute', 'x', '--ip', '192.0.2.1'], { disable: ['f'], execute: ['x'], ips: ['192.0.2.1'] }],
    // What is new is no rival of what was there.
    [['--deb'], { debug: [''] }],
    [['--debounce'], { debounce: [''] }],
    [['--debo'], ['--debo: unknown flag; did you mean --debounce?']],
    [['--hook', '3'], ['--hook: unknown flag; did you mean --hook-timeout?']],
    [['--hook-timeout', '3'], { hookTimeout: ['3'] }],
    [['--com', 'x'], ['--com: ambiguous: could be --command or --community']],
    [['--rise'], ['--rise: needs a value: N']],
    [['--rise', '--fall', '3'], ['--rise: needs a value: N']],
    [['--sudo=yes'], ['--sudo: "yes": takes no value']],
    [['stray'], ['"stray": stray word: an option was expected']],
    [['--', '-d'], ['"--": stray word: an option was expected']],
    [['--nope', 'value', '-d'], ['--nope: unknown flag; did you mean --name?']],
    [['--bad\u001b[31m=x'], ['--bad\\u001b[31m: unknown flag']],
  ])('%j', (words, expected) => {
    expect(given(...words)).toEqual(expected);
  });

  it('may ask for help', () => {
    expect(readWords(['-i', '5', '-h']).isHelpWanted).toBe(true);
    expect(readWords(['--help']).isHelpWanted).toBe(true);
    expect(readWords(['-i', '5']).isHelpWanted).toBe(false);
  });
});
