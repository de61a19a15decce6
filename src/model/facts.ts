/**
 * Facts: what the kernel says of this host now. Nothing here is derived, chosen or waited for.
 * Each fact has a key; a fact with the key of an earlier one replaces it.
 */
import { ANY_IPV4, ANY_IPV6, type Family, type IpAddress, isAny, type Prefix } from './address.ts';

declare const port: unique symbol;
/** 0 to 65535. */
export type Port = number & { readonly [port]: true };

/** A socket in state LISTEN. */
export interface Listener {
  readonly protocol: 'tcp';
  /** Of the socket. An IPv6 socket may serve IPv4 too. */
  readonly family: Family;
  /** What it is bound to; `0.0.0.0` or `::` for every address. IPv4 mapped into IPv6 is shown as IPv4. */
  readonly address: IpAddress;
  readonly port: Port;
  /** IPV6_V6ONLY: a socket on `::` without it serves IPv4 as well. Always false for an IPv4 socket. */
  readonly v6only: boolean;
  /** SO_BINDTODEVICE; empty when not bound. */
  readonly device: string;
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

/** A range that the kernel itself made local: 127.0.0.9 is on this host only through `local 127.0.0.0/8 dev lo`. */
export interface LocalRoute {
  readonly origin: 'local-route';
  readonly prefix: Prefix;
  readonly device: string;
}

export type HostAddress = AssignedAddress | LocalRoute;

export interface Device {
  readonly name: string;
  /** IFF_UP: what an administrator asked for, not whether a carrier is there. */
  readonly up: boolean;
  readonly kind: 'loopback' | 'dummy' | 'other';
}

export const listenerKey = (of: Listener): string => `${of.protocol}/${of.family} ${endpoint(of)}`;

export const hostAddressKey = (of: HostAddress): string =>
  of.origin === 'assigned' ? `${of.address}/${of.length} ${of.device}` : `local ${of.prefix} ${of.device}`;

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
