import { describe, expect, it } from 'vitest';
import { type Invocation, parseArguments } from '../../../src/cli/arguments.ts';
import { COMMAND_NAMES, describe as describeCommand } from '../../../src/cli/commands.ts';
import type { Option } from '../../../src/config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../../../src/config/options.ts';

const VERSION = '1.2.3-test';

function invocation(...words: readonly string[]): Invocation {
  const parsed = parseArguments(words, VERSION);
  if ('print' in parsed) throw new Error(`printed: ${parsed.print}`);
  return parsed;
}

function printed(...words: readonly string[]): string {
  const parsed = parseArguments(words, VERSION);
  if (!('print' in parsed)) throw new Error(`not printed: ${JSON.stringify(parsed)}`);
  return parsed.print;
}

const optionOf = (name: OptionName): Option<unknown> => OPTIONS[name] as Option<unknown>;
const ofKind = (...kinds: readonly string[]) => OPTION_NAMES.filter((name) => kinds.includes(optionOf(name).kind));
const problemsOf = (...words: readonly string[]) => invocation(...words).problems;

describe('the command', () => {
  it.each([
    [[], 'run'],
    [['run'], 'run'],
    [['check'], 'check'],
    [['--network', '192.0.2.0/24'], 'run'],
    [['check', '--network', '192.0.2.0/24'], 'check'],
  ])('of %j is %s', (words, command) => {
    expect(invocation(...words)).toMatchObject({ command, problems: [] });
  });

  it.each(['chek', 'checks', 'rn', 'runn'])('that is mistyped as %s is asked about', (word) => {
    const near = word.startsWith('c') ? 'check' : 'run';
    expect(problemsOf(word)).toEqual([
      { place: `"${word}"`, text: `unknown command or stray word; did you mean ${near}?` },
    ]);
  });
});

describe('doctor', () => {
  const doctor = (file: string, own?: object) => ({
    ...{ command: 'doctor', flags: {}, problems: [], operands: [file] },
    ...(own && { own }),
  });

  it.each<[readonly string[], object]>([
    [['a.conf'], doctor('a.conf')],
    [['--user', 'bgp', 'a.conf'], doctor('a.conf', { user: ['bgp'] })],
    [['a.conf', '--user=bgp', '--exabgp', '5.0'], doctor('a.conf', { user: ['bgp'], exabgp: ['5.0'] })],
    [['-user', 'bgp', '--', '-a.conf'], doctor('-a.conf', { user: ['bgp'] })],
  ])('reads %j', (words, expected) => {
    expect(invocation('doctor', ...words)).toEqual(expected);
  });

  it.each<[readonly string[], readonly string[]]>([
    [[], ['FILE']],
    [['a', 'b'], ['"b"']],
    [['--network', '10.0.0.0/8', 'a'], ['--network']],
    [
      ['--bogus=1', ''],
      ['--bogus', 'FILE'],
    ],
  ])('refuses %j', (words, places) => {
    expect(problemsOf('doctor', ...words).map(({ place }) => place)).toEqual(places);
  });

  it('has a help of its own, and stands in the general one', () => {
    expect(printed('doctor', '--help')).toContain('--user');
    expect(printed('--help')).toMatch(/^ {2}doctor /m);
  });
});

describe('demo', () => {
  it('takes no flags and no words', () => {
    expect(invocation('demo')).toEqual({ command: 'demo', flags: {}, problems: [] });
    expect(problemsOf('demo', '--network', '10.0.0.0/8', '--', '-x')).toEqual([
      { place: 'demo', text: 'takes no options, and was given --network "10.0.0.0/8" -x' },
    ]);
    // A switch with a value is taken apart before the command is known.
    expect(problemsOf('demo', '--debug=true')).toEqual([
      { place: 'demo', text: 'takes no options, and was given --debug' },
    ]);
  });

  it('has a help of its own, and stands in the general one', () => {
    expect(printed('demo', '--help')).toContain('Usage: ha2bgp demo');
    expect(printed('--help')).toMatch(/^ {2}demo /m);
  });
});

