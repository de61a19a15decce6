/**
 * Netlink framing, PURE: messages inside a datagram, attributes inside a message (netlink(7), include/uapi/linux/netlink.h).
 */
import { BytesError, Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';

/** Message types that are the same in every netlink family. */
export const NLMSG = { noop: 1, error: 2, done: 3, overrun: 4 } as const;
export const NLM_F = { request: 0x1, multi: 0x2, dumpInterrupted: 0x10, dump: 0x300 } as const;

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------------------------------------------------------+
// |                      length, header included                  |
// +-------------------------------+-------------------------------+
// |             type              |             flags             |
// +-------------------------------+-------------------------------+
// |                        sequence number                        |
// +---------------------------------------------------------------+
// |                            port id                            |
// +---------------------------------------------------------------+   all in the host's byte order
const HEADER_LENGTH = 16;
const ATTRIBUTE_HEADER_LENGTH = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags in the type. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export function encodeMessage(type: number, flags: number, sequence: number, body: Uint8Array): Uint8Array {
  const length = HEADER_LENGTH + body.length;
  return new Writer(length)
    .hostU32(length)
    .hostU16(type)
    .hostU16(NLM_F.request | flags)
    .hostU32(sequence)
    .hostU32(0)
    .put(body)
    .finish();
}

/** What ends a dump, found without taking the datagram apart: a dump's datagrams are many, and mostly known. */
export interface DumpPart {
  /** NLM_F_DUMP_INTR: what is dumped changed on the way. */
  readonly isInterrupted: boolean;
  /** The verdict of NLMSG_DONE or NLMSG_ERROR, an errno; `undefined` when more datagrams follow. */
  readonly ended: number | undefined;
}

/** Throws `BytesError`. */
export function inspectDump(datagram: Uint8Array): DumpPart {
  const reader = new Reader(datagram);
  let isInterrupted = false;
  let ended: number | undefined;
  while (reader.remaining > 0 && ended === undefined) {
    const start = datagram.length - reader.remaining;
    const length = reader.hostU32();
    if (length < HEADER_LENGTH) throw new BytesError(`netlink message of length ${length}`, start);
    const type = reader.hostU16();
    const flags = reader.hostU16();
    isInterrupted ||= (flags & NLM_F.dumpInterrupted) !== 0;
    reader.skip(8);
    const bodyLength = length - HEADER_LENGTH;
    const isLast = type === NLMSG.done || type === NLMSG.error;
    // Both carry the kernel's verdict; a NLMSG_DONE without one is an older way to say 0.
    if (isLast) ended = bodyLength >= 4 ? decodeError(reader.take(bodyLength)) : 0;
    else reader.skip(bodyLength);
    reader.skipPadding(padding(length));
  }
  return { isInterrupted, ended };
}

/** Splits a datagram into its messages. Throws `BytesError`. */
export function decodeMessages(datagram: Uint8Array): NetlinkMessage[] {
  const reader = new Reader(datagram);
  const messages: NetlinkMessage[] = [];
  while (reader.remaining > 0) {
    const start = datagram.length - reader.remaining;
    const length = reader.hostU32();
    if (length < HEADER_LENGTH) throw new BytesError(`netlink message of length ${length}`, start);
    const type = reader.hostU16();
    const flags = reader.hostU16();
    const sequence = reader.hostU32();
    reader.hostU32(); // port id: ours
    messages.push({ type, flags, sequence, body: reader.take(length - HEADER_LENGTH) });
    reader.skipPadding(padding(length));
  }
  return messages;
}

/** One attribute, padded: struct nlattr is u16 length with its own four bytes, u16 type. */
export function encodeAttribute(type: number, payload: Uint8Array): Uint8Array {
  const length = ATTRIBUTE_HEADER_LENGTH + payload.length;
  return new Writer(length + padding(length))
    .hostU16(length)
    .hostU16(type)
    .put(payload)
    .put(new Uint8Array(padding(length)))
    .finish();
}

/** Attributes by type; of a repeated one the last counts, as in the kernel. Throws `BytesError`. */
export function decodeAttributes(reader: Reader): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  while (reader.remaining > 0) {
    const length = reader.hostU16();
    if (length < ATTRIBUTE_HEADER_LENGTH) throw new BytesError(`netlink attribute of length ${length}`, 0);
    const type = reader.hostU16() & ATTRIBUTE_TYPE_MASK;
    attributes.set(type, reader.take(length - ATTRIBUTE_HEADER_LENGTH));
    reader.skipPadding(padding(length));
  }
  return attributes;
}

/** The errno of an NLMSG_ERROR body, positive; 0 is an acknowledgement. Throws `BytesError`. */
export function decodeError(body: Uint8Array): number {
  return 0 - (new Reader(body).hostU32() | 0);
}

/** A C string: up to its NUL. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

const padding = (length: number): number => (4 - (length % 4)) % 4;
