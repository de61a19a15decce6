/**
 * Why an address is not announced: one closed union, one English sentence each. Status, explain, API and log print these
 * and no others. A reason belongs to the first stage that said no.
 */
import type { IpAddress, Prefix } from './address.ts';
import { formatDuration, type Millis } from './millis.ts';

export type Stage = 'facts' | 'candidates' | 'health' | 'verdict' | 'routes';

export type Reason =
  | { readonly code: 'facts-not-read' }
  | { readonly code: 'never-announced'; readonly what: 'unspecified' | 'link-local' | 'multicast' | 'broadcast' }
  | { readonly code: 'outside-networks'; readonly networks: readonly Prefix[] }
  | { readonly code: 'loopback-not-asked-for' }
  | { readonly code: 'own-next-hop' }
  | { readonly code: 'address-missing' }
  | { readonly code: 'device-not-selected'; readonly device: string; readonly selected: string }
  | { readonly code: 'label-not-selected'; readonly label: string; readonly selected: string }
  | { readonly code: 'device-down'; readonly device: string }
  | { readonly code: 'address-not-usable'; readonly state: 'tentative' | 'dad-failed' | 'temporary' }
  | { readonly code: 'no-listener' }
  | { readonly code: 'listener-not-matched'; readonly listener: string; readonly filter: string }
  | { readonly code: 'wildcard-not-host-route'; readonly listener: string; readonly length: number }
  | { readonly code: 'listener-device-unreachable'; readonly listener: string }
  | { readonly code: 'announce-delay'; readonly delay: Millis; readonly until: Millis }
  | { readonly code: 'discovery-failing'; readonly since: Millis }
  | { readonly code: 'next-hop-missing' }
  | { readonly code: 'max-routes'; readonly limit: number };

export function stageOf(reason: Reason): Stage {
  switch (reason.code) {
    case 'facts-not-read':
      return 'facts';
    case 'never-announced':
    case 'outside-networks':
    case 'loopback-not-asked-for':
    case 'own-next-hop':
    case 'device-not-selected':
    case 'label-not-selected':
      return 'candidates';
    case 'address-missing':
    case 'device-down':
    case 'address-not-usable':
    case 'no-listener':
    case 'listener-not-matched':
    case 'wildcard-not-host-route':
    case 'listener-device-unreachable':
      return 'health';
    case 'announce-delay':
    case 'discovery-failing':
      return 'verdict';
    case 'next-hop-missing':
    case 'max-routes':
      return 'routes';
    default:
      return reason satisfies never;
  }
}

export function sentence(address: IpAddress, reason: Reason): string {
  switch (reason.code) {
    case 'facts-not-read':
      return 'the kernel has not been read yet';
    case 'never-announced':
      return `${address} is ${reason.what === 'unspecified' ? 'an unspecified' : `a ${reason.what}`} address, which is never announced`;
    case 'outside-networks':
      return `${address} is outside every --network (${reason.networks.join(', ')})`;
    case 'loopback-not-asked-for':
      return `${address} is a loopback address; it needs a --network inside 127.0.0.0/8 or ::1`;
    case 'own-next-hop':
      return `${address} is the next hop of what is announced (--nexthop), and is never announced itself`;
    case 'address-missing':
      return `${address} is not an address of this host`;
    case 'device-not-selected':
      return `${address} is on device ${reason.device}, not on ${reason.selected} (--device)`;
    case 'label-not-selected':
      return `${address} has the label "${reason.label}", which does not match "${reason.selected}" (--device-label)`;
    case 'device-down':
      return `device ${reason.device} of ${address} is down`;
    case 'address-not-usable':
      return `${address} is ${UNUSABLE[reason.state]}`;
    case 'no-listener':
      return `nothing listens on ${address}`;
    case 'listener-not-matched':
      return `only ${reason.listener} listens on ${address}, which the filter does not match: ${reason.filter}`;
    case 'wildcard-not-host-route':
      return `${reason.listener} listens on every address, and stands for host routes only: ${address} has length /${reason.length}`;
    case 'listener-device-unreachable':
      return `${reason.listener} is bound to a device through which nobody else reaches ${address}`;
    case 'announce-delay':
      return `${address} is up, and has to stay so for ${formatDuration(reason.delay)} before it is announced`;
    case 'discovery-failing':
      return `${address} was up, but the kernel cannot be read at present, and nothing is announced on old facts`;
    case 'next-hop-missing':
      return `${address} needs an IPv6 next hop: give --nexthop an IPv6 address, or --nexthop-self-ipv6 if every session is IPv6`;
    case 'max-routes':
      return `as many routes are announced as may be (--max-routes ${reason.limit})`;
    default:
      return reason satisfies never;
  }
}

const UNUSABLE = {
  tentative: 'still tentative (duplicate address detection is running)',
  'dad-failed': "a duplicate of another host's address (duplicate address detection failed)",
  temporary: 'a temporary address (RFC 8981), which changes by itself',
} as const;
