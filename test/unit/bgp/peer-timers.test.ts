import { beforeEach, describe, expect, it } from 'vitest';
import type { FsmTimer } from '../../../src/bgp/fsm.ts';
import { createPeerTimers, type PeerTimers } from '../../../src/bgp/peer-timers.ts';
import { type Millis, ms } from '../../../src/model/millis.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

class CountingClock extends SteppedClock {
  asked = 0;

  override setTimer(name: string, due: Millis, fire: () => void): void {
    this.asked++;
    super.setTimer(name, due, fire);
  }
}

let clock: CountingClock;
let expired: [FsmTimer, number][];
let timers: PeerTimers;
beforeEach(() => {
  clock = new CountingClock();
  expired = [];
  const start = clock.now();
  timers = createPeerTimers('192.0.2.1', clock, (timer) => expired.push([timer, clock.now() - start]));
});
const immediates = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a timer of a peer', () => {
  it('expires so long after it was set for the last time', () => {
    timers.set('connect', ms(100));
    clock.advance(60);
    timers.set('connect', ms(100));
    clock.advance(99);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual([['connect', 160]]);
    expect(clock.pending()).toEqual([]);
    clock.advance(1_000);
    expect(expired).toHaveLength(1);
  });

  it('expires sooner when it is set again for less', () => {
    timers.set('connectRetry', ms(1_000));
    clock.advance(10);
    timers.set('connectRetry', ms(20));
    clock.advance(20);
    expect(expired).toEqual([['connectRetry', 30]]);
    clock.advance(2_000);
    expect(expired).toHaveLength(1);
  });

  it('does not expire once it is cleared, and can be set anew', () => {
    timers.set('settled', ms(100));
    timers.clear('settled');
    expect(clock.pending()).toEqual([]);
    clock.advance(50);
    timers.set('settled', ms(100));
    clock.advance(99);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual([['settled', 150]]);
  });

  it('is asked of the clock once in its time, however often it is set again: a whole table restarts a hold timer', async () => {
    for (let at = 0; at < 10_000; at++) {
      timers.set('hold outgoing', ms(1_000));
      if (at % 10 === 9) clock.advance(1);
    }
    // A thousand milliseconds have gone by.
    expect(clock.asked).toBeLessThanOrEqual(2);
    clock.advance(998);
    await immediates();
    expect(expired).toEqual([]);
    clock.advance(1);
    await immediates();
    expect(expired).toEqual([['hold outgoing', 1_999]]);
  });
});

describe('a hold timer', () => {
  it('does not expire when it is set again before what waits in the kernel is read', async () => {
    timers.set('hold incoming', ms(100));
    clock.advance(100);
    timers.set('hold incoming', ms(100));
    await immediates();
    expect(expired).toEqual([]);
    clock.advance(100);
    await immediates();
    expect(expired).toEqual([['hold incoming', 200]]);
  });

  it('runs for a third more where this process stood still since it was set', async () => {
    timers.set('hold incoming', ms(90));
    clock.advance(30);
    timers.set('hold incoming', ms(90));
    clock.stalledUntil = ms(clock.now() + 80);
    clock.advance(90);
    await immediates();
    expect(expired).toEqual([]);
    clock.advance(29);
    await immediates();
    expect(expired).toEqual([]);
    clock.advance(1);
    await immediates();
    expect(expired).toEqual([['hold incoming', 150]]);
  });
});
