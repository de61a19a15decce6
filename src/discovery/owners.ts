/**
 * SHELL: which processes have a listener open. Asked for by people, so found at that moment: the sockets of the listener from
 * the kernel, then whoever has one of them among its descriptors (proc_pid_fd(5)). That may be many: it is looked through some
 * milliseconds at a time, and given up when it takes long.
 */
import fs from 'node:fs';
import process from 'node:process';
import { type Listener, listenerKey } from '../model/facts.ts';
import type { Owner } from '../model/owner.ts';
import { type Namespace, namespaceOf } from './namespace.ts';
import { encodePortFilter } from './netlink/bytecode.ts';
import { decodeListenRow, encodeListenDump, type ListenRow, SOCK_DIAG_BY_FAMILY } from './netlink/inet-diag.ts';
import { decodeMessages } from './netlink/message.ts';
import { NetlinkRequests } from './netlink/requests.ts';
import { parseSockets, type SocketRow } from './proc/listeners.ts';
import { isReadError } from './read-error.ts';

export type FindOwners = (listeners: readonly Listener[]) => Promise<ReadonlyMap<string, Owner>>;

const NETLINK_SOCK_DIAG = 4;
const SEQUENCE = 1;
/** Milliseconds that others wait at most, */
const LONGEST_TURN = 5;
/** and that all of it may take. */
const LONGEST_SEARCH = 2_000;
/** What is read of /proc/net/tcp: listeners stand first, and a row has 150 octets. */
const MOST_OCTETS = 512 * 1_024;
/** Processes that are named. */
const MOST_NAMED = 5;

/** `netns`: see `namespaceOf`. By `listenerKey`. */
export function ownerFinder(netns: string, proc = '/proc', ask: AskKernel = askKernel): FindOwners {
  const namespace = namespaceOf(netns);

  /** By inode: keys of listeners. */
  async function inodesOf(listeners: readonly Listener[]): Promise<Inodes> {
    try {
      return ask(listeners, namespace);
    } catch (error) {
      // Another namespace has no files of its own there.
      if (!isExpected(error) || netns !== '') throw error;
    }
    const keysOf: Inodes = new Map();
    for (const listener of listeners) {
      for (const { inode } of await socketsInProc(listener, proc)) note(keysOf, inode, listener);
    }
    return keysOf;
  }

  return async (listeners) => {
    if (listeners.length === 0) return new Map();
    let keysOf: Inodes;
    try {
      keysOf = await inodesOf(listeners);
    } catch (error) {
      if (!isExpected(error)) throw error;
      return allAre(listeners, `its process cannot be looked for: ${error.message}`);
    }
    const found = new Map<string, { pid: number; name: string }[]>();
    const search = keysOf.size === 0 ? { isCut: false, denied: 0 } : await inTurns(lookThrough(proc, keysOf, found));
    return new Map(
      listeners.map((listener) => {
        const key = listenerKey(listener);
        const processes = found.get(key) ?? [];
        const why = processes.length > 0 ? '' : whyNone(search, isOpen(key, keysOf));
        return [
          key,
          { processes: processes.slice(0, MOST_NAMED), more: Math.max(0, processes.length - MOST_NAMED), why },
        ];
      }),
    );
  };
}

type Inodes = Map<number, Set<string>>;

function note(keysOf: Inodes, inode: number, listener: Listener): void {
  const keys = keysOf.get(inode) ?? new Set();
  keysOf.set(inode, keys.add(listenerKey(listener)));
}

