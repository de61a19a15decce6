/**
 * The core under any sequence of happenings, in a simulated host of some addresses, routes and listeners, by several sets
 * of settings. What ought to hold is worked out here from the events alone, by simpler means than the core's.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isByCheck } from '../../src/core/checked.ts';
import { handle } from '../../src/core/daemon.ts';
import { dueOf } from '../../src/core/hold.ts';
import { initialState } from '../../src/core/state.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event, FactsRead } from '../../src/model/event.ts';
import {
  type Device,
  type HostAddress,
  hostAddressKey,
  type Listener,
  listenerKey,
  type Protocol,
} from '../../src/model/facts.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import * as facts from '../helpers/facts.ts';
import { EVENTFUL, live as liveOn, manyHappenings } from '../helpers/happenings.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

const ANNOUNCE_DELAY = 2_000;
const WITHDRAW_DELAY = 1_000;
const QUEUE_LIMIT = 1_500;
const MAX_ROUTES = 2;
const DECLARED = '10.9.0.0/30';
const ANYIP = '10.0.5.0/28';

/** On lo as host routes, where a wildcard stands for them; the last one of `--network` is not. */
const ASSIGNED = [
  facts.assigned('10.0.0.1'),
  facts.assigned('10.0.0.2'),
  facts.assigned('10.0.0.3', { device: 'eth0', length: 24 }),
  facts.assigned('10.9.0.1'),
  facts.assigned('10.9.0.2', { device: 'eth0', length: 24 }),
];
const ROUTES = [ANYIP, '10.0.0.2/32'].map((prefix) => facts.localRoute(prefix, { by: 'admin' }));
const LISTEN_AT = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.5.1', '10.0.5.2', '10.9.0.1', '10.9.0.2'];
const WILDCARDS = ['0.0.0.0', '::'];
const PREFIXES = [
  ...LISTEN_AT.filter((address) => address.startsWith('10.0.')).map((address) => `${address}/32`),
  ...[ANYIP, DECLARED],
] as Prefix[];

/** What a user may choose, as far as the expectation depends on it. */
interface Choice {
  readonly wildcard: 'host-routes' | 'all' | 'off';
  readonly isRequired: boolean;
  readonly queueLimit: number;
}

const choices: fc.Arbitrary<Choice> = fc.record({
  wildcard: fc.constantFrom('host-routes', 'host-routes', 'all', 'off'),
  isRequired: fc.constantFrom(false, false, true),
  queueLimit: fc.constantFrom(QUEUE_LIMIT, QUEUE_LIMIT, Number.POSITIVE_INFINITY),
});

const wordsOf = ({ wildcard, isRequired, queueLimit }: Choice, maxRoutes = MAX_ROUTES): string[] => [
  ...['--network', '10.0.0.0/16', '--announce', DECLARED, '--anyip', '--protocol', 'tcp,udp'],
  ...[
    '--no-dampening',
    '--announce-delay',
    '2s',
    '--withdraw-delay',
    '1s',
    '--max-routes',
    String(maxRoutes),
    '--wildcard',
    wildcard,
  ],
  // Whatever listens on 80 or 443; and on 443 if that is required.
  ...(isRequired ? ['--listen-filter', 'sport = :80 or sport = :443', '--require', 'sport = :443'] : []),
  ...(queueLimit === QUEUE_LIMIT ? ['--accept-queue-full', '1500ms'] : []),
];

type Step =
  | { readonly type: 'listener'; readonly listener: Listener; readonly there: boolean }
  | { readonly type: 'address'; readonly fact: HostAddress; readonly there: boolean }
  | { readonly type: 'link' | 'failure' | 'hostFailure'; readonly there: boolean }
  | { readonly type: 'stall' | 'wait'; readonly length: number };

/** Far more often there than not, so that services come up at all, stay for a while and go. */
const mostly = fc.constantFrom(true, true, true, false);
const seldom = fc.constantFrom(false, false, false, true);
const happening: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: listening(LISTEN_AT, mostly) },
  { weight: 1, arbitrary: listening(WILDCARDS, seldom) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('address' as const),
      fact: fc.constantFrom<HostAddress[]>(...ASSIGNED, ...ROUTES),
      there: mostly,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('link', 'failure', 'hostFailure'), there: mostly }) },
  {
    weight: 7,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      length: fc.oneof(
        fc.integer({ min: 1, max: 5_000 }),
        fc.constantFrom(500, 999, 1_000, 1_001, 1_250, 1_500, 2_000, 2_001, 2_250, 2_500),
      ),
    }),
  },
);
const stall: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('stall' as const),
  length: fc.integer({ min: 1, max: 20_000 }),
});
const steps = fc.array(happening, { minLength: 10, maxLength: 80, size: 'max' });
const stepsWithStalls = fc.array(fc.oneof({ weight: 12, arbitrary: happening }, { weight: 1, arbitrary: stall }), {
  minLength: 10,
  maxLength: 80,
  size: 'max',
});

