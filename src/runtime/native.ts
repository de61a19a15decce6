/**
 * The one edge to system calls that Node itself does not offer.
 *
 * What it does: opens, sends on and receives from AF_NETLINK sockets, turns such a descriptor into a readable stream,
 * and asks poll(2) whether a descriptor takes a write.
 * What it does not: know a single netlink message (`discovery/netlink`).
 *
 * Two ways in, and what breaks if Node changes:
 * - `koffi` calls libc. Requests and their answers are synchronous: the kernel builds a dump inside our own recv(2), so
 *   that there is nothing to wait for, and one dump costs less than one trip through the event loop.
 * - A subscription has to be waited for. Node refuses a netlink descriptor everywhere in its public API
 *   (`ERR_INVALID_FD_TYPE`), but a libuv *pipe handle* reads whatever descriptor it is given. The constructor of that
 *   handle is reached through the `_handle` of an ordinary `net.Socket`. If a Node release hides it, `readable()` throws
 *   `NativeError`, discovery says so and lives on its interval alone.
 */
import net from 'node:net';
import os from 'node:os';
import koffi from 'koffi';

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
}

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_GET_STRICT_CHK = 12;
const POLLOUT = 4;
const SIZEOF_SOCKADDR_NL = 12;

// Node's own process: its C library under whatever name, glibc's or musl's.
const libc = koffi.load(null);
const sys = {
  socket: libc.func('int socket(int, int, int)'),
  bind: libc.func('int bind(int, const void *, uint32_t)'),
  setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
  send: libc.func('intptr_t send(int, const void *, size_t, int)'),
  recv: libc.func('intptr_t recv(int, _Out_ void *, size_t, int)'),
  poll: libc.func('int poll(_Inout_ void *, unsigned long, int)'),
  close: libc.func('int close(int)'),
};

/** Opens a non-blocking netlink socket and returns its descriptor. Throws `NativeError`. */
export function openNetlink(options: NetlinkOptions): number {
  const fd: number = sys.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, options.protocol);
  if (fd < 0) throw failed('socket(AF_NETLINK)');
  try {
    if (options.receiveBuffer !== undefined) setOption(fd, SOL_SOCKET, SO_RCVBUF, options.receiveBuffer);
    if (options.strict === true) askForStrictness(fd);
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

/** A stream over a netlink descriptor: one `data` is one datagram. An overrun (ENOBUFS) destroys stream and descriptor. */
export function readable(fd: number): net.Socket {
  const probe = new net.Socket() as net.Socket & { _handle: unknown };
  const { constructor: Pipe } = pipeHandle(probe);
  const handle = new Pipe(0);
  const status = handle.open(fd);
  if (status < 0) throw new NativeError('pipe handle open', -status);
  return new net.Socket({ handle, readable: true, writable: false } as unknown as net.SocketConstructorOpts);
}

interface PipeHandle {
  open(fd: number): number;
}
type PipeConstructor = new (kind: number) => PipeHandle;

/** A socket that is told to connect to a path gets a pipe handle, before anything is connected. */
function pipeHandle(probe: net.Socket & { _handle: unknown }): { constructor: PipeConstructor } {
  probe.on('error', () => {}); // nothing listens there: the connection is expected to fail
  probe.connect({ path: '/proc/self/no-such-socket' });
  const handle = probe._handle as { constructor: PipeConstructor } | null | undefined;
  probe.destroy();
  if (handle === null || handle === undefined || typeof handle.constructor !== 'function') {
    throw new NativeError('pipe handle', os.constants.errno.ENOSYS, 'this Node release does not show its pipe handle');
  }
  return handle;
}

/** Whether a write of up to PIPE_BUF (4,096) bytes would go through at once: poll(2), pipe(7). */
export function takesWrite(fd: number): boolean {
  const request = Buffer.alloc(8);
  new DataView(request.buffer, request.byteOffset).setInt32(0, fd, os.endianness() === 'LE');
  new DataView(request.buffer, request.byteOffset).setInt16(4, POLLOUT, os.endianness() === 'LE');
  // Also true on POLLERR: the write itself then says what is wrong.
  return sys.poll(request, 1, 0) > 0;
}

export function closeDescriptor(fd: number): void {
  sys.close(fd);
}

function setOption(fd: number, level: number, option: number, value: number): void {
  const bytes = Buffer.alloc(4);
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(0, value, os.endianness() === 'LE');
  if (sys.setsockopt(fd, level, option, bytes, 4) < 0) throw failed(`setsockopt(${level}, ${option})`);
}

function failed(call: string): NativeError {
  return new NativeError(call, koffi.errno());
}

/** The symbolic name of an errno value; the number itself when this host has no name for it. */
export function errnoName(errno: number): string {
  const entry = Object.entries(os.constants.errno).find(([, value]) => value === errno);
  return entry?.[0] ?? `errno ${errno}`;
}
