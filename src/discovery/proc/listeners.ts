/**
 * Sockets that listen, from /proc/net/{tcp,tcp6,udp,udp6}, PURE: proc(5), Documentation/networking/proc_net_tcp.rst.
 *
 * What these files do not say, and what stands for it:
 * - IPV6_V6ONLY. A socket on `::` is taken for v6only: that it serves IPv4 would be a guess.
 * - The device of SO_BINDTODEVICE. Every socket is taken for unbound, or none would ever count. Where sockets are bound to
 *   devices or VRFs, netlink has to be used.
 * - The longest accept queue. rx_queue of a listener is how many connections wait (tcp4_seq_show, get_tcp4_sock), but the
 *   backlog is nowhere, so that no queue is ever taken for full.
 */
import { HOST_IS_LITTLE_ENDIAN } from '../../bytes/reader.ts';
import { ANY_IPV6, type Family, type IpAddress } from '../../model/address.ts';
import type { Listener, Port, Protocol } from '../../model/facts.ts';
import { eachRow } from './lines.ts';
import type { Rows } from './reread.ts';
import { addressOfWords } from './words.ts';

export interface SocketKind {
  readonly protocol: Protocol;
  readonly family: Family;
}

export interface SocketRow extends SocketKind {
  readonly address: IpAddress;
  readonly port: Port;
  readonly inode: number;
}

/** include/net/tcp_states.h; of UDP, "close" means bound and not connected. */
const WAITING_STATE = { tcp: '0A', udp: '07' } as const;
const TCP_SYN_RECV = '03';
const HEADING = /^ *sl +local_address /;
//  sl: local_address remote_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
const ROW =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8,16} [0-9A-F]{8} +\d+ +-?\d+ (\d+) /;
const DIGITS = { ipv4: 8, ipv6: 32 } as const;

/**
 * Those that listen, and a trace of all that the kernel counts along to find its place in the file (`reread.ts`): of TCP it
 * keeps those that listen apart. Throws `BytesError`.
 */
export function parseSockets(kind: SocketKind, text: string, isLittleEndian = HOST_IS_LITTLE_ENDIAN): Rows<SocketRow> {
  const rows: SocketRow[] = [];
  const trace: string[] = [];
  eachRow(text, HEADING, (line) => {
    const [, local = '', port = '', remote = '', remotePort = '', state, inode] = ROW.exec(line) ?? [];
    if (local.length !== DIGITS[kind.family] || remote.length !== local.length) return false;
    const isWaiting = state === WAITING_STATE[kind.protocol] && remotePort === '0000';
    if (isWaiting || kind.protocol === 'udp') trace.push(`${local} ${port} ${inode}`);
    if (!isWaiting) return true;
    const address = addressOfWords(local, isLittleEndian);
    rows.push({ ...kind, address, port: Number.parseInt(port, 16) as Port, inode: Number(inode) });
    return true;
  });
  return { rows, trace: trace.join() };
}

/**
 * Whether no listener follows behind this row of a TCP file: the kernel lists them first (proc_net_tcp.rst, tcp_get_idx).
 * Kernels before 4.4 show half-open connections among them.
 */
export function isBehindListeners(line: string): boolean {
  const state = ROW.exec(line)?.[5];
  return state !== undefined && state !== WAITING_STATE.tcp && state !== TCP_SYN_RECV;
}

export function listenerOf({ protocol, family, address, port }: SocketRow): Listener {
  return { protocol, family, address, port, v6only: address === ANY_IPV6, device: '', queueFull: false };
}
