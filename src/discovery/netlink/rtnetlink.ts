/** Devices, addresses and local routes over NETLINK_ROUTE, PURE: rtnetlink(7), include/uapi/linux/{rtnetlink,if_addr,if_link}.h. */
import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { addressFromBytes, type IpAddress, type Prefix } from '../../model/address.ts';
import type { AssignedAddress, Device } from '../../model/facts.ts';
import { decodeAttributes, decodeText, encodeMessage, NLM_F } from './message.ts';

export const RTM = { newLink: 16, getLink: 18, newAddr: 20, getAddr: 22, newRoute: 24, getRoute: 26 } as const;
/** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR. */
export const HOST_GROUPS = 0x1 | 0x10 | 0x100;

const AF_INET = 2;
const AF_INET6 = 10;
const ARPHRD_LOOPBACK = 772;
const IFF_UP = 0x1;
const IFLA = { ifname: 3, linkinfo: 18 } as const;
const IFLA_INFO_KIND = 1;
const IFA = { address: 1, local: 2, label: 3, flags: 8 } as const;
const IFA_F = { temporary: 0x01, optimistic: 0x04, dadFailed: 0x08, tentative: 0x40 } as const;
const RTA = { dst: 1, oif: 4, table: 15 } as const;
const RTN_LOCAL = 2;
const RTPROT_KERNEL = 2;
const RT_TABLE_LOCAL = 255;

export interface LinkRow extends Device {
  readonly index: number;
}
export interface AddressRow {
  readonly deviceIndex: number;
  readonly address: IpAddress;
  readonly length: number;
  /** Empty when the kernel gave none. */
  readonly label: string;
  readonly state: AssignedAddress['state'];
}
export interface LocalRouteRow {
  readonly deviceIndex: number;
  readonly prefix: Prefix;
}

/** struct ifinfomsg, all zero: every device. */
export const encodeLinkDump = (sequence: number): Uint8Array =>
  encodeMessage(RTM.getLink, NLM_F.dump, sequence, new Uint8Array(16));

/** struct ifaddrmsg, all zero: every address of every family. */
export const encodeAddressDump = (sequence: number): Uint8Array =>
  encodeMessage(RTM.getAddr, NLM_F.dump, sequence, new Uint8Array(8));

/**
 * struct rtmsg: IPv4 routes of type local that the kernel itself put into the local table. With NETLINK_GET_STRICT_CHK it
 * sends no others, however large the routing table is. IPv6 has none that is wider than an assigned address.
 */
export function encodeLocalRouteDump(sequence: number): Uint8Array {
  const body = new Writer(12)
    .put(Uint8Array.from([AF_INET, 0, 0, 0, RT_TABLE_LOCAL, RTPROT_KERNEL, 0, RTN_LOCAL]))
    .hostU32(0)
    .finish();
  return encodeMessage(RTM.getRoute, NLM_F.dump, sequence, body);
}

/** struct ifinfomsg: u8 family, pad; u16 type; i32 index; u32 flags, change; attributes. Throws `BytesError`. */
export function decodeLink(body: Uint8Array): LinkRow {
  const reader = new Reader(body);
  reader.take(2);
  const type = reader.hostU16();
  const index = reader.hostU32();
  const flags = reader.hostU32();
  reader.take(4);
  const attributes = decodeAttributes(reader);
  const name = decodeText(attributes.get(IFLA.ifname) ?? new Uint8Array());
  return { index, name, up: (flags & IFF_UP) !== 0, kind: deviceKind(type, attributes) };
}

function deviceKind(type: number, attributes: ReadonlyMap<number, Uint8Array>): Device['kind'] {
  if (type === ARPHRD_LOOPBACK) return 'loopback';
  const info = attributes.get(IFLA.linkinfo);
  const kind = info && decodeAttributes(new Reader(info)).get(IFLA_INFO_KIND);
  return kind !== undefined && decodeText(kind) === 'dummy' ? 'dummy' : 'other';
}

/**
 * struct ifaddrmsg: u8 family, prefixlen, flags, scope; u32 index; attributes. `undefined` for a family that is not IP.
 * Throws `BytesError`.
 */
export function decodeAddress(body: Uint8Array): AddressRow | undefined {
  const reader = new Reader(body);
  const family = reader.u8();
  const length = reader.u8();
  const shortFlags = reader.u8();
  reader.u8();
  const deviceIndex = reader.hostU32();
  const attributes = decodeAttributes(reader);
  // On a point-to-point link IFA_ADDRESS is the other end's.
  const address = attributes.get(IFA.local) ?? attributes.get(IFA.address);
  if (address === undefined || (family !== AF_INET && family !== AF_INET6)) return undefined;
  if (address.length !== (family === AF_INET ? 4 : 16) || length > address.length * 8) return undefined;
  const longFlags = attributes.get(IFA.flags);
  const flags = longFlags === undefined ? shortFlags : new Reader(longFlags).hostU32();
  return {
    deviceIndex,
    address: addressFromBytes(address),
    length,
    label: decodeText(attributes.get(IFA.label) ?? new Uint8Array()),
    state: family === AF_INET ? 'usable' : addressState(flags),
  };
}

/** For IPv4 the bit of `temporary` means "secondary", and the others never occur. */
function addressState(flags: number): AssignedAddress['state'] {
  if ((flags & IFA_F.dadFailed) !== 0) return 'dad-failed';
  // RFC 4429: an optimistic address may be used while duplicate address detection runs.
  if ((flags & IFA_F.tentative) !== 0 && (flags & IFA_F.optimistic) === 0) return 'tentative';
  return (flags & IFA_F.temporary) !== 0 ? 'temporary' : 'usable';
}

/**
 * struct rtmsg: u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; attributes.
 * `undefined` for any route but the kernel's own local ones, and for those of a single address: each assigned address has
 * one, and says more. Throws `BytesError`.
 */
export function decodeLocalRoute(body: Uint8Array): LocalRouteRow | undefined {
  const reader = new Reader(body);
  const [family, length = 0, , , table = 0, protocol, , type] = reader.take(8);
  reader.hostU32();
  const attributes = decodeAttributes(reader);
  const longTable = attributes.get(RTA.table);
  const isOwn =
    family === AF_INET &&
    type === RTN_LOCAL &&
    protocol === RTPROT_KERNEL &&
    (longTable === undefined ? table : new Reader(longTable).hostU32()) === RT_TABLE_LOCAL;
  const destination = attributes.get(RTA.dst);
  const device = attributes.get(RTA.oif);
  if (!isOwn || destination?.length !== 4 || length >= 32 || device === undefined) return undefined;
  return {
    deviceIndex: new Reader(device).hostU32(),
    prefix: `${addressFromBytes(destination)}/${length}` as Prefix,
  };
}
