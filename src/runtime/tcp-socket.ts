/**
 * TCP sockets with what Node has no option for, set before the first packet goes out or comes in: a key of RFC 2385, the TTL
 * of RFC 5082, a device, a traffic class. Node takes the descriptor over.
 */

import os from 'node:os';
import { type Family, type IpAddress, needsZone } from '../model/address.ts';
import type { Secret } from '../model/peer.ts';
import {
  bindTo,
  closeDescriptor,
  deviceIndex,
  encodeSocketAddress,
  listenOn,
  NativeError,
  openSocket,
  setOption,
} from './native.ts';

export interface TcpKey {
  readonly address: IpAddress;
  readonly password: Secret;
}

export interface TcpOptions {
  readonly family: Family;
  readonly local?: { readonly address: IpAddress; readonly port?: number };
  /** Bound to it, SO_BINDTODEVICE; the zone of link-local addresses. Empty for none. */
  readonly device?: string;
  /** For each of these remote addresses; a segment from one without the right signature never arrives. */
  readonly keys?: readonly TcpKey[];
  /** Of what is sent; the host's default when left out. */
  readonly ttl?: number | undefined;
  /** What arrives with less is dropped by the kernel. */
  readonly leastTtl?: number | undefined;
}

/** include/uapi/linux/{in,in6,tcp}.h, include/uapi/asm-generic/socket.h */
const OPTION = {
  reuseAddress: [1, 2],
  bindToDevice: [1, 25],
  md5: [6, 14],
  ipv4: { ttl: [0, 2], leastTtl: [0, 21], trafficClass: [0, 1], freeBind: [0, 15] },
  ipv6: { ttl: [41, 16], leastTtl: [41, 73], trafficClass: [41, 67], only: [41, 26] },
} as const;
/** DSCP CS6, "network control" (RFC 4594 §3.1), in the upper six bits. */
const NETWORK_CONTROL = 0xc0;
const BACKLOG = 128;

/** One that has yet to be connected. Throws `NativeError`. */
export const openTcp = (options: TcpOptions): number => open(options, () => {});

/** One that takes connections. Throws `NativeError`. */
export const openTcpListener = (options: TcpOptions): number => open(options, (fd) => listenOn(fd, BACKLOG));

/** Also on a listener that is open already. Of a link-local address the kernel looks at no device. Throws `NativeError`. */
export const setKey = (fd: number, { address, password }: TcpKey): void =>
  key(fd, address, Buffer.from(password.reveal(), 'utf8'));

/** That address needs no key any more. Throws `NativeError`, also when it needed none. */
export const clearKey = (fd: number, address: IpAddress): void => key(fd, address, Buffer.alloc(0));

function key(fd: number, address: IpAddress, password: Uint8Array): void {
  // struct tcp_md5sig: storage[128], flags, prefix length, u16 length of the key, int ifindex, key[80]
  const bytes = Buffer.alloc(216);
  bytes.set(encodeSocketAddress(address), 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(130, password.length, os.endianness() === 'LE');
  bytes.set(password, 136);
  set(fd, OPTION.md5, bytes, 'TCP_MD5SIG');
}

/** Of one that is connected, or takes connections. Throws `NativeError`. */
export function setTtl(fd: number, family: Family, { ttl, leastTtl }: Pick<TcpOptions, 'ttl' | 'leastTtl'>): void {
  if (ttl !== undefined) set(fd, OPTION[family].ttl, ttl, 'TTL');
  if (leastTtl !== undefined) set(fd, OPTION[family].leastTtl, leastTtl, 'least TTL');
}

function open(
  { family, local, device = '', keys = [], ttl, leastTtl }: TcpOptions,
  finish: (fd: number) => void,
): number {
  const fd = openSocket('tcp', family);
  try {
    if (device !== '') set(fd, OPTION.bindToDevice, Buffer.from(`${device}\0`), `SO_BINDTODEVICE ${device}`);
    set(fd, OPTION[family].trafficClass, NETWORK_CONTROL, 'traffic class');
    for (const key of keys) setKey(fd, key);
    setTtl(fd, family, { ttl, leastTtl });
    if (local !== undefined) {
      set(fd, OPTION.reuseAddress, 1, 'SO_REUSEADDR');
      if (family === 'ipv6') set(fd, OPTION.ipv6.only, 1, 'IPV6_V6ONLY');
      bindTo(fd, local.address, local.port ?? 0, scopeOf(local.address, device));
    }
    finish(fd);
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

const scopeOf = (address: IpAddress, device: string): number => {
  if (!needsZone(address)) return 0;
  const index = deviceIndex(device);
  if (index === 0) throw new NativeError(`device ${device}`, os.constants.errno.ENODEV ?? 19);
  return index;
};

const set = (fd: number, [level, option]: readonly [number, number], value: number | Uint8Array, name: string): void =>
  setOption(fd, level, option, value, name);
