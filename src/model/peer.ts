/** A BGP speaker and its peers, as they are configured. */
import { type Family, familyOf, type IpAddress, isAny, needsZone, type Prefix } from './address.ts';
import type { Millis } from './millis.ts';
import type { SaidAttributes } from './route.ts';

declare const secret: unique symbol;
/**
 * A text that cannot be printed, logged, recorded or serialised: see `secretOf`. `reveal` is for whoever hands it to the
 * kernel.
 */
export interface Secret {
  readonly [secret]: true;
  reveal(): string;
}

/** Of no use to anybody who prints it. */
export function secretOf(text: string): Secret {
  const hidden = {
    reveal: () => text,
    toString: () => '***',
    toJSON: () => '***',
    [Symbol.for('nodejs.util.inspect.custom')]: () => '***',
  };
  // Not enumerable: a copy by `{...secret}` or a walk over its keys finds nothing.
  for (const key of Reflect.ownKeys(hidden)) Object.defineProperty(hidden, key, { enumerable: false });
  return Object.freeze(hidden) as unknown as Secret;
}

export interface SpeakerSettings {
  readonly localAs: number;
  /** BGP Identifier (RFC 4271 §4.2, RFC 6286): an IPv4 address in form, not 0.0.0.0. */
  readonly routerId: IpAddress;
  /** Where connections of peers are taken; none when empty. */
  readonly listen: readonly Endpoint[];
  readonly peers: readonly PeerSettings[];
}

export interface Endpoint {
  readonly address: IpAddress;
  /** Of a link-local address: its device (RFC 4007 zone); empty otherwise. */
  readonly device: string;
  readonly port: number;
}

/** RFC 9234 §3.1, §4.1. */
export const ROLES = ['provider', 'rs-server', 'rs-client', 'customer', 'peer'] as const;
export type Role = (typeof ROLES)[number];

export interface PeerSettings {
  readonly address: IpAddress;
  /** Of a link-local address: its device; of another: what the session is bound to (SO_BINDTODEVICE). Empty for neither. */
  readonly device: string;
  readonly port: number;
  readonly as: number;
  /** What this peer takes us for; the speaker's own AS unless it is given. */
  readonly localAs: number;
  /** What we are to this peer, an external one (RFC 9234). `isStrict`: there is no session unless it names a role too. */
  readonly role?: { readonly ours: Role; readonly isStrict: boolean };
  /** Whence we connect, and where this peer's connections are taken; the kernel's choice when left out. */
  readonly localAddress?: IpAddress;
  /** Never connects, only waits to be connected to. */
  readonly passive: boolean;
  /** TCP MD5 (RFC 2385), 1 to 80 octets. */
  readonly password?: Secret;
  /** GTSM (RFC 5082): how many hops away the peer is at most, 1 for a direct one; `undefined` for no such check. */
  readonly ttlSecurity?: number;
  /** TTL of what we send to an eBGP peer that is not on a link of ours; 1 when left out. iBGP: 64. */
  readonly multihop?: number;
  /** Proposed hold time in seconds: 0 or at least 3 (RFC 4271 §4.2). */
  readonly holdTime: number;
  /** Longest wait between attempts to connect; the first are made sooner. */
  readonly connectRetry: Millis;
  readonly families: readonly Family[];
  /** What stands for the session's own address where that would be the next hop of a route of the family. */
  readonly nextHop: Readonly<Partial<Record<Family, IpAddress>>>;
  /** What is said of every route to this peer instead of what the route itself says; what is left out is left as it is. */
  readonly attributes: Partial<SaidAttributes>;
  /** Only routes inside one of them go to this peer; all when empty. */
  readonly only: readonly Prefix[];
  /** A warning above so many routes from the peer; 0 for none. */
  readonly maxPrefix: number;
  /** Extended Message (RFC 8654). */
  readonly extendedMessage: boolean;
  /** IPv4 routes over an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean;
  /** ADD-PATH (RFC 7911), sending side: families in which a prefix may have several paths; none: not offered. */
  readonly addPath: readonly Family[];
  /** Graceful restart (RFC 4724), our restarting side: seconds that the peer keeps our routes for; 0 for not at all. */
  readonly gracefulRestart: number;
}

/** Whether that peer's connections may arrive there. */
export const comesTo = (
  { address, localAddress }: Pick<PeerSettings, 'address' | 'localAddress'>,
  endpoint: Endpoint,
): boolean =>
  familyOf(address) === familyOf(endpoint.address) &&
  (localAddress === undefined || isAny(endpoint.address) || localAddress === endpoint.address);

/** A peer's name in log, status and scopes: `192.0.2.1`, `fe80::1%eth0`, `127.0.1.1:1790` where the port is not 179. */
export const peerName = ({ address, device, port }: Pick<PeerSettings, 'address' | 'device' | 'port'>): string => {
  const zoned = device !== '' && needsZone(address) ? `${address}%${device}` : address;
  if (port === BGP_PORT) return zoned;
  return address.includes(':') ? `[${zoned}]:${port}` : `${zoned}:${port}`;
};

/** RFC 4271 §8.2.1. */
export const BGP_PORT = 179;
