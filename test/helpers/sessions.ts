/** Peers and what was agreed with them, for tests: everything has a value, and a test names what matters to it. */
import type { Negotiated } from '../../src/bgp/negotiate.ts';
import type { Terms } from '../../src/bgp/path-attributes.ts';
import type { IpAddress } from '../../src/model/address.ts';
import { ms } from '../../src/model/millis.ts';
import type { PeerSettings } from '../../src/model/peer.ts';

export const ip = (text: string): IpAddress => text as IpAddress;

export const peerSettings = (of: Partial<PeerSettings> = {}): PeerSettings => ({
  address: ip('192.0.2.254'),
  device: '',
  port: 179,
  as: 65_001,
  localAs: 65_000,
  passive: false,
  holdTime: 90,
  connectRetry: ms(30_000),
  families: ['ipv4', 'ipv6'],
  nextHop: {},
  attributes: {},
  only: [],
  maxPrefix: 0,
  extendedMessage: true,
  extendedNextHop: false,
  addPath: [],
  gracefulRestart: 0,
  ...of,
});

export const negotiated = (of: Partial<Negotiated> = {}): Negotiated => ({
  holdTime: 90,
  isExternal: true,
  peerAs: 65_001,
  peerRouterId: ip('192.0.2.254'),
  localAs: 65_000,
  asOctets: 4,
  longestMessage: 4_096,
  longestReceived: 65_535,
  families: new Set(['ipv4', 'ipv6']),
  hasExtendedNextHop: false,
  hasRouteRefresh: true,
  hasEnhancedRouteRefresh: false,
  addPathSent: new Set(),
  gracefulRestart: 0,
  peerOpen: { version: 4, as: 65_001, holdTime: 90, routerId: ip('192.0.2.254'), capabilities: [] },
  ...of,
});

export const terms = (
  of: {
    readonly settings?: Partial<PeerSettings>;
    readonly negotiated?: Partial<Negotiated>;
    readonly local?: string;
    readonly linkLocal?: string;
  } = {},
): Terms => ({
  settings: peerSettings(of.settings),
  negotiated: negotiated(of.negotiated),
  local: { address: ip(of.local ?? '192.0.2.1'), ...(of.linkLocal !== undefined && { linkLocal: ip(of.linkLocal) }) },
});
