/**
 * SHELL: the kernel's facts, read now. No timing, no state beyond what saves work; `source.ts` decides when to read.
 */
import type net from 'node:net';
import os from 'node:os';
import { BytesError } from '../bytes/reader.ts';
import type { Device, HostAddress, Listener } from '../model/facts.ts';
import { closeDescriptor, NativeError, openNetlink, readable } from '../runtime/native.ts';
import {
  decodeListenRow,
  encodeListenDump,
  encodeListenQuery,
  isSameListener,
  type ListenRow,
  SOCK_DIAG_BY_FAMILY,
} from './netlink/inet-diag.ts';
import type { NetlinkMessage } from './netlink/message.ts';
import { NetlinkError, NetlinkRequests } from './netlink/requests.ts';
import {
  decodeAddress,
  decodeLink,
  decodeLocalRoute,
  encodeAddressDump,
  encodeLinkDump,
  encodeLocalRouteDump,
  HOST_GROUPS,
  type LinkRow,
  RTM,
} from './netlink/rtnetlink.ts';

export interface HostFacts {
  readonly addresses: readonly HostAddress[];
  readonly devices: readonly Device[];
}

/** What `source.ts` needs of the kernel; a test puts its own in. Every method throws what `isReadError` knows. */
export interface Kernel {
  /** Devices, addresses and local routes. */
  readHost(): HostFacts;
  /**
   * Every TCP listener; the same array as before when nothing changed. One that was there before and is missing now was
   * asked for by name, and is gone.
   */
  readListeners(): readonly Listener[];
  /** Calls `hint` when something about devices or addresses may have changed, and `lost` once when no more hints come. */
  subscribe(hint: () => void, lost: (reason: Error) => void): Subscription;
  close(): void;
}

export interface Subscription {
  close(): void;
}

/** The kernel refused, was interrupted or made no sense: all that leaves the last facts in force. */
export const isReadError = (error: unknown): error is Error =>
  error instanceof NativeError || error instanceof NetlinkError || error instanceof BytesError;

const NETLINK_ROUTE = 0;
const NETLINK_SOCK_DIAG = 4;
// The kernel repeats a request's sequence number in its answer. They never change, so that equal facts are equal bytes.
const SEQUENCE = { ipv4: 1, ipv6: 2, query: 3, links: 4, addresses: 5, routes: 6 } as const;

export function openKernel(): Kernel {
  const diag = new NetlinkRequests(NETLINK_SOCK_DIAG);
  const route = new NetlinkRequests(NETLINK_ROUTE);
  const dumps = {
    ipv4: createListenDump('ipv4', diag),
    ipv6: createListenDump('ipv6', diag),
  };
  let deviceNames = new Map<number, string>();
  let listeners: readonly Listener[] = [];
  let read: { ipv4?: readonly ListenRow[]; ipv6?: readonly ListenRow[]; names?: Map<number, string> } = {};

  function readHost(): HostFacts {
    const links = rows(route.dump(encodeLinkDump(SEQUENCE.links)).messages, RTM.newLink, decodeLink);
    deviceNames = new Map(links.map(({ index, name }) => [index, name]));
    return {
      devices: links.map(({ name, up, kind }: LinkRow) => ({ name, up, kind })),
      addresses: [
        ...rows(route.dump(encodeAddressDump(SEQUENCE.addresses)).messages, RTM.newAddr, decodeAddress).map(
          ({ deviceIndex, address, length, label, state }): HostAddress => {
            const device = nameOf(deviceIndex);
            return { origin: 'assigned', address, length, device, label: label === '' ? device : label, state };
          },
        ),
        ...rows(dumpLocalRoutes(route), RTM.newRoute, decodeLocalRoute).map(
          ({ deviceIndex, prefix }): HostAddress => ({ origin: 'local-route', prefix, device: nameOf(deviceIndex) }),
        ),
      ],
    };
  }

  /** A device made since the last `readHost` has no name yet; its number keeps it apart until then. */
  const nameOf = (index: number): string => deviceNames.get(index) ?? `#${index}`;

  return {
    readHost,
    readListeners() {
      const now = { ipv4: dumps.ipv4(), ipv6: dumps.ipv6(), names: deviceNames };
      if (now.ipv4 === read.ipv4 && now.ipv6 === read.ipv6 && now.names === read.names) return listeners;
      const found = [...now.ipv4, ...now.ipv6].map(({ family, address, port, v6only, deviceIndex }): Listener => {
        const device = deviceIndex === 0 ? '' : nameOf(deviceIndex);
        return { protocol: 'tcp', family, address, port, v6only, device };
      });
      read = now;
      listeners = found;
      return listeners;
    },
    subscribe(hint, lost) {
      const fd = openNetlink({ protocol: NETLINK_ROUTE, groups: HOST_GROUPS });
      const stream = openStream(fd);
      let isOver = false;
      const end = (reason: Error): void => {
        if (isOver) return;
        isOver = true;
        stream.destroy();
        lost(reason);
      };
      stream.on('data', hint);
      stream.on('error', end);
      stream.on('close', () => end(new NetlinkError('netlink subscription closed')));
      return {
        close() {
          isOver = true;
          stream.destroy();
        },
      };
    },
    close() {
      diag.close();
      route.close();
    },
  };
}

