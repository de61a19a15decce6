/** A peer's settings and an OPEN, of which a test says only what matters to it. */
import type { FsmAction, Why } from '../../src/bgp/fsm.ts';
import { localOpen, type Negotiated, negotiate } from '../../src/bgp/negotiate.ts';
import type { Capability } from '../../src/bgp/wire/capability.ts';
import type { Notification } from '../../src/bgp/wire/notification.ts';
import type { Open } from '../../src/bgp/wire/open.ts';
import type { IpAddress } from '../../src/model/address.ts';
import { formatDuration, ms } from '../../src/model/millis.ts';
import type { PeerSettings } from '../../src/model/peer.ts';

export const ip = (text: string): IpAddress => text as IpAddress;
export const OUR_ID = ip('10.0.0.1');
export const PEER_ID = ip('10.0.0.2');

export const peerSettings = (changed: Partial<PeerSettings> = {}): PeerSettings => ({
  address: ip('192.0.2.2'),
  device: '',
  port: 179,
  as: 65002,
  localAs: 65001,
  passive: false,
  holdTime: 90,
  connectRetry: ms(120_000),
  families: ['ipv4', 'ipv6'],
  nextHop: {},
  attributes: {},
  only: [],
  maxPrefix: 0,
  extendedMessage: true,
  extendedNextHop: true,
  addPath: [],
  gracefulRestart: 0,
  ...changed,
});

export const IPV4: Capability = { type: 'multiprotocol', afi: 1, safi: 1 };
export const IPV6: Capability = { type: 'multiprotocol', afi: 2, safi: 1 };

/** Of the peer of `peerSettings`: both families, four-octet AS numbers, and nothing else. */
export const peerOpen = (changed: Partial<Open> = {}): Open => ({
  version: 4,
  as: 65002,
  holdTime: 90,
  routerId: PEER_ID,
  capabilities: [IPV4, IPV6, { type: 'fourOctetAs', as: 65002 }],
  ...changed,
});

/** What comes of such an OPEN; the test fails when nothing does. */
export function agreed(remote: Open, settings: PeerSettings, withheld: ReadonlySet<number> = new Set()): Negotiated {
  const answer = negotiate(localOpen(settings, OUR_ID, withheld), remote, settings);
  if ('notification' in answer) throw new Error(answer.detail);
  return answer.negotiated;
}

/** An action in a few words: `close outgoing 6/7`, `set hold incoming 90s`, `set connectRetry 1s ~` (with jitter). */
export function worded(action: FsmAction): string {
  switch (action.type) {
    case 'connect':
    case 'abandonConnect':
      return action.type;
    case 'sendOpen':
    case 'sendKeepalive':
    case 'sessionUp':
      return `${action.type} ${action.way}`;
    case 'close':
      return `close ${action.way} ${noted(action.notification)}`;
    case 'refuse':
      return `refuse ${noted(action.notification)}`;
    case 'setTimer':
      return `set ${action.timer} ${formatDuration(action.after)}${action.jitter ? ' ~' : ''}`;
    case 'clearTimer':
      return `clear ${action.timer}`;
    case 'sessionDown':
      return `sessionDown ${blamed(action.why)}`;
    case 'attemptFailed':
      return `attemptFailed ${blamed(action.why)} ${action.again === undefined ? '-' : formatDuration(action.again)}`;
    default:
      return action satisfies never;
  }
}

/** `6/2`, `5/1 [4]` with its data, `-` for none. */
const noted = (notification: Notification | undefined): string => {
  if (notification === undefined) return '-';
  const { code, subcode, data } = notification;
  return `${code}/${subcode}${data.length > 0 ? ` [${data.join(' ')}]` : ''}`;
};

const blamed = (why: Why): string => (why.by === 'network' ? 'network' : `${why.by} ${noted(why.notification)}`);
