import { expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { watchSuspension } from '../../../src/runtime/suspension.ts';
import { virtualClock } from '../../helpers/virtual-clock.ts';

const MINUTE = 60_000;

/** A host whose clocks a test moves: `suspend` moves both but the monotonic one, `setWall` the wall clock alone. */
function host() {
  const clock = virtualClock();
  let suspendedFor = 0;
  let set = 0;
  const told: (number | string)[] = [];
  const watch = watchSuspension({
    clock,
    suspended: (lost) => told.push(lost),
    wallMoved: () => told.push('wall'),
    // To the hundredth of a second, as /proc/uptime has it.
    uptime: () => Math.floor((clock.now() + suspendedFor) / 10) / 100 + 86_400,
    wall: () => clock.now() + suspendedFor + set + 1.7e12,
  });
  return {
    clock,
    watch,
    told,
    suspend: (length: number) => {
      suspendedFor += length;
    },
    setWall: (by: number) => {
      set += by;
    },
    passes: (length: number) => clock.advance(ms(clock.now() + length)),
  };
}

it('says for how long the host was suspended, once', async () => {
  const { suspend, passes, told, watch, clock } = host();
  await passes(MINUTE + 3);
  expect(told).toEqual([]);
  suspend(3_600_000);
  await passes(MINUTE);
  expect(told).toHaveLength(2);
  expect(Math.abs(Number(told[0]) - 3_600_000)).toBeLessThanOrEqual(10);
  expect(told[1]).toBe('wall');
  watch.close();
  expect(clock.pending()).toEqual([]);
});

it.each([3_600_000, -3_600_000, 1e11])('takes a wall clock that is set by %i ms for no suspension', async (by) => {
  const { setWall, passes, told, watch } = host();
  setWall(by);
  await passes(MINUTE);
  expect(told).toEqual(['wall']);
  watch.close();
});

it('adds up what is too short to be seen, and does not mind a clock that is adjusted slowly', async () => {
  const { suspend, passes, told, watch } = host();
  for (let index = 0; index < 3; index++) {
    suspend(400);
    await passes(MINUTE);
  }
  expect(told.map((each) => (typeof each === 'number' ? Math.round(each / 100) * 100 : each))).toEqual([1_200, 'wall']);
  watch.close();
});
