/**
 * Third stage, PURE: whether a candidate is fit to be announced now: what it stands for is on this host and usable, and
 * matching listeners cover it; and that its check, where it has one, says so.
 */
import { familyOf, type IpAddress, type Prefix } from '../model/address.ts';
import { endpoint, type HostAddress, type Listener, listenerKey, wildcardFamilies } from '../model/facts.ts';
import { formatListenFilter, type ListenFilter, matches } from '../model/listen-filter.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { Candidate, Rejected, Rule } from './candidates.ts';
import { notSelected } from './candidates.ts';
import { type Watches, whyHeldDown, whyNotWanted } from './checked.ts';
import type { FactsIndex } from './facts.ts';
import { whyNotReached, whyNotServed } from './reach.ts';

export type Health =
  /** `until`: when that has to be looked at again though no fact changes. */
  | { readonly up: true; readonly until?: Millis }
  /**
   * `lost`: what is missing, which decides how long the withdraw may wait. Traffic drawn to a host without the address
   * is a loop, traffic drawn to a service that restarts is a retry.
   */
  | { readonly up: false; readonly lost: 'address' | 'listener'; readonly reason: Reason };

/** What health is judged on. */
export interface Grounds {
  readonly facts: FactsIndex;
  readonly policy: Policy;
  readonly checks: Watches;
  /** When the facts were read. */
  readonly at: Millis;
  /** Somebody stands in by hand for listeners and checks; not for the address. */
  readonly isSetUp?: boolean;
}

export function healthOf(found: Candidate | Rejected, grounds: Grounds): Health {
  if (found.type === 'rejected') return { up: false, lost: 'address', reason: found.reason };
  const health = healthByRules(found, grounds);
  const no = health.up ? whyHeldDown(found.prefix, grounds, grounds.isSetUp) : undefined;
  return no === undefined ? health : { up: false, ...no };
}

function healthByRules(found: Candidate, grounds: Grounds): Health {
  let best: Health | undefined;
  for (const rule of found.rules) {
    const health = healthByRule(found.prefix, rule, grounds);
    if (health.up && health.until === undefined) return health;
    best = better(best, health);
  }
  return best ?? { up: false, lost: 'address', reason: { code: 'address-missing' } };
}

/** Up before down, for longer before shorter; of two that are down the one that came further. */
function better(one: Health | undefined, other: Health): Health {
  if (one === undefined) return other;
  if (one.up || other.up) {
    if (!one.up || !other.up) return one.up ? one : other;
    return (one.until ?? Number.POSITIVE_INFINITY) >= (other.until ?? Number.POSITIVE_INFINITY) ? one : other;
  }
  return one.lost === 'listener' || other.lost === 'address' ? one : other;
}

function healthByRule(prefix: Prefix, rule: Rule, grounds: Grounds): Health {
  if (rule.type === 'checked') {
    const no = whyNotWanted(prefix, grounds.checks, rule.service.id, grounds.isSetUp);
    return no === undefined ? { up: true } : { up: false, ...no };
  }
  const look = lookBy(prefix, rule, grounds);
  if ('code' in look) return { up: false, lost: 'address', reason: look };
  if (grounds.isSetUp) return { up: true };
  return coverage(look.listeners, grounds, look.whyNot);
}

/** What a rule that asks for listeners looks at. */
export interface Look {
  /** What of this host it stands on. */
  readonly on: readonly HostAddress[];
  readonly listeners: readonly Listener[];
  /** Why a listener does not count though it matches the filter; `undefined` when it does. */
  readonly whyNot: (listener: Listener) => Reason | undefined;
}

/** `Reason`: why there is nothing that it could stand on. */
export function lookBy(prefix: Prefix, rule: Exclude<Rule, { type: 'checked' }>, grounds: Grounds): Look | Reason {
  const { facts, policy } = grounds;
  switch (rule.type) {
    case 'address': {
      const on = usableOf(rule.onHost, grounds);
      if ('code' in on) return on;
      const listeners = [...(facts.listenersOf.get(rule.address)?.values() ?? []), ...wildcardsFor(prefix, facts)];
      const whyNot = (listener: Listener) => whyNotServed(rule.address, on, listener, facts, policy.wildcard);
      return { on, listeners, whyNot };
    }
    case 'anyip': {
      const on = usableOf(rule.routes, grounds);
      if ('code' in on) return on;
      const inside = listenersInside(facts.areas.get(prefix)?.listening ?? [], facts);
      const whyNot = (listener: Listener): Reason | undefined =>
        policy.wildcard === 'off' && wildcardFamilies(listener).length > 0
          ? { code: 'wildcard-off', listener: endpoint(listener) }
          : whyNotReached(listener, on, facts);
      return { on, listeners: [...inside, ...wildcardsFor(prefix, facts)], whyNot };
    }
    case 'declared':
      return lookInside(prefix, grounds);
    default:
      return rule satisfies never;
  }
}

