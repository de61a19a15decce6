/**
 * Numbers of BGP-4 as IANA keeps them: "Border Gateway Protocol (BGP) Parameters", "Capability Codes", "Address Family
 * Numbers", "SAFI Namespace". Only what is said or understood here; everything else is kept as its number.
 */

/** RFC 4271 §4.1, RFC 2918. */
export const MESSAGE = { open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5 } as const;
export type MessageType = keyof typeof MESSAGE;

/** RFC 4271 §4.1: marker, length and type. */
export const HEADER_LENGTH = 19;
export const MARKER_LENGTH = 16;
/** RFC 4271 §4. */
export const LONGEST_MESSAGE = 4_096;
/** RFC 8654. An OPEN and a KEEPALIVE keep to the shorter one. */
export const LONGEST_EXTENDED_MESSAGE = 65_535;
/** RFC 4271 §4.2. */
export const VERSION = 4;
/** RFC 6793 §9: what stands for an AS number that does not fit into two octets. */
export const AS_TRANS = 23_456;

export const AFI = { ipv4: 1, ipv6: 2 } as const;
export const SAFI = { unicast: 1 } as const;

export const CAPABILITY = {
  multiprotocol: 1, // RFC 4760
  routeRefresh: 2, // RFC 2918
  extendedNextHop: 5, // RFC 8950
  extendedMessage: 6, // RFC 8654
  role: 9, // RFC 9234
  gracefulRestart: 64, // RFC 4724, RFC 8538
  fourOctetAs: 65, // RFC 6793
  addPath: 69, // RFC 7911
  enhancedRouteRefresh: 70, // RFC 7313
  longLivedGracefulRestart: 71, // RFC 9494
  fqdn: 73, // draft-walton-bgp-hostname-capability
} as const;

export const ATTRIBUTE = {
  origin: 1, // RFC 4271 §5.1.1
  asPath: 2, // §5.1.2
  nextHop: 3, // §5.1.3
  med: 4, // §5.1.4
  localPreference: 5, // §5.1.5
  atomicAggregate: 6, // §5.1.6
  aggregator: 7, // §5.1.7
  communities: 8, // RFC 1997
  originatorId: 9, // RFC 4456
  clusterList: 10, // RFC 4456
  mpReach: 14, // RFC 4760 §3
  mpUnreach: 15, // RFC 4760 §4
  extendedCommunities: 16, // RFC 4360
  as4Path: 17, // RFC 6793
  as4Aggregator: 18, // RFC 6793
  ipv6ExtendedCommunities: 25, // RFC 5701
  largeCommunities: 32, // RFC 8092
  onlyToCustomer: 35, // RFC 9234
} as const;

/** RFC 4271 §4.3. */
export const FLAG = { optional: 0x80, transitive: 0x40, partial: 0x20, extendedLength: 0x10 } as const;

/** Error codes (RFC 4271 §4.5, RFC 7313, RFC 9687) and the subcodes of each. */
export const ERROR = {
  header: 1,
  open: 2,
  update: 3,
  holdTimerExpired: 4,
  fsm: 5,
  cease: 6,
  routeRefresh: 7,
  sendHoldTimerExpired: 8,
} as const;
export const HEADER_ERROR = { notSynchronised: 1, badLength: 2, badType: 3 } as const;
export const OPEN_ERROR = {
  unspecific: 0,
  unsupportedVersion: 1,
  badPeerAs: 2,
  badIdentifier: 3,
  unsupportedParameter: 4,
  unacceptableHoldTime: 6,
  unsupportedCapability: 7, // RFC 5492
  roleMismatch: 11, // RFC 9234
} as const;
export const UPDATE_ERROR = {
  malformedAttributeList: 1,
  unrecognisedWellKnown: 2,
  missingWellKnown: 3,
  attributeFlags: 4,
  attributeLength: 5,
  invalidOrigin: 6,
  invalidNextHop: 8,
  optionalAttribute: 9,
  invalidNetworkField: 10,
  malformedAsPath: 11,
} as const;
/** RFC 6608. */
export const FSM_ERROR = { unspecified: 0, inOpenSent: 1, inOpenConfirm: 2, inEstablished: 3 } as const;
/** RFC 4486, RFC 8203, RFC 8538, RFC 9384. */
export const CEASE = {
  maximumPrefixes: 1,
  administrativeShutdown: 2,
  peerDeconfigured: 3,
  administrativeReset: 4,
  connectionRejected: 5,
  otherConfigurationChange: 6,
  connectionCollision: 7,
  outOfResources: 8,
  hardReset: 9,
  bfdDown: 10,
} as const;
/** RFC 7313 §5. */
export const ROUTE_REFRESH_ERROR = { invalidLength: 1 } as const;
/** RFC 2918, RFC 7313 §3.2. */
export const ROUTE_REFRESH = { request: 0, beginning: 1, end: 2 } as const;

/** RFC 4271 §4.3. */
export const ORIGIN = { igp: 0, egp: 1, incomplete: 2 } as const;
/** RFC 4271 §4.3, RFC 5065. */
export const SEGMENT = { asSet: 1, asSequence: 2, confedSequence: 3, confedSet: 4 } as const;