function openStream(fd: number): net.Socket {
  try {
    return readable(fd);
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

/** The local table is made with its first route: a namespace without any answers ENOENT, which is an answer. */
function dumpLocalRoutes(route: NetlinkRequests): readonly NetlinkMessage[] {
  try {
    return route.dump(encodeLocalRouteDump(SEQUENCE.routes)).messages;
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === os.constants.errno.ENOENT) return [];
    throw error;
  }
}

/**
 * Dumps a family's listeners. A dump is not atomic: while its neighbours come and go, a listener that is there can be
 * missing from it. So whatever was there before and is missing now is asked for on its own.
 */
function createListenDump(family: ListenRow['family'], diag: NetlinkRequests): () => readonly ListenRow[] {
  const request = encodeListenDump(family, SEQUENCE[family]);
  let lastBytes: readonly Uint8Array[] = [];
  let last: readonly ListenRow[] = [];

  return () => {
    const { datagrams: bytes, messages } = diag.dump(request);
    if (areEqual(bytes, lastBytes)) return last;
    // The sockets of an SO_REUSEPORT group are one listener to us; if any of them takes IPv4 as well, it does.
    const listeners = new Map<string, ListenRow>();
    for (const row of rows(messages, SOCK_DIAG_BY_FAMILY, decodeListenRow)) {
      const other = listeners.get(idOf(row));
      listeners.set(idOf(row), { ...row, v6only: row.v6only && other?.v6only !== false });
    }
    let isWhole = true;
    for (const before of last) {
      if (listeners.has(idOf(before))) continue;
      const body = diag.query(encodeListenQuery(before, SEQUENCE.query));
      const answer = body && decodeListenRow(body);
      if (answer === undefined || !isSameListener(answer, before)) continue;
      listeners.set(idOf(answer), answer);
      isWhole = false;
    }
    // These bytes lack a listener that is there: the next ones have to be looked at even if they are the same.
    lastBytes = isWhole ? bytes : [];
    last = [...listeners.values()];
    return last;
  };
}

const idOf = (row: ListenRow): string => `${row.address} ${row.port} ${row.deviceIndex}`;

function areEqual(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return (
    one.length === other.length &&
    one.every((bytes, index) => {
      const counterpart = other[index];
      return counterpart !== undefined && Buffer.compare(bytes, counterpart) === 0;
    })
  );
}

function rows<T>(
  messages: readonly NetlinkMessage[],
  type: number,
  decode: (body: Uint8Array) => T | undefined,
): NonNullable<T>[] {
  const found: NonNullable<T>[] = [];
  for (const message of messages) {
    const row = message.type === type ? decode(message.body) : undefined;
    if (row !== undefined && row !== null) found.push(row);
  }
  return found;
}
