/** What messages say, in words, PURE: for `ha2bgp decode` and for logs. */
import { parseCommunity, parseExtendedCommunity } from '../../model/community.ts';
import type { Capability } from './capability.ts';
import { FLAG, ROUTE_REFRESH, SEGMENT } from './codes.ts';
import type { Nlri, PathAttribute, Segment } from './update.ts';

const AFI_NAMES: Readonly<Record<number, string>> = { 1: 'IPv4', 2: 'IPv6', 25: 'L2VPN', 16388: 'BGP-LS' };
const SAFI_NAMES: Readonly<Record<number, string>> = {
  1: 'unicast',
  2: 'multicast',
  4: 'labelled unicast',
  70: 'EVPN',
  128: 'VPN',
  133: 'flow specification',
};
const ORIGIN_NAMES = ['IGP', 'EGP', 'incomplete'] as const;
/** What stands around the AS numbers of a segment (RFC 4271 §4.3, RFC 5065 §3). */
const BRACKETS: Readonly<Record<number, readonly [string, string]>> = {
  [SEGMENT.asSet]: ['{', '}'],
  [SEGMENT.asSequence]: ['', ''],
  [SEGMENT.confedSequence]: ['(', ')'],
  [SEGMENT.confedSet]: ['[', ']'],
};
const REFRESH_NAMES: Readonly<Record<number, string>> = {
  [ROUTE_REFRESH.request]: 'request',
  [ROUTE_REFRESH.beginning]: 'beginning of what is sent again',
  [ROUTE_REFRESH.end]: 'end of what is sent again',
};
/** RFC 9234 §4.1. */
const ROLE_NAMES = ['provider', 'route server', 'route server client', 'customer', 'peer'] as const;

export const hexOf = (octets: Uint8Array): string =>
  [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');

/** `IPv4 unicast`. */
export const familyWords = (afi: number, safi: number): string =>
  `${afiWords(afi)} ${SAFI_NAMES[safi] ?? `SAFI ${safi}`}`;

export const afiWords = (afi: number): string => AFI_NAMES[afi] ?? `AFI ${afi}`;
export const refreshWords = (subtype: number): string => REFRESH_NAMES[subtype] ?? 'unknown';

export function capabilityWords(capability: Capability): string {
  switch (capability.type) {
    case 'multiprotocol':
      return `multiprotocol: ${familyWords(capability.afi, capability.safi)}`;
    case 'routeRefresh':
      return 'route refresh';
    case 'extendedNextHop': {
      const entries = capability.entries.map(
        ({ afi, safi, nextHopAfi }) => `${familyWords(afi, safi)} over ${afiWords(nextHopAfi)}`,
      );
      return listed('extended next hop', entries);
    }
    case 'extendedMessage':
      return 'extended message';
    case 'role':
      return `role: ${ROLE_NAMES[capability.role] ?? capability.role}`;
    case 'gracefulRestart': {
      const { isRestarting, hasNotification, time, families } = capability;
      return listed('graceful restart', [
        `${time} s`,
        ...(isRestarting ? ['restarting'] : []),
        ...(hasNotification ? ['NOTIFICATION too'] : []),
        ...families.map(
          ({ afi, safi, isForwarding }) => `${familyWords(afi, safi)}${isForwarding ? ' forwarding' : ''}`,
        ),
      ]);
    }
    case 'fourOctetAs':
      return `four-octet AS number: ${capability.as}`;
    case 'addPath': {
      const entries = capability.entries.map(({ afi, safi, mode }) => `${familyWords(afi, safi)} ${mode}`);
      return listed('several paths', entries);
    }
    case 'enhancedRouteRefresh':
      return 'enhanced route refresh';
    case 'unknown':
      return listed(`unknown capability ${capability.code}`, [hexOf(capability.value)].filter(Boolean));
    default:
      return capability satisfies never;
  }
}

const listed = (name: string, entries: readonly string[]): string =>
  entries.length === 0 ? name : `${name}: ${entries.join(', ')}`;

/** What the attribute says, without its name. */
export function attributeWords(attribute: PathAttribute): string {
  switch (attribute.type) {
    case 'origin':
      return ORIGIN_NAMES[attribute.origin] ?? `${attribute.origin}`;
    case 'asPath':
    case 'as4Path':
      return attribute.segments.map(segmentWords).join(' ');
    case 'nextHop':
      return attribute.nextHop;
    case 'med':
      return `${attribute.med}`;
    case 'localPreference':
      return `${attribute.localPreference}`;
    case 'atomicAggregate':
      return '';
    case 'aggregator':
    case 'as4Aggregator':
      return `AS ${attribute.as}, ${attribute.address}`;
    case 'communities':
      return attribute.communities.map((community) => parseCommunity(`0x${hex32(community)}`)).join(' ');
    case 'originatorId':
      return attribute.originatorId;
    case 'clusterList':
      return attribute.clusterList.join(' ');
    case 'mpReach':
      return `${nlriWords(attribute.nlri)} by ${attribute.nextHops.join(' and ')}`;
    case 'mpUnreach':
      return nlriWords(attribute.nlri);
    case 'extendedCommunities':
      return attribute.communities.map((digits) => parseExtendedCommunity(`0x${digits}`)).join(' ');
    case 'largeCommunities':
      return attribute.communities.join(' ');
    case 'onlyToCustomer':
      return `AS ${attribute.as}`;
    case 'unknown':
      return hexOf(attribute.value);
    default:
      return attribute satisfies never;
  }
}

const nlriWords = ({ afi, safi, count, bytes }: Nlri): string => {
  const family = familyWords(afi, safi);
  if (count === 0 && bytes.length > 0) return `${family}, ${hexOf(bytes)}`;
  return `${family}, ${count} prefix${count === 1 ? '' : 'es'}`;
};

function segmentWords({ type, asNumbers }: Segment): string {
  const [before, after] = BRACKETS[type] ?? ['', ''];
  return `${before}${asNumbers.join(' ')}${after}`;
}

const hex32 = (value: number): string => value.toString(16).padStart(8, '0');

/** `optional, transitive`. */
export const flagWords = (flags: number): string =>
  (flags & FLAG.optional ? ['optional'] : ['well-known'])
    .concat(flags & FLAG.transitive ? ['transitive'] : [])
    .concat(flags & FLAG.partial ? ['partial'] : [])
    .join(', ');