function listening(at: readonly string[], there: fc.Arbitrary<boolean>): fc.Arbitrary<Step> {
  return fc
    .record({
      address: fc.constantFrom(...at),
      port: fc.constantFrom(80, 443, 443, 53),
      protocol: fc.constantFrom<Protocol[]>('tcp', 'tcp', 'tcp', 'udp'),
      isFull: fc.constantFrom(false, false, true),
      v6only: fc.boolean(),
      there,
    })
    .map(({ address, port, protocol, isFull, v6only, there: isThere }) => ({
      type: 'listener',
      listener: facts.listener(address, port, {
        protocol,
        queueFull: isFull && protocol === 'tcp',
        v6only: v6only && address === '::',
      }),
      there: isThere,
    }));
}

it('tries what it means to try: every kind of service comes up and goes, for every reason', async () => {
  const announced = new Map<string, number>();
  const withdrawn = new Map<string, number>();
  const reasons = new Map<string, number>();
  const count = (into: Map<string, number>, key: string): void => void into.set(key, (into.get(key) ?? 0) + 1);
  const sample = fc.sample(fc.tuple(stepsWithStalls, choices), { numRuns: 150, seed: 1 });
  for (const [happenings, choice] of sample) {
    const { commands, state, actions } = await live(happenings, { choice, maxRoutes: 100 });
    expect(state.policy.acceptQueueFull ?? Number.POSITIVE_INFINITY).toBe(choice.queueLimit);
    for (const { verb, prefix } of commands) count(verb === 'announce' ? announced : withdrawn, prefix);
    for (const action of actions) {
      if (action.type === 'log' && action.message === 'down, withdraw delayed') {
        for (const [name, pattern] of Object.entries(WHY)) {
          if (pattern.test(String(action.fields['reason']))) count(reasons, name);
        }
      }
    }
  }
  for (const prefix of PREFIXES) {
    expect(announced.get(prefix) ?? 0, `announced: ${prefix}`).toBeGreaterThan(20);
    expect(withdrawn.get(prefix) ?? 0, `withdrawn: ${prefix}`).toBeGreaterThan(8);
  }
  for (const name of Object.keys(WHY)) expect(reasons.get(name) ?? 0, name).toBeGreaterThan(3);
});

const WHY = { queue: /accept queue/, listener: /listen-filter matches/, required: /--require asks/ };

it('gives the same actions for the same events', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, choices, async (happenings, choice) => {
      const { events, actions, state } = await live(happenings, { choice });
      const replayed = initialState(state.policy);
      expect(frozen(events.flatMap((event) => handle(replayed, event)))).toEqual(frozen(actions));
    }),
    { numRuns: 500 },
  );
});

it('wants the same routes when it looks at everything each time as when it looks at what changed', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, choices, async (happenings, choice) => {
      // Which of several has to wait when there is no room depends on who comes first: that is not the question here.
      const { events, state } = await live(happenings, { choice, maxRoutes: 100 });
      const incremental = initialState(state.policy);
      const full = initialState(state.policy);
      const known = new Known(choice);
      for (const event of events) {
        known.hear(event);
        handle(incremental, event);
        handle(full, event.type === 'factsRead' && event.isWhole ? known.asResync(event) : event);
        // A delay that ends at this very moment: one has looked at the service already, the other is about to.
        const dues = [...incremental.services.values()].map((verdict) => dueOf(verdict) ?? event.at + 1);
        const isDue = [...dues, ...incremental.schedule.dueOf.values()].some((due) => due <= event.at);
        if (isDue || incremental.due.size > 0) continue;
        expect([...full.desired.routes.keys()].sort()).toEqual([...incremental.desired.routes.keys()].sort());
      }
    }),
    { numRuns: 500 },
  );
});

