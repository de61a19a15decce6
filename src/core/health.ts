/**
 * Third stage, PURE: whether a candidate is fit to be announced now: the address is on this host and usable, and a
 * matching listener covers it.
 */
import { familyOf, type IpAddress, isLoopback } from '../model/address.ts';
import { type AssignedAddress, endpoint, type HostAddress, type Listener, wildcardFamilies } from '../model/facts.ts';
import { formatListenFilter, matches } from '../model/listen-filter.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { Candidate, Rejected } from './candidates.ts';
import type { FactsIndex } from './facts.ts';

export type Health =
  | { readonly up: true }
  /**
   * `lost`: what is missing, which decides how long the withdraw may wait. Traffic drawn to a host without the address
   * is a loop, traffic drawn to a service that restarts is a retry.
   */
  | { readonly up: false; readonly lost: 'address' | 'listener'; readonly reason: Reason };

export function healthOf(found: Candidate | Rejected, facts: FactsIndex, policy: Policy): Health {
  if (found.type === 'rejected') return { up: false, lost: 'address', reason: found.reason };
  const usable: HostAddress[] = [];
  let reason: Reason = { code: 'address-missing' };
  for (const fact of found.onHost) {
    const unusable = whyUnusable(fact, facts);
    if (unusable === undefined) usable.push(fact);
    else reason = unusable;
  }
  if (usable.length === 0) return { up: false, lost: 'address', reason };
  return listenersCover(found.address, usable, facts, policy);
}

function whyUnusable(fact: HostAddress, facts: FactsIndex): Reason | undefined {
  if (facts.devices.get(fact.device)?.up !== true) return { code: 'device-down', device: fact.device };
  if (fact.origin === 'assigned' && fact.state !== 'usable') return { code: 'address-not-usable', state: fact.state };
  return undefined;
}

function listenersCover(address: IpAddress, usable: readonly HostAddress[], facts: FactsIndex, policy: Policy): Health {
  let reason: Reason = { code: 'no-listener' };
  const covering = [
    ...(facts.listenersOf.get(address)?.values() ?? []),
    ...wildcardsFor(address, facts).filter((listener) => matches(policy.listenFilter, listener)),
  ];
  for (const listener of covering) {
    const no = whyNotCovered(address, usable, listener, facts, policy);
    if (no === undefined) return { up: true };
    // The nearest miss is the best answer: a matched listener that does not count says more than an unmatched one.
    if (reason.code === 'no-listener' || reason.code === 'listener-not-matched') reason = no;
  }
  return { up: false, lost: 'listener', reason };
}

function whyNotCovered(
  address: IpAddress,
  usable: readonly HostAddress[],
  listener: Listener,
  facts: FactsIndex,
  policy: Policy,
): Reason | undefined {
  if (!matches(policy.listenFilter, listener)) {
    return {
      code: 'listener-not-matched',
      listener: endpoint(listener),
      filter: formatListenFilter(policy.listenFilter),
    };
  }
  if (listener.device !== '' && !isReachedThrough(listener.device, address, facts)) {
    return { code: 'listener-device-unreachable', listener: endpoint(listener) };
  }
  if (wildcardFamilies(listener).length > 0) {
    const assigned = usable.filter((fact): fact is AssignedAddress => fact.origin === 'assigned');
    if (!assigned.some((fact) => isServiceAddress(fact, facts))) {
      return {
        code: 'wildcard-not-host-route',
        listener: endpoint(listener),
        length: assigned[0]?.length ?? (familyOf(address) === 'ipv4' ? 32 : 128),
      };
    }
  }
  return undefined;
}

/**
 * A socket bound to a device takes only what came in through it (socket(7), SO_BINDTODEVICE). What other hosts send never
 * comes in through a loopback device, and nothing through one that is down.
 */
function isReachedThrough(device: string, address: IpAddress, facts: FactsIndex): boolean {
  const known = facts.devices.get(device);
  return known?.up === true && (known.kind !== 'loopback' || isLoopback(address));
}

/**
 * A wildcard listener would stand for every address of the host, its management address included. It stands only for
 * those that somebody set up as a service address: a host route, or on a loopback or dummy device.
 */
function isServiceAddress(fact: AssignedAddress, facts: FactsIndex): boolean {
  const kind = facts.devices.get(fact.device)?.kind;
  return fact.length === (familyOf(fact.address) === 'ipv4' ? 32 : 128) || kind === 'loopback' || kind === 'dummy';
}

function wildcardsFor(address: IpAddress, facts: FactsIndex): Listener[] {
  return [...facts.wildcards.values()].filter((listener) => wildcardFamilies(listener).includes(familyOf(address)));
}
