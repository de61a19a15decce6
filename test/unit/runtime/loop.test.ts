import { afterEach, describe, expect, it, vi } from 'vitest';
import { initialState } from '../../../src/core/state.ts';
import type { Action } from '../../../src/model/action.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { RouteKey } from '../../../src/model/route.ts';
import type { Executor } from '../../../src/runtime/executor.ts';
import { createLoop, type Loop } from '../../../src/runtime/loop.ts';
import { policyOf } from '../../helpers/core.ts';

/** An event that the core answers with one log line, which carries its key. */
const told = (key: string): Event => ({ type: 'routeTold', at: ms(0), key: key as RouteKey, told: 'announce' });

interface Rig {
  readonly loop: Loop;
  /** What came out, in order: keys of events, `end` of a turn, `closed`. */
  readonly heard: string[];
  readonly failures: unknown[];
}

interface Hooks {
  /** Called with each key while its action is carried out. */
  readonly execute?: (key: string, loop: Loop) => void;
  readonly endTurn?: (turns: number, loop: Loop) => void;
}

function rig(hooks: Hooks = {}): Rig {
  const heard: string[] = [];
  const failures: unknown[] = [];
  let turns = 0;
  const executor: Executor = {
    execute(action: Action) {
      if (action.type !== 'log') throw new Error(action.type);
      const key = String(action.fields['route']);
      heard.push(key);
      hooks.execute?.(key, loop);
    },
    endTurn() {
      heard.push('end');
      hooks.endTurn?.(++turns, loop);
    },
    close: () => void heard.push('closed'),
  };
  const loop: Loop = createLoop(initialState(policyOf([])), executor, (error) => failures.push(error));
  return { loop, heard, failures };
}

const microtasks = (): Promise<void> => Promise.resolve().then(() => {});
const iteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let now = 0;
/** Time that only the test moves. */
function holdTime(): void {
  now = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
}
afterEach(() => {
  vi.restoreAllMocks();
});

describe('an event', () => {
  it('is handled once the code that pushed it has returned, and then the turn ends', async () => {
    const { loop, heard } = rig();
    loop.push(told('a'));
    loop.push(told('b'));
    expect(heard).toEqual([]);
    await microtasks();
    expect(heard).toEqual(['a', 'b', 'end']);
    await iteration();
    expect(heard).toEqual(['a', 'b', 'end']);
  });

  it('that is pushed while another is handled comes after it, in the same turn', async () => {
    const { loop, heard } = rig({
      execute: (key, own) => {
        if (key === 'a') own.push(told('c'));
      },
    });
    loop.push(told('a'));
    loop.push(told('b'));
    await iteration();
    expect(heard.filter((each) => each !== 'end')).toEqual(['a', 'b', 'c']);
    expect(heard.slice(0, 4)).toEqual(['a', 'b', 'c', 'end']);
  });

  it('that is pushed at the end of a turn has a turn of its own', async () => {
    const { loop, heard } = rig({
      endTurn: (turns, own) => {
        if (turns === 1) own.push(told('b'));
      },
    });
    loop.push(told('a'));
    await iteration();
    expect(heard).toEqual(['a', 'end', 'b', 'end']);
  });
});

