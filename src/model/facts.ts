/**
 * Facts: what the kernel says of this host now. Nothing here is derived, chosen or waited for.
 * Each fact has a key; a fact with the key of an earlier one replaces it.
 */
import { ANY_IPV4, ANY_IPV6, type Family, type IpAddress, isAny, type Prefix } from './address.ts';

declare const port: unique symbol;
/** 0 to 65535. */
export type Port = number & { readonly [port]: true };

export type Protocol = 'tcp' | 'udp';

/** A socket that waits for whoever comes: TCP in state LISTEN, UDP bound and not connected. */
export interface Listener {
  readonly protocol: Protocol;
  /** Of the socket. An IPv6 socket may serve IPv4 too. */
  readonly family: Family;
  /** What it is bound to; `0.0.0.0` or `::` for every address. IPv4 mapped into IPv6 is shown as IPv4. */
  readonly address: IpAddress;
  readonly port: Port;
  /** IPV6_V6ONLY: a socket on `::` without it serves IPv4 as well. Always false for an IPv4 socket. */
  readonly v6only: boolean;
  /** SO_BINDTODEVICE; empty when not bound. */
  readonly device: string;
  /** Whether no further connection fits into its accept queue; of an SO_REUSEPORT group, into any. Always false for UDP. */
  readonly queueFull: boolean;
}

/** An address that somebody gave to a device (`ip address`). */
export interface AssignedAddress {
  readonly origin: 'assigned';
  readonly address: IpAddress;
  readonly length: number;
  readonly device: string;
  /** IFA_LABEL; the device's name where there is none, as with IPv6 (`ip address show label` sees it so too). */
  readonly label: string;
  /** Duplicate address detection and privacy addresses, RFC 4862 and RFC 8981; IPv4 is always `usable`. */
  readonly state: 'usable' | 'tentative' | 'dad-failed' | 'temporary';
}

/**
 * A prefix of which every address is on this host, through a route of type local (AnyIP). 127.0.0.9 is here only through
 * the kernel's `local 127.0.0.0/8 dev lo`.
 */
export interface LocalRoute {
  readonly origin: 'local-route';
  readonly prefix: Prefix;
  readonly device: string;
  /** The VRF in whose table it is, empty for none. The table says so: its device may be in another VRF, or in none. */
  readonly vrf: string;
  /** The kernel makes some by itself, for what is assigned; any other is the wish of an administrator. */
  readonly by: 'kernel' | 'admin';
}

export type HostAddress = AssignedAddress | LocalRoute;

export interface Device {
  readonly name: string;
  /** IFF_UP: what an administrator asked for, not whether a carrier is there. */
  readonly up: boolean;
  /** IFF_LOWER_UP and IFF_RUNNING: the link works (RFC 2863). */
  readonly carrier: boolean;
  readonly kind: 'loopback' | 'dummy' | 'vrf' | 'other';
  /** The VRF device that it belongs to; its own name for a VRF device, empty for none. */
  readonly vrf: string;
  /** Enslaved to a bridge, a bond or the like, which takes what comes in; to a VRF is something else. */
  readonly isPort: boolean;
  /** Of a VRF device: protocols whose sockets serve it without being bound to it (net.ipv4.{tcp,udp}_l3mdev_accept). */
  readonly takesUnbound: readonly Protocol[];
}

export const listenerKey = (of: Listener): string => `${of.protocol}/${of.family} ${endpoint(of)}`;

export const hostAddressKey = (of: HostAddress): string =>
  of.origin === 'assigned'
    ? `${of.address}/${of.length} ${of.device}`
    : `local ${of.prefix} ${of.device} ${of.vrf} ${of.by}`;

export const deviceKey = (of: Device): string => of.name;

/** `10.0.0.1:80`, `[::]:80`, `0.0.0.0%eth0:80`. */
export function endpoint(of: Listener): string {
  const device = of.device === '' ? '' : `%${of.device}`;
  return of.address.includes(':') ? `[${of.address}]${device}:${of.port}` : `${of.address}${device}:${of.port}`;
}

/** Whether the listener is bound to no address of its own, and which families it then takes connections for. */
export function wildcardFamilies(of: Listener): readonly Family[] {
  if (!isAny(of.address)) return [];
  if (of.address === ANY_IPV4) return ['ipv4'];
  return of.address === ANY_IPV6 && !of.v6only ? ['ipv4', 'ipv6'] : ['ipv6'];
}