describe('flags with a value', () => {
  it.each(ofKind('value', 'list'))('are written in four ways: %s', (name) => {
    const { flag } = optionOf(name);
    for (const words of [[`--${flag}`, 'x y'], [`--${flag}=x y`], [`-${flag}`, 'x y'], [`-${flag}=x y`]]) {
      expect(invocation(...words)).toEqual({ command: 'run', flags: { [name]: ['x y'] }, problems: [] });
    }
  });

  it.each(OPTION_NAMES.filter((name) => optionOf(name).short !== undefined && optionOf(name).kind !== 'switch'))(
    'have a short form: %s',
    (name) => {
      expect(invocation(`-${optionOf(name).short}`, 'x').flags).toEqual({ [name]: ['x'] });
    },
  );

  it.each(ofKind('value', 'list'))('without a value are reported later, with all the rest: %s', (name) => {
    const { flag } = optionOf(name);
    expect(invocation(`--${flag}`)).toEqual({ command: 'run', flags: { [name]: [undefined] }, problems: [] });
    expect(invocation(`--${flag}`, '--debug').flags).toEqual({ [name]: [undefined], debug: ['true'] });
  });

  it.each(ofKind('value', 'list'))('keep every value, in order: %s', (name) => {
    const { flag } = optionOf(name);
    expect(invocation(`--${flag}`, 'one', `-${flag}=two`, `--${flag}`, 'one').flags).toEqual({
      [name]: ['one', 'two', 'one'],
    });
  });

  it('keep what looks like several values, or like nothing', () => {
    expect(invocation('--network', '10.0.0.0/8,192.0.2.0/24', '--device=', '--interval', '').flags).toEqual({
      network: ['10.0.0.0/8,192.0.2.0/24'],
      device: [''],
      interval: [''],
    });
  });

  it('keep an equals sign inside the value', () => {
    expect(invocation('--listen-filter=sport = :53', '-l', 'sport = :54').flags).toEqual({
      listenFilter: ['sport = :53', 'sport = :54'],
    });
  });

  it('take a negative number for a value', () => {
    expect(invocation('--max-routes', '-5')).toEqual({ command: 'run', flags: { maxRoutes: ['-5'] }, problems: [] });
  });
});

describe('switches', () => {
  it.each(ofKind('switch'))('need no value, and may have one: %s', (name) => {
    const { flag } = optionOf(name);
    expect(invocation(`--${flag}`).flags).toEqual({ [name]: ['true'] });
    expect(invocation(`-${flag}`).flags).toEqual({ [name]: ['true'] });
    expect(invocation(`--${flag}=false`).flags).toEqual({ [name]: ['false'] });
    expect(invocation(`-${flag}=false`).flags).toEqual({ [name]: ['false'] });
    expect(invocation(`--${flag}=maybe`).flags).toEqual({ [name]: ['maybe'] });
    expect(invocation(`--${flag}=`).flags).toEqual({ [name]: [''] });
  });

  it('have a short form', () => {
    expect(invocation('-d').flags).toEqual({ debug: ['true'] });
  });

  it('do not swallow the word behind them', () => {
    expect(invocation('--debug', 'check')).toMatchObject({
      flags: { debug: ['true'] },
      problems: [{ place: '"check"' }],
    });
  });

  it('are set for the command that is given', () => {
    expect(invocation('check', '--debug=false')).toEqual({
      command: 'check',
      flags: { debug: ['false'] },
      problems: [],
    });
  });
});

describe('unknown flags', () => {
  it.each([
    ['--netwrok', '--netwrok', 'unknown flag; did you mean --network?'],
    ['-netwrok', '--netwrok', 'unknown flag; did you mean --network?'],
    ['--netwrok=10.0.0.0/8', '--netwrok', 'unknown flag; did you mean --network?'],
    ['--anounce', '--anounce', 'unknown flag; did you mean --announce?'],
    ['--nocolor', '--nocolor', 'unknown flag; did you mean --no-color?'],
    ['--completely-different', '--completely-different', 'unknown flag'],
    ['--constructor', '--constructor', 'unknown flag'],
    ['--__proto__', '--__proto__', 'unknown flag'],
    ['-x', '-x', 'unknown flag'],
  ])('are reported with the nearest one: %s', (word, place, text) => {
    expect(problemsOf(word)).toEqual([{ place, text }]);
    expect(problemsOf('check', word)).toEqual([{ place, text }]);
  });

  it('are all reported, and their values are not', () => {
    expect(
      problemsOf('--one-thing', '1', '--network', '10.0.0.0/8', '--another-thing', '2').map(({ place }) => place),
    ).toEqual(['--one-thing', '--another-thing']);
  });

  it('leave the known flags around them as they are', () => {
    expect(invocation('--network', '10.0.0.0/8', '--completely-different').flags).toEqual({ network: ['10.0.0.0/8'] });
  });

  it.each([['--socket'], ['-socket'], ['-s'], ['--socket=/run/haproxy.sock'], ['--socket', '/run/haproxy.sock']])(
    'of HA2BGP are refused with a reason: %s',
    (...words) => {
      expect(problemsOf(...words)).toEqual([
        { place: words[0] === '-s' ? '-s' : '--socket', text: expect.stringContaining('leave it out') },
      ]);
    },
  );
});

