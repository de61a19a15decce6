/**
 * SHELL: asks the kernel over netlink and waits for the whole answer. The kernel builds a dump while it is being read, so
 * that a request and its answer are one synchronous step of some tens of microseconds.
 */
import { closeDescriptor, errnoName, openNetlink, receiveDatagram, sendDatagram } from '../../runtime/native.ts';
import type { Namespace } from '../namespace.ts';
import { decodeError, decodeMessages, inspectDump, NLMSG } from './message.ts';

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

/** One socket for requests, in that namespace. After an error it is closed, and a new one opened for the next request. */
export class NetlinkRequests {
  readonly #protocol: number;
  readonly #namespace: Namespace;
  readonly #buffer = new Uint8Array(BUFFER_LENGTH);
  #fd: number | undefined;

  constructor(protocol: number, namespace: Namespace) {
    this.#protocol = protocol;
    this.#namespace = namespace;
  }

  /**
   * The datagrams of a whole dump. A datagram that equals the one in its place in `last` is that one itself, and when all
   * are, the answer is `last`. Throws `NativeError`, `NetlinkError`, or `BytesError` for what cannot be read; never
   * returns a part of an answer.
   */
  dump(request: Uint8Array, last: readonly Uint8Array[] = []): readonly Uint8Array[] {
    for (let attempt = 1; ; attempt++) {
      const datagrams: Uint8Array[] = [];
      let isInterrupted = false;
      let isSame = true;
      const isWhole = this.#exchange(request, (datagram) => {
        const known = last[datagrams.length];
        const isKnown = known !== undefined && Buffer.compare(known, datagram) === 0;
        isSame &&= isKnown;
        datagrams.push(isKnown ? known : datagram.slice());
        const part = inspectDump(datagram);
        isInterrupted ||= part.isInterrupted;
        if (part.ended !== undefined && part.ended !== 0) throw new NetlinkError('netlink dump', part.ended);
        return part.ended !== undefined;
      });
      if (!isWhole) throw new NetlinkError('netlink dump ended early');
      if (!isInterrupted) return isSame && datagrams.length === last.length ? last : datagrams;
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
        body = message.body.slice();
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

  /**
   * Sends, and hands each datagram to `isLast` until it says so; the bytes are only lent. False when the kernel falls
   * silent before.
   */
  #exchange(request: Uint8Array, isLast: (datagram: Uint8Array) => boolean): boolean {
    try {
      this.#fd ??= this.#namespace.enter(() => openNetlink({ protocol: this.#protocol, groups: 0, strict: true }));
      sendDatagram(this.#fd, request);
      for (;;) {
        const length = receiveDatagram(this.#fd, this.#buffer);
        if (length === undefined) {
          this.close();
          return false;
        }
        if (isLast(this.#buffer.subarray(0, length))) return true;
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