/** Up by what is bound to an assigned address inside, or to the wildcard with such an address there. */
function lookInside(prefix: Prefix, grounds: Grounds): Look | Reason {
  const { facts, policy } = grounds;
  const area = facts.areas.get(prefix);
  const usableAt = new Map<IpAddress, readonly HostAddress[]>();
  let reason: Reason = { code: 'address-missing' };
  for (const address of area?.assigned ?? []) {
    const assigned = [...(facts.assignedOf.get(address)?.values() ?? [])];
    const unselected = assigned.map((fact) => notSelected(fact, policy)).find((no) => no !== undefined);
    const usable = usableOf(
      assigned.filter((fact) => notSelected(fact, policy) === undefined),
      grounds,
    );
    if (!('code' in usable)) usableAt.set(address, usable);
    else reason = unselected ?? usable;
  }
  if (usableAt.size === 0) return reason;
  const on = [...usableAt.values()].flat();
  const bound = [...(area?.listening ?? [])].filter((address) => usableAt.has(address));
  const listeners = [...listenersInside(bound, facts), ...wildcardsFor(prefix, facts)];
  return { on, listeners, whyNot: (listener) => whyNotReached(listener, usableAt.get(listener.address) ?? on, facts) };
}

/** What of `facts` can be used now, or why the last of them cannot. */
function usableOf<T extends HostAddress>(of: readonly T[], { facts, policy }: Grounds): readonly T[] | Reason {
  const usable: T[] = [];
  let reason: Reason = { code: 'address-missing' };
  for (const fact of of) {
    const unusable = whyUnusable(fact, facts, policy);
    if (unusable === undefined) usable.push(fact);
    else reason = unusable;
  }
  return usable.length > 0 ? usable : reason;
}

function whyUnusable(fact: HostAddress, facts: FactsIndex, policy: Policy): Reason | undefined {
  const device = facts.devices.get(fact.device);
  if (device?.up !== true) return { code: 'device-down', device: fact.device };
  if (policy.requireCarrier && !device.carrier) return { code: 'no-carrier', device: fact.device };
  if (fact.origin === 'assigned' && fact.state !== 'usable') return { code: 'address-not-usable', state: fact.state };
  return undefined;
}

/** Whether each of the filters has a listener that counts. */
function coverage(
  listeners: readonly Listener[],
  grounds: Grounds,
  whyNot: (listener: Listener) => Reason | undefined,
): Health {
  const { policy } = grounds;
  let until = Number.POSITIVE_INFINITY;
  for (const filter of [policy.listenFilter, ...policy.require]) {
    const isRequired = filter !== policy.listenFilter;
    const covered = coveredBy(filter, listeners, grounds, whyNot);
    if ('code' in covered) {
      const isBare = covered.code === 'no-listener' || covered.code === 'listener-not-matched';
      const reason: Reason =
        isRequired && isBare ? { code: 'required-not-listening', filter: formatListenFilter(filter) } : covered;
      return { up: false, lost: 'listener', reason };
    }
    until = Math.min(until, covered.until);
  }
  return until === Number.POSITIVE_INFINITY ? { up: true } : { up: true, until: ms(until) };
}

/** Until when one of the listeners covers, or the nearest miss: a matched one that does not count says more than another. */
function coveredBy(
  filter: ListenFilter,
  listeners: readonly Listener[],
  grounds: Grounds,
  whyNot: (listener: Listener) => Reason | undefined,
): { readonly until: number } | Reason {
  let reason: Reason = { code: 'no-listener' };
  let until = Number.NEGATIVE_INFINITY;
  for (const listener of listeners) {
    if (!matches(filter, listener)) {
      const isBoundHere = wildcardFamilies(listener).length === 0;
      if (reason.code === 'no-listener' && isBoundHere) reason = notMatched(listener, filter);
      continue;
    }
    const no = whyNot(listener);
    if (no !== undefined) {
      if (reason.code === 'no-listener' || reason.code === 'listener-not-matched') reason = no;
      continue;
    }
    const ends = queueHoldsUntil(listener, grounds);
    if (ends === Number.POSITIVE_INFINITY) return { until: ends };
    if (ends > grounds.at) until = Math.max(until, ends);
    else if (until === Number.NEGATIVE_INFINITY) reason = queueFull(listener, grounds);
  }
  return until > Number.NEGATIVE_INFINITY ? { until } : reason;
}

const notMatched = (listener: Listener, filter: ListenFilter): Reason => ({
  code: 'listener-not-matched',
  listener: endpoint(listener),
  filter: formatListenFilter(filter),
});

const queueFull = (listener: Listener, { policy }: Grounds): Reason => ({
  code: 'accept-queue-full',
  listener: endpoint(listener),
  limit: policy.acceptQueueFull ?? ms(0),
});

/** Nobody takes connections from a queue that stays full: the process hangs, though its socket listens. */
function queueHoldsUntil(listener: Listener, { facts, policy }: Grounds): number {
  if (policy.acceptQueueFull === undefined) return Number.POSITIVE_INFINITY;
  const since = facts.fullSince.get(listenerKey(listener));
  return since === undefined ? Number.POSITIVE_INFINITY : since + policy.acceptQueueFull;
}

export function listenersInside(addresses: Iterable<IpAddress>, facts: FactsIndex): Listener[] {
  return [...addresses].flatMap((address) => [...(facts.listenersOf.get(address)?.values() ?? [])]);
}

export function wildcardsFor(prefix: Prefix, facts: FactsIndex): Listener[] {
  return [...facts.wildcards.values()].filter((listener) => wildcardFamilies(listener).includes(familyOf(prefix)));
}
