/** A whole message, decoded, PURE: the one place that says which NOTIFICATION what cannot be read deserves. */
import { ERROR, HEADER_ERROR, HEADER_LENGTH, MESSAGE } from './codes.ts';
import { LENGTH_OFFSET, lengthOf, TYPE_OFFSET, typeOf } from './header.ts';
import { checkHeader } from './header-check.ts';
import { type Malformed, MalformedError, malformed } from './malformed.ts';
import type { Message, WireContext } from './message.ts';
import { decodeNotification } from './notification.ts';
import { decodeOpen } from './open.ts';
import { decodeRouteRefresh } from './route-refresh.ts';
import { decodeUpdate } from './update-decoder.ts';

export type Decoded = { readonly message: Message } | Malformed;

/**
 * `bytes`: as many as the header says, as the framer hands them out. Never throws. What is decoded may be views into them.
 * An UPDATE that is only in part malformed is a message all the same: its `outcome` says what becomes of it (RFC 7606).
 */
export function decodeMessage(bytes: Uint8Array, context: WireContext): Decoded {
  try {
    return decode(bytes, context);
  } catch (error) {
    if (error instanceof MalformedError) return error.malformed;
    throw error;
  }
}

function decode(bytes: Uint8Array, context: WireContext): Decoded {
  const wrong = checkHeader(bytes, bytes.length, context.longestMessage);
  if (wrong !== undefined) return wrong;
  if (bytes.length < HEADER_LENGTH || lengthOf(bytes) !== bytes.length) {
    const data = bytes.slice(LENGTH_OFFSET, TYPE_OFFSET);
    const why = `a length of ${lengthOf(bytes)} where there are ${bytes.length} octets`;
    const at = Math.min(LENGTH_OFFSET, bytes.length);
    return malformed(ERROR.header, HEADER_ERROR.badLength, at, why, data);
  }
  switch (typeOf(bytes)) {
    case MESSAGE.open:
      return { message: { type: 'open', open: decodeOpen(bytes) } };
    case MESSAGE.update: {
      const result = decodeUpdate(bytes.subarray(HEADER_LENGTH), context);
      if (result.outcome === 'reset') return result.decisive;
      const { outcome, update, faults } = result;
      return { message: { type: 'update', outcome, update, faults } };
    }
    case MESSAGE.notification:
      return { message: { type: 'notification', notification: decodeNotification(bytes) } };
    case MESSAGE.routeRefresh:
      return { message: { type: 'routeRefresh', routeRefresh: decodeRouteRefresh(bytes) } };
    default:
      // No other type is left: the header was checked.
      return { message: { type: 'keepalive' } };
  }
}
