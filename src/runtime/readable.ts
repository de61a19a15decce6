/**
 * A stream over a descriptor that Node would not take, and the descriptor of one that it has: the one place that reaches
 * into Node.
 *
 * Node refuses a netlink descriptor everywhere in its public API (`ERR_INVALID_FD_TYPE`), but a libuv *pipe handle* reads
 * whatever descriptor it is given. The constructor of that handle is reached through the `_handle` of an ordinary
 * `net.Socket`. If a Node release hides it, `readable()` throws `NativeError`, discovery says so and lives on its interval
 * alone.
 */
import net from 'node:net';
import os from 'node:os';
import { NativeError } from './native.ts';

/**
 * A stream over the descriptor: one `data` is one read(2), of a netlink descriptor one datagram. It owns the descriptor
 * and makes it non-blocking. An error, such as an overrun (ENOBUFS), destroys both.
 */
export function readable(fd: number): net.Socket {
  const probe = new net.Socket() as net.Socket & { _handle: unknown };
  const { constructor: Pipe } = pipeHandle(probe);
  const handle = new Pipe(0);
  const status = handle.open(fd);
  if (status < 0) throw new NativeError('pipe handle open', -status);
  return new net.Socket({ handle, readable: true, writable: false } as unknown as net.SocketConstructorOpts);
}

/** Of a socket that is open, or of what takes connections; `undefined` where Node does not tell. */
export function descriptorOf(socket: net.Socket | net.Server): number | undefined {
  const { _handle: handle } = socket as object as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  return fd === undefined || fd < 0 ? undefined : fd;
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