it('wants the same with services, their checks, and what is said by hand', async () => {
  let byCheck = 0;
  const words = EVENTFUL.toSpliced(EVENTFUL.indexOf('--max-routes'), 2, '--max-routes', '100');
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const simulation = simulate(words);
      await liveOn(simulation, all);
      await simulation.close();
      const { events, state } = simulation;
      const [incremental, full] = [initialState(state.policy), initialState(state.policy)];
      const known = new Known({ wildcard: 'host-routes', isRequired: false, queueLimit: QUEUE_LIMIT });
      for (const event of events) {
        known.hear(event);
        for (const action of handle(incremental, event))
          if (action.type === 'noteTransition' && action.reason !== undefined && isByCheck(action.reason)) byCheck++;
        handle(full, event.type === 'factsRead' && event.isWhole ? known.asResync(event) : event);
        const dues = [...incremental.services.values()].map((verdict) => dueOf(verdict) ?? event.at + 1);
        const isDue = [...dues, ...incremental.schedule.dueOf.values()].some((due) => due <= event.at);
        if (isDue || incremental.due.size > 0) continue;
        expect([...full.desired.routes.keys()].sort()).toEqual([...incremental.desired.routes.keys()].sort());
      }
    }),
    { numRuns: 60 },
  );
  expect(byCheck).toBeGreaterThan(100);
});

it('announces only what was seen up for the whole announce delay, on facts read after it', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, choices, async (happenings, choice) => {
      const { commands } = await live(happenings, { choice });
      for (const { verb, prefix, upSince, readAt } of commands) {
        if (verb !== 'announce') continue;
        expect(upSince, prefix).toBeLessThanOrEqual(readAt - ANNOUNCE_DELAY);
      }
    }),
    { numRuns: 500 },
  );
});

it('announces nothing, beyond the withdraw delay, that the last good facts do not show', async () => {
  await fc.assert(
    fc.asyncProperty(steps, choices, async (happenings, choice) => {
      await live(happenings, {
        choice,
        check: ({ clock, state }, known) => {
          for (const { prefix } of state.desired.routes.values()) {
            // From the first reading on that showed it gone; what cannot be read is as it was.
            expect(clock.now() - known.downSince(prefix, clock.now()), prefix).toBeLessThan(WITHDRAW_DELAY);
          }
        },
      });
    }),
    { numRuns: 500 },
  );
});

it('announces in time: whatever was seen up for the announce delay, while there is room and the kernel can be read', async () => {
  await fc.assert(
    fc.asyncProperty(steps, choices, async (happenings, choice) => {
      await live(happenings, {
        choice,
        maxRoutes: 100,
        check: ({ clock, state }, known) => {
          // A failure makes a service wait for as long as it lasted.
          if (known.hasFailed) return;
          const now = clock.now();
          const wanted = PREFIXES.filter((prefix) => now - known.surelyUpSince(prefix, now) >= ANNOUNCE_DELAY);
          expect([...state.desired.routes.keys()]).toEqual(expect.arrayContaining(wanted));
        },
      });
    }),
    { numRuns: 500 },
  );
});

