/**
 * Events as they come back from a file, PURE: every field of every event and fact is looked at, so that the core never
 * hears what it could not have heard when it was recorded. An event that is new has no row here and does not compile.
 */
import { type Prefix, parseAddress, parsePrefix } from './address.ts';
import type { Delta, RecordedEvent } from './event.ts';
import type { AssignedAddress, Device, HostAddress, Listener, LocalRoute } from './facts.ts';
import type { Drain, DrainTarget, Override, SetByHand } from './override.ts';
import type { Route, RouteAttributes, RouteScope } from './route.ts';

/** Returns what is wrong, such as `at: expected a number`; `undefined` when nothing is. */
type Check = (value: unknown) => string | undefined;
type Fields<T> = { readonly [Name in keyof T]-?: Check };

/** The event, or what was expected instead. */
export function parseEvent(value: unknown): { readonly event: RecordedEvent } | { readonly expected: string } {
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(EVENTS, type)) {
    return { expected: `an event that this version knows, not ${JSON.stringify(type)?.slice(0, 40) ?? 'none'}` };
  }
  const problem = fieldsCheck(EVENTS[type as RecordedEvent['type']] as Fields<unknown>)(value);
  return problem === undefined ? { event: value as RecordedEvent } : { expected: `${type}: ${problem}` };
}

const when =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : `expected ${expected}`;

const text = when('a text', (value) => typeof value === 'string');
const truth = when('true or false', (value) => typeof value === 'boolean');
const millis = when('milliseconds', (value) => typeof value === 'number' && Number.isFinite(value));
const integer = (most: number): Check =>
  when(
    `a whole number up to ${most}`,
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most,
  );
const oneOf = (...words: readonly string[]): Check =>
  when(`one of ${words.join(', ')}`, (value) => words.some((word) => word === value));
const address = when('an address', (value) => typeof value === 'string' && parseAddress(value) === value);
const prefix = when('a prefix', (value) => typeof value === 'string' && parsePrefix(value) === value);
const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return 'expected a list';
    for (const each of value) {
      const problem = check(each);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

function fieldsCheck<T>(fields: Fields<T>): Check {
  const checks = Object.entries<Check>(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null) return 'expected an object';
    for (const [name, check] of checks) {
      const problem = check((value as Record<string, unknown>)[name]);
      if (problem !== undefined) return `${name}: ${problem}`;
    }
    return undefined;
  };
}

const delta = (check: Check): Check => fieldsCheck<Delta<unknown>>({ added: listOf(check), removed: listOf(text) });

const listener = fieldsCheck<Listener>({
  protocol: oneOf('tcp', 'udp'),
  family: oneOf('ipv4', 'ipv6'),
  address,
  port: integer(65_535),
  v6only: truth,
  device: text,
  queueFull: truth,
});
const assigned = fieldsCheck<AssignedAddress>({
  origin: oneOf('assigned'),
  address,
  length: integer(128),
  device: text,
  label: text,
  state: oneOf('usable', 'tentative', 'dad-failed', 'temporary'),
});
const localRoute = fieldsCheck<LocalRoute>({
  origin: oneOf('local-route'),
  prefix,
  device: text,
  vrf: text,
  by: oneOf('kernel', 'admin'),
});
const hostAddress: Check = (value) =>
  (value as HostAddress | null)?.origin === 'assigned' ? assigned(value) : localRoute(value);
const device = fieldsCheck<Device>({
  name: text,
  up: truth,
  carrier: truth,
  kind: oneOf('loopback', 'dummy', 'vrf', 'other'),
  vrf: text,
  isPort: truth,
  takesUnbound: listOf(oneOf('tcp', 'udp')),
});

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);
const number = integer(0xffff_ffff);
const route = fieldsCheck<Route>({
  prefix,
  attributes: fieldsCheck<RouteAttributes>({
    nextHop: text,
    otherNextHops: optional(listOf(text)),
    med: optional(number),
    localPreference: optional(number),
    asPath: optional(listOf(number)),
    communities: optional(listOf(text)),
    largeCommunities: optional(listOf(text)),
    extendedCommunities: optional(listOf(text)),
  }),
  scope: optional(fieldsCheck<RouteScope>({ pathInformation: optional(number), neighbors: optional(listOf(address)) })),
});

const drainTarget: Check = (value) => {
  switch ((value as DrainTarget | null)?.type) {
    case 'prefix':
      return fieldsCheck<{ prefix: Prefix }>({ prefix })(value);
    case 'service':
      return fieldsCheck<{ service: string }>({ service: text })(value);
    default:
      return fieldsCheck<{ type: 'all' }>({ type: oneOf('all', 'prefix', 'service') })(value);
  }
};
const said = { by: text, why: text, at: millis, until: optional(millis) };
const drain = fieldsCheck<Drain>({ ...said, kind: oneOf('drain'), target: drainTarget, withdrawAt: millis });
const setByHand = fieldsCheck<SetByHand>({ ...said, kind: oneOf('up', 'down'), prefix });
const override: Check = (value) => ((value as Override | null)?.kind === 'drain' ? drain(value) : setByHand(value));

type EventFields = {
  readonly [Type in RecordedEvent['type']]: Fields<Omit<Extract<RecordedEvent, { type: Type }>, 'type'>>;
};

const EVENTS: EventFields = {
  factsRead: {
    at: millis,
    readAt: millis,
    resync: truth,
    isWhole: truth,
    isLast: truth,
    listeners: delta(listener),
    addresses: delta(hostAddress),
    devices: delta(device),
  },
  discoveryFailed: { at: millis, detail: text },
  started: { at: millis },
  probeFinished: {
    at: millis,
    startedAt: millis,
    service: text,
    result: oneOf('passed', 'failed', 'disabled'),
    detail: text,
  },
  hooksFinished: { at: millis, service: text, run: integer(Number.MAX_SAFE_INTEGER) },
  addressesSetUp: { at: millis, service: text, run: integer(Number.MAX_SAFE_INTEGER), problem: optional(text) },
  overridden: { at: millis, by: text, added: listOf(override), removed: listOf(text), isKept: truth },
  wentOn: { at: millis },
  timerFired: { at: millis, timer: text },
  stalled: { at: millis, lost: millis },
  suspended: { at: millis, lost: millis },
  routesFound: { at: millis, announced: listOf(route), doubtful: listOf(route) },
  routeTold: { at: millis, key: text, told: oneOf('announce', 'withdraw') },
  routeRefused: { at: millis, key: text, detail: text },
};
