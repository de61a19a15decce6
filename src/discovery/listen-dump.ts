/** SHELL: the listeners of one protocol and family, read now. */
import process from 'node:process';
import { encodePortFilter } from './netlink/bytecode.ts';
import {
  decodeListenRow,
  encodeListenDump,
  encodeListenQuery,
  isSameListener,
  type ListenKind,
  type ListenRow,
  SOCK_DIAG_BY_FAMILY,
} from './netlink/inet-diag.ts';
import { decodeMessages } from './netlink/message.ts';
import type { NetlinkRequests } from './netlink/requests.ts';
import { ownSocketInodes } from './own-sockets.ts';

/** The same map as before when nothing changed; keys say what a listener is bound to. */
export type ListenDump = () => Generator<void, ReadonlyMap<string, ListenRow>>;

/** The kernel repeats a request's sequence number in its answer. It never changes, so that equal facts are equal bytes. */
const SEQUENCE = 1;
/** After so many rows decoded, or sockets asked for by name, others may have their turn: some milliseconds. */
const ROWS_AT_ONCE = 500;
const QUERIES_AT_ONCE = 250;
/** At a port with more sockets than fit into a datagram; the last one holds the end of the dump alone. */
const MOST_LOOKS = 5;

/**
 * A dump is not atomic: while its neighbours come and go, a listener that is there can be missing from it. So whatever was
 * there before and is missing now is asked for on its own. `bytecode`: what the kernel leaves out.
 */
export function createListenDump(kind: ListenKind, diag: NetlinkRequests, bytecode?: Uint8Array): ListenDump {
  const request = encodeListenDump(kind, SEQUENCE, bytecode);
  const decoded = new WeakMap<Uint8Array, readonly ListenRow[]>();
  let lastBytes: readonly Uint8Array[] = [];
  let last: ReadonlyMap<string, ListenRow> = new Map();
  let isWhole = false;

  function decode(datagram: Uint8Array, isOwn: (row: ListenRow) => boolean): readonly ListenRow[] {
    const rows: ListenRow[] = [];
    for (const { type, body } of decodeMessages(datagram)) {
      const row = type === SOCK_DIAG_BY_FAMILY ? decodeListenRow(kind.protocol, body) : undefined;
      if (row !== undefined && !isOwn(row)) rows.push(row);
    }
    return rows;
  }

  /** Most datagrams are those of the last dump, byte for byte, and are decoded already. */
  function* listenersIn(bytes: readonly Uint8Array[], isOwn: (row: ListenRow) => boolean) {
    const listeners = new Map<string, ListenRow>();
    let count = 0;
    for (const datagram of bytes) {
      const rows = decoded.get(datagram) ?? decode(datagram, isOwn);
      if (!decoded.has(datagram)) count += rows.length;
      decoded.set(datagram, rows);
      for (const row of rows) listeners.set(row.id, merged(listeners.get(row.id), row));
      if (count < ROWS_AT_ONCE) continue;
      count = 0;
      yield;
    }
    return listeners;
  }

  function askFor(missing: ListenRow, isOwn: (row: ListenRow) => boolean): ListenRow | undefined {
    const body = diag.query(encodeListenQuery(missing, SEQUENCE));
    const answer = body && decodeListenRow(kind.protocol, body);
    if (answer === undefined) return undefined;
    return isSameListener(answer, missing) && !isOwn(answer) ? answer : lookFor(missing, isOwn);
  }

  /**
   * Another socket answered: mostly one on the wildcard, where only that is left. But of SO_REUSEPORT groups that overlap
   * the kernel may pick a member of the other one. The sockets of one port mostly fit into one datagram, and what is built
   * in one go misses nobody.
   */
  function lookFor(missing: ListenRow, isOwn: (row: ListenRow) => boolean): ListenRow | undefined {
    const onPort = encodePortFilter([{ from: missing.port, to: missing.port }]);
    const narrow = encodeListenDump(kind, SEQUENCE, onPort);
    for (let attempt = 0; attempt < MOST_LOOKS; attempt++) {
      const datagrams = diag.dump(narrow);
      const found = datagrams.flatMap((datagram) => decode(datagram, isOwn)).find(({ id }) => id === missing.id);
      if (found !== undefined || datagrams.length <= 2) return found;
    }
    return undefined;
  }

  return function* () {
    const bytes = diag.dump(request, lastBytes);
    // These bytes may lack a listener that is there: the same ones are then looked at again.
    if (bytes === lastBytes && isWhole) return last;
    const isOwn = createOwnership();
    const listeners: Map<string, ListenRow> = yield* listenersIn(bytes, isOwn);
    const missing = [...last.values()].filter(({ id }) => !listeners.has(id));
    let isComplete = true;
    for (const [index, before] of missing.entries()) {
      if (index > 0 && index % QUERIES_AT_ONCE === 0) yield;
      const answer = askFor(before, isOwn);
      if (answer === undefined) continue;
      listeners.set(answer.id, answer);
      isComplete = false;
    }
    isWhole = isComplete;
    lastBytes = bytes;
    // The length of an accept queue changes with every connection, and is in the bytes.
    if (!isSame(listeners, last)) last = listeners;
    return last;
  };
}

function isSame(one: ReadonlyMap<string, ListenRow>, other: ReadonlyMap<string, ListenRow>): boolean {
  if (one.size !== other.size) return false;
  for (const [id, { v6only, queueFull }] of one) {
    const counterpart = other.get(id);
    if (counterpart?.v6only !== v6only || counterpart.queueFull !== queueFull) return false;
  }
  return true;
}

/** The sockets of an SO_REUSEPORT group are one listener to us: what any of them does, it does. */
function merged(one: ListenRow | undefined, other: ListenRow): ListenRow {
  if (one === undefined) return other;
  return { ...one, v6only: one.v6only && other.v6only, queueFull: one.queueFull && other.queueFull };
}

/** Looks through our own descriptors once, and only when a socket of our own user is asked about. */
function createOwnership(): (row: ListenRow) => boolean {
  const uid = process.geteuid?.();
  let own: ReadonlySet<number> | undefined;
  return ({ uid: owner, inode }) => {
    if (owner !== uid) return false;
    own ??= ownSocketInodes();
    return own.has(inode);
  };
}
