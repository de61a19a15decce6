/** A datagram socket in the file system that a test reads: what syslogd, journald and systemd have. Node itself has none. */
import os from 'node:os';
import koffi from 'koffi';

export interface UnixReceiver {
  /** Takes what has come since. */
  take(): Buffer[];
  close(): void;
}

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, const void *, uint32_t)');
const recv = libc.func('intptr_t recv(int, _Out_ void *, size_t, int)');
const close = libc.func('int close(int)');

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const LONGEST = 1_048_576;

/** `name`: a path, or `@` and a name of the abstract namespace. */
export function receiveAt(name: string): UnixReceiver {
  const fd: number = socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  const path = Buffer.from(name.replace(/^@/, '\0'));
  const address = Buffer.alloc(2 + path.length);
  if (os.endianness() === 'LE') address.writeUInt16LE(AF_UNIX);
  else address.writeUInt16BE(AF_UNIX);
  address.set(path, 2);
  if (fd < 0 || bind(fd, address, address.length) < 0) throw new Error(`no socket ${name}: errno ${koffi.errno()}`);
  return {
    take() {
      const taken: Buffer[] = [];
      for (;;) {
        const datagram = Buffer.alloc(LONGEST);
        const length = Number(recv(fd, datagram, datagram.length, 0));
        if (length < 0) return taken;
        taken.push(datagram.subarray(0, length));
      }
    },
    close: () => void close(fd),
  };
}