/** What the kernel, or a file in /proc, may answer. */
const isExpected = (error: unknown): error is Error =>
  isReadError(error) || (error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string');

type AskKernel = (listeners: readonly Listener[], namespace: Namespace) => Inodes;

const askKernel: AskKernel = (listeners, namespace) => {
  const diag = new NetlinkRequests(NETLINK_SOCK_DIAG, namespace);
  const keysOf: Inodes = new Map();
  try {
    for (const listener of listeners) for (const { inode } of socketsOf(listener, diag)) note(keysOf, inode, listener);
    return keysOf;
  } finally {
    diag.close();
  }
};

interface Search {
  /** It took too long. */
  readonly isCut: boolean;
  /** Processes that this user may not look at. */
  readonly denied: number;
}

const allAre = (listeners: readonly Listener[], why: string): ReadonlyMap<string, Owner> =>
  new Map(listeners.map((listener) => [listenerKey(listener), { processes: [], more: 0, why }]));

const isOpen = (key: string, keysOf: ReadonlyMap<number, ReadonlySet<string>>): boolean =>
  [...keysOf.values()].some((keys) => keys.has(key));

function whyNone({ isCut, denied }: Search, isThere: boolean): string {
  if (!isThere) return 'it is closed by now';
  if (denied > 0) return `its process is another user's: this one may not look at ${denied} processes (CAP_SYS_PTRACE)`;
  return isCut ? 'its process was not found in time' : 'no process of this host has it open';
}

/** The sockets of one listener: of an SO_REUSEPORT group there are several. */
function socketsOf(listener: Listener, diag: NetlinkRequests): readonly ListenRow[] {
  const { protocol, family, address, port, device } = listener;
  const onPort = encodePortFilter([{ from: port, to: port }]);
  return diag
    .dump(encodeListenDump({ protocol, family }, SEQUENCE, onPort))
    .flatMap((datagram) => decodeMessages(datagram))
    .flatMap(({ type, body }) => (type === SOCK_DIAG_BY_FAMILY ? (decodeListenRow(protocol, body) ?? []) : []))
    .filter((row) => row.address === address && row.port === port && (row.deviceIndex === 0) === (device === ''));
}

/** Where netlink is not to be had. */
async function socketsInProc(
  { protocol, family, address, port }: Listener,
  proc: string,
): Promise<readonly SocketRow[]> {
  const handle = await fs.promises.open(`${proc}/net/${protocol}${family === 'ipv6' ? '6' : ''}`);
  try {
    const buffer = Buffer.alloc(MOST_OCTETS);
    let length = 0;
    // The kernel hands out a page at a time.
    for (let read = -1; read !== 0; length += read) ({ bytesRead: read } = await handle.read(buffer, length));
    const text = buffer.toString('latin1', 0, length);
    const { rows } = parseSockets({ protocol, family }, text.slice(0, text.lastIndexOf('\n') + 1));
    return rows.filter((row) => row.address === address && row.port === port);
  } finally {
    await handle.close();
  }
}

/** Yields now and then. */
function* lookThrough(
  proc: string,
  keysOf: ReadonlyMap<number, ReadonlySet<string>>,
  found: Map<string, { pid: number; name: string }[]>,
): Generator<void, number> {
  let denied = 0;
  for (const pid of fs.readdirSync(proc)) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    let directory: fs.Dir | undefined;
    try {
      directory = fs.opendirSync(`${proc}/${pid}/fd`, { bufferSize: 64 });
      const keys = new Set<string>();
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
        const inode = inodeOf(`${proc}/${pid}/fd/${entry.name}`);
        for (const key of (inode !== undefined && keysOf.get(inode)) || []) keys.add(key);
        yield;
      }
      const name = keys.size > 0 ? fs.readFileSync(`${proc}/${pid}/comm`, 'utf8').trim() : '';
      for (const key of keys) found.set(key, [...(found.get(key) ?? []), { pid: Number(pid), name }]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') denied++;
      // One that has ended meanwhile has nothing open.
      else if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    } finally {
      directory?.closeSync();
    }
    yield;
  }
  return denied;
}

/** Undefined for what is no socket, and for one that was closed meanwhile. */
function inodeOf(link: string): number | undefined {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(link)) ?? [];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    return undefined;
  }
}

function inTurns(steps: Generator<void, number>): Promise<Search> {
  const endBy = performance.now() + LONGEST_SEARCH;
  return new Promise((resolve, reject) => {
    const go = (): void => {
      const turnEnds = performance.now() + LONGEST_TURN;
      try {
        for (;;) {
          const step = steps.next();
          if (step.done) {
            resolve({ isCut: false, denied: step.value });
            return;
          }
          const now = performance.now();
          if (now >= endBy) {
            steps.return(0);
            resolve({ isCut: true, denied: 0 });
            return;
          }
          if (now >= turnEnds) break;
        }
        setImmediate(go);
      } catch (error) {
        reject(error);
      }
    };
    go();
  });
}
