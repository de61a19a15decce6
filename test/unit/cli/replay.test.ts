import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { replay, SettingsError } from '../../../src/cli/replay.ts';
import type { Problem } from '../../../src/config/place.ts';
import { ms } from '../../../src/model/millis.ts';
import * as facts from '../../helpers/facts.ts';
import { MIDNIGHT, type RecordedLife, recordLife } from '../../helpers/recordings.ts';
import { settled } from '../../helpers/virtual-clock.ts';

let directory = '';
let file = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-replay-'));
  file = path.join(directory, 'r');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const WORDS = ['--network', '10.0.0.0/24', '--announce-delay', '2s', '--withdraw-delay', '3s'];
const OTHER_WORDS = [
  ...['--network', '10.0.0.0/24', '-l', 'sport = :443', '--announce-delay', '2s', '--withdraw-delay', '5s'],
];
const ONE = facts.listener('10.0.0.1', 80);

/** Two services; the first is gone for `gap`, once, a minute after it came. */
async function outage({ simulation: { kernel, clock } }: RecordedLife, gap: number): Promise<void> {
  for (const fact of [facts.device('lo'), facts.assigned('10.0.0.1'), facts.assigned('10.0.0.2')]) kernel.set(fact);
  kernel.hint();
  await settled();
  for (const fact of [ONE, facts.listener('10.0.0.2', 443)]) kernel.set(fact);
  await clock.advance(ms(60_000));
  kernel.listeners.delete('tcp/ipv4 10.0.0.1:80');
  await clock.advance(ms(60_000 + gap));
  kernel.set(ONE);
  await clock.advance(ms(120_000));
}

/** Into FILE and its older members. */
function write(files: readonly (readonly string[])[]): void {
  files.forEach((lines, index) => {
    const age = files.length - 1 - index;
    fs.writeFileSync(age === 0 ? file : `${file}.${age}`, lines.map((line) => `${line}\n`).join(''));
  });
}

interface Played {
  readonly text: string;
  readonly warnings: string[];
}

async function play(words: readonly string[] = [], format: 'text' | 'json' = 'text'): Promise<Played> {
  const parsed = parseArguments(['replay', file, ...words], '0');
  if ('print' in parsed) throw new Error(parsed.print);
  expect(parsed.problems).toEqual([]);
  const warnings: string[] = [];
  const warn = ({ place, text }: Problem): void => void warnings.push(`${path.basename(place)}: ${text}`);
  let text = '';
  for await (const piece of replay({ file, format, instead: parsed.flags, warn })) text += piece;
  return { text, warnings };
}

