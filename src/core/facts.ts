/**
 * First stage, PURE: what the kernel says now, indexed by address and by area, and which prefixes an event may have changed.
 */
import { type Family, familyOf, hostPrefix, type IpAddress, type Prefix } from '../model/address.ts';
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
import type { Millis } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { type PrefixIndex, prefixIndex } from '../model/prefix-index.ts';
import { type Area, emptyArea, fillAreas, isAreaOf, renewAreas } from './areas.ts';

export interface FactsIndex {
  readonly listeners: Map<string, Listener>;
  readonly addresses: Map<string, HostAddress>;
  readonly devices: Map<string, Device>;
  /** The same facts, found by address. Wildcard listeners stand in `wildcards`, not in `listenersOf`. */
  readonly listenersOf: Map<IpAddress, Map<string, Listener>>;
  readonly wildcards: Map<string, Listener>;
  readonly assignedOf: Map<IpAddress, Map<string, AssignedAddress>>;
  readonly localRoutesOf: PrefixIndex<Map<string, LocalRoute>>;
  /** Prefixes that are announced as such when something inside them is served. */
  readonly areas: PrefixIndex<Area>;
  /** Since when a listener's accept queue is full, by the listener's key. */
  readonly fullSince: Map<string, Millis>;
}

export function emptyFacts(policy: Pick<Policy, 'announce' | 'anyip'>): FactsIndex {
  const facts: FactsIndex = {
    listeners: new Map(),
    addresses: new Map(),
    devices: new Map(),
    listenersOf: new Map(),
    wildcards: new Map(),
    assignedOf: new Map(),
    localRoutesOf: prefixIndex(),
    areas: prefixIndex(),
    fullSince: new Map(),
  };
  renewAreas(facts, policy);
  return facts;
}

/**
 * Applies what was read, and returns every prefix whose standing may be another one now. `services`: prefixes that are
 * watched already, gone through more than once; one of them may have neither a listener nor an assignment any more.
 */
export function applyFacts(
  facts: FactsIndex,
  read: FactsRead,
  policy: Pick<Policy, 'announce' | 'anyip'>,
  services: Iterable<Prefix>,
): Set<Prefix> {
  const marked = new Set<Prefix>();
  const changes = {
    devices: merge(facts.devices, read.devices, deviceKey, read.resync),
    addresses: merge(facts.addresses, read.addresses, hostAddressKey, read.resync),
    listeners: merge(facts.listeners, read.listeners, listenerKey, read.resync),
  };
  const newAreas = new Set<Area>();
  for (const address of changes.addresses) indexAddress(facts, address, policy, newAreas, marked);
  for (const listener of changes.listeners) indexListener(facts, listener, read.readAt, marked);
  if (newAreas.size > 0) fillAreas(newAreas, facts);
  markUnderWildcards(facts, changes.listeners, services, marked);
  const devices = withDevicesInside(new Set(changes.devices.map(({ key }) => key)), facts);
  const routes = changes.addresses.flatMap(({ before, after }) =>
    [before, after].filter((fact) => fact?.origin === 'local-route'),
  );
  if (devices.size > 0 || routes.length > 0) markBehind(facts, devices, routes, services, marked);
  return marked;
}

/** What a VRF takes (`takesUnbound`) is said of its device, and holds for all that are in it. */
function withDevicesInside(changed: ReadonlySet<string>, facts: FactsIndex): ReadonlySet<string> {
  if (changed.size === 0) return changed;
  const inside = [...facts.devices.values()].filter(({ vrf }) => changed.has(vrf));
  return new Set([...changed, ...inside.map(({ name }) => name)]);
}

