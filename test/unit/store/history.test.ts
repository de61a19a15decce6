import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistoryStore, parseTransition } from '../../../src/store/history.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

const WHOLE = {
  ...{ at: '2026-11-20T03:00:00.000Z', number: 7, prefix: '192.0.2.1/32', from: 'announced', to: 'leaving' },
  reason: { code: 'no-listener', stage: 'health', sentence: 'nothing listens' },
};

describe('a line of the history', () => {
  it('is a transition, with or without a reason', () => {
    const { reason: _, ...bare } = WHOLE;
    for (const each of [WHOLE, bare]) expect(parseTransition(JSON.stringify(each))).toEqual(each);
  });

  it.each<[string, unknown]>([
    ['no JSON', '{"at":'],
    ['null', 'null'],
    ['without a number', JSON.stringify({ ...WHOLE, number: undefined })],
    ['with number 0', JSON.stringify({ ...WHOLE, number: 0 })],
    ['with half a number', JSON.stringify({ ...WHOLE, number: 1.5 })],
    ['with a time that is none', JSON.stringify({ ...WHOLE, at: 'yesterday' })],
    ['with a prefix that is none', JSON.stringify({ ...WHOLE, prefix: '192.0.2.1/24' })],
    ['with a state that is none', JSON.stringify({ ...WHOLE, to: 'up' })],
    ['with half a reason', JSON.stringify({ ...WHOLE, reason: { code: 'no-listener' } })],
  ])('%s is none', (_what, line) => {
    expect(parseTransition(String(line))).toBeUndefined();
  });

  it('has nothing else', () => {
    expect(parseTransition(JSON.stringify({ ...WHOLE, more: '<script>' }))).toEqual(WHOLE);
  });
});

describe('the store', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-store-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));
  const open = () =>
    openHistoryStore({ directory, name: 'web' }, { clock: new SteppedClock(), log: new RecordingLog() });

  it('has what it was given when it is opened again, the newest of it', async () => {
    const first = open();
    for (const number of [1, 2, 3]) first.append(JSON.stringify({ ...WHOLE, number }));
    await first.close();
    const second = open();
    expect((await second.readLast(2)).map(({ number }) => number)).toEqual([2, 3]);
    await second.close();
  });

  it('belongs to one ha2bgp at a time: another one of that name keeps nothing, and reads nothing', async () => {
    const first = open();
    first.append(JSON.stringify(WHOLE));
    const other = open();
    other.append(JSON.stringify({ ...WHOLE, number: 99 }));
    expect(await other.readLast(10)).toEqual([]);
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
