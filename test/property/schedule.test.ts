/** Which timers stand for which services, under any plan and any order in which timers fire. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySchedule, fired, schedule } from '../../src/core/schedule.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { TimerName } from '../../src/model/event.ts';
import { type Millis, ms } from '../../src/model/millis.ts';

const times = [0, 1_000, 1_000.1, 1_000.2, 0.1 + 0.2, 1e15 + 0.5, 123_456.789_012_3].map(ms);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('plan' as const),
      prefix: fc.nat(4).map((host) => `10.0.0.${host}/32` as Prefix),
      due: fc.option(fc.constantFrom(...times), { nil: undefined, freq: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fire' as const), index: fc.nat(4) }) },
);
const steps = fc.array(step, { maxLength: 60 });
type Step = typeof steps extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

/** Timers as a clock keeps them, and what everybody waits for, each in its simplest form. */
class Reference {
  readonly plan = emptySchedule();
  readonly timers = new Map<TimerName, Millis>();
  readonly dueOf = new Map<Prefix, Millis>();

  take(each: Step): void {
    if (each.type === 'fire') this.fire(each.index);
    else this.schedule(each.prefix, each.due);
  }

  schedule(prefix: Prefix, due: Millis | undefined): void {
    const actions: Action[] = [];
    schedule(this.plan, prefix, due, actions);
    if (due === undefined) this.dueOf.delete(prefix);
    else this.dueOf.set(prefix, due);
    for (const action of actions) {
      if (action.type === 'setTimer') {
        expect(this.timers.has(action.timer), 'set while it is set').toBe(false);
        this.timers.set(action.timer, action.due);
      } else if (action.type === 'clearTimer') {
        expect(this.timers.delete(action.timer), 'cleared while it is not set').toBe(true);
      } else throw new Error(action.type);
    }
  }

  fire(index: number): void {
    const [timer, due] = [...this.timers][index] ?? [];
    if (timer === undefined || due === undefined) return;
    this.timers.delete(timer);
    const waited = [...this.dueOf].filter(([, each]) => each === due).map(([prefix]) => prefix);
    expect([...fired(this.plan, timer)].sort()).toEqual(waited.sort());
    for (const prefix of waited) this.dueOf.delete(prefix);
  }

  /** One timer for each moment that somebody waits for. */
  check(): void {
    expect(new Set(this.timers.values())).toEqual(new Set(this.dueOf.values()));
    expect(this.timers.size).toBe(new Set(this.dueOf.values()).size);
    expect(this.plan.dueOf).toEqual(this.dueOf);
  }
}

describe('a schedule', () => {
  it('has one timer for each moment that somebody waits for, and no other', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const reference = new Reference();
        for (const each of all) {
          reference.take(each);
          reference.check();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves no timer, and nothing else, when nobody waits any more', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, byFiring) => {
        const reference = new Reference();
        for (const each of all) reference.take(each);
        if (byFiring) while (reference.timers.size > 0) reference.fire(0);
        else for (const prefix of [...reference.dueOf.keys()]) reference.schedule(prefix, undefined);
        expect(reference.timers.size).toBe(0);
        expect(reference.plan).toEqual(emptySchedule());
      }),
    );
  });

  it('does not know timers that are not its own', () => {
    const plan = emptySchedule();
    schedule(plan, '10.0.0.1/32' as Prefix, ms(1_000), []);
    for (const timer of ['facts stale', 'verdicts 999', 'verdicts ', ''] as TimerName[]) {
      expect(fired(plan, timer).size).toBe(0);
    }
    expect(plan.dueOf.size).toBe(1);
  });
});
