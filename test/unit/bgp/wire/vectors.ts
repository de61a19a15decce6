/**
 * Whole messages with their meaning. Those of a peer were recorded from it; the others were put together by hand after the
 * RFC that each names.
 */

import { encodeKeepalive } from '../../../../src/bgp/wire/keepalive.ts';
import type { Message, WireContext } from '../../../../src/bgp/wire/message.ts';
import { encodeNotification } from '../../../../src/bgp/wire/notification.ts';
import { encodeOpen } from '../../../../src/bgp/wire/open.ts';
import { encodeRouteRefresh } from '../../../../src/bgp/wire/route-refresh.ts';
import type { Nlri, PathAttribute } from '../../../../src/bgp/wire/update.ts';
import { encodeUpdate } from '../../../../src/bgp/wire/update-encoder.ts';
import type { Family, IpAddress } from '../../../../src/model/address.ts';
import { hex } from '../../discovery/netlink/vectors.ts';

export { hex };

export const MARKER = 'ff'.repeat(16);
export const ip = (text: string): IpAddress => text as IpAddress;

/** An external peer with four-octet AS numbers. */
export const CONTEXT: WireContext = {
  asOctets: 4,
  longestMessage: 4096,
  addPathReceived: new Set<Family>(),
  isExternal: true,
};
export const SHORT_AS: WireContext = { ...CONTEXT, asOctets: 2 };
export const INTERNAL: WireContext = { ...CONTEXT, isExternal: false };
export const WITH_PATHS: WireContext = { ...CONTEXT, addPathReceived: new Set<Family>(['ipv4', 'ipv6']) };

export const nlri = (bytes: string, count: number, family: Partial<Nlri> = {}): Nlri => ({
  afi: 1,
  safi: 1,
  hasPathId: false,
  count,
  bytes: hex(bytes),
  ...family,
});
export const NONE = nlri('', 0);
const IPV6 = { afi: 2, safi: 1 };

const update = (attributes: readonly PathAttribute[], prefixes: Nlri = NONE, withdrawn: Nlri = NONE): Message => ({
  type: 'update',
  outcome: 'accepted',
  update: { withdrawn, attributes, nlri: prefixes },
  faults: [],
});

export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly message: Message;
  readonly context?: WireContext;
  /** It can be written in more than one way, and we write it in another. */
  readonly isDecodedOnly?: true;
}