describe('stray words', () => {
  it.each([
    [['--network', '10.0.0.0/8', '192.0.2.0/24'], '"192.0.2.0/24"'],
    [['run', '-'], '"-"'],
    [['run', ''], '""'],
    [['everything', '--debug'], '"everything"'],
  ])('in %j are reported: %s', (words, place) => {
    expect(problemsOf(...words)).toEqual([{ place, text: 'unknown command or stray word' }]);
  });

  it('show control characters', () => {
    expect(problemsOf('run', '\x1b[31mred')).toMatchObject([{ place: '"\\u001b[31mred"' }]);
  });

  it('that are commands are told where commands stand', () => {
    expect(problemsOf('--network', '192.0.2.0/24', 'check')).toEqual([
      { place: '"check"', text: 'stray word: a command comes first of all' },
    ]);
  });

  it('that are files are told how a file is given, where one is taken', () => {
    const file = import.meta.filename;
    const text = `stray word: a file of settings is given as --config ${file}`;
    for (const words of [['check', file], ['run', file], [file]])
      expect(problemsOf(...words)).toEqual([{ place: `"${file}"`, text }]);
    expect(problemsOf('watch', file)).toMatchObject([{ text: 'stray word: ha2bgp watch takes none' }]);
  });

  it('behind an unknown flag with its value are not taken for that value', () => {
    expect(problemsOf('--bogus=1', 'stray').map(({ place }) => place)).toEqual(['--bogus', '"stray"']);
  });
});

describe('replay', () => {
  it('takes the file, settings to ask about, and flags of its own, in any order', () => {
    const whole = {
      command: 'replay',
      operands: ['recording'],
      flags: { withdrawDelay: ['10s'], anyip: ['true'] },
      own: { format: ['json'] },
      problems: [],
    };
    for (const words of [
      ['recording', '--withdraw-delay', '10s', '--format', 'json', '--anyip'],
      ['--withdraw-delay=10s', '--anyip', 'recording', '-format=json'],
      ['--format', 'json', '--anyip=true', '--withdraw-delay', '10s', '--', 'recording'],
    ]) {
      expect(invocation('replay', ...words)).toEqual(whole);
    }
  });

  it('needs the file, and takes one', () => {
    expect(problemsOf('replay')).toEqual([{ place: 'FILE', text: 'expected what `run --record FILE` wrote' }]);
    expect(problemsOf('replay', '--', '--not-a-flag')).toEqual([]);
    expect(problemsOf('replay', 'one', 'two').map(({ place }) => place)).toEqual(['"two"']);
    expect(problemsOf('replay', 'one', '--', 'two').map(({ place }) => place)).toEqual(['"two"']);
  });

  it.each(['--interval', '--netns', '--protocol', '--record', '--log-level', '--debug', '--debug=true', '-d'])(
    'refuses %s, which a recording cannot be asked about',
    (word) => {
      const place = word === '-d' ? '-d' : word.replace(/=.*/, '');
      expect(problemsOf('replay', 'FILE', word)).toEqual([{ place, text: expect.stringMatching(/recording/) }]);
    },
  );

  it('asks about a flag that is mistyped, and shares none of its own', () => {
    expect(problemsOf('replay', 'FILE', '--withdrawdelay', '1s')).toEqual([
      { place: '--withdrawdelay', text: 'unknown flag; did you mean --withdraw-delay?' },
    ]);
    expect(problemsOf('replay', 'FILE', '--fromat', 'json')).toEqual([
      { place: '--fromat', text: 'unknown flag; did you mean --format?' },
    ]);
    for (const command of ['run', 'check']) {
      expect(problemsOf(command, '--format', 'json')).toEqual([
        { place: '--format', text: 'is a flag of ha2bgp replay' },
      ]);
    }
  });
});

