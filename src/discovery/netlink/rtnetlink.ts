/** Devices, addresses and local routes over NETLINK_ROUTE, PURE: rtnetlink(7), include/uapi/linux/{rtnetlink,if_addr,if_link}.h. */
import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { addressFromBytes, type Family, type IpAddress, type Prefix } from '../../model/address.ts';
import type { AssignedAddress, Device, LocalRoute } from '../../model/facts.ts';
import { decodeAttributes, decodeText, encodeAttribute, encodeMessage, NLM_F } from './message.ts';

export const RTM = { newLink: 16, getLink: 18, newAddr: 20, getAddr: 22, newRoute: 24, getRoute: 26 } as const;

const AF = { ipv4: 2, ipv6: 10 } as const;
const ARPHRD_LOOPBACK = 772;
const IFF = { up: 0x1, running: 0x40, lowerUp: 0x1_0000 } as const;
const IFLA = { ifname: 3, master: 10, linkinfo: 18, extMask: 29 } as const;
const RTEXT_FILTER_SKIP_STATS = 1 << 3;
const IFLA_INFO = { kind: 1, data: 2 } as const;
const IFLA_VRF_TABLE = 1;
const IFA = { address: 1, local: 2, label: 3, flags: 8 } as const;
const IFA_F = { temporary: 0x01, optimistic: 0x04, dadFailed: 0x08, tentative: 0x40 } as const;
const RTA = { dst: 1, oif: 4, table: 15 } as const;
const RTN_LOCAL = 2;
const RTPROT_KERNEL = 2;
/** The table of local addresses, outside of any VRF. */
export const RT_TABLE_LOCAL = 255;

export interface LinkRow extends Pick<Device, 'name' | 'up' | 'carrier' | 'kind'> {
  readonly index: number;
  /** Index of the device that it is enslaved to; 0 for none. */
  readonly master: number;
  /** Of a VRF device: its routing table. */
  readonly table: number | undefined;
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
  readonly by: LocalRoute['by'];
}

/** struct ifinfomsg, all zero: every device. Without its counters, which are another number each time. */
export function encodeLinkDump(sequence: number): Uint8Array {
  const mask = encodeAttribute(IFLA.extMask, new Writer(4).hostU32(RTEXT_FILTER_SKIP_STATS).finish());
  return encodeMessage(RTM.getLink, NLM_F.dump, sequence, Uint8Array.from([...new Uint8Array(16), ...mask]));
}

/** struct ifaddrmsg, all zero: every address of every family. */
export const encodeAddressDump = (sequence: number): Uint8Array =>
  encodeMessage(RTM.getAddr, NLM_F.dump, sequence, new Uint8Array(8));

/**
 * struct rtmsg: routes of type local in one table. With NETLINK_GET_STRICT_CHK the kernel sends no others, however large
 * the routing table is.
 */
export function encodeLocalRouteDump(family: Family, table: number, sequence: number): Uint8Array {
  const head = new Writer(12)
    .put(Uint8Array.from([AF[family], 0, 0, 0, 0, 0, 0, RTN_LOCAL]))
    .hostU32(0)
    .finish();
  const number = encodeAttribute(RTA.table, new Writer(4).hostU32(table).finish());
  return encodeMessage(RTM.getRoute, NLM_F.dump, sequence, Uint8Array.from([...head, ...number]));
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
  const info = nested(attributes.get(IFLA.linkinfo));
  const kind = decodeText(info.get(IFLA_INFO.kind) ?? new Uint8Array());
  return {
    index,
    name: decodeText(attributes.get(IFLA.ifname) ?? new Uint8Array()),
    up: (flags & IFF.up) !== 0,
    carrier: (flags & IFF.lowerUp) !== 0 && (flags & IFF.running) !== 0,
    kind: type === ARPHRD_LOOPBACK ? 'loopback' : kind === 'dummy' || kind === 'vrf' ? kind : 'other',
    master: number(attributes.get(IFLA.master)) ?? 0,
    table: kind === 'vrf' ? number(nested(info.get(IFLA_INFO.data)).get(IFLA_VRF_TABLE)) : undefined,
  };
}

const nested = (attribute: Uint8Array | undefined): ReadonlyMap<number, Uint8Array> =>
  attribute === undefined ? new Map() : decodeAttributes(new Reader(attribute));
const number = (attribute: Uint8Array | undefined): number | undefined => attribute && new Reader(attribute).hostU32();

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
  if (address === undefined || (family !== AF.ipv4 && family !== AF.ipv6)) return undefined;
  if (address.length !== (family === AF.ipv4 ? 4 : 16) || length > address.length * 8) return undefined;
  const longFlags = attributes.get(IFA.flags);
  const flags = longFlags === undefined ? shortFlags : new Reader(longFlags).hostU32();
  return {
    deviceIndex,
    address: addressFromBytes(address),
    length,
    label: decodeText(attributes.get(IFA.label) ?? new Uint8Array()),
    state: family === AF.ipv4 ? 'usable' : addressState(flags),
  };
}

/** From the IFA_F_ flags. For IPv4 the bit of `temporary` means "secondary", and the others never occur. */
export function addressState(flags: number): AssignedAddress['state'] {
  if ((flags & IFA_F.dadFailed) !== 0) return 'dad-failed';
  // RFC 4429: an optimistic address may be used while duplicate address detection runs.
  if ((flags & IFA_F.tentative) !== 0 && (flags & IFA_F.optimistic) === 0) return 'tentative';
  return (flags & IFA_F.temporary) !== 0 ? 'temporary' : 'usable';
}

/**
 * struct rtmsg: u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; attributes.
 * `undefined` for any route that is not local, or not in that table, and for the kernel's own of a single address: each
 * assigned address has one, and says more. Throws `BytesError`.
 */
export function decodeLocalRoute(inTable: number, body: Uint8Array): LocalRouteRow | undefined {
  const reader = new Reader(body);
  const family = reader.u8();
  const length = reader.u8();
  reader.take(2);
  const shortTable = reader.u8();
  const protocol = reader.u8();
  reader.u8();
  const type = reader.u8();
  reader.hostU32();
  const attributes = decodeAttributes(reader);
  const bytes = family === AF.ipv4 ? 4 : 16;
  const table = number(attributes.get(RTA.table)) ?? shortTable;
  const deviceIndex = number(attributes.get(RTA.oif));
  // A default route has no destination.
  const destination = attributes.get(RTA.dst) ?? new Uint8Array(bytes);
  const isAddress = length === bytes * 8;
  if (family !== AF.ipv4 && family !== AF.ipv6) return undefined;
  if (type !== RTN_LOCAL || table !== inTable || deviceIndex === undefined) return undefined;
  if (destination.length !== bytes || length > bytes * 8) return undefined;
  const by = protocol === RTPROT_KERNEL ? 'kernel' : 'admin';
  if (by === 'kernel' && isAddress) return undefined;
  return { deviceIndex, prefix: `${addressFromBytes(destination)}/${length}` as Prefix, by };
}
