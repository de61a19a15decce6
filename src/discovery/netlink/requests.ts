/**
 * SHELL: asks the kernel over netlink and waits for the whole answer. The kernel builds a dump while it is being read, so
 * that a request and its answer are one synchronous step of some tens of microseconds.
 */
import { closeDescriptor, errnoName, openNetlink, receiveDatagram, sendDatagram } from '../../runtime/native.ts';
import { decodeError, decodeMessages, type NetlinkMessage, NLM_F, NLMSG } from './message.ts';

/** The kernel answered, and the answer is an error or no whole one. */
export class NetlinkError extends Error {
  readonly errno: number;
  constructor(message: string, errno = 0) {
    super(errno === 0 ? message : `${message}: ${errnoName(errno)}`);
    this.name = 'NetlinkError';
    this.errno = errno;
  }
}

const ENOENT = 2;
/** How often a dump that changed under our hands is read again before that counts as a failure. */
const MOST_ATTEMPTS = 5;
const BUFFER_LENGTH = 65_536;

/** What was answered, as it came and split; equal facts are equal bytes. */
export interface Dump {
  readonly datagrams: readonly Uint8Array[];
  readonly messages: readonly NetlinkMessage[];
}

/** One socket for requests. After an error it is closed, and a new one opened for the next request. */
export class NetlinkRequests {
  readonly #protocol: number;
  readonly #buffer = new Uint8Array(BUFFER_LENGTH);
  #fd: number | undefined;

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  /**
   * A whole dump. Throws `NativeError`, `NetlinkError`, or `BytesError` for what cannot be read; never
   * returns a part of an answer.
   */
  dump(request: Uint8Array): Dump {
    for (let attempt = 1; ; attempt++) {
      const datagrams: Uint8Array[] = [];
      const messages: NetlinkMessage[] = [];
      let isInterrupted = false;
      const isWhole = this.#exchange(request, (datagram) => {
        datagrams.push(datagram);
        const decoded = decodeMessages(datagram);
        messages.push(...decoded);
        isInterrupted ||= decoded.some(({ flags }) => (flags & NLM_F.dumpInterrupted) !== 0);
        const last = decoded.at(-1);
        if (last?.type !== NLMSG.error && last?.type !== NLMSG.done) return false;
        // Both carry the kernel's verdict on the dump; a NLMSG_DONE without one is an older way to say 0.
        const errno = last.body.length >= 4 ? decodeError(last.body) : 0;
        if (errno !== 0) throw new NetlinkError('netlink dump', errno);
        return true;
      });
      if (!isWhole) throw new NetlinkError('netlink dump ended early');
      if (!isInterrupted) return { datagrams, messages };
      if (attempt === MOST_ATTEMPTS) throw new NetlinkError(`netlink dump changed while it was read, ${attempt} times`);
    }
  }

  /** The body of the one message that answers, or `undefined` for "no such thing" (ENOENT). Throws like `dump`. */
  query(request: Uint8Array): Uint8Array | undefined {
    let body: Uint8Array | undefined;
    const isAnswered = this.#exchange(request, (datagram) => {
      const message = decodeMessages(datagram)[0];
      if (message === undefined) throw new NetlinkError('empty netlink answer');
      if (message.type !== NLMSG.error) {
        body = message.body;
        return true;
      }
      const errno = decodeError(message.body);
      if (errno !== ENOENT) throw new NetlinkError('netlink query', errno);
      return true;
    });
    if (!isAnswered) throw new NetlinkError('netlink query without an answer');
    return body;
  }

  close(): void {
    if (this.#fd !== undefined) closeDescriptor(this.#fd);
    this.#fd = undefined;
  }

  /** Sends, and hands each datagram to `isLast` until it says so. False when the kernel falls silent before. */
  #exchange(request: Uint8Array, isLast: (datagram: Uint8Array) => boolean): boolean {
    try {
      this.#fd ??= openNetlink({ protocol: this.#protocol, groups: 0, strict: true });
      sendDatagram(this.#fd, request);
      for (;;) {
        const length = receiveDatagram(this.#fd, this.#buffer);
        if (length === undefined) {
          this.close();
          return false;
        }
        if (isLast(this.#buffer.slice(0, length))) return true;
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
