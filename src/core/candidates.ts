/**
 * Second stage, PURE: which addresses the settings let us announce at all: listener × address × rule, or the reason why
 * not. Whether they are fit to be announced now is the next stage's question.
 */
import {
  ALL_ONES,
  type IpAddress,
  isAny,
  isInside,
  isLinkLocal,
  isLoopback,
  isMulticast,
  LOOPBACK,
  memberOfAny,
  type Prefix,
} from '../model/address.ts';
import type { HostAddress } from '../model/facts.ts';
import { globMatches } from '../model/glob.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { FactsIndex } from './facts.ts';

export interface Candidate {
  readonly type: 'candidate';
  readonly address: IpAddress;
  /** Why this host has the address; empty when it has not, which is for health to judge. */
  readonly onHost: readonly HostAddress[];
}

export interface Rejected {
  readonly type: 'rejected';
  readonly address: IpAddress;
  readonly reason: Reason;
}

/** The networks of a policy, prepared once: each with its membership test. */
export interface Networks {
  readonly contains: (address: IpAddress) => boolean;
  readonly containsAsLoopback: (address: IpAddress) => boolean;
}

export function prepareNetworks(networks: readonly Prefix[]): Networks {
  return {
    contains: memberOfAny(networks),
    containsAsLoopback: memberOfAny(
      networks.filter((network) => LOOPBACK.some((loopback) => isInside(network, loopback))),
    ),
  };
}

export function findCandidate(
  address: IpAddress,
  facts: FactsIndex,
  policy: Policy,
  networks: Networks,
): Candidate | Rejected {
  const reason = neverAnnounced(address, policy) ?? outside(address, policy, networks);
  if (reason !== undefined) return { type: 'rejected', address, reason };
  const onHost = [...(facts.assignedOf.get(address)?.values() ?? []), ...localRoutesTo(address, facts)];
  const notSelected = onHost.map((fact) => selected(fact, policy));
  if (onHost.length > 0 && notSelected.every((no) => no !== undefined)) {
    return { type: 'rejected', address, reason: notSelected[0] ?? { code: 'address-missing' } };
  }
  return { type: 'candidate', address, onHost: onHost.filter((_, index) => notSelected[index] === undefined) };
}

function neverAnnounced(address: IpAddress, { attributes }: Policy): Reason | undefined {
  if (isAny(address)) return { code: 'never-announced', what: 'unspecified' };
  if (isLinkLocal(address)) return { code: 'never-announced', what: 'link-local' };
  if (isMulticast(address)) return { code: 'never-announced', what: 'multicast' };
  if (address === ALL_ONES) return { code: 'never-announced', what: 'broadcast' };
  // A router that looks the next hop up in its table would find the route that needs it.
  const isNextHop = attributes.ipv4.nextHop === address || attributes.ipv6?.nextHop === address;
  return isNextHop ? { code: 'own-next-hop' } : undefined;
}

function outside(address: IpAddress, policy: Policy, networks: Networks): Reason | undefined {
  if (!networks.contains(address)) return { code: 'outside-networks', networks: policy.networks };
  // Every host has 127.0.0.1: under `--network 0.0.0.0/0` it would draw traffic that no other host can send here.
  if (isLoopback(address) && !networks.containsAsLoopback(address)) return { code: 'loopback-not-asked-for' };
  return undefined;
}

/** Why the settings leave this way of having the address out; `undefined` when they don't. */
function selected(fact: HostAddress, { device, deviceLabel }: Policy): Reason | undefined {
  if (device !== '' && fact.device !== device) {
    return { code: 'device-not-selected', device: fact.device, selected: device };
  }
  // A local route has no label, as it has no line in `ip address`.
  const label = fact.origin === 'assigned' ? fact.label : '';
  if (deviceLabel !== '' && !globMatches(deviceLabel, label)) {
    return { code: 'label-not-selected', label, selected: deviceLabel };
  }
  return undefined;
}

function localRoutesTo(address: IpAddress, facts: FactsIndex): HostAddress[] {
  return [...facts.localRoutes.values()]
    .filter(({ contains, broadcast }) => contains(address) && address !== broadcast)
    .map(({ origin, prefix, device }) => ({ origin, prefix, device }));
}
