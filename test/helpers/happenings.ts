/** What may happen to a host, at random: services of every kind come, go, hang and flap; the kernel and we ourselves fail. */
import fc from 'fast-check';
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { type HostAddress, hostAddressKey, type Listener, listenerKey } from '../../src/model/facts.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import { drainKey, setKey } from '../../src/model/override.ts';
import * as facts from './facts.ts';
import { drain, overridden, set, targetOf } from './overrides.ts';
import type { Simulation } from './simulation.ts';
import { settled } from './virtual-clock.ts';

/** Settings under which all of it matters. */
export const EVENTFUL: readonly string[] = [
  ...['--network', '10.0.0.0/16', '--announce', '10.9.0.0/30', '--anyip', '--protocol', 'tcp,udp'],
  ...['--announce-delay', '2s', '--withdraw-delay', '1s', '--max-routes', '2', '--accept-queue-full', '1500ms'],
  ...['--on-discovery-error', 'withdraw', '--stale-after', '5s', '--address-withdraw-delay', '300ms'],
  ...['--dampening-suppress', '900', '--dampening-reuse', '300', '--dampening-half-life', '5s'],
  ...['--dampening-max-suppress', '20s'],
  ...[
    '--service',
    'dns,prefixes=10.0.0.2/32,prefixes=10.9.0.1/32,command=x,rise=2,fall=2,interval=940ms,fast-interval=440ms',
  ],
  ...['--service', 'web,prefixes=10.0.5.0/28,command=y,disable-file=/y,rise=1,fall=1,interval=690ms'],
];

/** What the checks of services are, here and in `reloads`. */
const COMMANDS = ['x', 'x', 'y', 'z'];
const FILES = ['/y', '/z'];

const ASSIGNED = [
  facts.assigned('10.0.0.1'),
  facts.assigned('10.0.0.2'),
  facts.assigned('10.0.0.3', { device: 'eth0', length: 24 }),
  facts.assigned('10.9.0.1'),
];
const ROUTES = [
  facts.localRoute('10.0.5.0/28', { by: 'admin' }),
  facts.localRoute('10.0.5.0/29', { by: 'admin' }),
  facts.localRoute('10.0.0.2/32', { by: 'admin' }),
];
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.5.1', '10.0.5.9', '10.9.0.1', '0.0.0.0', '::'];

export type Happening =
  | { readonly type: 'listener'; readonly listener: Listener; readonly there: boolean }
  | { readonly type: 'address'; readonly fact: HostAddress; readonly there: boolean }
  | { readonly type: 'link' | 'failure' | 'hostFailure'; readonly there: boolean }
  | { readonly type: 'check'; readonly command: string; readonly passes: boolean }
  | { readonly type: 'file'; readonly path: string; readonly there: boolean }
  | { readonly type: 'stall' | 'suspend' | 'wait'; readonly length: number }
  | { readonly type: 'order'; readonly order: Order };

/** What somebody says by hand, counted from that moment on. */
export type Order =
  | {
      readonly word: 'drain' | 'undrain';
      readonly target: string;
      readonly grace: number;
      readonly length: number | undefined;
    }
  | { readonly word: 'up' | 'down' | 'auto'; readonly prefix: string; readonly length: number | undefined };

const length = fc.option(fc.constantFrom(700, 3_000, 20_000), { nil: undefined });
const order: fc.Arbitrary<Order> = fc.oneof(
  fc.record({
    word: fc.constantFrom('drain' as const, 'drain' as const, 'undrain' as const),
    target: fc.constantFrom(
      'all',
      '10.0.0.0/30',
      '10.0.0.1/32',
      '10.9.0.0/30',
      '10.0.4.0/22',
      'service dns',
      'service web',
    ),
    grace: fc.constantFrom(0, 600, 5_000),
    length,
  }),
  fc.record({
    word: fc.constantFrom('up' as const, 'up' as const, 'down' as const, 'auto' as const),
    prefix: fc.constantFrom('10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/32', '10.0.5.0/28', '10.9.0.0/30', '10.0.0.9/32'),
    length,
  }),
);

