/** The checks of all services, with a real shell. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import type { LocalService, Probe, ServiceId } from '../../../src/model/service.ts';
import { createProbes } from '../../../src/probe/probes.ts';
import { realClock } from '../../../src/runtime/clock.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { until } from '../../helpers/until.ts';

let place = '';
let end = (): void => {};
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});
afterEach(() => {
  end();
  fs.rmSync(place, { recursive: true });
});

const CHECK = { rise: 3, fall: 3, interval: ms(5_000), fastInterval: ms(1_000) };

function service(name: string, of: Partial<Probe> | undefined, check = CHECK): LocalService {
  return {
    ...{ kind: 'local', id: name as ServiceId, prefixes: [], check: of && check },
    probe: { command: undefined, disableFile: undefined, timeout: ms(60_000), ...of },
  };
}

function rig(...services: readonly LocalService[]) {
  const results: string[] = [];
  const clock = realClock();
  const probes = createProbes({
    ...{ services, clock, log: new RecordingLog() },
    push(event) {
      if (event.type !== 'probeFinished') throw new Error(event.type);
      results.push(`${event.service} ${event.result}`);
    },
  });
  end = probes.close;
  const start = (...names: readonly string[]): void => {
    for (const name of names) probes.start(name as ServiceId);
  };
  /** That many results are there. */
  const heard = (count: number): Promise<unknown> => until(`${count} results`, () => results.length >= count);
  return { probes, results, start, heard, clock };
}

/** A command that says its number, and waits for ever. */
const waits = (name: string): Partial<Probe> => ({
  command: `echo $$ > ${place}/${name}.part; mv ${place}/${name}.part ${place}/${name}; exec sleep 300`,
});
const numberOf = (name: string): string =>
  fs.existsSync(`${place}/${name}`) ? fs.readFileSync(`${place}/${name}`, 'utf8').trim() : '';
const runs = (name: string): Promise<unknown> => until(`${name} runs`, () => numberOf(name) !== '');
const isGone = (name: string): boolean => !fs.existsSync(`/proc/${numberOf(name)}`);

describe('checks', () => {
  it('are those of the services that have one, each with its own command and file', async () => {
    const off = path.join(place, 'off');
    fs.writeFileSync(off, '');
    const { results, start, heard } = rig(
      ...[service('good', { command: 'true' }), service('bad', { command: 'false' }), service('name', undefined)],
      ...[service('off', { command: 'true', disableFile: off }), service('file', { disableFile: `${off}.not` })],
    );
    start('good', 'bad', 'name', 'other', 'off', 'file');
    await heard(4);
    expect(results.sort()).toEqual(['bad failed', 'file passed', 'good passed', 'off disabled']);
    start('good');
    await heard(5);
    expect(results[4]).toBe('good passed');
  });

  it('begin one a turn, in the order in which they were asked for', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    // What has nothing to run tells its result within the turn in which it begins.
    const { results, start } = rig(...names.map((name) => service(name, {})));
    start(...names);
    const after: number[] = [];
    expect(results).toEqual([]);
    for (let turns = 0; turns < 40 && results.length < names.length; turns++) {
      await turn();
      after.push(results.length);
    }
    expect(results).toEqual(names.map((name) => `${name} passed`));
    const steps = after.map((count, index) => count - (after[index - 1] ?? 0));
    expect(Math.max(...steps)).toBe(1);
  });

  it('asked for twice before they begin are made once', async () => {
    const { start, heard, results } = rig(service('a', { command: `echo >> ${place}/made` }), service('b', {}));
    start('a', 'a', 'b', 'a');
    await heard(2);
    start('b');
    await heard(3);
    expect(fs.readFileSync(`${place}/made`, 'utf8')).toBe('\n');
    expect(results.filter((each) => each === 'a passed')).toHaveLength(1);
  });
});

describe('other services', () => {
  it('leave a check under way that is as it was, also by other counts', async () => {
    const command = `touch ${place}/begun; until test -e ${place}/go; do sleep 0.02; done`;
    const { probes, results, start, heard } = rig(service('a', { command }));
    start('a');
    await until('it runs', () => fs.existsSync(`${place}/begun`));
    probes.replace([service('b', {}), service('a', { command }, { ...CHECK, fall: 9, interval: ms(1_000) })]);
    start('a');
    fs.writeFileSync(`${place}/go`, '');
    await heard(1);
    expect(results).toEqual(['a passed']);
  });

  it.each([
    ['another command', [service('a', { command: 'true' })], ['a passed']],
    ['a disable file', [service('a', { command: 'true', disableFile: '/' })], ['a disabled']],
    ['no check', [service('a', undefined)], []],
    ['another name', [service('b', { command: 'true' })], ['b passed']],
    ['none', [], []],
  ])('end what is under way, and nothing is heard of it: %s', async (_what, others, expected) => {
    const { probes, results, start, heard, clock } = rig(service('a', waits('a')));
    start('a');
    await runs('a');
    probes.replace(others);
    await until('it is gone', () => isGone('a'));
    start('a', 'b');
    await heard(expected.length);
    expect(results).toEqual(expected);
    expect(clock.pending()).toEqual([]);
  });

  it('are those that are made, where an older one was asked for and had not begun', async () => {
    const { probes, results, start, heard } = rig(service('a', { command: `touch ${place}/old` }));
    start('a');
    probes.replace([service('a', { command: 'false' })]);
    await heard(1);
    expect(results).toEqual(['a failed']);
    expect(fs.existsSync(`${place}/old`)).toBe(false);
  });
});

it('ends all that runs when it is closed, and says nothing any more', async () => {
  const { probes, results, start, clock } = rig(service('a', waits('a')), service('b', waits('b')), service('c', {}));
  start('a', 'b');
  await Promise.all([runs('a'), runs('b')]);
  start('c');
  probes.close();
  await until('they are gone', () => isGone('a') && isGone('b'));
  start('a', 'c');
  for (let turns = 0; turns < 5; turns++) await turn();
  expect([results, clock.pending()]).toEqual([[], []]);
});
