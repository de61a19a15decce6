/**
 * The core under any sequence of happenings, in a simulated host of three addresses. What ought to hold is worked out here
 * from the events alone, by simpler means than the core's.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { handle } from '../../src/core/daemon.ts';
import { dueOf } from '../../src/core/hold.ts';
import { initialState } from '../../src/core/state.ts';
import type { Action } from '../../src/model/action.ts';
import type { IpAddress } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { type HostAddress, hostAddressKey, type Listener, listenerKey, type Port } from '../../src/model/facts.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as IpAddress[];
const ANNOUNCE_DELAY = 2_000;
const WITHDRAW_DELAY = 1_000;
const DELAYS = ['--network', '10.0.0.0/24', '--announce-delay', '2s', '--withdraw-delay', '1s'];
const WORDS = [...DELAYS, '--max-routes', '2'];
const ROOM_FOR_ALL = [...DELAYS, '--max-routes', '3'];

type Step =
  | { readonly type: 'listener' | 'address'; readonly index: number; readonly port: number; readonly there: boolean }
  | { readonly type: 'link' | 'failure'; readonly there: boolean }
  | { readonly type: 'stall' | 'wait'; readonly length: number };

/** Far more often there than not, so that services come up at all, stay for a while and go. */
const mostly = fc.constantFrom(true, true, true, false);
const happening: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: change('listener') },
  { weight: 3, arbitrary: change('address') },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('link', 'failure'), there: mostly }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      length: fc.oneof(
        fc.integer({ min: 1, max: 5_000 }),
        fc.constantFrom(999, 1_000, 1_001, 1_250, 2_000, 2_001, 2_250),
      ),
    }),
  },
);
const stall: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('stall' as const),
  length: fc.integer({ min: 1, max: 20_000 }),
});
const steps = fc.array(happening, { minLength: 10, maxLength: 80 });
const stepsWithStalls = fc.array(fc.oneof({ weight: 12, arbitrary: happening }, { weight: 1, arbitrary: stall }), {
  minLength: 10,
  maxLength: 80,
});

function change(type: 'listener' | 'address'): fc.Arbitrary<Step> {
  return fc.record({
    type: fc.constant(type),
    index: fc.nat({ max: ADDRESSES.length - 1 }),
    port: fc.constantFrom(80, 80, 443, 53),
    there: mostly,
  });
}

it('tries what it means to try: services come up and go in most runs', async () => {
  let announced = 0;
  let withdrawn = 0;
  for (const happenings of fc.sample(stepsWithStalls, { numRuns: 100, seed: 1 })) {
    const { commands } = await live(happenings);
    if (commands.some(({ verb }) => verb === 'announce')) announced++;
    if (commands.some(({ verb }) => verb === 'withdraw')) withdrawn++;
  }
  expect(announced).toBeGreaterThan(50);
  expect(withdrawn).toBeGreaterThan(15);
});

it('gives the same actions for the same events', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, async (happenings) => {
      const { events, actions, state } = await live(happenings);
      const replayed = initialState(state.policy);
      expect(frozen(events.flatMap((event) => handle(replayed, event)))).toEqual(frozen(actions));
    }),
    { numRuns: 500 },
  );
});

it('wants the same routes when it looks at everything each time as when it looks at what changed', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, async (happenings) => {
      // Which of several has to wait when there is no room depends on who comes first: that is not the question here.
      const { events, state } = await live(happenings, undefined, ROOM_FOR_ALL);
      const incremental = initialState(state.policy);
      const full = initialState(state.policy);
      const known = new Known();
      for (const event of events) {
        known.hear(event);
        handle(incremental, event);
        handle(full, event.type === 'factsRead' ? known.asResync(event) : event);
        // A delay that ends at this very moment: one has looked at the service already, the other is about to.
        const isDue = [...incremental.services.values()].some(
          (verdict) => (dueOf(verdict) ?? event.at + 1) <= event.at,
        );
        if (isDue) continue;
        expect([...full.desired.routes.keys()].sort()).toEqual([...incremental.desired.routes.keys()].sort());
      }
    }),
    { numRuns: 500 },
  );
});

it('announces only what was seen up for the whole announce delay, on facts read after it', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, async (happenings) => {
      const { commands } = await live(happenings);
      for (const { verb, address, upSince, readAt } of commands) {
        if (verb !== 'announce') continue;
        expect(upSince(address)).toBeLessThanOrEqual(readAt - ANNOUNCE_DELAY);
      }
    }),
    { numRuns: 500 },
  );
});

it('announces nothing, beyond the withdraw delay, that the last good facts do not show', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (happenings) => {
      await live(happenings, ({ clock, state }, known) => {
        for (const route of state.desired.routes.values()) {
          const address = route.prefix.split('/')[0] as IpAddress;
          // From the first reading on that showed it gone; what cannot be read is as it was.
          const downSince = known.downSince.get(address) ?? clock.now();
          expect(clock.now() - downSince).toBeLessThan(WITHDRAW_DELAY);
        }
      });
    }),
    { numRuns: 500 },
  );
});

