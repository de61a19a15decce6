/**
 * Sends datagrams to a socket of the file system that may be full, or not there: never blocks, never grows without bound,
 * counts what it drops. Nothing is connected, so that a daemon that comes back finds the next datagram by itself.
 */
import { createLostLines } from '../lost-lines.ts';
import { closeDescriptor, NativeError, openUnixDatagram, sendTo } from '../native.ts';
import { type Destination, droppedLine, LOG_CAPACITY, type LogLine } from './destination.ts';

export interface DatagramWriter {
  /** Sends it now, or keeps it for later, or drops and counts it. */
  write(datagram: Buffer): void;
  /** Tries once more. */
  flush(): void;
  /** Tries once more, and lets go of the socket. */
  close(): void;
  dropped(): number;
}

export interface DatagramWriterOptions {
  /** As `sendTo` takes it. */
  readonly name: string;
  /** What may wait, in bytes. */
  readonly capacity?: number;
  /** The datagram that stands for dropped ones. */
  readonly droppedDatagram: (count: number) => Buffer;
  /** Hears once what keeps datagrams from arriving, until one arrives again. */
  readonly failed: (detail: string) => void;
}

/** The receiver does not get round to it: it will in a moment. */
const FULL_RETRY_MS = 20;
/** There is no receiver. */
const GONE_RETRY_MS = 1_000;

export function createDatagramWriter({
  name,
  capacity = LOG_CAPACITY,
  droppedDatagram,
  failed,
}: DatagramWriterOptions): DatagramWriter {
  let fd: number | undefined;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const lost = createLostLines();
  let isFailing = false;
  let retry: NodeJS.Timeout | undefined;

  function drain(): void {
    clearTimeout(retry);
    retry = undefined;
    let sent = 0;
    while (sent < waiting.length && attempt(waiting[sent] ?? Buffer.alloc(0))) sent++;
    for (const datagram of waiting.slice(0, sent)) waitingBytes -= datagram.length;
    waiting = waiting.slice(sent);
    const count = lost.unsaid();
    if (waiting.length === 0 && count > 0 && attempt(droppedDatagram(count))) lost.said(count);
  }

  /** Whether there is nothing more to do for it. */
  function attempt(datagram: Buffer): boolean {
    try {
      fd ??= openUnixDatagram();
      sendTo(fd, name, datagram);
      isFailing = false;
      return true;
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return refused(error);
    }
  }

  function refused({ code, message }: NativeError): boolean {
    if (code === 'EMSGSIZE') {
      lost.add(1); // it never fits
      return true;
    }
    const isFull = code === 'EAGAIN' || code === 'ENOBUFS';
    if (!isFull && !isFailing) failed(message);
    isFailing ||= !isFull;
    retry = setTimeout(drain, isFull ? FULL_RETRY_MS : GONE_RETRY_MS).unref();
    return false;
  }

  return {
    write(datagram) {
      if (waitingBytes + datagram.length > capacity) {
        lost.add(1);
        return;
      }
      waiting.push(datagram);
      waitingBytes += datagram.length;
      if (retry === undefined) drain();
    },
    flush: drain,
    close() {
      drain();
      clearTimeout(retry);
      if (fd !== undefined) closeDescriptor(fd);
      fd = undefined;
    },
    dropped: lost.total,
  };
}

/** A log of a datagram a line. `name`: of the socket. */
export function datagramDestination(
  name: string,
  encode: (line: LogLine) => Buffer,
  failed: DatagramWriterOptions['failed'],
): Destination {
  const writer = createDatagramWriter({ name, failed, droppedDatagram: (count) => encode(droppedLine(count)) });
  return {
    write: (line) => writer.write(encode(line)),
    flush: writer.flush,
    close: async () => writer.close(),
    reopen() {},
    dropped: writer.dropped,
  };
}
