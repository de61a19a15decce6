import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '../../../../src/cli/commands.ts';
import { bashCompletion } from '../../../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../../../src/cli/completion/fish.ts';
import { commandWords } from '../../../../src/cli/completion/words.ts';
import { zshCompletion } from '../../../../src/cli/completion/zsh.ts';
import { SERVICE_STATES } from '../../../../src/model/view.ts';

const WORDS = commandWords();
const flagOf = (command: string, flag: string) =>
  WORDS.find(({ name }) => name === command)?.flags.find(({ names }) => names.includes(flag));

describe('what can stand on a command line', () => {
  it('are all commands, healthcheck and help among them', () => {
    expect(WORDS.map(({ name }) => name)).toEqual([...COMMAND_NAMES, 'healthcheck', 'help']);
  });

  it.each<[string, string, object | undefined]>([
    ['run', '--debug', undefined],
    ['run', '--hints', { type: 'words', words: ['auto', 'tracefs', 'destroy', 'none'], hasFiles: false }],
    ['run', '--config', { type: 'words', words: [], hasFiles: true }],
    ['run', '--state-dir', { type: 'words', words: ['none'], hasFiles: true }],
    ['run', '--nexthop', { type: 'words', words: ['self'], hasFiles: false }],
    ['run', '--interval', { type: 'words', words: ['auto'], hasFiles: false }],
    ['run', '--announce-delay', { type: 'nothing' }],
    ['run', '-n', { type: 'nothing' }],
    ['status', '--state', { type: 'words', words: [...SERVICE_STATES], hasFiles: false }],
    ['bundle', '-o', { type: 'words', words: [], hasFiles: true }],
    ['drain', '--for', { type: 'nothing' }],
  ])('of %s %s is what its option says', (command, flag, value) => {
    const found = flagOf(command, flag);
    expect(found).toBeDefined();
    expect(found?.value).toEqual(value);
  });

  it.each([
    ['bash', bashCompletion],
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ])('stands in what %s gets, every flag of every command', (_shell, completion) => {
    const text = completion(WORDS);
    for (const { name, flags } of WORDS) {
      expect(text).toContain(name);
      for (const { names } of flags) {
        for (const flag of names) expect(text).toMatch(new RegExp(`(-[ls] |-)${flag.replace(/^-+/, '')}\\b`));
      }
    }
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('ends no quotation of a shell', () => {
    const hostile = [
      {
        name: 'x',
        summary: "it's [a] `b` $(c)",
        operands: [],
        isRepeated: false,
        flags: [{ names: ['--y'], help: "o'[k]: \\", value: undefined, isRepeatable: false }],
      },
    ];
    expect(zshCompletion(hostile)).toContain("'(--y)--y[o'\\''\\[k\\]: \\\\]'");
    expect(fishCompletion(hostile)).toContain("-d 'it\\'s [a] `b` $(c)'");
  });
});
