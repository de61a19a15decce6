/**
 * The one edge to system calls that Node itself does not offer: `koffi` calls libc.
 *
 * What it does: opens, sends on and receives from AF_NETLINK sockets, binds a TCP or UDP socket in one step, locks a file,
 * all of it in another network namespace where asked to, sends datagrams to sockets of the file system, and asks poll(2)
 * whether a descriptor takes a write.
 * What it does not: know a single netlink message (`discovery/netlink`), or wait for one (`runtime/readable`).
 *
 * Requests and their answers are synchronous: the kernel builds a dump inside our own recv(2), so that there is nothing to
 * wait for, and one dump costs less than one trip through the event loop.
 */
import os from 'node:os';
import koffi from 'koffi';
import { addressToBytes, type Family, familyOf, type IpAddress } from '../model/address.ts';

/** A failed system call: its name, errno and the symbolic name of errno (`ENOBUFS`). */
export class NativeError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly code: string;
  constructor(call: string, errno: number, detail = '') {
    const code = errnoName(errno);
    super(`${call}: ${code}${detail === '' ? '' : ` (${detail})`}`);
    this.name = 'NativeError';
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}

export interface NetlinkOptions {
  /** `NETLINK_ROUTE`, `NETLINK_SOCK_DIAG` … (include/uapi/linux/netlink.h) */
  readonly protocol: number;
  /** Bit mask of multicast groups to join; 0 for a socket that only asks. */
  readonly groups: number;
  /** `NETLINK_GET_STRICT_CHK`: the kernel applies the filters of a dump request instead of ignoring them. */
  readonly strict?: boolean;
  /** Receive buffer in bytes; the kernel's default when left out. */
  readonly receiveBuffer?: number;
  /** A classic BPF program, one `struct sock_filter` after the other: what it returns 0 for is never received. */
  readonly filter?: Uint8Array;
}

const AF = { ipv4: 2, ipv6: 10 } as const;
const AF_UNIX = 1;
const AF_NETLINK = 16;
const SOCK_TYPE = { tcp: 1, udp: 2 } as const;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_PEERCRED = 17;
const SO_ATTACH_FILTER = 26;
const SIZEOF_SOCK_FILTER = 8;
const SOL_NETLINK = 270;
const NETLINK_GET_STRICT_CHK = 12;
const POLLOUT = 4;
const LOCK_EX = 2;
const LOCK_NB = 4;
const SIZEOF_SOCKADDR_NL = 12;

// Node's own process: its C library under whatever name, glibc's or musl's.
const libc = koffi.load(null);
const sockFprog = koffi.struct({ len: 'uint16', filter: 'const void *' });
const sys = {
  socket: libc.func('int socket(int, int, int)'),
  bind: libc.func('int bind(int, const void *, uint32_t)'),
  listen: libc.func('int listen(int, int)'),
  ifNameToIndex: libc.func('unsigned int if_nametoindex(const char *)'),
  getsockname: libc.func('int getsockname(int, _Out_ void *, _Inout_ uint32_t *)'),
  getsockopt: libc.func('int getsockopt(int, int, int, _Out_ void *, _Inout_ uint32_t *)'),
  setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
  attachFilter: libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(sockFprog), 'uint32_t']),
  send: libc.func('intptr_t send(int, const void *, size_t, int)'),
  sendto: libc.func('intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)'),
  recv: libc.func('intptr_t recv(int, _Out_ void *, size_t, int)'),
  poll: libc.func('int poll(_Inout_ void *, unsigned long, int)'),
  close: libc.func('int close(int)'),
  open: libc.func('int open(const char *, int)'),
  setns: libc.func('int setns(int, int)'),
  flock: libc.func('int flock(int, int)'),
  exit: libc.func('void _exit(int)'),
};

/** Opens a non-blocking netlink socket and returns its descriptor. Throws `NativeError`. */
export function openNetlink(options: NetlinkOptions): number {
  const fd: number = sys.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, options.protocol);
  if (fd < 0) throw failed('socket(AF_NETLINK)');
  try {
    if (options.receiveBuffer !== undefined) setOption(fd, SOL_SOCKET, SO_RCVBUF, options.receiveBuffer);
    if (options.strict === true) askForStrictness(fd);
    // Before bind(2) joins the groups, so that not one message comes unfiltered.
    if (options.filter !== undefined) attachFilter(fd, options.filter);
    const address = Buffer.alloc(SIZEOF_SOCKADDR_NL);
    const view = new DataView(address.buffer, address.byteOffset);
    view.setUint16(0, AF_NETLINK, os.endianness() === 'LE');
    view.setUint32(8, options.groups, os.endianness() === 'LE');
    if (sys.bind(fd, address, address.length) < 0) throw failed('bind(AF_NETLINK)');
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

/** A kernel before 4.20 has no such option: it then sends more than was asked for, which every decoder of ours sorts out. */
function askForStrictness(fd: number): void {
  try {
    setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== 'ENOPROTOOPT') throw error;
  }
}