/** As the operator would have it heard. */
export function heard(at: Millis, said: Order): Event {
  const until = said.length === undefined ? undefined : at + said.length;
  switch (said.word) {
    case 'drain':
      return overridden(at, { added: [drain(said.target, { at, withdrawAt: at + said.grace, until })] });
    case 'undrain':
      return overridden(at, { removed: [drainKey(targetOf(said.target))] });
    case 'auto':
      return overridden(at, { removed: [setKey(said.prefix as Prefix)] });
    case 'up':
    case 'down':
      return overridden(at, { added: [set(said.word, said.prefix, { at, until })] });
    default:
      return said satisfies never;
  }
}

const mostly = fc.constantFrom(true, true, true, false);
const listener = fc
  .record({
    address: fc.constantFrom(...ADDRESSES),
    port: fc.constantFrom(80, 443, 53),
    queueFull: fc.constantFrom(false, false, false, true),
  })
  .map(({ address, port, queueFull }) => facts.listener(address, port, { queueFull }));

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ type: fc.constant('listener' as const), listener, there: mostly }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('address' as const),
      fact: fc.constantFrom<HostAddress[]>(...ASSIGNED, ...ROUTES),
      there: mostly,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('link', 'failure', 'hostFailure'), there: mostly }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('stall' as const), length: fc.integer({ min: 800, max: 4_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('suspend' as const), length: fc.constantFrom(500, 3_000, 3_600_000) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('order' as const), order }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('check' as const),
      command: fc.constantFrom(...COMMANDS),
      passes: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('file' as const),
      path: fc.constantFrom(...FILES),
      there: fc.constantFrom(true, false, false),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      length: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(250, 1_000, 1_500, 2_000, 6_000)),
    }),
  },
);
export const happenings = fc.array(happening, { minLength: 5, maxLength: 40 });
/** A third of them said by hand. */
export const orderedHappenings = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: happening },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('order' as const), order }) },
  ),
  { minLength: 10, maxLength: 40 },
);
export const manyHappenings = fc.array(happening, { minLength: 150, maxLength: 250 });

/** What is seen at the next reading of the interval, whatever was asked for between: no hints, no failures, no stalls. */
export const evenHappenings = fc.array(
  fc.oneof(
    happening.filter(({ type }) => ['listener', 'check', 'file'].includes(type)),
    fc.record({ type: fc.constant('wait' as const), length: fc.constantFrom(250, 250, 500, 1_000, 2_500, 5_000) }),
  ),
  { minLength: 30, maxLength: 90 },
);

/** Plays what happens to the host, which is set up first unless it has been. */
export async function live(
  { kernel, checks, clock, push }: Simulation,
  all: readonly Happening[],
  isNew = true,
): Promise<void> {
  for (const fact of isNew ? [facts.device('lo'), facts.device('eth0'), ...ASSIGNED, ...ROUTES] : []) kernel.set(fact);
  await settled();
  for (const each of all) {
    switch (each.type) {
      case 'listener':
        if (each.there) kernel.set(each.listener);
        else kernel.listeners.delete(listenerKey(each.listener));
        break;
      case 'address':
        if (each.there) kernel.set(each.fact);
        else kernel.addresses.delete(hostAddressKey(each.fact));
        kernel.hint();
        break;
      case 'link':
        kernel.set(facts.device('lo', { up: each.there }));
        kernel.hint();
        break;
      case 'failure':
        kernel.failure = each.there ? undefined : 'ENOBUFS';
        break;
      case 'hostFailure':
        kernel.hostFailure = each.there ? undefined : 'EINTR';
        break;
      case 'check':
        if (each.passes) checks.failing.delete(each.command);
        else checks.failing.add(each.command);
        break;
      case 'file':
        if (each.there) checks.files.add(each.path);
        else checks.files.delete(each.path);
        break;
      case 'order':
        push(heard(clock.now(), each.order));
        break;
      case 'stall':
        clock.stall(ms(clock.now() + each.length));
        await clock.advance(clock.now());
        break;
      case 'suspend':
        push({ type: 'suspended', at: clock.now(), lost: ms(each.length) });
        break;
      case 'wait':
        await clock.advance(ms(clock.now() + each.length));
        break;
      default:
        each satisfies never;
    }
    await settled();
  }
}
