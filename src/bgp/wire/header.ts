/**
 * The header of every message, PURE: RFC 4271 §4.1.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *     |                                                               |
 *     +                                                               +
 *     |                                                               |
 *     +                 marker, 16 octets of all ones                 +
 *     |                                                               |
 *     +                                                               +
 *     |                                                               |
 *     +-------------------------------+---------------+---------------+
 *     |    length, header included    |     type      |
 *     +-------------------------------+---------------+
 */
import { Writer } from '../../bytes/writer.ts';
import { HEADER_LENGTH, MARKER_LENGTH, MESSAGE, type MessageType } from './codes.ts';

const MARKER = new Uint8Array(MARKER_LENGTH).fill(0xff);
export const LENGTH_OFFSET = MARKER_LENGTH;
export const TYPE_OFFSET = HEADER_LENGTH - 1;

/** The message types, by their numbers. */
export const TYPE_NAMES: ReadonlyMap<number, MessageType> = new Map(
  (Object.keys(MESSAGE) as MessageType[]).map((name) => [MESSAGE[name], name]),
);

/** The whole message. Throws `RangeError` when it does not fit into a length of two octets, which is a mistake of ours. */
export function encodeMessage(type: MessageType, body: Uint8Array): Uint8Array {
  const length = HEADER_LENGTH + body.length;
  if (length > 0xffff) throw new RangeError(`a message of ${length} octets`);
  return new Writer(length).put(MARKER).u16(length).u8(MESSAGE[type]).put(body).finish();
}

/** The length that a header says. The first 18 octets are there. */
export const lengthOf = (bytes: Uint8Array): number =>
  ((bytes[LENGTH_OFFSET] ?? 0) << 8) | (bytes[LENGTH_OFFSET + 1] ?? 0);

export const typeOf = (bytes: Uint8Array): number => bytes[TYPE_OFFSET] ?? 0;
