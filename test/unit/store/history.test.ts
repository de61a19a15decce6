import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistoryStore, parseEntry } from '../../../src/store/history.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

const WHOLE = {
  ...{ at: '2026-11-20T03:00:00.000Z', number: 7, prefix: '192.0.2.1/32', from: 'announced', to: 'leaving' },
  reason: { code: 'no-listener', stage: 'health', sentence: 'nothing listens' },
};

const OF_PROCESS = [
  { type: 'started', version: '0.1.0', pid: 7, lastSignOfBefore: '2026-11-20T02:59:00.000Z' },
  { type: 'started', version: '0.1.0', pid: 7 },
  { type: 'stopped', why: 'SIGTERM', withdrawn: 3, left: 0 },
  { type: 'reloaded', changed: ['network: +10.9.0.0/24'] },
  { type: 'reload-refused', problems: 2 },
  { type: 'by-hand', what: 'drained', target: 'all', by: 'anna', why: 'new disk' },
].map((each) => ({ at: '2026-11-20T03:00:00.000Z', number: 8, ...each }));

describe('a line of the history', () => {
  it('is a transition, with or without a reason', () => {
    const { reason: _, ...bare } = WHOLE;
    for (const each of [WHOLE, bare]) expect(parseEntry(JSON.stringify(each))).toEqual(each);
  });

  it.each(OF_PROCESS)('is an entry of the daemon: $type', (entry) => {
    expect(parseEntry(JSON.stringify({ ...entry, more: '<script>' }))).toEqual(entry);
    for (const key of Object.keys(entry).filter((each) => each !== 'lastSignOfBefore')) {
      for (const value of [undefined, null, -1, {}]) {
        expect(parseEntry(JSON.stringify({ ...entry, [key]: value })), `${key}: ${value}`).toBeUndefined();
      }
    }
  });

  it('is a session that came up or ended', () => {
    const whole = { at: WHOLE.at, number: 9, type: 'peer-down', sink: 'speaker', peer: 'r1', why: 'x', unnoted: 3 };
    const { why: _, unnoted: __, ...bare } = whole;
    for (const each of [whole, { ...bare, type: 'peer-up' }]) expect(parseEntry(JSON.stringify(each))).toEqual(each);
    for (const key of ['sink', 'peer', 'why', 'unnoted', 'type']) {
      expect(parseEntry(JSON.stringify({ ...whole, [key]: {} })), key).toBeUndefined();
    }
  });

  it.each<[string, unknown]>([
    ['no JSON', '{"at":'],
    ['null', 'null'],
    ['without a number', JSON.stringify({ ...WHOLE, number: undefined })],
    ['with number 0', JSON.stringify({ ...WHOLE, number: 0 })],
    ['with half a number', JSON.stringify({ ...WHOLE, number: 1.5 })],
    ['of a type that is none', JSON.stringify({ ...WHOLE, type: 'paused' })],
    ['with half a start', JSON.stringify({ ...OF_PROCESS[0], lastSignOfBefore: 'once' })],
    ['with a time that is none', JSON.stringify({ ...WHOLE, at: 'yesterday' })],
    ['with a prefix that is none', JSON.stringify({ ...WHOLE, prefix: '192.0.2.1/24' })],
    ['with a state that is none', JSON.stringify({ ...WHOLE, to: 'up' })],
    ['with half a reason', JSON.stringify({ ...WHOLE, reason: { code: 'no-listener' } })],
  ])('%s is none', (_what, line) => {
    expect(parseEntry(String(line))).toBeUndefined();
  });

  it('has nothing else', () => {
    expect(parseEntry(JSON.stringify({ ...WHOLE, more: '<script>' }))).toEqual(WHOLE);
  });
});

describe('the store', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-store-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));
  const open = (log = new RecordingLog()) =>
    openHistoryStore({ directory, name: 'web' }, { clock: new SteppedClock(), log });

  it('has what it was given when it is opened again, the newest of it', async () => {
    const first = open();
    for (const number of [1, 2, 3]) first.append(JSON.stringify({ ...WHOLE, number }));
    await first.close();
    const second = open();
    expect((await second.readLast(2)).map(({ number }) => number)).toEqual([2, 3]);
    await second.close();
  });

  it.each([1, 30, 200])('says that it is cut, %i bytes before its end, and has the rest', async (bytes) => {
    const first = open();
    for (const number of [1, 2, 3]) first.append(JSON.stringify({ ...WHOLE, number }));
    await first.close();
    const [file = ''] = fs.readdirSync(directory).filter((each) => each.endsWith('.history'));
    const { size } = fs.statSync(path.join(directory, file));
    fs.truncateSync(path.join(directory, file), size - 1 - bytes);
    const log = new RecordingLog();
    const second = open(log);
    const whole = (await second.readLast(10)).map(({ number }) => number);
    expect(whole).toEqual([1, 2, 3].slice(0, whole.length));
    expect(whole.length).toBeLessThan(3);
    expect(log.lines).toEqual(['warn cannot be read: a part of the history is lost']);
    expect(log.fields).toMatchObject([{ lines: 1 }]);
    // What comes behind it has a line of its own.
    second.append(JSON.stringify({ ...WHOLE, number: 9 }));
    await second.close();
    const third = open();
    expect((await third.readLast(10)).map(({ number }) => number)).toEqual([...whole, 9]);
    await third.close();
  });

  it('belongs to one ha2bgp at a time: another one of that name keeps nothing, and reads nothing', async () => {
    const first = open();
    await first.readLast(10);
    first.append(JSON.stringify(WHOLE));
    const other = open();
    expect(await other.readLast(10)).toEqual([]);
    other.append(JSON.stringify({ ...WHOLE, number: 99 }));
    await other.close();
    await first.close();
    const next = open();
    expect((await next.readLast(10)).map(({ number }) => number)).toEqual([7]);
    await next.close();
  });

  it('keeps nothing where there is no place, and says nothing', async () => {
    const store = openHistoryStore(
      { directory: '/proc/ha2bgp', name: 'web' },
      { clock: new SteppedClock(), log: new RecordingLog() },
    );
    store.append(JSON.stringify(WHOLE));
    expect(await store.readLast(10)).toEqual([]);
    await store.close();
  });
});
