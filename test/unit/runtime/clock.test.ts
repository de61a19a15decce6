import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { type Clock, realClock, STALL } from '../../../src/runtime/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

interface Rig {
  readonly clock: Clock;
  /** `name` and when it fired. */
  readonly fired: [string, number][];
  readonly stalls: number[];
  set(name: string, due: number): void;
}

function rig(): Rig {
  const stalls: number[] = [];
  const fired: [string, number][] = [];
  const clock = realClock((lost) => stalls.push(lost));
  return {
    clock,
    fired,
    stalls,
    set: (name, due) => clock.setTimer(name, ms(due), () => fired.push([name, clock.now()])),
  };
}

/** The process stands still: time passes, and no timer fires before it is over. */
function standStill(duration: number): void {
  const later = performance.now() + duration;
  const spy = vi.spyOn(performance, 'now').mockReturnValue(later);
  vi.advanceTimersByTime(duration);
  spy.mockRestore();
}

describe('realClock', () => {
  it('tells the time that performance.now tells', () => {
    const { clock } = rig();
    const start = clock.now();
    vi.advanceTimersByTime(1_234);
    expect(clock.now()).toBe(start + 1_234);
  });

  it('fires a timer once, when it is due', () => {
    const { clock, fired, set } = rig();
    const due = clock.now() + 100;
    set('a', due);
    vi.advanceTimersByTime(99);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([['a', due]]);
    vi.advanceTimersByTime(1_000);
    expect(fired.length).toBe(1);
  });

  it('never fires before a part of a millisecond is over', () => {
    const { clock, fired, set } = rig();
    const due = clock.now() + 99.25;
    set('a', due);
    vi.advanceTimersByTime(99);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired.length).toBe(1);
  });

  it('waits on when setTimeout fires too early', () => {
    const { clock, fired, set } = rig();
    const start = clock.now();
    set('a', start + 100);
    const spy = vi.spyOn(performance, 'now').mockReturnValue(start + 99.5);
    vi.advanceTimersByTime(100);
    expect(fired).toEqual([]);
    expect(clock.pending()).toEqual(['a']);
    spy.mockRestore();
    vi.advanceTimersByTime(1);
    expect(fired.length).toBe(1);
  });

  it('fires a timer that is due already in the next turn and not in this one', () => {
    const { clock, fired, set } = rig();
    set('a', clock.now());
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired.length).toBe(1);
  });

  it('fires in the order in which timers are due', () => {
    const { clock, fired, set } = rig();
    const start = clock.now();
    for (const wait of [300, 100, 200]) set(`after ${wait}`, start + wait);
    vi.advanceTimersByTime(300);
    expect(fired.map(([name]) => name)).toEqual(['after 100', 'after 200', 'after 300']);
  });

  it('replaces a timer of the same name, for sooner and for later', () => {
    const { clock, fired, set } = rig();
    const start = clock.now();
    set('sooner', start + 100);
    set('sooner', start + 50);
    set('later', start + 100);
    set('later', start + 200);
    expect(clock.pending()).toEqual(['sooner', 'later']);
    vi.advanceTimersByTime(500);
    expect(fired).toEqual([
      ['sooner', start + 50],
      ['later', start + 200],
    ]);
  });

  it('fires the function that was set last', () => {
    const { clock } = rig();
    const heard: string[] = [];
    clock.setTimer('a', ms(clock.now() + 1), () => heard.push('first'));
    clock.setTimer('a', ms(clock.now() + 1), () => heard.push('second'));
    vi.advanceTimersByTime(10);
    expect(heard).toEqual(['second']);
  });

  it('lets a timer set itself again', () => {
    const { clock } = rig();
    let count = 0;
    const tick = (): void => {
      count++;
      expect(clock.pending()).toEqual([]);
      if (count < 3) clock.setTimer('tick', ms(clock.now() + 10), tick);
    };
    tick();
    vi.advanceTimersByTime(100);
    expect(count).toBe(3);
    expect(clock.pending()).toEqual([]);
  });

  it('clears a timer, also one that is not there', () => {
    const { clock, fired, set } = rig();
    set('a', clock.now() + 10);
    set('b', clock.now() + 10);
    clock.clearTimer('a');
    clock.clearTimer('a');
    clock.clearTimer('never set');
    expect(clock.pending()).toEqual(['b']);
    vi.advanceTimersByTime(10);
    expect(fired.map(([name]) => name)).toEqual(['b']);
    expect(clock.pending()).toEqual([]);
  });

  it('waits for longer than setTimeout can, to the millisecond', () => {
    const { clock, fired, set, stalls } = rig();
    const wait = 2 ** 31 * 2 + 12_345;
    const due = clock.now() + wait;
    set('a', due);
    vi.advanceTimersByTime(wait - 1);
    expect(fired).toEqual([]);
    expect(clock.pending()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([['a', due]]);
    expect(stalls).toEqual([]);
  });

  it('clears a long timer in its second piece', () => {
    const { clock, fired, set } = rig();
    set('a', clock.now() + 2 ** 31 + 10);
    vi.advanceTimersByTime(2 ** 31);
    clock.clearTimer('a');
    expect(clock.pending()).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(fired).toEqual([]);
  });
});

describe('a stall', () => {
  it('is reported before the late timer fires, with the time that was lost', () => {
    const heard: string[] = [];
    const clock = realClock((lost) => heard.push(`lost ${lost}`));
    clock.setTimer('a', ms(clock.now() + 100), () => heard.push('fired'));
    standStill(2_100);
    expect(heard).toEqual(['lost 2000', 'fired']);
  });

  it('is reported once, though several timers are late through it', () => {
    const { clock, fired, set, stalls } = rig();
    const start = clock.now();
    for (const wait of [100, 200, 900]) set(`after ${wait}`, start + wait);
    standStill(5_000);
    expect(stalls).toEqual([4_900]);
    expect(fired.map(([name]) => name)).toEqual(['after 100', 'after 200', 'after 900']);
  });

  it('is reported each time', () => {
    const { clock, set, stalls } = rig();
    set('a', clock.now() + 100);
    standStill(1_100);
    set('a', clock.now() + 100);
    standStill(3_100);
    expect(stalls).toEqual([1_000, 3_000]);
  });

  it('is what lasts longer than STALL and nothing less', () => {
    const { clock, set, stalls } = rig();
    set('a', clock.now() + 100);
    standStill(100 + STALL);
    expect(stalls).toEqual([]);
    set('a', clock.now() + 100);
    standStill(101 + STALL);
    expect(stalls).toEqual([STALL + 1]);
  });

  it('is not a timer that was due when it was set', () => {
    const { clock, set, stalls, fired } = rig();
    vi.advanceTimersByTime(10_000);
    set('a', clock.now() - 5_000);
    vi.advanceTimersByTime(1);
    expect(fired).toHaveLength(1);
    expect(stalls).toEqual([]);
  });
});
