/**
 * What both sides of a session have said, and what follows from it, PURE: RFC 4271 §6.2, RFC 5492, and each capability's own.
 * A capability that we announce is a row of `OFFERS`; what it means once the peer has it too is a line of `negotiate`.
 */
import { ANY_IPV4, addressToBytes, type Family, type IpAddress } from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import { roleCode, whyNoRole } from './role.ts';
import { type Capability, FAMILIES } from './wire/capability.ts';
import {
  AFI,
  AS_TRANS,
  CAPABILITY,
  ERROR,
  LONGEST_EXTENDED_MESSAGE,
  LONGEST_MESSAGE,
  OPEN_ERROR,
  SAFI,
  VERSION,
} from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';
import type { Open } from './wire/open.ts';

export interface Negotiated {
  /** Seconds; 0 for a session without keepalives. RFC 4271 §4.2: the smaller of both. */
  readonly holdTime: number;
  readonly isExternal: boolean;
  readonly peerAs: number;
  readonly peerRouterId: IpAddress;
  /** Our own as we told the peer. */
  readonly localAs: number;
  readonly asOctets: 2 | 4;
  /** Of what we send: RFC 8654 §4 wants the capability from both. */
  readonly longestMessage: number;
  /** Of what the peer may send: it may as soon as we have announced the capability. */
  readonly longestReceived: number;
  /** Families that both sides have. */
  readonly families: ReadonlySet<Family>;
  /** IPv4 routes may have an IPv6 next hop (RFC 8950). */
  readonly hasExtendedNextHop: boolean;
  /** The peer may ask for everything again (RFC 2918), and we bracket the answer (RFC 7313). */
  readonly hasRouteRefresh: boolean;
  readonly hasEnhancedRouteRefresh: boolean;
  /** Families in which we may send several paths of a prefix (RFC 7911). */
  readonly addPathSent: ReadonlySet<Family>;
  /** RFC 4724 §3: the peer keeps our routes for so many seconds, as we asked it to. 0 when either side doesn't do that. */
  readonly gracefulRestart: number;
  readonly peerOpen: Open;
}

/** Why there can be no session: for the peer, and in words for people. */
export interface Refused {
  readonly notification: Notification;
  readonly detail: string;
}

/** What is the same in every OPEN to a peer, but for what it has refused. */
interface Offer {
  readonly code: number;
  of(settings: PeerSettings, isRestarting: boolean): readonly Capability[];
}

const OFFERS: readonly Offer[] = [
  { code: CAPABILITY.multiprotocol, of: ({ families }) => families.map(multiprotocol) },
  { code: CAPABILITY.routeRefresh, of: () => [{ type: 'routeRefresh' }] },
  {
    code: CAPABILITY.extendedNextHop,
    of: ({ extendedNextHop, families }) =>
      extendedNextHop && families.includes('ipv4') ? [{ type: 'extendedNextHop', entries: [IPV4_OVER_IPV6] }] : [],
  },
  {
    code: CAPABILITY.extendedMessage,
    of: ({ extendedMessage }) => (extendedMessage ? [{ type: 'extendedMessage' }] : []),
  },
  { code: CAPABILITY.addPath, of: addPath },
  {
    code: CAPABILITY.role,
    of: ({ role }) => (role === undefined ? [] : [{ type: 'role', role: roleCode(role.ours) }]),
  },
  { code: CAPABILITY.gracefulRestart, of: gracefulRestart },
  { code: CAPABILITY.fourOctetAs, of: ({ localAs }) => [{ type: 'fourOctetAs', as: localAs }] },
  { code: CAPABILITY.enhancedRouteRefresh, of: () => [{ type: 'enhancedRouteRefresh' }] },
];

/** RFC 8950 §4. */
const IPV4_OVER_IPV6 = { afi: AFI.ipv4, safi: SAFI.unicast, nextHopAfi: AFI.ipv6 } as const;
const TWO_OCTETS = 0xffff;
/** RFC 4271 §4.2. */
const SHORTEST_HOLD_TIME = 3;

/**
 * The OPEN that we send. `withheld`: codes of capabilities that the peer would not have (RFC 5492 §3). `isRestarting`: no
 * session was up since the process began (RFC 4724 §4.1).
 */