export const VECTORS: readonly Vector[] = [
  {
    name: 'KEEPALIVE (RFC 4271 §4.4)',
    hex: `${MARKER} 0013 04`,
    message: { type: 'keepalive' },
  },
  {
    name: 'OPEN without parameters (RFC 4271 §4.2)',
    hex: `${MARKER} 001d 01
      04              // version
      fde9            // AS 65001
      00b4            // hold time 180
      0a0b0c0d        // identifier
      00              // no parameters`,
    message: {
      type: 'open',
      open: { version: 4, as: 65001, holdTime: 180, routerId: ip('10.11.12.13'), capabilities: [] },
    },
  },
  {
    name: 'OPEN of BIRD 2.0.12',
    hex: `${MARKER} 0051 01
      04 5ba0 00f0 0a0101fe      // version 4, AS_TRANS, 240 s, 10.1.1.254
      34                         // 52 octets of parameters
      02 32                      // capabilities, 50 octets
      01 04 0001 00 01           // IPv4 unicast
      01 04 0002 00 01           // IPv6 unicast
      02 00                      // route refresh
      06 00                      // extended message
      40 02 0078                 // graceful restart, 120 s
      41 04 fa56ea01             // AS 4200000001
      45 04 0001 01 02           // several paths of IPv4 unicast, sends
      46 00                      // enhanced route refresh
      47 0e 0001 01 00 000e10 0002 01 00 000e10   // long-lived graceful restart`,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 23456,
        holdTime: 240,
        routerId: ip('10.1.1.254'),
        capabilities: [
          { type: 'multiprotocol', afi: 1, safi: 1 },
          { type: 'multiprotocol', afi: 2, safi: 1 },
          { type: 'routeRefresh' },
          { type: 'extendedMessage' },
          { type: 'gracefulRestart', isRestarting: false, hasNotification: false, time: 120, families: [] },
          { type: 'fourOctetAs', as: 4200000001 },
          { type: 'addPath', entries: [{ afi: 1, safi: 1, mode: 'send' }] },
          { type: 'enhancedRouteRefresh' },
          { type: 'unknown', code: 71, value: hex('00010100000e10 00020100000e10') },
        ],
      },
    },
  },
  {
    name: 'OPEN of ExaBGP 4.2.21: a parameter for each capability',
    hex: `${MARKER} 0047 01
      04 fde8 005a 0a010101      // version 4, AS 65000, 90 s, 10.1.1.1
      2a
      02 06 01 04 0001 00 01
      02 06 01 04 0002 00 01
      02 06 41 04 0000fde8
      02 0c 40 0a 8078 0001 01 80 0002 01 80   // graceful restart: restarting, 120 s, both forwarding
      02 02 06 00`,
    isDecodedOnly: true,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 65000,
        holdTime: 90,
        routerId: ip('10.1.1.1'),
        capabilities: [
          { type: 'multiprotocol', afi: 1, safi: 1 },
          { type: 'multiprotocol', afi: 2, safi: 1 },
          { type: 'fourOctetAs', as: 65000 },
          {
            type: 'gracefulRestart',
            isRestarting: true,
            hasNotification: false,
            time: 120,
            families: [
              { afi: 1, safi: 1, isForwarding: true },
              { afi: 2, safi: 1, isForwarding: true },
            ],
          },
          { type: 'extendedMessage' },
        ],
      },
    },
  },
  {
    name: 'OPEN of FRR 8.4.4: an unregistered code for route refresh, and a name',
    hex: `${MARKER} 0071 01
      04 fde8 00b4 0a010102 54
      02 06 01 04 0001 00 01
      02 06 01 04 0002 00 01
      02 02 80 00
      02 02 02 00
      02 02 46 00
      02 06 41 04 0000fde8
      02 02 06 00
      02 0a 45 08 0001 01 01 0002 01 01        // several paths, receives
      02 06 49 04 02 7231 00                   // name "r1", no domain
      02 04 40 02 c078                         // restarting, NOTIFICATION too, 120 s
      02 10 47 0e 0001 01 80 000000 0002 01 80 000000`,
    isDecodedOnly: true,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 65000,
        holdTime: 180,
        routerId: ip('10.1.1.2'),
        capabilities: [
          { type: 'multiprotocol', afi: 1, safi: 1 },
          { type: 'multiprotocol', afi: 2, safi: 1 },
          { type: 'unknown', code: 128, value: hex('') },
          { type: 'routeRefresh' },
          { type: 'enhancedRouteRefresh' },
          { type: 'fourOctetAs', as: 65000 },
          { type: 'extendedMessage' },
          {
            type: 'addPath',
            entries: [
              { afi: 1, safi: 1, mode: 'receive' },
              { afi: 2, safi: 1, mode: 'receive' },
            ],
          },
          { type: 'unknown', code: 73, value: hex('02 7231 00') },
          { type: 'gracefulRestart', isRestarting: true, hasNotification: true, time: 120, families: [] },
          { type: 'unknown', code: 71, value: hex('0001 01 80 000000 0002 01 80 000000') },
        ],
      },
    },
  },
  {
    name: 'OPEN of FRR 10.3: no unregistered code, but 76 (a limit of paths)',
    hex: `${MARKER} 007f 01
      04 fde9 0009 0a0101fe 62
      02 06 01 04 0001 00 01
      02 06 01 04 0002 00 01
      02 02 02 00
      02 02 46 00
      02 06 41 04 0000fde9
      02 02 06 00
      02 0a 45 08 0001 01 01 0002 01 01        // several paths, receives
      02 0c 4c 0a 0001 01 0000 0002 01 0000
      02 0a 49 08 06 726f75746572 00           // name "router", no domain
      02 04 40 02 c078                         // restarting, NOTIFICATION too, 120 s
      02 10 47 0e 0001 01 80 000000 0002 01 80 000000`,
    isDecodedOnly: true,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 65001,
        holdTime: 9,
        routerId: ip('10.1.1.254'),
        capabilities: [
          { type: 'multiprotocol', afi: 1, safi: 1 },
          { type: 'multiprotocol', afi: 2, safi: 1 },
          { type: 'routeRefresh' },
          { type: 'enhancedRouteRefresh' },
          { type: 'fourOctetAs', as: 65001 },
          { type: 'extendedMessage' },
          {
            type: 'addPath',
            entries: [
              { afi: 1, safi: 1, mode: 'receive' },
              { afi: 2, safi: 1, mode: 'receive' },
            ],
          },
          { type: 'unknown', code: 76, value: hex('0001 01 0000 0002 01 0000') },
          { type: 'unknown', code: 73, value: hex('06 726f75746572 00') },
          { type: 'gracefulRestart', isRestarting: true, hasNotification: true, time: 120, families: [] },
          { type: 'unknown', code: 71, value: hex('0001 01 80 000000 0002 01 80 000000') },
        ],
      },
    },
  },
  {
    name: 'OPEN of GoBGP 4.8.0: takes longer messages',
    hex: `${MARKER} 0043 01
      04 fde9 0009 0a0101fe 26
      02 24
      02 00
      49 04 02 766d 00                         // name "vm", no domain
      06 00
      01 04 0001 00 01
      01 04 0002 00 01
      41 04 0000fde9
      05 06 0001 0001 0002                     // IPv4 unicast over IPv6`,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 65001,
        holdTime: 9,
        routerId: ip('10.1.1.254'),
        capabilities: [
          { type: 'routeRefresh' },
          { type: 'unknown', code: 73, value: hex('02 766d 00') },
          { type: 'extendedMessage' },
          { type: 'multiprotocol', afi: 1, safi: 1 },
          { type: 'multiprotocol', afi: 2, safi: 1 },
          { type: 'fourOctetAs', as: 65001 },
          { type: 'extendedNextHop', entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] },
        ],
      },
    },
  },
  {
    name: 'OPEN with RFC 8950 §4, RFC 9234 §4.1 and two modes of RFC 7911 §4',
    hex: `${MARKER} 003e 01
      04 5ba0 0003 01020304 21
      02 1f
      05 0c 0001 0001 0002 0001 0080 0002      // IPv4 unicast and IPv4 VPN over IPv6
      09 01 03                                 // customer
      45 08 0001 01 03 0002 01 01
      b7 02 a1a2                               // unknown`,
    message: {
      type: 'open',
      open: {
        version: 4,
        as: 23456,
        holdTime: 3,
        routerId: ip('1.2.3.4'),
        capabilities: [
          {
            type: 'extendedNextHop',
            entries: [
              { afi: 1, safi: 1, nextHopAfi: 2 },
              { afi: 1, safi: 128, nextHopAfi: 2 },
            ],
          },
          { type: 'role', role: 3 },
          {
            type: 'addPath',
            entries: [
              { afi: 1, safi: 1, mode: 'both' },
              { afi: 2, safi: 1, mode: 'receive' },
            ],
          },
          { type: 'unknown', code: 183, value: hex('a1a2') },
        ],
      },
    },
  },
  {
    name: 'NOTIFICATION without data (RFC 4271 §4.5)',
    hex: `${MARKER} 0015 03 04 00`,
    message: { type: 'notification', notification: { code: 4, subcode: 0, data: hex('') } },
  },
  {
    name: 'NOTIFICATION with one octet of data (RFC 6608)',
    hex: `${MARKER} 0016 03 05 02 02`,
    message: { type: 'notification', notification: { code: 5, subcode: 2, data: hex('02') } },
  },
  {
    name: 'NOTIFICATION with two octets of data',
    hex: `${MARKER} 0017 03 02 01 0004`,
    message: { type: 'notification', notification: { code: 2, subcode: 1, data: hex('0004') } },
  },
  {
    name: 'NOTIFICATION of BIRD 2.0.12, "maintenance at 8"',
    hex: `${MARKER} 0026 03 06 02 10 6d61696e74656e616e63652061742038`,
    message: {
      type: 'notification',
      notification: { code: 6, subcode: 2, data: hex('10 6d61696e74656e616e63652061742038') },
    },
  },
  {
    name: 'ROUTE-REFRESH, a request for IPv6 unicast (RFC 2918 §3)',
    hex: `${MARKER} 0017 05 0002 00 01`,
    message: { type: 'routeRefresh', routeRefresh: { afi: 2, subtype: 0, safi: 1 } },
  },
  {
    name: 'ROUTE-REFRESH, the end for AFI 513 (RFC 7313 §3.2)',
    hex: `${MARKER} 0017 05 0201 02 80`,
    message: { type: 'routeRefresh', routeRefresh: { afi: 0x0201, subtype: 2, safi: 128 } },
  },
  {
    name: 'UPDATE of ExaBGP 4.2.21',
    hex: `${MARKER} 006e 02
      0000 0052
      40 01 01 01                              // EGP
      40 02 0a 02 02 0000fde8 0000fde8
      40 03 04 c0000201
      80 04 04 00000065
      40 06 00                                 // ATOMIC_AGGREGATE
      c0 07 08 0000fde8 c0000209
      c0 08 08 fde80001 ffff0000
      c0 10 08 0002fde800000003
      c0 20 0c 0000fde8 00000001 00000002
      20 64400001                              // 100.64.0.1/32`,
    message: update(
      [
        { type: 'origin', origin: 1 },
        { type: 'asPath', segments: [{ type: 2, asNumbers: [65000, 65000] }] },
        { type: 'nextHop', nextHop: ip('192.0.2.1') },
        { type: 'med', med: 101 },
        { type: 'atomicAggregate' },
        { type: 'aggregator', as: 65000, address: ip('192.0.2.9') },
        { type: 'communities', communities: [0xfde80001, 0xffff0000] },
        { type: 'extendedCommunities', communities: ['0002fde800000003'] },
        { type: 'largeCommunities', communities: ['65000:1:2'] },
      ],
      nlri('20 64400001', 1),
    ),
  },
  {
    name: 'UPDATE of ExaBGP 4.2.21, IPv6',
    hex: `${MARKER} 0054 02
      0000 003d
      40 01 01 00
      40 02 06 02 01 0000fde8
      80 04 04 00000066
      80 0e 26 0002 01 10 20010db8000000000000000000000001 00 80 20010db8000100000000000000000001`,
    message: update([
      { type: 'origin', origin: 0 },
      { type: 'asPath', segments: [{ type: 2, asNumbers: [65000] }] },
      { type: 'med', med: 102 },
      { type: 'mpReach', nextHops: [ip('2001:db8::1')], nlri: nlri('80 20010db8000100000000000000000001', 1, IPV6) },
    ]),
  },
  {
    name: 'UPDATE of BIRD 2.0.12, with a path identifier',
    hex: `${MARKER} 005c 02
      0000 003d
      40 01 01 00
      40 02 0a 02 02 fa56ea01 fa56ea02
      40 03 04 c00002fe
      c0 08 08 fde80007 ffffff01
      c0 10 08 0002fde800000009
      c0 20 0c fa56ea01 00000002 00000003
      00000002 18 c00002`,
    context: WITH_PATHS,
    message: update(
      [
        { type: 'origin', origin: 0 },
        { type: 'asPath', segments: [{ type: 2, asNumbers: [4200000001, 4200000002] }] },
        { type: 'nextHop', nextHop: ip('192.0.2.254') },
        { type: 'communities', communities: [0xfde80007, 0xffffff01] },
        { type: 'extendedCommunities', communities: ['0002fde800000009'] },
        { type: 'largeCommunities', communities: ['4200000001:2:3'] },
      ],
      nlri('00000002 18 c00002', 1, { hasPathId: true }),
      nlri('', 0, { hasPathId: true }),
    ),
  },
  {
    name: 'UPDATE of BIRD 2.0.12, IPv6: MP_REACH_NLRI first, its length in two octets',
    hex: `${MARKER} 004b 02
      0000 0034
      90 0e 001c 0002 01 10 20010db8000000000000000000000254 00 30 20010db80064
      40 01 01 00
      40 02 06 02 01 fa56ea01
      c0 08 04 fde80008`,
    isDecodedOnly: true,
    message: update([
      { type: 'mpReach', nextHops: [ip('2001:db8::254')], nlri: nlri('30 20010db80064', 1, IPV6) },
      { type: 'origin', origin: 0 },
      { type: 'asPath', segments: [{ type: 2, asNumbers: [4200000001] }] },
      { type: 'communities', communities: [0xfde80008] },
    ]),
  },
  {
    name: 'UPDATE with a global and a link-local next hop (RFC 2545 §3)',
    hex: `${MARKER} 0052 02
      0000 003b
      80 0e 2d 0002 01 20 20010db8000000000000000000000002 fe800000000000000000000000000003 00 38 20010db8000405
      40 01 01 02
      40 02 04 02 01 0004`,
    context: SHORT_AS,
    message: update([
      {
        type: 'mpReach',
        nextHops: [ip('2001:db8::2'), ip('fe80::3')],
        nlri: nlri('38 20010db8000405', 1, IPV6),
      },
      { type: 'origin', origin: 2 },
      { type: 'asPath', segments: [{ type: 2, asNumbers: [4] }] },
    ]),
  },
  {
    name: 'UPDATE with IPv4 over IPv6 (RFC 8950 §3)',
    hex: `${MARKER} 0040 02
      0000 0029
      80 0e 19 0001 01 10 20010db8000000000000000000000005 00 18 c63364
      40 01 01 00
      40 02 06 02 01 00010203`,
    message: update([
      { type: 'mpReach', nextHops: [ip('2001:db8::5')], nlri: nlri('18 c63364', 1) },
      { type: 'origin', origin: 0 },
      { type: 'asPath', segments: [{ type: 2, asNumbers: [0x010203] }] },
    ]),
  },
  {
    name: 'UPDATE of two-octet AS numbers, with AS4_PATH and AS4_AGGREGATOR (RFC 6793 §3)',
    hex: `${MARKER} 0054 02
      0000 0039
      40 01 01 00
      40 02 0a 02 02 5ba0 fde9 01 01 fdea
      40 03 04 c6336401
      c0 07 06 5ba0 c6336402
      c0 11 0a 02 02 fa56ea01 0000fde9
      c0 12 08 fa56ea02 c6336403
      11 cb0080`,
    context: SHORT_AS,
    message: update(
      [
        { type: 'origin', origin: 0 },
        {
          type: 'asPath',
          segments: [
            { type: 2, asNumbers: [23456, 65001] },
            { type: 1, asNumbers: [65002] },
          ],
        },
        { type: 'nextHop', nextHop: ip('198.51.100.1') },
        { type: 'aggregator', as: 23456, address: ip('198.51.100.2') },
        { type: 'as4Path', segments: [{ type: 2, asNumbers: [4200000001, 65001] }] },
        { type: 'as4Aggregator', as: 4200000002, address: ip('198.51.100.3') },
      ],
      nlri('11 cb0080', 1),
    ),
  },
  {
    name: 'UPDATE of an internal peer: LOCAL_PREF, reflection, a confederation (RFC 4456 §8, RFC 5065 §3)',
    hex: `${MARKER} 0056 02
      0000 003a
      40 01 01 00
      40 02 0c 03 01 0000fdeb 04 01 0000fdec
      40 03 04 c6336404
      40 05 04 01020304
      80 09 04 0a0b0c0d
      80 0a 08 01010101 02020202
      c0 23 04 0000fded                        // OTC (RFC 9234 §5)
      20 cb007104`,
    context: INTERNAL,
    message: update(
      [
        { type: 'origin', origin: 0 },
        {
          type: 'asPath',
          segments: [
            { type: 3, asNumbers: [65003] },
            { type: 4, asNumbers: [65004] },
          ],
        },
        { type: 'nextHop', nextHop: ip('198.51.100.4') },
        { type: 'localPreference', localPreference: 0x01020304 },
        { type: 'originatorId', originatorId: ip('10.11.12.13') },
        { type: 'clusterList', clusterList: [ip('1.1.1.1'), ip('2.2.2.2')] },
        { type: 'onlyToCustomer', as: 65005 },
      ],
      nlri('20 cb007104', 1),
    ),
  },
  {
    name: 'UPDATE that withdraws, in both ways, and has an attribute that nobody knows (RFC 4271 §4.3, RFC 4760 §4)',
    hex: `${MARKER} 0033 02
      0007 00 08 0a 11 ac1080
      0015
      80 0f 0c 0002 01 30 20010db80006 00 00
      f0 fb 0002 a1a2`,
    message: update(
      [
        { type: 'mpUnreach', nlri: nlri('30 20010db80006 00 00', 3, IPV6) },
        { type: 'unknown', code: 251, flags: 0xf0, value: hex('a1a2') },
      ],
      NONE,
      nlri('00 08 0a 11 ac1080', 3),
    ),
  },
  {
    name: 'End-of-RIB of IPv4 unicast (RFC 4724 §2), as BIRD 2.0.12 and ExaBGP 4.2.21 send it',
    hex: `${MARKER} 0017 02 0000 0000`,
    message: update([]),
  },
  {
    name: 'End-of-RIB of IPv6 unicast (RFC 4724 §2)',
    hex: `${MARKER} 001d 02 0000 0006 80 0f 03 0002 01`,
    message: update([{ type: 'mpUnreach', nlri: nlri('', 0, IPV6) }]),
  },
  {
    name: 'End-of-RIB of IPv6 unicast of ExaBGP 4.2.21, with a length of two octets',
    hex: `${MARKER} 001e 02 0000 0007 90 0f 0003 0002 01`,
    isDecodedOnly: true,
    message: update([{ type: 'mpUnreach', nlri: nlri('', 0, IPV6) }]),
  },
  {
    name: 'UPDATE of a family that is not ours stays octets (RFC 4760 §3)',
    hex: `${MARKER} 0047 02
      0000 0030
      40 01 01 00
      40 02 00
      80 0e 20 0001 80 0c 0000000000000000c0000201 00 70 000001 0000fde800000001 c00002
      80 0f 03 0019 46`,
    message: update([
      { type: 'origin', origin: 0 },
      { type: 'asPath', segments: [] },
      {
        type: 'unknown',
        code: 14,
        flags: 0x80,
        value: hex('0001 80 0c 0000000000000000c0000201 00 70 000001 0000fde800000001 c00002'),
      },
      { type: 'mpUnreach', nlri: nlri('', 0, { afi: 25, safi: 70 }) },
    ]),
  },
];

export function encode(message: Message, context: WireContext): Uint8Array {
  switch (message.type) {
    case 'open':
      return encodeOpen(message.open);
    case 'update':
      return encodeUpdate(message.update, context);
    case 'notification':
      return encodeNotification(message.notification);
    case 'keepalive':
      return encodeKeepalive();
    case 'routeRefresh':
      return encodeRouteRefresh(message.routeRefresh);
    default:
      return message satisfies never;
  }
}

/** `body` behind a header that fits it. */
export function message(type: number, body: string): Uint8Array {
  const { length } = hex(body);
  return hex(`${MARKER} ${digits(19 + length)} ${digits(type, 1)} ${body.replace(/\/\/.*$/gm, '')}`);
}

/** An UPDATE whose lengths fit. */
export function updateMessage(parts: { withdrawn?: string; attributes?: string; prefixes?: string }): Uint8Array {
  const { withdrawn = '', attributes = '', prefixes = '' } = parts;
  const sized = (text: string): string => `${digits(hex(text).length)} ${text.replace(/\/\/.*$/gm, '')}`;
  return message(2, `${sized(withdrawn)} ${sized(attributes)} ${prefixes}`);
}

const digits = (value: number, octets = 2): string => value.toString(16).padStart(octets * 2, '0');

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
