/** Reach, PURE: whether what other hosts send to an address comes to a listener, by its address and by its device. */
import { bitsOf, familyOf, type IpAddress, isLoopback } from '../model/address.ts';
import { type AssignedAddress, endpoint, type HostAddress, type Listener, wildcardFamilies } from '../model/facts.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { FactsIndex } from './facts.ts';

/** Why the listener does not serve the address, which this host has as `usable`; `undefined` when it does. */
export function whyNotServed(
  address: IpAddress,
  usable: readonly HostAddress[],
  listener: Listener,
  facts: FactsIndex,
  wildcard: Policy['wildcard'],
): Reason | undefined {
  const isWildcard = wildcardFamilies(listener).length > 0;
  if (!isWildcard) return whyNotReached(listener, usable, facts);
  if (wildcard === 'off') return { code: 'wildcard-off', listener: endpoint(listener) };
  const assigned = usable.filter((fact): fact is AssignedAddress => fact.origin === 'assigned');
  const covered = wildcard === 'all' ? assigned : assigned.filter((fact) => isServiceAddress(fact, facts));
  if (covered.length > 0) return whyNotReached(listener, covered, facts);
  const length = assigned[0]?.length ?? bitsOf(familyOf(address));
  return { code: 'wildcard-not-host-route', listener: endpoint(listener), length };
}

/** Why nothing that is sent to one of the addresses reaches the listener; `undefined` when it does. */
export function whyNotReached(
  listener: Listener,
  addresses: readonly HostAddress[],
  facts: FactsIndex,
): Reason | undefined {
  return addresses.some((address) => reaches(address, listener, facts))
    ? undefined
    : { code: 'listener-device-unreachable', listener: endpoint(listener) };
}

/**
 * A socket bound to a device takes only what came in through it (socket(7), SO_BINDTODEVICE). What other hosts send never
 * comes in through a loopback or a dummy device, nothing through one that is down, and what comes in through a port of a
 * bridge is the bridge's. A VRF is a world of its own: a socket serves it when bound to it or to a device of it, an unbound
 * one only where a sysctl says so (Documentation/networking/vrf.rst).
 */
function reaches(address: HostAddress, listener: Listener, facts: FactsIndex): boolean {
  const vrf = address.origin === 'assigned' ? (facts.devices.get(address.device)?.vrf ?? '') : address.vrf;
  if (listener.device === '') {
    return vrf === '' || facts.devices.get(vrf)?.takesUnbound.includes(listener.protocol) === true;
  }
  const known = facts.devices.get(listener.device);
  if (known?.up !== true || known.isPort || known.vrf !== vrf) return false;
  if (known.kind === 'loopback') return isLoopbackFact(address);
  return known.kind !== 'dummy';
}

const isLoopbackFact = (fact: HostAddress): boolean =>
  isLoopback(fact.origin === 'assigned' ? fact.address : (fact.prefix.slice(0, fact.prefix.indexOf('/')) as IpAddress));

/**
 * A wildcard listener would stand for every address of the host, its management address included. It stands only for
 * those that somebody set up as a service address: a host route, or on a loopback or dummy device.
 */
function isServiceAddress(fact: AssignedAddress, facts: FactsIndex): boolean {
  const kind = facts.devices.get(fact.device)?.kind;
  return fact.length === bitsOf(familyOf(fact.address)) || kind === 'loopback' || kind === 'dummy';
}
