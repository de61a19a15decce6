/**
 * Second stage, PURE: by which rules the settings let us announce a prefix at all, or the reason why by none. Whether it
 * is fit to be announced now is the next stage's question.
 *
 * A prefix can be announced as the /32 or /128 of an address of this host, as the local route of an administrator (AnyIP),
 * and because it was declared. Those that meet on one prefix are one service: up while any of them is. A prefix of a
 * service whose check decides alone is that service's alone.
 */
import {
  ALL_ONES,
  familyOf,
  hostPrefix,
  type IpAddress,
  isHostPrefix,
  isInsideAny,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  LINK_LOCAL,
  LOOPBACK,
  lastAddress,
  lengthOf,
  MULTICAST,
  memberOfAny,
  networkAddress,
  overlapsAny,
  type Prefix,
  UNSPECIFIED,
} from '../model/address.ts';
import type { HostAddress, LocalRoute } from '../model/facts.ts';
import { globMatches } from '../model/glob.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import { isNextHopOf } from '../model/route.ts';
import type { CheckedService } from '../model/service.ts';
import type { FactsIndex } from './facts.ts';

export type Rule =
  /** `onHost`: why this host has the address; empty when it has not, which is for health to judge. */
  | { readonly type: 'address'; readonly address: IpAddress; readonly onHost: readonly HostAddress[] }
  | { readonly type: 'anyip'; readonly routes: readonly LocalRoute[] }
  | { readonly type: 'declared' }
  | { readonly type: 'checked'; readonly service: CheckedService };

export interface Candidate {
  readonly type: 'candidate';
  readonly prefix: Prefix;
  /** At least one. */
  readonly rules: readonly Rule[];
}

export interface Rejected {
  readonly type: 'rejected';
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
    containsAsLoopback: memberOfAny(networks.filter((network) => isInsideAny(network, LOOPBACK))),
  };
}

export function findCandidate(
  prefix: Prefix,
  facts: FactsIndex,
  policy: Policy,
  networks: Networks,
): Candidate | Rejected {
  const service = policy.services.get(prefix);
  // Its check decides, and nothing that may listen there besides.
  if (service?.kind === 'checked') return { type: 'candidate', prefix, rules: [{ type: 'checked', service }] };
  const found = [
    ...(policy.announce.has(prefix) ? [declared(prefix, policy)] : []),
    ...(policy.anyip ? [anyip(prefix, facts, policy, networks)] : []),
    ...(isHostPrefix(prefix) ? [address(networkAddress(prefix), facts, policy, networks)] : []),
  ];
  const rules = found.filter((each): each is Rule => each !== undefined && !('code' in each));
  if (rules.length > 0) return { type: 'candidate', prefix, rules };
  const reason = found.find((each): each is Reason => each !== undefined && 'code' in each);
  return { type: 'rejected', reason: reason ?? { code: 'no-rule' } };
}

function declared(prefix: Prefix, policy: Policy): Rule | Reason {
  return isOwnNextHop(prefix, policy) ? { code: 'own-next-hop' } : { type: 'declared' };
}

/** `undefined`: no administrator's local route is there, and nothing to give a reason for. */
function anyip(prefix: Prefix, facts: FactsIndex, policy: Policy, networks: Networks): Rule | Reason | undefined {
  const routes = [...(facts.localRoutesOf.get(prefix)?.values() ?? [])].filter(({ by }) => by === 'admin');
  if (routes.length === 0) return undefined;
  const shortest = policy.shortestPrefix[familyOf(prefix)];
  const reason = prefixNeverAnnounced(prefix, policy) ?? prefixOutside(prefix, policy, networks);
  if (reason !== undefined) return reason;
  if (lengthOf(prefix) < shortest) return { code: 'prefix-too-short', shortest };
  return choose(routes, policy, (chosen) => ({ type: 'anyip', routes: chosen }));
}