export const localOpen = (
  settings: PeerSettings,
  routerId: IpAddress,
  withheld: ReadonlySet<number>,
  isRestarting = false,
): Open => ({
  version: VERSION,
  as: settings.localAs > TWO_OCTETS ? AS_TRANS : settings.localAs,
  holdTime: settings.holdTime,
  routerId,
  capabilities: OFFERS.filter(({ code }) => !withheld.has(code)).flatMap((offer) => offer.of(settings, isRestarting)),
});

/** The codes of what an OPEN of ours announces: what a peer can refuse, and what can be left out. */
export const announcedIn = (open: Open): ReadonlySet<number> =>
  new Set(open.capabilities.flatMap(({ type }) => (type === 'unknown' ? [] : [CAPABILITY[type]])));

/** What the session is like, or why there can be none: the first thing wrong, in the order of RFC 4271 §6.2. */
export function negotiate(
  local: Open,
  remote: Open,
  settings: PeerSettings,
): { readonly negotiated: Negotiated } | Refused {
  const isExternal = settings.as !== settings.localAs;
  if (remote.version !== VERSION) {
    // RFC 4271 §6.2: the data is the version that we have, in two octets.
    return refused(OPEN_ERROR.unsupportedVersion, [0, VERSION], `the peer speaks BGP-${remote.version}`);
  }
  // RFC 6793 §4.1: with the capability, the number in it is the one that counts.
  const peerAs = find(remote, 'fourOctetAs')?.as ?? remote.as;
  if (peerAs !== settings.as) {
    return refused(OPEN_ERROR.badPeerAs, [], `the peer says that it is AS ${peerAs}, not AS ${settings.as}`);
  }
  if (remote.holdTime > 0 && remote.holdTime < SHORTEST_HOLD_TIME) {
    return refused(OPEN_ERROR.unacceptableHoldTime, [], `the peer proposes a hold time of ${remote.holdTime} s`);
  }
  // RFC 6286 §2.2: unique within an AS only.
  if (remote.routerId === ANY_IPV4 || (!isExternal && remote.routerId === local.routerId)) {
    const whose = remote.routerId === ANY_IPV4 ? '' : ', which is ours';
    return refused(OPEN_ERROR.badIdentifier, [], `the peer's router id is ${remote.routerId}${whose}`);
  }
  const families = new Set([...familiesOf(local)].filter((family) => familiesOf(remote).has(family)));
  for (const family of families) if (!settings.families.includes(family)) families.delete(family);
  if (families.size === 0) {
    // RFC 5492 §3: such a session could carry nothing; closed, it shows on both sides.
    const wanted = settings.families.flatMap((family) => [
      CAPABILITY.multiprotocol,
      4,
      0,
      AFI[family],
      0,
      SAFI.unicast,
    ]);
    const detail = `the peer has none of the families ${settings.families.join(', ')}`;
    return refused(OPEN_ERROR.unsupportedCapability, wanted, detail);
  }
  // RFC 9234 §4.2, whether the peer took our own role or had us leave it out.
  const mismatch = settings.role === undefined ? undefined : whyNoRole(settings.role, remote);
  if (mismatch !== undefined) return refused(OPEN_ERROR.roleMismatch, [], mismatch);
  const both = (type: Capability['type']): boolean => has(local, type) && has(remote, type);
  return {
    negotiated: {
      holdTime: Math.min(local.holdTime, remote.holdTime),
      isExternal,
      peerAs,
      peerRouterId: remote.routerId,
      localAs: settings.localAs,
      asOctets: both('fourOctetAs') ? 4 : 2,
      longestMessage: both('extendedMessage') ? LONGEST_EXTENDED_MESSAGE : LONGEST_MESSAGE,
      longestReceived: has(local, 'extendedMessage') ? LONGEST_EXTENDED_MESSAGE : LONGEST_MESSAGE,
      families,
      hasExtendedNextHop: takesIpv4OverIpv6(local) && takesIpv4OverIpv6(remote),
      // RFC 2918 §4: who announces it may be asked; the one that asks need not.
      hasRouteRefresh: has(local, 'routeRefresh'),
      hasEnhancedRouteRefresh: both('enhancedRouteRefresh'),
      addPathSent: new Set([...families].filter((family) => sendsPaths(local, family) && takesPaths(remote, family))),
      gracefulRestart: both('gracefulRestart') ? (find(local, 'gracefulRestart')?.time ?? 0) : 0,
      peerOpen: remote,
    },
  };
}

