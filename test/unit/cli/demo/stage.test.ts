/** What the stage makes of time that the demo itself did not have. */
import { describe, expect, it } from 'vitest';
import { createStage, setPatient } from '../../../../src/cli/demo/stage.ts';
import { type Change, newStory } from '../../../../src/cli/demo/story.ts';
import type { DaemonState } from '../../../../src/core/state.ts';
import type { Prefix } from '../../../../src/model/address.ts';
import { ms } from '../../../../src/model/millis.ts';
import { SteppedClock } from '../../../helpers/stepped-clock.ts';

const prefixes = { web: '127.77.0.80/32' as Prefix, dns: '127.77.0.53/32' as Prefix };
const never = async (): Promise<never> => {
  throw new Error('not asked for');
};
const service = { open: never, close: never, kill: never, stop: never };

function open() {
  const clock = new SteppedClock();
  const story = newStory(clock.now());
  const policy = { announceDelay: ms(500), withdrawDelay: ms(1_000), dampening: { halfLife: ms(4_000) } };
  const stage = createStage({
    ...{ story, clock, prefixes },
    state: { policy, dampening: { services: new Map() } } as unknown as DaemonState,
    services: { web: service, dns: service },
    routes: () => 0,
    startDaemon: () => clock.now(),
    stopDaemon: never,
    told: () => {},
  });
  return { clock, story, stage };
}

describe('the stage', () => {
  it('takes no figure across a stop of the demo itself', () => {
    const { clock, story, stage } = open();
    const delay = { name: 'withdraw delay', length: ms(1_000) };
    const change: Change = { at: ms(2_000), cause: 'web closes', effect: 'withdrawn', took: ms(7_961), delay };
    clock.stalledUntil = ms(1_000);
    stage.happened(change);
    clock.stalledUntil = ms(9_000);
    stage.happened(change);
    // A note of what has no figure stays.
    stage.happened({ ...change, took: undefined, note: 'down for 400 ms' });
    expect(story.changes.map(({ took, note }) => [took, note])).toEqual([
      [7_961, undefined],
      [undefined, 'the demo stood still meanwhile'],
      [undefined, 'down for 400 ms'],
    ]);
    expect(story.changes[1]).not.toHaveProperty('delay');
  });

  it('waits no longer than it may, from the end of a stop on', async () => {
    const { clock, stage } = open();
    const missing = expect(stage.routed('web', true, clock.now())).rejects.toThrow('did not come within 8s');
    const began = clock.now();
    clock.advance(7_000);
    clock.stalledUntil = clock.now();
    clock.advance(7_999);
    expect(clock.pending()).toHaveLength(1);
    clock.advance(1);
    await missing;
    expect(clock.now() - began).toBe(15_000);
  });

  it('is patient once for each stop', () => {
    const { clock } = open();
    let isOver = false;
    setPatient(clock, 'end', { startedAt: clock.now(), length: ms(100) }, () => {
      isOver = true;
    });
    clock.advance(100);
    expect([isOver, clock.pending()]).toEqual([true, []]);
  });
});
