import { afterEach, expect, it, vi } from 'vitest';
import { initialState } from '../../../src/core/state.ts';
import { overrideKeyOf } from '../../../src/model/override.ts';
import { createViewer } from '../../../src/runtime/viewer.ts';
import { policyOf } from '../../helpers/core.ts';
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