/**
 * RFC 8538 §3: with this in both OPENs the peer keeps our routes after a NOTIFICATION too, unless it is a Hard Reset.
 */
export const keepsRoutesOnNotification = (local: Open, remote: Open): boolean =>
  [local, remote].every((open) => find(open, 'gracefulRestart')?.hasNotification === true);

/**
 * RFC 6286 §2.3: does the connection stay that we opened, of one each? Identifiers are compared as unsigned numbers, and
 * those of two autonomous systems may be equal: then the larger AS number decides.
 */
export function outgoingWins(local: Open, { peerRouterId, peerAs, localAs }: Negotiated): boolean {
  const [ours, theirs] = [unsigned(local.routerId), unsigned(peerRouterId)];
  return ours === theirs ? localAs > peerAs : ours > theirs;
}

const unsigned = (routerId: IpAddress): number =>
  addressToBytes(routerId).reduce((number, octet) => number * 256 + octet, 0);

const refused = (subcode: number, data: readonly number[], detail: string): Refused => ({
  notification: { code: ERROR.open, subcode, data: Uint8Array.from(data) },
  detail,
});

/** RFC 5492 §4: a capability may come in several instances. */
const all = <T extends Capability['type']>(open: Open, type: T): readonly Extract<Capability, { type: T }>[] =>
  open.capabilities.filter((each): each is Extract<Capability, { type: T }> => each.type === type);
/** RFC 4724 §3: of several instances of what has one meaning, the last one counts. */
const find = <T extends Capability['type']>(open: Open, type: T): Extract<Capability, { type: T }> | undefined =>
  all(open, type).at(-1);
const has = (open: Open, type: Capability['type']): boolean => find(open, type) !== undefined;

const multiprotocol = (family: Family) => ({ type: 'multiprotocol', afi: AFI[family], safi: SAFI.unicast }) as const;

const isOf =
  (family: Family) =>
  ({ afi, safi }: { readonly afi: number; readonly safi: number }): boolean =>
    afi === AFI[family] && safi === SAFI.unicast;

const announces = (open: Open, family: Family): boolean =>
  open.capabilities.some((each) => each.type === 'multiprotocol' && isOf(family)(each));

/** RFC 4760 §8: without the capability, IPv4 unicast alone. */
const familiesOf = (open: Open): ReadonlySet<Family> =>
  new Set(has(open, 'multiprotocol') ? FAMILIES.filter((family) => announces(open, family)) : ['ipv4']);

/** In MP_REACH_NLRI, and so not without the multiprotocol capability. */
const takesIpv4OverIpv6 = (open: Open): boolean =>
  announces(open, 'ipv4') &&
  all(open, 'extendedNextHop').some(({ entries }) =>
    entries.some((each) => isOf('ipv4')(each) && each.nextHopAfi === AFI.ipv6),
  );

/** RFC 7911 §4. */
const sendsPaths = (open: Open, family: Family): boolean => pathMode(open, family, 'send');
const takesPaths = (open: Open, family: Family): boolean => pathMode(open, family, 'receive');
const pathMode = (open: Open, family: Family, wanted: 'send' | 'receive'): boolean =>
  all(open, 'addPath').some(({ entries }) =>
    entries.some((each) => isOf(family)(each) && [wanted, 'both'].includes(each.mode)),
  );

/** RFC 7911 §4: we send several paths, and take none. */
function addPath({ addPath: families }: PeerSettings): readonly Capability[] {
  if (families.length === 0) return [];
  return [
    {
      type: 'addPath',
      entries: families.map((family) => ({ afi: AFI[family], safi: SAFI.unicast, mode: 'send' as const })),
    },
  ];
}

function gracefulRestart(settings: PeerSettings, isRestarting: boolean): readonly Capability[] {
  if (settings.gracefulRestart === 0) return [];
  // Forwarding is the kernel's, and goes on without us.
  const families = settings.families.map((family) => ({ afi: AFI[family], safi: SAFI.unicast, isForwarding: true }));
  return [{ type: 'gracefulRestart', isRestarting, hasNotification: true, time: settings.gracefulRestart, families }];
}