describe('a flag that is nearly one', () => {
  it.each(['run', 'check', 'replay', 'doctor', 'decode'])('is asked about: %s --hlp', (command) => {
    const [problem] = problemsOf(command, '--hlp', 'FILE');
    expect(problem).toEqual({ place: '--hlp', text: 'unknown flag; did you mean --help?' });
  });

  it('is asked about where no command stands, and of doctor its own flags', () => {
    expect(problemsOf('--versoin')).toEqual([{ place: '--versoin', text: 'unknown flag; did you mean --version?' }]);
    expect(problemsOf('doctor', 'FILE', '--usr=x')).toEqual([
      { place: '--usr', text: 'unknown flag; did you mean --user?' },
    ]);
  });

  it('may be short ones in one word', () => {
    expect(problemsOf('-dn', '192.0.2.0/24')).toEqual([
      { place: '--dn', text: 'unknown flag; short flags are not combined: write -d -n' },
    ]);
    expect(problemsOf('-dx')[0]?.text).not.toContain('combined');
  });
});

describe('short flags', () => {
  it('take their value behind an equals sign, as HA2BGP did', () => {
    const { flags, problems } = invocation('-n=192.0.2.0/24', '-d=false');
    expect(problems).toEqual([]);
    expect(flags).toEqual({ network: ['192.0.2.0/24'], debug: ['false'] });
  });

  it('show control characters when they are unknown', () => {
    expect(problemsOf('--bogus\x1b[31m')).toMatchObject([{ place: '--bogus\\u001b[31m' }]);
  });
});