it('never wants more routes than allowed, and leaves no timer behind', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithStalls, async (happenings) => {
      const { clock } = await live(happenings, ({ state }) => {
        expect(state.desired.routes.size).toBeLessThanOrEqual(2);
      });
      expect(clock.pending()).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

/** What the events say of the host, kept apart from the core's own memory of it. */
class Known {
  readonly listeners = new Map<string, Listener>();
  readonly addresses = new Map<string, HostAddress>();
  devices: Extract<Event, { type: 'factsRead' }>['devices']['added'] = [];
  readonly upSince = new Map<IpAddress, Millis>();
  readonly downSince = new Map<IpAddress, Millis>();
  readAt = ms(Number.NEGATIVE_INFINITY);

  hear(event: Event): void {
    if (event.type !== 'factsRead') return;
    for (const listener of event.listeners.added) this.listeners.set(listenerKey(listener), listener);
    for (const key of event.listeners.removed) this.listeners.delete(key);
    for (const address of event.addresses.added) this.addresses.set(hostAddressKey(address), address);
    for (const key of event.addresses.removed) this.addresses.delete(key);
    if (event.devices.added.length > 0) this.devices = event.devices.added;
    this.readAt = event.readAt;
    for (const address of ADDRESSES) {
      const [here, there] = this.isUp(address) ? [this.upSince, this.downSince] : [this.downSince, this.upSince];
      there.delete(address);
      if (!here.has(address)) here.set(address, event.readAt);
    }
  }

  isUp(address: IpAddress): boolean {
    const isLinkUp = this.devices.every(({ up }) => up);
    const isThere = [...this.addresses.values()].some((fact) => fact.origin === 'assigned' && fact.address === address);
    const isServed = [...this.listeners.values()].some((of) => of.address === address && [80, 443].includes(of.port));
    return isLinkUp && isThere && isServed;
  }

  asResync(event: Extract<Event, { type: 'factsRead' }>): Event {
    const all = <T>(facts: Iterable<T>) => ({ added: [...facts], removed: [] });
    return {
      ...event,
      resync: true,
      listeners: all(this.listeners.values()),
      addresses: all(this.addresses.values()),
      devices: all(this.devices),
    };
  }
}

interface Spoken {
  readonly verb: string;
  readonly address: IpAddress;
  readonly readAt: Millis;
  readonly upSince: (address: IpAddress) => number;
}

/** Plays the happenings, and calls `check` after each. */
async function live(
  happenings: readonly Step[],
  check: (simulation: Simulation, known: Known) => void = () => {},
  words: readonly string[] = WORDS,
): Promise<Simulation & { readonly commands: readonly Spoken[] }> {
  const simulation = simulate(words);
  const { kernel, events } = simulation;
  const known = new Known();
  const commands: Spoken[] = [];
  let heard = 0;
  const catchUp = (): void => {
    for (const event of events.slice(heard)) known.hear(event);
    heard = events.length;
  };
  simulation.onCommand((line) => {
    catchUp();
    const [verb = '', , prefix = ''] = line.split(' ');
    const upSince = new Map(known.upSince);
    commands.push({
      verb,
      address: prefix.split('/')[0] as IpAddress,
      readAt: known.readAt,
      upSince: (address) => upSince.get(address) ?? Number.POSITIVE_INFINITY,
    });
  });
  kernel.set({ name: 'lo', up: true, kind: 'loopback' });
  for (const address of ADDRESSES) kernel.set(assigned(address));
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

const assigned = (address: IpAddress): HostAddress => ({
  origin: 'assigned',
  address,
  length: 32,
  device: 'lo',
  label: 'lo',
  state: 'usable',
});

async function happen(step: Step, { kernel, clock }: Simulation): Promise<void> {
  switch (step.type) {
    case 'listener': {
      const address = ADDRESSES[step.index] as IpAddress;
      const listener = {
        protocol: 'tcp',
        family: 'ipv4',
        address,
        port: step.port as Port,
        v6only: false,
        device: '',
      } as const;
      if (step.there) kernel.set(listener);
      else kernel.listeners.delete(listenerKey(listener));
      break;
    }
    case 'address': {
      const fact = assigned(ADDRESSES[step.index] as IpAddress);
      if (step.there) kernel.set(fact);
      else kernel.addresses.delete(hostAddressKey(fact));
      kernel.hint();
      break;
    }
    case 'link':
      kernel.set({ name: 'lo', up: step.there, kind: 'loopback' });
      kernel.hint();
      break;
    case 'failure':
      kernel.failure = step.there ? undefined : 'ENOBUFS';
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