/** Marks what stands on a device or a local route: looks at every address, but only at its facts. */
function markBehind(
  facts: FactsIndex,
  devices: ReadonlySet<string>,
  changedRoutes: readonly LocalRoute[],
  services: Iterable<Prefix>,
  marked: Set<Prefix>,
): void {
  for (const [address, entries] of facts.assignedOf) {
    if ([...entries.values()].some(({ device }) => devices.has(device))) marked.add(hostPrefix(address));
  }
  for (const { prefix } of changedRoutes) marked.add(prefix);
  const changed = prefixIndex<true>();
  for (const { prefix } of changedRoutes) changed.set(prefix, true);
  for (const routes of facts.localRoutesOf.values()) {
    for (const { prefix, device, vrf } of routes.values()) {
      if (devices.has(device) || devices.has(vrf)) changed.set(prefix, true);
    }
  }
  for (const [address, listeners] of facts.listenersOf) {
    const isBehind = [...listeners.values()].some(({ device }) => devices.has(device));
    if (isBehind || changed.containing(address).length > 0) marked.add(hostPrefix(address));
  }
  const isWildcardBehind = [...facts.wildcards.values()].some(({ device }) => devices.has(device));
  if (isWildcardBehind) for (const address of facts.assignedOf.keys()) marked.add(hostPrefix(address));
  for (const prefix of facts.areas.keys()) marked.add(prefix);
  for (const prefix of services) marked.add(prefix);
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

function indexListener(
  facts: FactsIndex,
  { key, before, after }: Change<Listener>,
  readAt: Millis,
  marked: Set<Prefix>,
): void {
  const listener = after ?? before;
  if (listener === undefined) return;
  if (after?.queueFull !== true) facts.fullSince.delete(key);
  else if (!facts.fullSince.has(key)) facts.fullSince.set(key, readAt);
  const { address } = listener;
  if (wildcardFamilies(listener).length === 0) {
    putOrDelete(facts.listenersOf, address, key, after);
    markAreas(facts, address, 'listening', facts.listenersOf.has(address), marked);
    marked.add(hostPrefix(address));
    return;
  }
  if (after === undefined) facts.wildcards.delete(key);
  else facts.wildcards.set(key, after);
}

/** Once for all of them: there may be as many wildcard listeners as addresses. */
function markUnderWildcards(
  facts: FactsIndex,
  changes: readonly Change<Listener>[],
  services: Iterable<Prefix>,
  marked: Set<Prefix>,
): void {
  const families = new Set<Family>();
  for (const { before, after } of changes) {
    const listener = after ?? before;
    if (listener === undefined || wildcardFamilies(listener).length === 0) continue;
    families.add('ipv4');
    // v6only may have changed under the same key, so both families count.
    if (listener.family === 'ipv6') families.add('ipv6');
  }
  if (families.size === 0) return;
  for (const assigned of facts.assignedOf.keys()) {
    if (families.has(familyOf(assigned))) marked.add(hostPrefix(assigned));
  }
  // Of those that are here by a local route alone it may be the reason why they are down.
  for (const address of facts.listenersOf.keys()) if (families.has(familyOf(address))) marked.add(hostPrefix(address));
  for (const of of [facts.areas.keys(), services]) {
    for (const prefix of of) if (families.has(familyOf(prefix))) marked.add(prefix);
  }
}

function indexAddress(
  facts: FactsIndex,
  { key, before, after }: Change<HostAddress>,
  policy: Pick<Policy, 'announce' | 'anyip'>,
  newAreas: Set<Area>,
  marked: Set<Prefix>,
): void {
  const fact = after ?? before;
  if (fact === undefined) return;
  if (fact.origin === 'local-route') {
    indexRoute(facts, key, fact, after !== undefined, policy, newAreas);
    return;
  }
  const { address } = fact;
  putOrDelete(facts.assignedOf, address, key, after?.origin === 'assigned' ? after : undefined);
  markAreas(facts, address, 'assigned', facts.assignedOf.has(address), marked);
  marked.add(hostPrefix(address));
}

function indexRoute(
  facts: FactsIndex,
  key: string,
  route: LocalRoute,
  isThere: boolean,
  policy: Pick<Policy, 'announce' | 'anyip'>,
  newAreas: Set<Area>,
): void {
  const { prefix } = route;
  const routes = facts.localRoutesOf.get(prefix) ?? new Map<string, LocalRoute>();
  if (isThere) routes.set(key, route);
  else routes.delete(key);
  if (routes.size > 0) facts.localRoutesOf.set(prefix, routes);
  else facts.localRoutesOf.delete(prefix);
  if (!policy.anyip || policy.announce.has(prefix)) return;
  if (!isAreaOf(routes)) facts.areas.delete(prefix);
  else if (!facts.areas.has(prefix)) {
    const area = emptyArea();
    facts.areas.set(prefix, area);
    newAreas.add(area);
  }
}

function markAreas(
  facts: FactsIndex,
  address: IpAddress,
  which: 'listening' | 'assigned',
  isThere: boolean,
  marked: Set<Prefix>,
): void {
  for (const [prefix, area] of facts.areas.containing(address)) {
    if (isThere) area[which].add(address);
    else area[which].delete(address);
    marked.add(prefix);
  }
}

function putOrDelete<K, T>(index: Map<K, Map<string, T>>, at: K, key: string, value?: T): void {
  const entries = index.get(at) ?? new Map<string, T>();
  if (value === undefined) entries.delete(key);
  else entries.set(key, value);
  if (entries.size === 0) index.delete(at);
  else index.set(at, entries);
}