describe('help', () => {
  const HELP = [['--help'], ['-h'], ['help'], ['run', '--help'], ['help', 'run'], ['check', '-h'], ['help', 'check']];

  it('of replay names its own flags, and those settings that a recording can be asked about', () => {
    for (const words of [
      ['replay', '--help'],
      ['help', 'replay'],
      ['replay', 'FILE', '-h'],
    ]) {
      const text = printed(...words);
      expect(text).toContain('Usage: ha2bgp replay FILE [options]');
      expect(text).toContain('--format <text|json>');
      expect(text).toContain('--withdraw-delay <duration>');
      // What is not given is the recording's: no default of ours, nothing of the environment.
      expect(text.match(/HA2BGP_\w+|\(default: .*?\)|\(\)/g)).toEqual(['(default: text)']);
      for (const other of ['interval', 'netns', 'record', 'protocol', 'debug']) {
        expect(text).not.toMatch(new RegExp(`^ +(-., )?--${other}\\b`, 'm'));
      }
    }
  });

  it.each(HELP)('names every flag and every environment name: %s %s', (...words) => {
    const text = printed(...words.filter((word) => word !== undefined));
    for (const name of OPTION_NAMES) {
      const { flag, environment, short } = optionOf(name);
      expect(text).toContain(`${short === undefined ? '' : `-${short}, `}--${flag}`);
      expect(text.replace(/\s+/g, ' ')).toContain(`${environment})`);
    }
  });

  it('shows the defaults of single values', () => {
    const text = printed('run', '--help').replace(/\s+/g, ' ');
    for (const name of ofKind('value')) {
      const { format, environment, ...option } = optionOf(name);
      const shown = format(option.default);
      if (shown !== '') expect(text).toContain(`(default: ${shown}; ${environment})`);
    }
  });

  it('names the commands, and shows examples that this program takes', () => {
    const text = printed('--help');
    for (const command of ['run', 'check', 'replay']) expect(text).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    const examples = [...text.matchAll(/^ +\$ ha2bgp ?(.*)$/gm)].map(([, words = '']) =>
      [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    );
    expect(examples.length).toBeGreaterThan(2);
    for (const words of examples) expect(problemsOf(...words)).toEqual([]);
  });

  it('fits a terminal of 100 columns', () => {
    const options = printed('run', '--help').split('\n');
    expect(options.filter((line) => line.length > 100)).toEqual([]);
  });

  it('wins over bad values, and not over unknown flags', () => {
    expect(printed('check', '--max-routes', '--help')).toContain('Usage: ha2bgp check');
    for (const words of [
      ['--help', '--netwrok', 'x'],
      ['check', '--help', '--netwrok'],
      ['--version', '--netwrok'],
    ]) {
      expect(problemsOf(...words).map(({ place }) => place)).toEqual(['--netwrok']);
    }
    expect(problemsOf('help', 'chekc').map(({ place }) => place)).toEqual(['"chekc"']);
  });

  it('takes nothing behind two dashes for a flag', () => {
    expect(problemsOf('check', '--', '--network', 'X').map(({ place }) => place)).toEqual(['"--network"', '"X"']);
  });
});

describe('version', () => {
  it.each([[['--version']], [['-v']], [['run', '--version']], [['check', '-v']]])('is printed alone: %j', (words) => {
    expect(printed(...words)).toBe(`${VERSION}\n`);
  });
});

describe('the commands that ask a daemon', () => {
  const ASKING = COMMAND_NAMES.filter((name) => describeCommand(name).group === 'operate');

  it('stand in the general help in a group of their own', () => {
    expect(ASKING).toEqual([
      ...['status', 'explain', 'watch', 'history', 'peers', 'drain', 'undrain', 'set', 'reload', 'bundle'],
    ]);
    const [, group = ''] = /A daemon that runs, asked and changed:\n([\s\S]*?)\n\n/.exec(printed('--help')) ?? [];
    expect([...group.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name)).toEqual(ASKING);
  });

  it.each(ASKING)('take flags of their own, and none of the settings: %s', (name) => {
    const { own, operands } = describeCommand(name);
    const needed = operands.filter(({ isNeeded }) => isNeeded).map(() => 'x');
    expect(problemsOf(name, ...needed)).toEqual([]);
    for (const [key, { flag, kind }] of Object.entries(own)) {
      const words = kind === 'switch' ? [`--${flag}`] : [`--${flag}`, 'y'];
      expect(invocation(name, ...needed, ...words)).toMatchObject({
        own: { [key]: [kind === 'switch' ? 'true' : 'y'] },
        problems: [],
      });
      expect(printed(name, '--help')).toContain(`--${flag}`);
      expect(problemsOf(name, ...needed, `--${flag}x`).map(({ text }) => text)).toEqual([
        expect.stringContaining(`did you mean --${flag}?`),
      ]);
    }
    expect(problemsOf(name, ...needed, '--network', '10.0.0.0/8')).toEqual([
      { place: '--network', text: 'is a setting of the daemon (ha2bgp run), and has no effect here' },
    ]);
    expect(problemsOf(name, ...needed, ...operands.map(() => 'x'), 'stray')).not.toEqual([]);
  });

  it('take switches with a value, and single dashes', () => {
    expect(invocation('status', '-json=false', '-down')).toMatchObject({ own: { json: ['false'], down: ['true'] } });
    expect(invocation('bundle', '-o=x').own).toEqual({ output: ['x'] });
    expect(invocation('bundle', '-o', 'x').own).toEqual({ output: ['x'] });
  });

  it('name the words that they miss, and take no more', () => {
    expect(problemsOf('set')).toEqual([
      { place: 'PREFIX', text: 'expected a prefix such as 192.0.2.1/32' },
      { place: 'up|down|auto', text: 'expected up, down or auto' },
    ]);
    expect(problemsOf('set', 'x', 'up', 'y')).toEqual([
      { place: '"y"', text: 'stray word: expected PREFIX up|down|auto alone' },
    ]);
    expect(problemsOf('watch', 'y')).toEqual([{ place: '"y"', text: 'stray word: ha2bgp watch takes none' }]);
    expect(invocation('explain', '--', '-x').operands).toEqual(['-x']);
  });

  it('say where a flag belongs', () => {
    expect(problemsOf('peers', '--reason', 'x')).toEqual([
      { place: '--reason', text: 'is a flag of ha2bgp drain, ha2bgp set' },
    ]);
    expect(problemsOf('run', '--json')).toEqual([
      { place: '--json', text: 'is a flag of ha2bgp status, ha2bgp explain, ha2bgp watch and others' },
    ]);
  });

  it('show examples that this program takes, and what their exit status says', () => {
    for (const name of COMMAND_NAMES) {
      const { examples, exits } = describeCommand(name);
      for (const [words] of examples) {
        const [first, ...others] = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, bare]) => quoted ?? bare ?? '',
        );
        const upToShell = others.findIndex((word) => ['&&', '>'].includes(word));
        expect(first).toBe(name);
        expect(problemsOf(name, ...others.slice(0, upToShell < 0 ? undefined : upToShell)), words).toEqual([]);
        expect(printed(name, '--help')).toContain(`$ ha2bgp ${words}`);
      }
      for (const says of Object.values(exits)) expect(printed(name, '--help')).toContain(says);
    }
  });
});
