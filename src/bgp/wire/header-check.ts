/** What is wrong with a header, PURE: RFC 4271 §6.1. */
import { u16 } from '../../bytes/join.ts';
import { ERROR, HEADER_ERROR, HEADER_LENGTH, LONGEST_MESSAGE, MARKER_LENGTH, type MessageType } from './codes.ts';
import { LENGTH_OFFSET, lengthOf, TYPE_NAMES, TYPE_OFFSET, typeOf } from './header.ts';
import { type Malformed, malformed } from './malformed.ts';

/** What of the header is there when the length is. */
const WITH_LENGTH = TYPE_OFFSET;

/**
 * RFC 4271 §4.2 to §4.5. A ROUTE-REFRESH of the wrong length has an error of its own (RFC 7313 §5), which needs the whole
 * of it.
 */
const SHORTEST: Readonly<Record<MessageType, number>> = {
  open: 29,
  update: 23,
  notification: 21,
  keepalive: HEADER_LENGTH,
  routeRefresh: HEADER_LENGTH,
};

/** RFC 8654 §4: all but OPEN and KEEPALIVE may be longer where that was agreed. */
const longestOf = (type: MessageType, longest: number): number => {
  if (type === 'keepalive') return HEADER_LENGTH;
  return type === 'open' ? LONGEST_MESSAGE : longest;
};

/** RFC 4271 §6.1, of as much of the header as is there: `available` octets. `longest`: of a message in this session. */
export function checkHeader(bytes: Uint8Array, available: number, longest: number): Malformed | undefined {
  for (let at = 0; at < MARKER_LENGTH && at < available; at++) {
    if (bytes[at] !== 0xff) {
      return malformed(ERROR.header, HEADER_ERROR.notSynchronised, at, 'the marker is not all ones');
    }
  }
  if (available < WITH_LENGTH) return undefined;
  const length = lengthOf(bytes);
  if (length < HEADER_LENGTH || length > longest) {
    return badLength(length, `from ${HEADER_LENGTH} to ${longest}`);
  }
  if (available < HEADER_LENGTH) return undefined;
  const number = typeOf(bytes);
  const type = TYPE_NAMES.get(number);
  if (type === undefined) {
    const why = `no type of message has the number ${number}`;
    return malformed(ERROR.header, HEADER_ERROR.badType, TYPE_OFFSET, why, Uint8Array.of(number));
  }
  const least = SHORTEST[type];
  const most = longestOf(type, longest);
  if (length >= least && length <= most) return undefined;
  return badLength(length, least === most ? `exactly ${least}` : `from ${least} to ${most}`);
}

/** RFC 4271 §6.1: its data is the length. */
const badLength = (length: number, expected: string): Malformed =>
  malformed(
    ERROR.header,
    HEADER_ERROR.badLength,
    LENGTH_OFFSET,
    `a length of ${length} where it is ${expected}`,
    u16(length),
  );
