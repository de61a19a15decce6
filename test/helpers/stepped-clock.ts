/** A clock that a test moves by steps, for code that is synchronous throughout. */
import { type Millis, ms } from '../../src/model/millis.ts';
import type { Clock } from '../../src/runtime/clock.ts';

export class SteppedClock implements Clock {
  #now = ms(1_000);
  readonly #timers = new Map<string, { readonly due: Millis; readonly fire: () => void }>();
  /** When it was asked for a stall. */
  readonly noticed: Millis[] = [];

  now(): Millis {
    return this.#now;
  }

  setTimer(name: string, due: Millis, fire: () => void): void {
    this.#timers.set(name, { due, fire });
  }

  clearTimer(name: string): void {
    this.#timers.delete(name);
  }

  pending(): readonly string[] {
    return [...this.#timers.keys()];
  }

  /** When the last stall ended; a test that has one says so. */
  stalledUntil = ms(Number.NEGATIVE_INFINITY);

  noticeStall(): Millis {
    this.noticed.push(this.#now);
    return this.stalledUntil;
  }

  /** Lets time pass, and fires what comes due in its order. */
  advance(by: number): void {
    const end = this.#now + by;
    for (;;) {
      const [next] = [...this.#timers].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due);
      if (next === undefined) break;
      const [name, { due, fire }] = next;
      this.#timers.delete(name);
      this.#now = ms(Math.max(this.#now, due));
      fire();
    }
    this.#now = ms(Math.max(this.#now, end));
  }

  /** Time that work takes: nothing fires meanwhile. */
  spend(cost: number): void {
    this.#now = ms(this.#now + cost);
  }
}
