/** What has to hold of whatever is said of a message: shared by the judges of each kind. */
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import type { Malformed } from '../../src/bgp/wire/malformed.ts';
import type { Message, WireContext } from '../../src/bgp/wire/message.ts';
import { encodeNotification, type Notification } from '../../src/bgp/wire/notification.ts';
import { same } from './same.ts';

/** A message of which not all that has to hold does. */
export class Unsound extends Error {
  override readonly name = 'Unsound';
}

/** RFC 4271 §4.5 and §6: the errors that the octets of a message can be, with their subcodes. */
const SUBCODES: Readonly<Record<number, readonly number[]>> = {
  1: [1, 2, 3],
  2: [0, 1, 2, 3, 4, 6, 7, 8, 11],
  3: [1, 2, 3, 4, 5, 6, 8, 9, 10, 11],
  7: [1],
};
/** RFC 4271 §4: the data of a NOTIFICATION that every peer takes. */
const MOST_DATA = 4_096 - 21;

export function judgeMalformed({ fault, offset, why }: Malformed, length: number): void {
  if (SUBCODES[fault.code]?.includes(fault.subcode) !== true) {
    throw new Unsound(`no RFC gives octets the error ${fault.code}/${fault.subcode}`);
  }
  if (!(offset >= 0 && offset <= length)) throw new Unsound(`an error at ${offset} of ${length} octets`);
  if (why === '') throw new Unsound('an error without words');
  judgeNotification(fault);
}

/** It can be sent, and the peer reads what was meant. */
export function judgeNotification(notification: Notification): void {
  const { code, subcode, data } = notification;
  const heard = decodeMessage(encodeNotification(notification), HEARD);
  const expected = {
    message: { type: 'notification', notification: { code, subcode, data: data.subarray(0, MOST_DATA) } },
  };
  if (!same(heard, expected)) throw new Unsound('its NOTIFICATION does not come back as it was said');
}

/** Any session will do for all but an UPDATE. */
export const HEARD: WireContext = { asOctets: 4, isExternal: true, longestMessage: 4_096, addPathReceived: new Set() };

export function sayAgain(bytes: Uint8Array, message: Message, context: WireContext): void {
  if (!same(decodeMessage(bytes, context), { message }))
    throw new Unsound('it is read in another way when it is said again');
}