function address(of: IpAddress, facts: FactsIndex, policy: Policy, networks: Networks): Rule | Reason {
  const reason = neverAnnounced(of, policy) ?? outside(of, policy, networks);
  if (reason !== undefined) return reason;
  const onHost: HostAddress[] = [...(facts.assignedOf.get(of)?.values() ?? []), ...localRoutesTo(of, facts)];
  if (onHost.length === 0) return { type: 'address', address: of, onHost };
  return choose(onHost, policy, (chosen) => ({ type: 'address', address: of, onHost: chosen }));
}

/** What of `facts` the settings choose; when that is nothing, why the first was left out. */
function choose<T extends HostAddress>(
  facts: readonly T[],
  policy: Policy,
  rule: (chosen: readonly T[]) => Rule,
): Rule | Reason {
  const chosen = facts.filter((fact) => notSelected(fact, policy) === undefined);
  if (chosen.length > 0) return rule(chosen);
  const [first] = facts;
  return (first && notSelected(first, policy)) ?? { code: 'address-missing' };
}

function neverAnnounced(of: IpAddress, policy: Policy): Reason | undefined {
  if (isUnspecified(of)) return { code: 'never-announced', what: 'unspecified' };
  if (isLinkLocal(of)) return { code: 'never-announced', what: 'link-local' };
  if (isMulticast(of)) return { code: 'never-announced', what: 'multicast' };
  if (of === ALL_ONES) return { code: 'never-announced', what: 'broadcast' };
  return isOwnNextHop(hostPrefix(of), policy) ? { code: 'own-next-hop' } : undefined;
}

function prefixNeverAnnounced(prefix: Prefix, policy: Policy): Reason | undefined {
  if (isHostPrefix(prefix)) return neverAnnounced(networkAddress(prefix), policy);
  if (overlapsAny(prefix, LINK_LOCAL)) return { code: 'never-announced', what: 'link-local' };
  if (overlapsAny(prefix, MULTICAST)) return { code: 'never-announced', what: 'multicast' };
  if (overlapsAny(prefix, UNSPECIFIED)) return { code: 'never-announced', what: 'unspecified' };
  return undefined;
}

/** A router that looks the next hop up in its table would find the route that needs it. */
const isOwnNextHop = (prefix: Prefix, { attributes: { ipv4, ipv6 } }: Policy): boolean =>
  isNextHopOf(prefix, ipv4) || (ipv6 !== undefined && isNextHopOf(prefix, ipv6));

function outside(of: IpAddress, policy: Policy, networks: Networks): Reason | undefined {
  if (!networks.contains(of)) return { code: 'outside-networks', networks: policy.networks };
  // Every host has 127.0.0.1: under `--network 0.0.0.0/0` it would draw traffic that no other host can send here.
  if (isLoopback(of) && !networks.containsAsLoopback(of)) return { code: 'loopback-not-asked-for' };
  return undefined;
}

function prefixOutside(prefix: Prefix, policy: Policy, networks: Networks): Reason | undefined {
  if (!isInsideAny(prefix, policy.networks)) return { code: 'outside-networks', networks: policy.networks };
  if (overlapsAny(prefix, LOOPBACK) && !networks.containsAsLoopback(networkAddress(prefix)))
    return { code: 'loopback-not-asked-for' };
  return undefined;
}

/** Why the settings leave this way of having an address out; `undefined` when they don't. */
export function notSelected(fact: HostAddress, { device, deviceLabel }: Policy): Reason | undefined {
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

function localRoutesTo(of: IpAddress, facts: FactsIndex): LocalRoute[] {
  return facts.localRoutesOf
    .containing(of)
    .flatMap(([, routes]) => [...routes.values()])
    .filter(({ by, prefix, device }) =>
      // Nobody is served on the broadcast address, for which the kernel makes a route beside its own. An administrator's
      // prefix is local to the last address.
      by === 'admin' ? true : facts.devices.get(device)?.kind === 'loopback' && !isBroadcast(of, prefix),
    );
}

const isBroadcast = (of: IpAddress, prefix: Prefix): boolean =>
  familyOf(prefix) === 'ipv4' && lengthOf(prefix) < LEAST_WITHOUT_BROADCAST && lastAddress(prefix) === of;
/** RFC 3021. */
const LEAST_WITHOUT_BROADCAST = 31;
