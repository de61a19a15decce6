/** Sockets over NETLINK_SOCK_DIAG, PURE: sock_diag(7), include/uapi/linux/inet_diag.h. */
import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { addressFromBytes, addressToBytes, type Family, familyOf, type IpAddress, unmap } from '../../model/address.ts';
import type { Port, Protocol } from '../../model/facts.ts';
import { decodeAttributes, encodeAttribute, encodeMessage, NLM_F } from './message.ts';

export const SOCK_DIAG_BY_FAMILY = 20;
const AF = { ipv4: 2, ipv6: 10 } as const;
const IPPROTO = { tcp: 6, udp: 17 } as const;
/** The state in which a socket waits for whoever comes: TCP_LISTEN, and for UDP TCP_CLOSE: bound, and not connected. */
const WAITING_STATE = { tcp: 10, udp: 7 } as const;
const INET_DIAG_REQ_BYTECODE = 1;
const INET_DIAG_SKV6ONLY = 11;
/** INET_DIAG_NOCOOKIE: any socket with these addresses, not one certain socket. */
const NO_COOKIE = 0xffffffff;
const SOCKET_ID_LENGTH = 48;
const REQUEST_LENGTH = 8 + SOCKET_ID_LENGTH;
const MAPPED_PREFIX = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

export interface ListenKind {
  readonly protocol: Protocol;
  readonly family: Family;
}

/** What a row says of a socket that listens. */
export interface ListenRow extends ListenKind {
  /** What it is bound to, in one text: the same for the sockets of an SO_REUSEPORT group. */
  readonly id: string;
  readonly address: IpAddress;
  readonly port: Port;
  /** Interface index; 0 when the socket is bound to none. */
  readonly deviceIndex: number;
  readonly v6only: boolean;
  readonly queueFull: boolean;
  readonly uid: number;
  readonly inode: number;
}

export type ListenId = Pick<ListenRow, 'protocol' | 'family' | 'address' | 'port' | 'deviceIndex'>;

// struct inet_diag_req_v2                struct inet_diag_sockid (48 bytes)
//   u8  family, protocol, ext, pad         be16 sport, dport
//   u32 states (bit mask)                  be32 src[4], dst[4]     IPv4 in the first word
//   struct inet_diag_sockid                u32  interface, cookie[2]

/** Asks for all sockets that listen. `bytecode`: which of them the kernel is to leave out (`encodePortFilter`). */
export function encodeListenDump(kind: ListenKind, sequence: number, bytecode?: Uint8Array): Uint8Array {
  const head = requestHead(kind).put(new Uint8Array(SOCKET_ID_LENGTH)).finish();
  const body = bytecode === undefined ? head : concat(head, encodeAttribute(INET_DIAG_REQ_BYTECODE, bytecode));
  return encodeMessage(SOCK_DIAG_BY_FAMILY, NLM_F.dump, sequence, body);
}

/**
 * Asks for one listener by what it is bound to. The kernel looks up which socket would *take* a connection there, so that
 * the answer may be another one, on the wildcard for instance: compare it with what was asked.
 */
export function encodeListenQuery(id: ListenId, sequence: number): Uint8Array {
  const isMapped = id.family === 'ipv6' && familyOf(id.address) === 'ipv4';
  const own = isMapped ? concat(MAPPED_PREFIX, addressToBytes(id.address)) : addressToBytes(id.address);
  // An IPv4-mapped lookup takes the IPv4 path only if the (absent) remote address is mapped as well.
  const other = isMapped ? MAPPED_PREFIX : new Uint8Array(0);
  const local = { port: id.port, address: concat(own, new Uint8Array(16 - own.length)) };
  const remote = { port: 0, address: concat(other, new Uint8Array(16 - other.length)) };
  // For UDP the kernel takes the two ends the other way round (net/ipv4/udp_diag.c, udp_dump_one).
  const [source, destination] = id.protocol === 'tcp' ? [local, remote] : [remote, local];
  const body = requestHead(id)
    .u16(source.port)
    .u16(destination.port)
    .put(source.address)
    .put(destination.address)
    .hostU32(id.deviceIndex)
    .hostU32(NO_COOKIE)
    .hostU32(NO_COOKIE)
    .finish();
  return encodeMessage(SOCK_DIAG_BY_FAMILY, 0, sequence, body);
}

const requestHead = ({ protocol, family }: ListenKind): Writer =>
  new Writer(REQUEST_LENGTH)
    .put(Uint8Array.from([AF[family], IPPROTO[protocol], 0, 0]))
    .hostU32(1 << WAITING_STATE[protocol]);

/**
 * A row (struct inet_diag_msg), or `undefined` when it is no listener of the protocol, or of a family that we don't know.
 * The row does not say its protocol. Throws `BytesError`.
 *
 *   u8 family, state, timer, retrans; struct inet_diag_sockid; u32 expires, rqueue, wqueue, uid, inode; attributes
 */
export function decodeListenRow(protocol: Protocol, body: Uint8Array): ListenRow | undefined {
  const reader = new Reader(body);
  const familyNumber = reader.u8();
  const state = reader.u8();
  reader.take(2);
  const port = reader.u16() as Port;
  reader.u16();
  const source = reader.take(16);
  reader.take(16);
  const deviceIndex = reader.hostU32();
  reader.take(8 + 4);
  const queued = reader.hostU32();
  const backlog = reader.hostU32();
  const uid = reader.hostU32();
  const inode = reader.hostU32();
  const attributes = decodeAttributes(reader);
  if (state !== WAITING_STATE[protocol]) return undefined;
  // A UDP socket's queue holds bytes. A TCP listener takes one connection more than its backlog says
  // (sk_acceptq_is_full, include/net/sock.h; tried with backlogs of 0, 1 and 4 on Linux 6.18).
  const queueFull = protocol === 'tcp' && queued > backlog;
  if (familyNumber !== AF.ipv4 && familyNumber !== AF.ipv6) return undefined;
  const family = familyNumber === AF.ipv4 ? 'ipv4' : 'ipv6';
  const address = family === 'ipv4' ? addressFromBytes(source.subarray(0, 4)) : unmap(addressFromBytes(source));
  const v6only = family === 'ipv6' && (attributes.get(INET_DIAG_SKV6ONLY)?.[0] ?? 0) !== 0;
  const id = `${address} ${port} ${deviceIndex}`;
  return { id, protocol, family, address, port, deviceIndex, v6only, queueFull, uid, inode };
}

export const isSameListener = (one: ListenId, other: ListenId): boolean =>
  one.protocol === other.protocol &&
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