describe('a long queue', () => {
  /** Each event takes so long. */
  const each = (cost: number, more?: (key: string, loop: Loop) => void): ((key: string, loop: Loop) => void) => {
    holdTime();
    return (key, loop) => {
      now += cost;
      more?.(key, loop);
    };
  };
  const keys = Array.from({ length: 12 }, (_, index) => `e${index}`);
  const withoutEnds = (heard: readonly string[]): string[] => heard.filter((what) => what !== 'end');

  it('is cut into turns of five milliseconds, and keeps its order', async () => {
    const { loop, heard } = rig({ execute: each(2) });
    for (const key of keys) loop.push(told(key));
    await microtasks();
    expect(heard).toEqual(['e0', 'e1', 'e2', 'end']);
    await iteration();
    expect(heard).toEqual(['e0', 'e1', 'e2', 'end', 'e3', 'e4', 'e5', 'end']);
    loop.push(told('last'));
    for (let count = 0; count < 5; count++) await iteration();
    expect(withoutEnds(heard)).toEqual([...keys, 'last']);
  });

  it('has at least one event handled in each turn', async () => {
    const { loop, heard } = rig({ execute: each(50) });
    for (const key of keys.slice(0, 3)) loop.push(told(key));
    for (let count = 0; count < 4; count++) await iteration();
    expect(heard).toEqual(['e0', 'end', 'e1', 'end', 'e2', 'end']);
  });

  it('has one handled even when time runs out before the first', async () => {
    const { loop, heard } = rig();
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 50;
      return now;
    });
    for (const key of keys.slice(0, 3)) loop.push(told(key));
    for (let count = 0; count < 4; count++) await iteration();
    expect(withoutEnds(heard)).toEqual(keys.slice(0, 3));
  });

  it('lets others have their turn in between, though every turn pushes more', async () => {
    const { loop, heard } = rig({
      execute: each(4, (key, own) => {
        if (key.startsWith('e')) own.push(told(`told of ${key}`));
      }),
      endTurn: (turns, own) => {
        if (turns < 5) own.push(told(`turn ${turns}`));
      },
    });
    for (const key of keys.slice(0, 6)) loop.push(told(key));
    let others = 0;
    const ends: number[] = [];
    for (; others < 20; others++) {
      await iteration();
      ends.push(heard.filter((what) => what === 'end').length);
    }
    expect(withoutEnds(heard).length).toBe(6 + 6 + 4);
    // Not more than one turn in one iteration while there is a queue.
    expect(ends.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  it('is waited for by those who ask, each as far as it was long then', async () => {
    const { loop, heard } = rig({ execute: each(2) });
    const order: string[] = [];
    const note = (what: string) => (isHandled: boolean) => void order.push(`${what} ${isHandled} ${heard.length}`);
    await loop.whenHandled().then(note('nothing'));
    for (const key of keys.slice(0, 4)) loop.push(told(key));
    const first = loop.whenHandled().then(note('four'));
    loop.push(told('last'));
    const all = loop.whenHandled().then(note('all'));
    await first;
    await all;
    // Three in the first turn, and two in the second: its end is heard first.
    expect(order).toEqual(['nothing true 0', 'four true 7', 'all true 7']);
    loop.push(told('never'));
    const never = loop.whenHandled();
    loop.close();
    expect([await never, await loop.whenHandled()]).toEqual([false, false]);
  });

  it('is forgotten when the loop is closed between two turns', async () => {
    const { loop, heard } = rig({ execute: each(2) });
    for (const key of keys) loop.push(told(key));
    await microtasks();
    loop.close();
    loop.push(told('late'));
    for (let count = 0; count < 4; count++) await iteration();
    expect(heard).toEqual(['e0', 'e1', 'e2', 'end', 'closed']);
  });
});

describe('close', () => {
  it('in the middle of a turn ends it: nothing more is handled, and no sink is told', async () => {
    const { loop, heard } = rig({
      execute: (key, own) => {
        if (key === 'b') own.close();
      },
    });
    for (const key of ['a', 'b', 'c']) loop.push(told(key));
    await iteration();
    expect(heard).toEqual(['a', 'b', 'closed']);
  });

  it('before the first turn leaves nothing to it', async () => {
    const { loop, heard } = rig();
    loop.push(told('a'));
    loop.close();
    await iteration();
    expect(heard).toEqual(['closed']);
  });
});

describe('a failure', () => {
  it('goes to whoever ends the process', async () => {
    const mistake = new TypeError('x is not a function');
    const { loop, heard, failures } = rig({
      execute: () => {
        throw mistake;
      },
    });
    loop.push(told('a'));
    await iteration();
    expect(failures).toEqual([mistake]);
    expect(heard).toEqual(['a']);
  });
});

describe('a tap', () => {
  it('hears each event before the core does, and holds it up for as many turns as it needs', async () => {
    const heard: string[] = [];
    let notReady = 3;
    const executor: Executor = {
      execute: (action) =>
        void heard.push(`core ${action.type === 'log' ? String(action.fields['route']) : action.type}`),
      endTurn: () => {},
      close: () => {},
    };
    const failed = (error: unknown): void => void heard.push(String(error));
    const loop = createLoop(initialState(policyOf([])), executor, failed, {
      prepare: () => notReady-- <= 0,
      hear: (event) => void heard.push(`tap ${event.type === 'routeTold' ? event.key : event.type}`),
    });
    loop.push(told('a'));
    loop.push(told('b'));
    await microtasks();
    expect(heard).toEqual([]);
    for (let turns = 0; turns < 4; turns++) await iteration();
    expect(heard).toEqual(['tap a', 'core a', 'tap b', 'core b']);
    loop.push(told('c'));
    await microtasks();
    expect(heard.slice(4)).toEqual(['tap c', 'core c']);
    loop.close();
  });
});