it('never wants more routes than allowed besides those that are declared, and leaves no timer behind', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, choices, async (happenings, choice) => {
      const check = ({ state }: Simulation): void => {
        const discovered = [...state.desired.routes.values()].filter(({ prefix }) => prefix !== DECLARED);
        expect(discovered.length).toBeLessThanOrEqual(MAX_ROUTES);
        expect(state.desired.discovered.size).toBe(discovered.length);
      };
      const { clock } = await live(happenings, { choice, check });
      expect(clock.pending()).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

/** What the events say of the host, kept apart from the core's own memory of it. */
class Known {
  readonly listeners = new Map<string, Listener>();
  readonly addresses = new Map<string, HostAddress>();
  readonly #devices = new Map<string, Device>();
  readonly #fullSince = new Map<string, number>();
  readonly #upSince = new Map<Prefix, number>();
  readonly #surelyUpSince = new Map<Prefix, number>();
  readonly #downSince = new Map<Prefix, number>();
  readonly #choice: Choice;
  #wholeAt = Number.NEGATIVE_INFINITY;
  isFailing = false;
  hasFailed = false;
  readAt = ms(Number.NEGATIVE_INFINITY);

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  hear(event: Event): void {
    if (event.type === 'discoveryFailed') [this.isFailing, this.hasFailed] = [true, true];
    if (event.type === 'stalled') {
      for (const [key, since] of this.#fullSince) this.#fullSince.set(key, since + event.lost);
    }
    if (event.type !== 'factsRead') return;
    if (event.isWhole) this.isFailing = false;
    for (const listener of event.listeners.added) this.listeners.set(listenerKey(listener), listener);
    for (const key of event.listeners.removed) this.listeners.delete(key);
    for (const address of event.addresses.added) this.addresses.set(hostAddressKey(address), address);
    for (const key of event.addresses.removed) this.addresses.delete(key);
    for (const device of event.devices.added) this.#devices.set(device.name, device);
    this.readAt = event.readAt;
    for (const [key, { queueFull }] of this.listeners) {
      if (!queueFull) this.#fullSince.delete(key);
      else if (!this.#fullSince.has(key)) this.#fullSince.set(key, event.readAt);
    }
    for (const key of [...this.#fullSince.keys()]) if (!this.listeners.has(key)) this.#fullSince.delete(key);
    // That a queue has been full for too long is seen by a whole reading.
    if (event.isWhole) this.#wholeAt = event.readAt;
    for (const prefix of PREFIXES) {
      // At the very end of the limit its own timer may fire before this reading or after it.
      const isUp = this.#isUp(prefix, this.#wholeAt - 0.001);
      note(prefix, event.readAt, isUp ? [this.#upSince, this.#downSince] : [this.#downSince, this.#upSince]);
      const isSurelyUp = this.#isUp(prefix, event.readAt + 0.001);
      note(prefix, event.readAt, isSurelyUp ? [this.#surelyUpSince] : [new Map(), this.#surelyUpSince]);
    }
  }

  /** Since when the prefix is known to be up beyond doubt; infinite if it is not. */
  surelyUpSince(prefix: Prefix, now: number): number {
    const since = this.#surelyUpSince.get(prefix) ?? Number.POSITIVE_INFINITY;
    return this.#isUp(prefix, now + 0.001) ? since : Number.POSITIVE_INFINITY;
  }

  /** Since when it has been seen up; infinite if it is not. */
  upSince(prefix: Prefix): number {
    return this.#upSince.get(prefix) ?? Number.POSITIVE_INFINITY;
  }

  /** Since when it is down; `now` if it is not. Queues that fill up are not seen to do so while nothing can be read. */
  downSince(prefix: Prefix, now: number): number {
    const seen = this.#downSince.get(prefix);
    if (seen !== undefined) return seen;
    if (this.isFailing) return now;
    const ends = [...this.#fullSince.values()].map((since) => since + this.#choice.queueLimit);
    return ends.sort((one, other) => one - other).find((end) => end <= now && !this.#isUp(prefix, end)) ?? now;
  }

  /** By the three ways in which a prefix can be up, each written down as a user would tell it. */
  #isUp(prefix: Prefix, at: number): boolean {
    const { wildcard } = this.#choice;
    const isHere = (fact: HostAddress): boolean => this.#devices.get(fact.device)?.up === true;
    const here = [...this.addresses.values()].filter(isHere);
    const assigned = here.filter((fact) => fact.origin === 'assigned');
    const routes = here.flatMap((fact) => (fact.origin === 'local-route' ? [fact.prefix] : []));
    const everywhere = [...this.listeners.values()].filter(
      ({ address, v6only }) => address === '0.0.0.0' || (address === '::' && !v6only),
    );
    const on = (isMeant: (address: string) => boolean): Listener[] =>
      [...this.listeners.values()].filter(({ address }) => LISTEN_AT.includes(address) && isMeant(address));

    if (prefix === DECLARED) {
      const inside = assigned.map(({ address }) => address as string).filter((address) => address.startsWith('10.9.'));
      return inside.length > 0 && this.#serve([...on((address) => inside.includes(address)), ...everywhere], at);
    }
    const isAnyip = routes.includes(prefix);
    const isInside = (address: string): boolean =>
      prefix === ANYIP ? address.startsWith('10.0.5.') : `${address}/32` === prefix;
    if (isAnyip && this.#serve([...on(isInside), ...(wildcard === 'off' ? [] : everywhere)], at)) return true;
    if (prefix === ANYIP) return false;
    const own = assigned.find(({ address }) => `${address}/32` === prefix);
    const isOnHost = own !== undefined || isAnyip || (prefix.startsWith('10.0.5.') && routes.includes(ANYIP as Prefix));
    const standsForIt = own !== undefined && (wildcard === 'all' || (wildcard === 'host-routes' && own.length === 32));
    return isOnHost && this.#serve([...on(isInside), ...(standsForIt ? everywhere : [])], at);
  }

  /** Whether something among them counts, and what is required as well. */
  #serve(listeners: readonly Listener[], at: number): boolean {
    const live = listeners.filter((each) => {
      const since = this.#fullSince.get(listenerKey(each)) ?? Number.POSITIVE_INFINITY;
      return at < since + this.#choice.queueLimit;
    });
    const isOn = (...ports: number[]): boolean => live.some(({ port }) => ports.includes(port));
    return isOn(80, 443) && (!this.#choice.isRequired || isOn(443));
  }

  asResync(event: FactsRead): Event {
    const all = <T>(of: Iterable<T>) => ({ added: [...of], removed: [] });
    return {
      ...event,
      resync: true,
      listeners: all(this.listeners.values()),
      addresses: all(this.addresses.values()),
      devices: all(this.#devices.values()),
    };
  }
}

/** Enters the prefix into the first map, if it is not there yet, and takes it out of the second. */
function note(prefix: Prefix, at: number, [here, there]: readonly Map<Prefix, number>[]): void {
  there?.delete(prefix);
  if (here !== undefined && !here.has(prefix)) here.set(prefix, at);
}

interface Spoken {
  readonly verb: string;
  readonly prefix: string;
  readonly readAt: Millis;
  /** Since when the prefix had been seen up then. */
  readonly upSince: number;
}

interface Life {
  readonly choice: Choice;
  readonly maxRoutes?: number;
  /** Called after each happening. */
  readonly check?: (simulation: Simulation, known: Known) => void;
}

/** Plays the happenings. */
async function live(
  happenings: readonly Step[],
  { choice, maxRoutes = MAX_ROUTES, check = () => {} }: Life,
): Promise<Simulation & { readonly commands: readonly Spoken[] }> {
  const simulation = simulate(wordsOf(choice, maxRoutes));
  const { kernel, events } = simulation;
  const known = new Known(choice);
  const commands: Spoken[] = [];
  let heard = 0;
  const catchUp = (): void => {
    for (const event of events.slice(heard)) known.hear(event);
    heard = events.length;
  };
  simulation.onCommand((line) => {
    catchUp();
    const [verb = '', , prefix = ''] = line.split(' ');
    commands.push({ verb, prefix, readAt: known.readAt, upSince: known.upSince(prefix as Prefix) });
  });
  for (const device of [facts.device('lo'), facts.device('eth0')]) kernel.set(device);
  for (const fact of [...ASSIGNED, ...ROUTES]) kernel.set(fact);
  await settled();
  for (const step of happenings) {
    await happen(step, simulation);
    catchUp();
    check(simulation, known);
  }
  const saidBeforeTheEnd = [...commands];
  await simulation.close();
  return { ...simulation, commands: saidBeforeTheEnd };
}

async function happen(step: Step, { kernel, clock }: Simulation): Promise<void> {
  switch (step.type) {
    case 'listener':
      if (step.there) kernel.set(step.listener);
      else kernel.listeners.delete(listenerKey(step.listener));
      break;
    case 'address':
      if (step.there) kernel.set(step.fact);
      else kernel.addresses.delete(hostAddressKey(step.fact));
      kernel.hint();
      break;
    case 'link':
      kernel.set(facts.device('lo', { up: step.there }));
      kernel.hint();
      break;
    case 'failure':
      kernel.failure = step.there ? undefined : 'ENOBUFS';
      break;
    case 'hostFailure':
      kernel.hostFailure = step.there ? undefined : 'EINTR';
      break;
    case 'stall':
      clock.stall(ms(clock.now() + step.length));
      await clock.advance(clock.now());
      break;
    case 'wait':
      await clock.advance(ms(clock.now() + step.length));
      break;
    default:
      step satisfies never;
  }
  await settled();
}

/** Actions share the core's own map of routes, which moves on; what counts here is what they say. */
function frozen(actions: readonly Action[]): unknown[] {
  return actions.map((action) =>
    action.type === 'setRoutes' ? { type: action.type, changed: [...action.changed] } : action,
  );
}
