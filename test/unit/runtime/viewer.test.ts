import { afterEach, expect, it, vi } from 'vitest';
import { initialState } from '../../../src/core/state.ts';
import { ms } from '../../../src/model/millis.ts';
import { overrideKeyOf } from '../../../src/model/override.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import type { PeerStanding } from '../../../src/model/telling.ts';
import type { Change, CheckView } from '../../../src/model/view.ts';
import { createViewer } from '../../../src/runtime/viewer.ts';
import { NOTHING_EVER, type Sink } from '../../../src/sink/sink.ts';
import { coreOf, policyOf } from '../../helpers/core.ts';
import { set } from '../../helpers/overrides.ts';
import { virtualClock } from '../../helpers/virtual-clock.ts';

afterEach(() => void vi.restoreAllMocks());

it('shows when something was said by hand by the clock on the wall, also when that was set', () => {
  const clock = virtualClock();
  const state = initialState(policyOf([]));
  const said = set('down', '192.0.2.1/32', { at: 0, until: 60_000 });
  state.overrides.said.set(overrideKeyOf(said), said);
  const readings = { count: 0, total: 0, last: undefined, buckets: [] };
  const viewer = createViewer({
    ...{
      state,
      clock,
      sinks: [],
      version: '1',
      name: 'x',
      findOwners: async () => new Map(),
      notKept: () => undefined,
    },
    discovery: () => ({ from: 'netlink', hints: 'none', interval: 100, failures: 0, readings }) as never,
  });
  const epoch = Date.parse('2026-11-20T03:00:00.000Z');
  const wall = vi.spyOn(Date, 'now');
  for (const [hour, at, until] of [
    [0, '2026-11-20T03:00:00.000Z', '2026-11-20T03:01:00.000Z'],
    [1, '2026-11-20T04:00:00.000Z', '2026-11-20T04:01:00.000Z'],
  ] as const) {
    wall.mockReturnValue(epoch + hour * 3_600_000 + clock.now());
    const [first] = viewer.summary().overrides;
    expect(first).toMatchObject({ kind: 'down', at, until });
    // Made once.
    expect(viewer.summary().overrides[0]).toBe(first);
  }
  viewer.close();
});

it('shows how each check stands, and how the last one went', () => {
  const clock = virtualClock();
  const core = coreOf([
    ...['--service', 'web,prefixes=192.0.2.1/32,prefixes=192.0.2.2/32,command=x,rise=1,fall=2'],
    ...['--service', 'dns,prefixes=192.0.2.3/32,disable-file=/off', '--service', 'mail,prefixes=192.0.2.4/32'],
  ]);
  const viewer = createViewer({
    ...{ state: core.state, clock, sinks: [], version: '1', name: 'x' },
    ...{
      findOwners: async () => new Map(),
      notKept: () => undefined,
      discovery: () => ({ readings: { buckets: [] } }) as never,
    },
  });
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-20T03:00:00.000Z') + clock.now());
  const checks = (): readonly CheckView[] => viewer.outline().checks;
  const found = (service: string, at: number, result: 'passed' | 'failed' | 'disabled', detail: string): void =>
    void core.hear({
      ...{ type: 'probeFinished', at: ms(at), startedAt: ms(at - 30), service: service as ServiceId, result, detail },
    });
  expect(checks()).toEqual([
    { name: 'web', state: 'init', prefixes: 2 },
    { name: 'dns', state: 'init', prefixes: 1 },
  ]);
  found('web', 1_000, 'passed', '');
  found('web', 2_000, 'failed', 'exit status 7');
  found('dns', 3_000, 'disabled', '/off exists');
  expect(checks()).toEqual([
    {
      ...{ name: 'web', state: 'falling', inForce: 'up', prefixes: 2 },
      last: { at: '2026-11-20T03:00:02.000Z', tookMs: 30, result: 'failed', detail: 'exit status 7' },
    },
    {
      ...{ name: 'dns', state: 'disabled', inForce: 'disabled', prefixes: 1 },
      last: { at: '2026-11-20T03:00:03.000Z', tookMs: 30, result: 'disabled', detail: '/off exists' },
    },
  ]);
  viewer.close();
});

it('has each session that came up and ended in the history, also of a peer that is no more, and the end of the run last', async () => {
  const clock = virtualClock();
  let peers: readonly PeerStanding[] | undefined;
  const sink = {
    status: () => ({ name: 'speaker', told: 0, leaving: 0, waiting: 0, refused: 0, ever: NOTHING_EVER }),
    peers: () => peers,
    tellings: () => [],
  } as unknown as Sink;
  const lines: string[] = [];
  const viewer = createViewer({
    ...{ state: initialState(policyOf([])), clock, sinks: [sink], version: '1', name: 'x' },
    ...{ findOwners: async () => new Map(), notKept: () => undefined, discovery: () => ({}) as never },
    journal: { append: (line) => void lines.push(line) },
  });
  const heard: Change[] = [];
  viewer.subscribe((change) => heard.push(change));
  viewer.started();
  const show = async (...of: readonly PeerStanding[]): Promise<void> => {
    peers = of;
    viewer.changed('peers');
    await new Promise<void>((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const down: PeerStanding = { name: 'r1', state: 'idle', since: ms(1), last: 'hold timer expired', told: 0 };
  const up = (since: number): PeerStanding => ({ ...down, state: 'established', since: ms(since), told: 3 });
  await show(down);
  await show({ ...up(2), last: '', holdTimeMs: 9_000, families: ['ipv4'] });
  await show({ ...up(2), told: 4 });
  await show({ ...down, since: ms(3) });
  await show({ ...down, since: ms(3), state: 'connecting' });
  await show(up(4));
  // It ended and began anew before anybody looked.
  await show({ ...up(5), holdTimeMs: 9_000, families: ['ipv4'] });
  await show();
  viewer.stopped({ why: 'SIGTERM', withdrawn: 0, left: 0 });
  viewer.close();
  const why = down.last;
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { type: 'started' },
    { type: 'peer-up', sink: 'speaker', peer: 'r1' },
    { type: 'peer-down', why },
    { type: 'peer-up' },
    { type: 'peer-down', why },
    { type: 'peer-up' },
    { type: 'peer-down', why: 'no peer any more' },
    { type: 'stopped' },
  ]);
  const told = heard.flatMap((change) => (change.type === 'peer' ? [change.peer] : []));
  expect(told.map(({ state }) => state)).toEqual([...['established', 'idle', 'established', 'established', 'idle']]);
  expect(told.at(-1)).toEqual({
    ...{ name: 'r1', state: 'idle', since: expect.any(String), last: 'no peer any more', told: 0 },
  });
});
