/** Flap dampening under any coming and going of one listener, against a simpler account of what ought to be announced. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Dampened, penaltyAt, punish } from '../../src/core/dampening.ts';
import { listenerKey } from '../../src/model/facts.ts';
import { ms } from '../../src/model/millis.ts';
import type { DampeningPolicy } from '../../src/model/policy.ts';
import * as facts from '../helpers/facts.ts';
import { simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

const [PENALTY, SUPPRESS, REUSE, HALF_LIFE, MAX_SUPPRESS] = [1_000, 3_000, 1_000, 20_000, 60_000];
const POLICY: DampeningPolicy = {
  penalty: PENALTY,
  suppress: SUPPRESS,
  reuse: REUSE,
  halfLife: ms(HALF_LIFE),
  maxSuppress: ms(MAX_SUPPRESS),
  action: 'withdraw',
};
const SERVICE = facts.listener('10.0.0.1', 80);
const WORDS = ['--network', '10.0.0.0/24', '--announce-delay', '0', '--withdraw-delay'];

/** Up or down for so long, mostly too short to be forgotten. */
const spans = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 4_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 40_000 }) },
    { weight: 1, arbitrary: fc.constant(90_000) },
  ),
  { minLength: 4, maxLength: 60, size: 'max' },
);

/** What a user would reckon: one reading after the other. */
class Account {
  readonly #withdrawDelay: number;
  #goneSince: number | undefined;
  #isUp = false;
  #penalty = 0;
  #at = 0;
  suppressedUntil = 0;
  isAnnounced = false;
  timesSuppressed = 0;

  constructor(withdrawDelay: number) {
    this.#withdrawDelay = withdrawDelay;
  }

  read(at: number, isListening: boolean): void {
    if (isListening) {
      if (this.#goneSince !== undefined) this.#flap(at, PENALTY / 2);
      this.#goneSince = undefined;
      this.#isUp = true;
    } else if (this.#isUp) {
      this.#goneSince ??= at;
      if (at >= this.#goneSince + this.#withdrawDelay) {
        this.#flap(at, PENALTY);
        this.#goneSince = undefined;
        this.#isUp = false;
      }
    }
    // To a nanosecond: the two reckon in another order.
    if (at < this.suppressedUntil - 1e-6 || !this.#isUp) this.isAnnounced = false;
    else if (this.#goneSince === undefined) this.isAnnounced = true;
  }

  #flap(at: number, worth: number): void {
    const decayed = this.#penalty / 2 ** ((at - this.#at) / HALF_LIFE);
    const most = REUSE * 2 ** (MAX_SUPPRESS / HALF_LIFE);
    this.#penalty = Math.min(most, decayed + worth);
    this.#at = at;
    if (this.#penalty <= SUPPRESS && at >= this.suppressedUntil - 1e-6) return;
    if (at >= this.suppressedUntil) this.timesSuppressed++;
    this.suppressedUntil = at + HALF_LIFE * Math.log2(this.#penalty / REUSE);
  }
}

it('announces what is up and not suppressed, from the very moment of its reuse', async () => {
  let timesSuppressed = 0;
  await fc.assert(
    fc.asyncProperty(spans, fc.constantFrom(0, 1_000), async (lengths, withdrawDelay) => {
      const account = await live(lengths, withdrawDelay);
      timesSuppressed += account.timesSuppressed;
    }),
    { numRuns: 300 },
  );
  expect(timesSuppressed).toBeGreaterThan(100);
});

async function live(lengths: readonly number[], withdrawDelay: number): Promise<Account> {
  const simulation = simulate([...WORDS, `${withdrawDelay}ms`]);
  const { kernel, clock, events, state } = simulation;
  const account = new Account(withdrawDelay);
  kernel.set(facts.device('lo'));
  kernel.set(facts.assigned('10.0.0.1'));
  kernel.hint();
  await settled();
  let isListening = false;
  let heard = 0;
  const compare = (): void => {
    for (const event of events.slice(heard)) {
      if (event.type !== 'factsRead') continue;
      if (event.listeners.added.length > 0) isListening = true;
      if (event.listeners.removed.length > 0) isListening = false;
      account.read(event.readAt, isListening);
    }
    heard = events.length;
    expect([...state.desired.routes.keys()], `at ${clock.now()}`).toEqual(account.isAnnounced ? ['10.0.0.1/32'] : []);
    // Not a moment longer than it has to be: a service that is up has been read at its reuse time.
    if (isListening && clock.now() > account.suppressedUntil + 250) expect(state.desired.routes.size).toBe(1);
  };
  for (const [index, length] of lengths.entries()) {
    if (index % 2 === 0) kernel.set(SERVICE);
    else kernel.listeners.delete(listenerKey(SERVICE));
    const end = clock.now() + length;
    while (clock.now() < end) {
      await clock.advance(ms(Math.min(end, clock.now() + 997)));
      compare();
    }
  }
  await simulation.close();
  expect(clock.pending()).toEqual([]);
  return account;
}

it('has a penalty that only decays between flaps, and reaches the reuse threshold when it says', () => {
  const flaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 50_000 }), fc.constantFrom('went', 'hidden')), {
    minLength: 1,
  });
  fc.assert(
    fc.property(flaps, fc.array(fc.integer({ min: 0, max: 20_000 })), (history, waits) => {
      let dampened: Dampened | undefined;
      let now = 0;
      for (const [wait, flap] of history) {
        now += wait;
        dampened = punish(dampened, flap as 'went' | 'hidden', ms(now), POLICY);
      }
      if (dampened === undefined) return;
      let before = dampened.penalty;
      for (const wait of waits) {
        now += wait;
        const after = penaltyAt(dampened, ms(now), POLICY);
        expect(after).toBeLessThanOrEqual(before);
        before = after;
      }
      if (dampened.reuseAt === undefined) return;
      expect(penaltyAt(dampened, dampened.reuseAt, POLICY)).toBeCloseTo(REUSE, 5);
      expect(dampened.reuseAt - dampened.at).toBeLessThanOrEqual(MAX_SUPPRESS);
    }),
  );
});
