/** Sockets over NETLINK_SOCK_DIAG, PURE: sock_diag(7), include/uapi/linux/inet_diag.h. */
import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { addressFromBytes, addressToBytes, type Family, familyOf, type IpAddress, unmap } from '../../model/address.ts';
import type { Port } from '../../model/facts.ts';
import { decodeAttributes, encodeMessage, NLM_F } from './message.ts';

export const SOCK_DIAG_BY_FAMILY = 20;
const AF = { ipv4: 2, ipv6: 10 } as const;
const IPPROTO_TCP = 6;
const TCP_LISTEN = 10;
const INET_DIAG_SKV6ONLY = 11;
/** INET_DIAG_NOCOOKIE: any socket with these addresses, not one certain socket. */
const NO_COOKIE = 0xffffffff;
const SOCKET_ID_LENGTH = 48;
const REQUEST_LENGTH = 8 + SOCKET_ID_LENGTH;
const MAPPED_PREFIX = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** What a row says of a socket that listens. The device is an interface index, 0 when the socket is bound to none. */
export interface ListenRow {
  readonly family: Family;
  readonly address: IpAddress;
  readonly port: Port;
  readonly deviceIndex: number;
  readonly v6only: boolean;
}

export type ListenId = Pick<ListenRow, 'family' | 'address' | 'port' | 'deviceIndex'>;

// struct inet_diag_req_v2                struct inet_diag_sockid (48 bytes)
//   u8  family, protocol, ext, pad         be16 sport, dport
//   u32 states (bit mask)                  be32 src[4], dst[4]     IPv4 in the first word
//   struct inet_diag_sockid                u32  interface, cookie[2]

/** Asks for all TCP sockets in state LISTEN of a family. */
export function encodeListenDump(family: Family, sequence: number): Uint8Array {
  const body = new Writer(REQUEST_LENGTH)
    .put(Uint8Array.from([AF[family], IPPROTO_TCP, 0, 0]))
    .hostU32(1 << TCP_LISTEN)
    .put(new Uint8Array(SOCKET_ID_LENGTH))
    .finish();
  return encodeMessage(SOCK_DIAG_BY_FAMILY, NLM_F.dump, sequence, body);
}

/**
 * Asks for one listener by what it is bound to. The kernel looks up which socket would *take* a connection there, so that
 * the answer may be another one, on the wildcard for instance: compare it with what was asked.
 */
export function encodeListenQuery(id: ListenId, sequence: number): Uint8Array {
  const isMapped = id.family === 'ipv6' && familyOf(id.address) === 'ipv4';
  const local = isMapped ? concat(MAPPED_PREFIX, addressToBytes(id.address)) : addressToBytes(id.address);
  // An IPv4-mapped lookup takes the IPv4 path only if the (absent) remote address is mapped as well.
  const remote = isMapped ? MAPPED_PREFIX : new Uint8Array(0);
  const body = new Writer(REQUEST_LENGTH)
    .put(Uint8Array.from([AF[id.family], IPPROTO_TCP, 0, 0]))
    .hostU32(1 << TCP_LISTEN)
    .u16(id.port)
    .u16(0)
    .put(concat(local, new Uint8Array(16 - local.length)))
    .put(concat(remote, new Uint8Array(16 - remote.length)))
    .hostU32(id.deviceIndex)
    .hostU32(NO_COOKIE)
    .hostU32(NO_COOKIE)
    .finish();
  return encodeMessage(SOCK_DIAG_BY_FAMILY, 0, sequence, body);
}

/**
 * A row (struct inet_diag_msg), or `undefined` when it is no TCP listener of a family that we know. Throws `BytesError`.
 *
 *   u8 family, state, timer, retrans; struct inet_diag_sockid; u32 expires, rqueue, wqueue, uid, inode; attributes
 */
export function decodeListenRow(body: Uint8Array): ListenRow | undefined {
  const reader = new Reader(body);
  const familyNumber = reader.u8();
  const state = reader.u8();
  reader.take(2);
  const port = reader.u16() as Port;
  reader.u16();
  const source = reader.take(16);
  reader.take(16);
  const deviceIndex = reader.hostU32();
  reader.take(8 + 20);
  const attributes = decodeAttributes(reader);
  if (state !== TCP_LISTEN) return undefined;
  if (familyNumber === AF.ipv4) {
    return { family: 'ipv4', address: addressFromBytes(source.subarray(0, 4)), port, deviceIndex, v6only: false };
  }
  if (familyNumber !== AF.ipv6) return undefined;
  const v6only = (attributes.get(INET_DIAG_SKV6ONLY)?.[0] ?? 0) !== 0;
  return { family: 'ipv6', address: unmap(addressFromBytes(source)), port, deviceIndex, v6only };
}

export const isSameListener = (one: ListenId, other: ListenId): boolean =>
  one.family === other.family &&
  one.address === other.address &&
  one.port === other.port &&
  one.deviceIndex === other.deviceIndex;

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}