function attachFilter(fd: number, filter: Uint8Array): void {
  const program = { len: filter.length / SIZEOF_SOCK_FILTER, filter };
  const length = koffi.sizeof(sockFprog);
  if (sys.attachFilter(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, length) < 0)
    throw failed('setsockopt(SO_ATTACH_FILTER)');
}

/** A socket with a port of its own. Nothing waits for it: it keeps no process alive. */
export interface BoundSocket {
  readonly port: number;
  /** TCP only. Throws `NativeError`. */
  listen(): void;
  close(): void;
}

/** Binds a new socket to a port of the kernel's choice. Throws `NativeError`. */
export function bindSocket(protocol: 'tcp' | 'udp', address: IpAddress): BoundSocket {
  const family = familyOf(address);
  const fd = openSocket(protocol, family);
  try {
    bindTo(fd, address);
    const name = encodeSocketAddress(address);
    if (sys.getsockname(fd, name, [name.length]) < 0) throw failed('getsockname');
    return {
      port: name.readUInt16BE(2),
      listen: () => listenOn(fd, 1),
      close: () => closeDescriptor(fd),
    };
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

/** Throws `NativeError`. */
export function openSocket(protocol: 'tcp' | 'udp', family: Family): number {
  const fd: number = sys.socket(AF[family], SOCK_TYPE[protocol] | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failed('socket');
  return fd;
}

/** `scope`: the index of a link-local address's device. Throws `NativeError`. */
export function bindTo(fd: number, address: IpAddress, port = 0, scope = 0): void {
  const name = encodeSocketAddress(address, port, scope);
  if (sys.bind(fd, name, name.length) < 0) throw failed(`bind(${address}${port === 0 ? '' : `, ${port}`})`);
}

/** Throws `NativeError`. */
export function listenOn(fd: number, backlog: number): void {
  if (sys.listen(fd, backlog) < 0) throw failed('listen');
}

/** 0 for a device that is not there. */
export const deviceIndex = (name: string): number => sys.ifNameToIndex(name);

// struct sockaddr_in (16 bytes)      u16 family; be16 port; address; 8 bytes of zeros
// struct sockaddr_in6 (28 bytes)     u16 family; be16 port; be32 flow information; address; u32 scope
export function encodeSocketAddress(address: IpAddress, port = 0, scope = 0): Buffer {
  const family = familyOf(address);
  const name = Buffer.alloc(family === 'ipv4' ? 16 : 28);
  const view = new DataView(name.buffer, name.byteOffset);
  view.setUint16(0, AF[family], os.endianness() === 'LE');
  view.setUint16(2, port);
  if (family === 'ipv6') view.setUint32(24, scope, os.endianness() === 'LE');
  name.set(addressToBytes(address), family === 'ipv4' ? 4 : 8);
  return name;
}

/** A socket that sends datagrams to sockets of the file system, and waits for none of them. Throws `NativeError`. */
export function openUnixDatagram(): number {
  const fd: number = sys.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failed('socket(AF_UNIX)');
  return fd;
}

/**
 * Sends one datagram to `name`: a path, or with an `@` in front a name of the abstract namespace, unix(7). Throws
 * `NativeError`: EAGAIN while the receiver's queue is full, ENOENT or ECONNREFUSED where there is none.
 */
export function sendTo(fd: number, name: string, datagram: Uint8Array): void {
  const address = encodeUnixAddress(name);
  if (sys.sendto(fd, datagram, datagram.length, 0, address, address.length) < 0) throw failed(`sendto(${name})`);
}

// struct sockaddr_un                 u16 family; 108 bytes: a path and a zero, or a zero and as many bytes as there are
function encodeUnixAddress(name: string): Buffer {
  const path = Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`);
  if (path.length > UNIX_PATH_MAX) throw new NativeError(`sendto(${name})`, os.constants.errno.ENAMETOOLONG ?? 36);
  const address = Buffer.alloc(2 + path.length);
  new DataView(address.buffer, address.byteOffset).setUint16(0, AF_UNIX, os.endianness() === 'LE');
  address.set(path, 2);
  return address;
}
const UNIX_PATH_MAX = 108;

/** Sends one datagram. Throws `NativeError`. */
export function sendDatagram(fd: number, datagram: Uint8Array): void {
  if (sys.send(fd, datagram, datagram.length, 0) < 0) throw failed('send');
}

/**
 * Receives one datagram into `buffer` and returns its length; `undefined` when none is waiting.
 * Throws `NativeError`, also when the datagram did not fit: a truncated answer is no answer.
 */
export function receiveDatagram(fd: number, buffer: Uint8Array): number | undefined {
  const length = Number(sys.recv(fd, buffer, buffer.length, MSG_TRUNC));
  if (length >= 0) {
    if (length > buffer.length) throw new NativeError('recv', os.constants.errno.EMSGSIZE, `${length} bytes`);
    return length;
  }
  if (koffi.errno() === os.constants.errno.EAGAIN) return undefined;
  throw failed('recv');
}
/** With it recv(2) returns the datagram's real length, also when the buffer was shorter. */
const MSG_TRUNC = 0x20;

/** Whether a write of up to PIPE_BUF (4,096) bytes would go through at once: poll(2), pipe(7). */
export function takesWrite(fd: number): boolean {
  const request = Buffer.alloc(8);
  new DataView(request.buffer, request.byteOffset).setInt32(0, fd, os.endianness() === 'LE');
  new DataView(request.buffer, request.byteOffset).setInt16(4, POLLOUT, os.endianness() === 'LE');
  // Also true on POLLERR: the write itself then says what is wrong.
  return sys.poll(request, 1, 0) > 0;
}

/**
 * Carries `act` out in the network namespace of that file. It must not wait for anything: the namespace is this *thread's*
 * (setns(2)), and everything that happens meanwhile happens there. Throws `NativeError`.
 */
export function inNetworkNamespace<T>(file: string, act: () => T): T {
  const own = openFile('/proc/thread-self/ns/net');
  try {
    const other = openFile(file);
    try {
      if (sys.setns(other, CLONE_NEWNET) < 0) throw failed(`setns(${file})`);
    } finally {
      closeDescriptor(other);
    }
    try {
      return act();
    } finally {
      goHome(own);
    }
  } finally {
    closeDescriptor(own);
  }
}
const CLONE_NEWNET = 0x4000_0000;

/** A process that cannot go home would look at the wrong host from now on: that is nothing to live with. */
function goHome(own: number): void {
  if (sys.setns(own, CLONE_NEWNET) < 0) throw new Error(`setns to our own network namespace: ${koffi.errno()}`);
}

function openFile(file: string): number {
  const fd: number = sys.open(file, O_RDONLY_CLOEXEC);
  if (fd < 0) throw failed(`open(${file})`);
  return fd;
}
const O_RDONLY_CLOEXEC = 0o2000000;

/**
 * Locks the open file for this process, flock(2), until the descriptor is closed or the process ends, however it ends.
 * False while another one holds it. Throws `NativeError`.
 */
export function lockFile(fd: number): boolean {
  if (sys.flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const error = failed('flock');
  if (error.code === 'EAGAIN') return false;
  throw error;
}

export function closeDescriptor(fd: number): void {
  sys.close(fd);
}

/** `value`: an int, or a structure as it lies in memory. Throws `NativeError`, with `name` where that says more. */
export function setOption(fd: number, level: number, option: number, value: number | Uint8Array, name = ''): void {
  const bytes = typeof value === 'number' ? Buffer.alloc(4) : value;
  if (typeof value === 'number') {
    new DataView(bytes.buffer, bytes.byteOffset).setInt32(0, value, os.endianness() === 'LE');
  }
  if (sys.setsockopt(fd, level, option, bytes, bytes.length) < 0) {
    throw failed(`setsockopt(${name === '' ? `${level}, ${option}` : name})`);
  }
}

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who connected to a unix socket, as they were then: SO_PEERCRED, unix(7). `undefined` where the kernel does not tell. */
export function peerCredentials(fd: number): PeerCredentials | undefined {
  // struct ucred: s32 pid; u32 uid; u32 gid
  const bytes = Buffer.alloc(12);
  const length = [bytes.length];
  if (sys.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, bytes, length) < 0 || length[0] !== bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const isLittle = os.endianness() === 'LE';
  return { pid: view.getInt32(0, isLittle), uid: view.getUint32(4, isLittle), gid: view.getUint32(8, isLittle) };
}

function failed(call: string): NativeError {
  return new NativeError(call, koffi.errno());
}

/** The symbolic name of an errno value; the number itself when this host has no name for it. */
export function errnoName(errno: number): string {
  const entry = Object.entries(os.constants.errno).find(([, value]) => value === errno);
  return entry?.[0] ?? `errno ${errno}`;
}

/**
 * Ends this process, _exit(2). Node's own end waits for the threads that do what is done to files, and one that a hanging
 * file system holds never comes back.
 */
export function leaveAtOnce(status: number): void {
  sys.exit(status);
}