interface Line {
  readonly type: string;
  readonly [name: string]: unknown;
}
async function playJson(words: readonly string[] = []): Promise<Line[]> {
  const { text, warnings } = await play(words, 'json');
  expect(warnings).toEqual([]);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const CHECKED = 'web,prefixes=10.9.0.1/32,command=x,rise=2,fall=2,interval=1s,fast-interval=1s';
const SERVICE_WORDS = ['--service', CHECKED, '--announce-delay', '0', '--withdraw-delay', '3s', '--no-dampening'];

/** A service that is served throughout; its check fails for ten seconds, a minute after it came up. */
async function failure({ simulation: { kernel, checks, clock } }: RecordedLife): Promise<void> {
  for (const fact of [facts.device('lo'), facts.assigned('10.9.0.1'), facts.listener('10.9.0.1', 80)]) kernel.set(fact);
  kernel.hint();
  await clock.advance(ms(60_000));
  checks.failing.add('x');
  await clock.advance(ms(70_000));
  checks.failing.delete('x');
  await clock.advance(ms(73_300));
  // Some facts, between two checks.
  kernel.set(facts.listener('10.9.0.1', 443));
  await clock.advance(ms(120_000));
}

const GONE = 'nothing that --listen-filter matches listens on 10.0.0.1';

describe('an exact replay', () => {
  it('tells for each service what became of it, when and why, and totals', async () => {
    const life = recordLife(WORDS);
    await outage(life, 10_000);
    await life.end('SIGTERM');
    write(life.files);
    expect(await play()).toEqual({
      warnings: [],
      text: `run from 2026-01-01T00:00:00.000Z to 2026-01-01T00:02:00.000Z, ha2bgp 0.0.1, ended: SIGTERM
recorded with --network 10.0.0.0/24 --announce-delay 2s --withdraw-delay 3s

10.0.0.1/32
  2026-01-01T00:00:00.250Z  up, announce delayed (delay 2s)
  2026-01-01T00:00:02.250Z  announced
  2026-01-01T00:01:00.250Z  down, withdraw delayed: ${GONE}
  2026-01-01T00:01:03.250Z  withdrawn: ${GONE}
  2026-01-01T00:01:10.250Z  up, announce delayed (delay 2s)
  2026-01-01T00:01:12.250Z  announced
            announced  withdrawn  announced for  suppressed for  changes
  recorded          2          1     1m48s750ms              0s        6

10.0.0.2/32
  2026-01-01T00:00:00.250Z  up, announce delayed (delay 2s)
  2026-01-01T00:00:02.250Z  announced
            announced  withdrawn  announced for  suppressed for  changes
  recorded          1          0     1m57s750ms              0s        2

all services: 2
            announced  withdrawn  announced for  suppressed for  changes
  recorded          3          1     3m46s500ms              0s        8

`,
    });
  });

  it('plays a reload, in one file or in many, and says what was other from then on', async () => {
    const texts: string[] = [];
    const whatIfs: string[] = [];
    for (const size of [1, 1_000_000]) {
      const life = recordLife(WORDS, { size });
      const { simulation } = life;
      await outage(life, 1_000);
      for (let round = 0; round < 30; round++) {
        simulation.reconfigure(round % 2 === 0 ? OTHER_WORDS : WORDS);
        await simulation.clock.advance(ms(simulation.clock.now() + 10_000));
      }
      await life.end('SIGTERM');
      write(life.files);
      const { text, warnings } = await play();
      expect(warnings).toEqual([]);
      texts.push(text);
      whatIfs.push((await play(['--withdraw-delay', '1s'])).text);
      for (let age = 1; age < life.files.length; age++) fs.rmSync(`${file}.${age}`);
      if (size !== 1) continue;
      // From the newest file on, under the settings of then.
      const tail = await play();
      expect(tail.warnings).toEqual([expect.stringMatching(/^r:1: \d+ events of the run before this are not/)]);
      expect(tail.text).toContain('recorded with --network 10.0.0.0/24 ');
    }
    expect(texts[0]).toBe(texts[1]);
    expect(whatIfs[0]).toBe(whatIfs[1]);
    // The withdraw delay is another one throughout; which listeners count is what it was.
    expect(whatIfs[0]).toContain('2026-01-01T00:02:01.000Z  withdrawn: ');
    expect(whatIfs[0]).toContain('2026-01-01T00:02:21.000Z  withdrawn: ');
    expect(texts[0]).toMatch(
      /^from 2026-01-01T00:02:00.000Z with --network 10.0.0.0\/24 --listen-filter "sport = :443" --announce-delay 2s --withdraw-delay 5s$/m,
    );
    // Of the first service, which is on port 80.
    const [first = ''] = (texts[0] ?? '').split('10.0.0.2/32');
    expect(first.match(/withdrawn/g)?.length).toBeGreaterThan(14);
    expect(first).toContain('2026-01-01T00:02:05.000Z  withdrawn: ');
  });

  it('shows control characters of a recording, and obeys none', async () => {
    const life = recordLife(['--network', '10.0.0.0/24', '--device', 'eth0']);
    const { kernel, clock } = life.simulation;
    for (const fact of [facts.device('lo'), facts.assigned('10.0.0.1', { device: 'x\u001b[2J' }), ONE])
      kernel.set(fact);
    kernel.hint();
    await clock.advance(ms(1_000));
    await life.end('a\nb');
    write(life.files);
    const { text } = await play();
    expect(text).toContain('10.0.0.1 is on device x\\u001b[2J, not on eth0 (--device)');
    expect(text).toContain('ended: "a\\nb"');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('plays all runs of a file, and says which end is not recorded', async () => {
    const first = recordLife(WORDS);
    await outage(first, 1_000);
    const second = recordLife(WORDS, { wall: MIDNIGHT + 3_600_000 });
    await outage(second, 10_000);
    await second.end('SIGINT');
    write([[...first.files.flat(), '{"type":"facts', ...second.files.flat()]]);
    const { text, warnings } = await play();
    await first.end('test over');
    expect(text.match(/^run .*$/gm)).toEqual([
      expect.stringMatching(
        /^run from 2026-01-01T00:00:00.000Z to 2026-01-01T00:01:01.250Z, .* its end is not recorded$/,
      ),
      expect.stringMatching(/^run from 2026-01-01T01:00:00.000Z to 2026-01-01T01:02:00.000Z, .* ended: SIGINT$/),
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^r:\d+: the line was cut; what was recorded before it is played$/),
    ]);
  });

  it('is the same whether the run is in one file or in many', async () => {
    const texts: string[] = [];
    for (const size of [1, 1_000_000]) {
      const life = recordLife(WORDS, { size });
      for (let round = 0; round < 40; round++) {
        const { kernel, clock } = life.simulation;
        if (round === 0) await outage(life, 5_000);
        kernel.listeners.delete('tcp/ipv4 10.0.0.1:80');
        await clock.advance(ms(clock.now() + 5_000));
        kernel.set(ONE);
        await clock.advance(ms(clock.now() + 5_000));
      }
      await life.end('SIGTERM');
      if (size === 1) expect(life.files.length).toBeGreaterThan(2);
      else expect(life.files).toHaveLength(1);
      write(life.files);
      const { text, warnings } = await play();
      expect(warnings).toEqual([]);
      texts.push(text);
      if (size !== 1) continue;
      // From the middle on, there is less to tell. The newest file may have been begun a moment ago.
      for (let age = life.files.length - 1; age > 1; age--) fs.rmSync(`${file}.${age}`);
      const tail = await play();
      fs.rmSync(`${file}.1`);
      expect(tail.warnings).toEqual([
        expect.stringMatching(/r\.1:1: \d+ events of the run before this are not in the recording/),
      ]);
      const lines = tail.text.split('\n').filter((line) => line.startsWith('  2026'));
      expect(lines.filter((line) => line.endsWith('announced already, since when is not recorded'))).not.toEqual([]);
      const rest = lines.filter((line) => !line.endsWith('not recorded'));
      expect(rest.length).toBeGreaterThan(3);
      expect(texts[0]?.split('\n')).toEqual(expect.arrayContaining(rest));
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('goes on behind a gap from the snapshot there', async () => {
    const life = recordLife(WORDS, { size: 1 });
    await outage(life, 10_000);
    for (let round = 0; round < 60; round++) {
      life.simulation.kernel.hint();
      life.simulation.kernel.set(facts.assigned(`10.0.0.${100 + round}`));
      await life.simulation.clock.advance(ms(life.simulation.clock.now() + 1_000));
    }
    await life.end('SIGTERM');
    expect(life.files.length).toBeGreaterThan(2);
    write([life.files[0] ?? [], ...life.files.slice(2)]);
    const { warnings, text } = await play();
    expect(warnings).toEqual([
      expect.stringMatching(/: [1-9]\d* events of the run before this are not in the recording$/),
    ]);
    expect(text).toContain('ended: SIGTERM');
  });

  it('says when another core made the recording', async () => {
    const life = recordLife(WORDS, { size: 1 });
    await outage(life, 10_000);
    for (let round = 0; round < 30; round++) {
      life.simulation.kernel.set(facts.assigned(`10.0.0.${100 + round}`));
      life.simulation.kernel.hint();
      await life.simulation.clock.advance(ms(life.simulation.clock.now() + 1_000));
    }
    await life.end('SIGTERM');
    const [first = [], ...rest] = life.files;
    expect(rest.length).toBeGreaterThan(0);
    write([first.filter((line) => !line.includes('timerFired')), ...rest]);
    await expect(play()).resolves.toMatchObject({ warnings: [expect.stringContaining('not in the recording')] });
    const other = first.map((line) => line.replace(/"timer":"verdicts [^"]*"/, '"timer":"another"'));
    write([other, ...rest]);
    expect((await play()).warnings[0]).toMatch(/differs from what ha2bgp 0.0.1 remembered here/);
  });
});

describe('what-if', () => {
  it('tells what other settings would have done, beside what was', async () => {
    const life = recordLife(WORDS);
    await outage(life, 10_000);
    await life.end('SIGTERM');
    write(life.files);
    const { text, warnings } = await play(['--withdraw-delay', '20s']);
    expect(warnings).toEqual([]);
    expect(text).toContain(`what if --withdraw-delay 20s

10.0.0.1/32
  2026-01-01T00:00:00.250Z  up, announce delayed (delay 2s)
  2026-01-01T00:00:02.250Z  announced
  2026-01-01T00:01:00.250Z  down, withdraw delayed: ${GONE}
  2026-01-01T00:01:10.250Z  up again, withdraw called off
            announced  withdrawn  announced for  suppressed for  changes
  recorded          2          1     1m48s750ms              0s        6
  what if           1          0     1m57s750ms              0s        4
`);
  });

  it('in JSON is a line for the run, each service and all of them', async () => {
    const life = recordLife(WORDS);
    await outage(life, 10_000);
    await life.end('SIGTERM');
    write(life.files);
    const [run, one, other, total, ...none] = await playJson(['--network', '10.0.0.2/32', '--announce-delay', '0']);
    expect(none).toEqual([]);
    expect(run).toMatchObject({
      ...{ type: 'run', from: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:02:00.000Z', ending: 'SIGTERM' },
      instead: { network: ['10.0.0.2/32'], 'announce-delay': ['0'] },
      settings: { 'withdraw-delay': { text: '3s', from: 'flag' }, 'max-routes': { text: 'auto', from: 'default' } },
    });
    expect(one).toMatchObject({
      ...{ type: 'service', prefix: '10.0.0.1/32', timeline: [] },
      ...{ recorded: { announced: 2, changes: 6 }, whatIf: { announced: 0, changes: 0, announcedFor: 0 } },
    });
    expect(other).toMatchObject({
      ...{
        prefix: '10.0.0.2/32',
        recorded: { announcedFor: 117_750 },
        whatIf: { announced: 1, announcedFor: 119_750 },
      },
    });
    expect(total).toMatchObject({ type: 'total', services: 2, recorded: { announced: 3 }, whatIf: { announced: 1 } });
  });

  it('goes on from what was announced where the recording begins in the middle of a run', async () => {
    const life = recordLife(WORDS, { size: 1 });
    await outage(life, 10_000);
    for (let round = 0; round < 60; round++) {
      life.simulation.kernel.set(facts.assigned(`10.0.0.${100 + round}`));
      life.simulation.kernel.hint();
      await life.simulation.clock.advance(ms(life.simulation.clock.now() + 1_000));
    }
    life.simulation.kernel.listeners.delete('tcp/ipv4 10.0.0.1:80');
    await life.simulation.clock.advance(ms(life.simulation.clock.now() + 60_000));
    await life.end('SIGTERM');
    expect(life.files.length).toBeGreaterThan(2);
    write(life.files.slice(-1));
    const lines = (await play(['--withdraw-delay', '30s'], 'json')).text.trimEnd().split('\n');
    const services = lines.map((line) => JSON.parse(line) as Line).filter(({ type }) => type === 'service');
    const [one, other] = ['10.0.0.1/32', '10.0.0.2/32'].map((prefix) =>
      services.find((each) => each['prefix'] === prefix),
    );
    expect(one?.['timeline']).toEqual([
      expect.objectContaining({ message: 'announced already, since when is not recorded' }),
      { at: '2026-01-01T00:03:00.250Z', message: 'down, withdraw delayed', reason: GONE },
      { at: '2026-01-01T00:03:30.250Z', message: 'withdrawn', reason: GONE },
    ]);
    expect(other).toMatchObject({ recorded: { announced: 0, withdrawn: 0 }, whatIf: { announced: 0, withdrawn: 0 } });
    expect(other?.['whatIf']).toEqual(other?.['recorded']);
  });

  it('knows what an earlier process left announced, and what flapping costs', async () => {
    const flapping = ['--dampening-suppress', '1500', '--dampening-reuse', '500', '--dampening-half-life', '10s'];
    const life = recordLife([...WORDS, ...flapping]);
    const { kernel, clock } = life.simulation;
    for (const fact of [facts.device('lo'), facts.assigned('10.0.0.1')]) kernel.set(fact);
    kernel.hint();
    for (let round = 0; round < 3; round++) {
      kernel.set(ONE);
      await clock.advance(ms(clock.now() + 4_000));
      kernel.listeners.delete('tcp/ipv4 10.0.0.1:80');
      await clock.advance(ms(clock.now() + 4_000));
    }
    kernel.set(ONE);
    await clock.advance(ms(clock.now() + 60_000));
    await life.end('SIGTERM');
    const [header = '', ...lines] = life.files.flat();
    const begin = lines.indexOf('{"snapshot":"end"}') + 1;
    const found =
      '{"type":"routesFound","at":0,"announced":[{"prefix":"10.0.0.1/32","attributes":{"nextHop":"self"}}],"doubtful":[]}';
    write([[header, ...lines.toSpliced(begin, 0, found)]]);
    const [, one] = await playJson(['--no-dampening']);
    const { timeline, recorded, whatIf } = one as unknown as {
      timeline: Line[];
      recorded: Record<string, number>;
      whatIf: Record<string, number>;
    };
    expect(timeline[0]).toMatchObject({ message: 'announced already, since when is not recorded' });
    expect(recorded['suppressedFor']).toBeGreaterThan(5_000);
    expect(whatIf['suppressedFor']).toBe(0);
    expect((whatIf['announcedFor'] ?? 0) - (recorded['announcedFor'] ?? 0)).toBeGreaterThan(5_000);
  });

  it('holds what it was asked for while the kernel could not be read', async () => {
    const life = recordLife([...WORDS, '--stale-after', '10s']);
    await outage(life, 1_000);
    life.simulation.kernel.failure = 'ENOBUFS';
    await life.simulation.clock.advance(ms(150_000));
    life.simulation.kernel.failure = undefined;
    await life.simulation.clock.advance(ms(180_000));
    await life.end('SIGTERM');
    write(life.files);
    const lines = await playJson(['--on-discovery-error', 'withdraw', '--stale-after', '20s']);
    const one = lines.find((line) => line['prefix'] === '10.0.0.1/32');
    expect(one).toMatchObject({ recorded: { withdrawn: 0 }, whatIf: { withdrawn: 1, announced: 2 } });
    const timeline = (one ?? expect.fail())['timeline'] as Line[];
    expect(timeline.at(-3)).toMatchObject({
      at: '2026-01-01T00:02:20.250Z',
      message: 'withdrawn',
    });
  });

  it.each<[readonly string[], RegExp]>([
    [['--withdraw-delay', '10'], /--withdraw-delay: "10": expected a duration/],
    [['--announce-delay', '1s', '--announce-delay', '2s'], /--announce-delay: given 2 times/],
    [['--listen-filter', 'sport = :53'], /ports that were not recorded: only 80, 443 were/],
    [['--require', 'sport = :22'], /ports that were not recorded/],
    [['--nexthop', '2001:db8::1'], /no --network, --announce, --service or --static is IPv6/],
    [['--device', ''], /--device: needs a value/],
  ])('refuses %j', async (words, error) => {
    const life = recordLife(WORDS);
    await outage(life, 1_000);
    await life.end('SIGTERM');
    write(life.files);
    const refusal = play(words);
    await expect(refusal).rejects.toThrow(error);
    await expect(refusal).rejects.toBeInstanceOf(SettingsError);
  });

  it('takes a filter that asks for less than was recorded', async () => {
    const life = recordLife(WORDS);
    await outage(life, 1_000);
    await life.end('SIGTERM');
    write(life.files);
    const lines = await playJson(['--listen-filter', 'sport = :443']);
    expect(lines.at(-1)).toMatchObject({ recorded: { announced: 2 }, whatIf: { announced: 1 } });
  });
});

describe('a recording that cannot be played', () => {
  async function recorded(): Promise<string[]> {
    const life = recordLife(WORDS);
    await outage(life, 10_000);
    await life.end('SIGTERM');
    return life.files.flat();
  }

  it('is told of with its place, after what came before', async () => {
    const lines = await recorded();
    const at = lines.findIndex((line) => line.includes('10.0.0.1:80'));
    write([lines.toSpliced(at, 0, '{"type":"probeFailed","at":1}')]);
    const printed: string[] = [];
    const reading = (async () => {
      for await (const text of replay({ file, format: 'text', instead: {}, warn: () => {} })) printed.push(text);
    })();
    await expect(reading).rejects.toThrow(`r:${at + 1}: expected an event that this version knows, not "probeFailed"`);
    expect(printed.join('')).toContain('2026-01-01T00:00:02.250Z  announced');
  });

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      'a setting that this version does not know',
      ([header = '', ...rest]) => [
        header.replace('"settings":{', '"settings":{"bfd":{"text":"on","from":"flag"},'),
        ...rest,
      ],
      /r:1: --bfd: is in the recording, and this version does not know it/,
    ],
    [
      'a setting that is none',
      ([header = '', ...rest]) => [header.replace('10.0.0.0/24', '10.0.0.7/24'), ...rest],
      /r:1: --network: "10.0.0.7\/24": expected/,
    ],
    [
      'a snapshot that another version took, in the middle of a run',
      (lines) => [
        (lines[0] ?? '').replace('"events":0', '"events":7'),
        ...lines.slice(1).filter((line) => !line.includes('"due"')),
      ],
      /r:1: the snapshot of ha2bgp 0.0.1 cannot be used: "due" is missing/,
    ],
    [
      'fewer events than it had',
      (lines) => [...lines, lines[0] ?? '', ...lines.filter((line) => line.startsWith('{"snapshot"'))],
      /expected event \d+ of the run or a later one, and this is event 0/,
    ],
  ])('has %s', async (_name, damage, error) => {
    write([damage(await recorded())]);
    await expect(play()).rejects.toThrow(error);
  });
});

describe('services with a check', () => {
  beforeEach(async () => {
    const life = recordLife(SERVICE_WORDS);
    await failure(life);
    await life.end('SIGTERM');
    write(life.files);
  });

  const told = (text: string): string[] =>
    text.split('\n').flatMap((line) => /^ {2}2026-01-01T00:(\S+)Z {2}(.*)$/.exec(line)?.slice(1).join(' ') ?? []);
  const FAILS = 'the check of web fails: exit status 1';
  const BEFORE = [
    '00:00.000 not announced: 10.9.0.1 is not an address of this host',
    '00:00.000 not announced: the check of web has not passed or failed often enough yet',
  ];
  /** Two passes; a minute later two failures, and as many passes ten seconds later. */
  const AS_IT_WAS = [
    ...[...BEFORE, '00:01.324 announced', `01:01.470 down, withdraw delayed: ${FAILS}`],
    ...[`01:04.470 withdrawn: ${FAILS}`, `01:04.470 not announced: ${FAILS}`, '01:11.840 announced'],
  ];
  const withService = (of: string): Promise<Played> => play(['--service', of]);

  it('are played as it was, with what their checks found', async () => {
    const { text, warnings } = await play();
    expect(warnings).toEqual([]);
    expect(told(text)).toEqual(AS_IT_WAS);
  });

  it('are played from any snapshot as from the beginning', async () => {
    const life = recordLife(SERVICE_WORDS, { size: 1 });
    await failure(life);
    await life.end('SIGTERM');
    expect(life.files.length).toBeGreaterThan(2);
    write(life.files);
    const whole = await play();
    expect([told(whole.text), whole.warnings]).toEqual([AS_IT_WAS, []]);
    for (let age = life.files.length - 1; age > 0; age--) {
      fs.rmSync(`${file}.${age}`);
      const { text, warnings } = await play();
      expect(warnings).toEqual([expect.stringMatching(/^r.*: \d+ events of the run before this are not/)]);
      const tail = told(text).filter((line) => !line.includes('announced already'));
      expect(AS_IT_WAS.slice(AS_IT_WAS.length - tail.length)).toEqual(tail);
      // Asked about from there, too, the check stands as it stood.
      expect((await play(['--announce-delay', '1s'])).warnings).toEqual(warnings);
    }
  });

  it('are asked about with other delays and counts', async () => {
    expect(told((await play(['--withdraw-delay', '20s'])).text)).toEqual([
      ...AS_IT_WAS.slice(0, 4),
      '01:11.840 up again, withdraw called off',
    ]);
    const five = await withService(CHECKED.replace('fall=2', 'fall=5'));
    expect(five.warnings).toEqual([]);
    expect(told(five.text)).toEqual([
      ...[...AS_IT_WAS.slice(0, 3), `01:04.581 down, withdraw delayed: ${FAILS}`],
      ...[`01:07.581 withdrawn: ${FAILS}`, `01:07.581 not announced: ${FAILS}`, '01:11.840 announced'],
    ]);
    // A pass later, when nobody read the kernel for it then.
    const three = await withService(CHECKED.replace('rise=2', 'rise=3'));
    expect(told(three.text).filter((line) => line.endsWith(' announced'))).toEqual([
      ...['00:02.361 announced', '01:12.877 announced'],
    ]);
  });

  it('of which nothing is recorded never pass, and a warning says so', async () => {
    const other = await withService(CHECKED.replace('web', 'www'));
    expect(other.warnings).toEqual([
      '--service www: no check of that name is recorded: it never passes here, and nothing is announced for it. Without its ' +
        'command it is played by what listens',
    ]);
    expect(other.text).toMatch(/^ +what if +0 +0 +0s/m);
    const bare = await withService('www,prefixes=10.9.0.1/32');
    expect(bare.warnings).toEqual([]);
    expect(told(bare.text).slice(1)).toEqual(['00:00.000 announced']);
  });

  it('that would have been made otherwise are played as they were made, and a warning says so', async () => {
    const { text, warnings } = await withService(
      CHECKED.replace('command=x', 'command=y').replace('interval=1s', 'interval=2s'),
    );
    expect(warnings).toEqual([
      '--service web: command, interval: its check is played as it was recorded, when it was made and what it found',
    ]);
    expect(told(text)).toEqual(AS_IT_WAS);
    expect((await withService(`${CHECKED},timeout=5s`)).warnings).toEqual([]);
  });

  it('are warned of once, however often the recording was reloaded', async () => {
    const life = recordLife(SERVICE_WORDS);
    await failure(life);
    for (const delay of ['1s', '2s']) life.simulation.reconfigure(['--service', CHECKED, '--announce-delay', delay]);
    await settled();
    await life.end('SIGTERM');
    write(life.files);
    expect((await withService(CHECKED.replace('web', 'www'))).warnings).toHaveLength(1);
  });
});
