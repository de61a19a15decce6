/**
 * First stage, PURE: what the kernel says now, indexed by address, and which addresses an event may have changed.
 */
import type { IpAddress } from '../model/address.ts';
import { familyOf, lastAddress, memberOf, memberOfAny } from '../model/address.ts';
import type { Delta, FactsRead } from '../model/event.ts';
import {
  type AssignedAddress,
  type Device,
  deviceKey,
  type HostAddress,
  hostAddressKey,
  type Listener,
  type LocalRoute,
  listenerKey,
  wildcardFamilies,
} from '../model/facts.ts';

export interface FactsIndex {
  readonly listeners: Map<string, Listener>;
  readonly addresses: Map<string, HostAddress>;
  readonly devices: Map<string, Device>;
  /** The same facts, found by address. Wildcard listeners stand in `wildcards`, not in `listenersOf`. */
  readonly listenersOf: Map<IpAddress, Map<string, Listener>>;
  readonly wildcards: Map<string, Listener>;
  readonly assignedOf: Map<IpAddress, Map<string, AssignedAddress>>;
  /** Few: only those wider than an address. */
  readonly localRoutes: Map<string, PreparedRoute>;
}

interface PreparedRoute extends LocalRoute {
  readonly contains: (address: IpAddress) => boolean;
  /** Nobody can be served on it. */
  readonly broadcast: IpAddress;
}

export function emptyFacts(): FactsIndex {
  return {
    listeners: new Map(),
    addresses: new Map(),
    devices: new Map(),
    listenersOf: new Map(),
    wildcards: new Map(),
    assignedOf: new Map(),
    localRoutes: new Map(),
  };
}

/**
 * Applies what was read, and returns every address whose standing may be another one now. `services`: addresses that are
 * watched already; one of them may have neither a listener nor an assignment any more.
 */
export function applyFacts(facts: FactsIndex, read: FactsRead, services: Iterable<IpAddress>): Set<IpAddress> {
  const marked = new Set<IpAddress>();
  const changes = {
    devices: merge(facts.devices, read.devices, deviceKey, read.resync),
    addresses: merge(facts.addresses, read.addresses, hostAddressKey, read.resync),
    listeners: merge(facts.listeners, read.listeners, listenerKey, read.resync),
  };
  for (const address of changes.addresses) indexAddress(facts, address, marked);
  for (const listener of changes.listeners) indexListener(facts, listener, marked);
  const devices = new Set(changes.devices.map(({ key }) => key));
  const routes = changes.addresses.flatMap(({ before, after }) =>
    [before, after].filter((fact) => fact?.origin === 'local-route'),
  );
  if (devices.size > 0 || routes.length > 0) markBehind(facts, devices, routes, services, marked);
  return marked;
}

/** Marks what stands on a device or a local route: looks at every address, but only at its facts. */
function markBehind(
  facts: FactsIndex,
  devices: ReadonlySet<string>,
  changedRoutes: readonly LocalRoute[],
  services: Iterable<IpAddress>,
  marked: Set<IpAddress>,
): void {
  for (const [address, entries] of facts.assignedOf) {
    if ([...entries.values()].some(({ device }) => devices.has(device))) marked.add(address);
  }
  const routes = [...changedRoutes, ...[...facts.localRoutes.values()].filter(({ device }) => devices.has(device))];
  const contain = memberOfAny(routes.map(({ prefix }) => prefix));
  for (const [address, listeners] of facts.listenersOf) {
    if (contain(address) || [...listeners.values()].some(({ device }) => devices.has(device))) marked.add(address);
  }
  const isWildcardBehind = [...facts.wildcards.values()].some(({ device }) => devices.has(device));
  if (isWildcardBehind) for (const address of facts.assignedOf.keys()) marked.add(address);
  for (const address of services) marked.add(address);
}

interface Change<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

function merge<T>(into: Map<string, T>, delta: Delta<T>, keyOf: (fact: T) => string, resync: boolean): Change<T>[] {
  const changes: Change<T>[] = [];
  const added = new Map(delta.added.map((fact) => [keyOf(fact), fact]));
  const removed = resync ? [...into.keys()].filter((key) => !added.has(key)) : delta.removed;
  for (const key of removed) {
    const before = into.get(key);
    if (into.delete(key)) changes.push({ key, before, after: undefined });
  }
  for (const [key, after] of added) {
    changes.push({ key, before: into.get(key), after });
    into.set(key, after);
  }
  return changes;
}

function indexListener(facts: FactsIndex, { key, before, after }: Change<Listener>, marked: Set<IpAddress>): void {
  const listener = after ?? before;
  if (listener === undefined) return;
  const families = wildcardFamilies(listener);
  if (families.length === 0) {
    putOrDelete(facts.listenersOf, listener.address, key, after);
    marked.add(listener.address);
    return;
  }
  if (after === undefined) facts.wildcards.delete(key);
  else facts.wildcards.set(key, after);
  // v6only may have changed under the same key, so both families count.
  for (const address of facts.assignedOf.keys()) {
    if (listener.family === 'ipv6' || families.includes(familyOf(address))) marked.add(address);
  }
}

function indexAddress(facts: FactsIndex, { key, before, after }: Change<HostAddress>, marked: Set<IpAddress>): void {
  const fact = after ?? before;
  if (fact === undefined) return;
  if (fact.origin === 'local-route') {
    if (after === undefined) facts.localRoutes.delete(key);
    else facts.localRoutes.set(key, { ...fact, contains: memberOf(fact.prefix), broadcast: lastAddress(fact.prefix) });
    return;
  }
  putOrDelete(facts.assignedOf, fact.address, key, after?.origin === 'assigned' ? after : undefined);
  marked.add(fact.address);
}

function putOrDelete<T>(index: Map<IpAddress, Map<string, T>>, address: IpAddress, key: string, value?: T): void {
  const entries = index.get(address) ?? new Map<string, T>();
  if (value === undefined) entries.delete(key);
  else entries.set(key, value);
  if (entries.size === 0) index.delete(address);
  else index.set(address, entries);
}
