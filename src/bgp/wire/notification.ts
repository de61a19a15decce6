/** NOTIFICATION, PURE: RFC 4271 §4.5, its shutdown communication RFC 9003. */
import { join, NO_BYTES } from '../../bytes/join.ts';
import { CEASE, ERROR, HEADER_LENGTH, LONGEST_MESSAGE } from './codes.ts';
import { encodeMessage } from './header.ts';
import { ERROR_NAMES } from './notification-names.ts';

export interface Notification {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

//  0                   1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
// +---------------+---------------+---------------------
// |     code      |    subcode    | data …
// +---------------+---------------+---------------------
const FIXED_LENGTH = 2;
/** RFC 9003 §2: the length has one octet. */
const LONGEST_COMMUNICATION = 255;
/** Of data that nothing is known of, what a log gets. */
const MOST_DATA = 32;

/** The whole message. Data is cut that would make it longer than every peer takes (RFC 4271 §4). */
export function encodeNotification({ code, subcode, data }: Notification): Uint8Array {
  const fitting = data.subarray(0, LONGEST_MESSAGE - HEADER_LENGTH - FIXED_LENGTH);
  return encodeMessage('notification', join(Uint8Array.of(code, subcode), fitting));
}

/** Of a whole message that is long enough. */
export const decodeNotification = (bytes: Uint8Array): Notification => ({
  code: bytes[HEADER_LENGTH] ?? 0,
  subcode: bytes[HEADER_LENGTH + 1] ?? 0,
  data: bytes.subarray(HEADER_LENGTH + FIXED_LENGTH),
});

/** The data of a Cease with a text (RFC 9003 §2): UTF-8, cut at a character's boundary. Nothing for an empty text. */
export function shutdownData(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  if (octets.length === 0) return NO_BYTES;
  let end = Math.min(octets.length, LONGEST_COMMUNICATION);
  while (end > 0 && end < octets.length && isContinuation(octets[end])) end--;
  return join(Uint8Array.of(end), octets.subarray(0, end));
}

const isContinuation = (octet = 0): boolean => (octet & 0xc0) === 0x80;

/** The text of a Cease that has one, made safe for a log; `undefined` when there is none or its length is wrong. */
export function shutdownText({ code, subcode, data }: Notification): string | undefined {
  if (code !== ERROR.cease) return undefined;
  if (subcode !== CEASE.administrativeShutdown && subcode !== CEASE.administrativeReset) return undefined;
  const [length = 0] = data;
  if (length === 0 || length > data.length - 1) return undefined;
  return safe(new TextDecoder().decode(data.subarray(1, 1 + length)));
}

/** No character that a terminal or the reader of a log would act upon. */
const safe = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** One phrase, safe for a log: `cease, administrative shutdown (6/2): "back at 8"`. */
export function describeNotification(notification: Notification): string {
  const { code, subcode, data } = notification;
  const words = ERROR_NAMES[code];
  const name = words?.name ?? 'unknown error';
  const detail = words?.subcodes[subcode];
  const phrase = `${name}${detail === undefined ? '' : `, ${detail}`} (${code}/${subcode})`;
  const inner = resetBy(notification);
  if (inner !== undefined) return `${phrase}: ${describeNotification(inner)}`;
  const text = shutdownText(notification);
  if (text !== undefined) return `${phrase}: "${text}"`;
  return data.length === 0 ? phrase : `${phrase}, data ${hexOf(data)}`;
}

/** RFC 8538 §3.1: a hard reset has the NOTIFICATION that it stands for as its data. One inside another says nothing. */
function resetBy({ code, subcode, data }: Notification): Notification | undefined {
  if (code !== ERROR.cease || subcode !== CEASE.hardReset) return undefined;
  const [innerCode, innerSubcode] = data;
  if (innerCode === undefined || innerSubcode === undefined) return undefined;
  if (innerCode === ERROR.cease && innerSubcode === CEASE.hardReset) return undefined;
  return { code: innerCode, subcode: innerSubcode, data: data.subarray(2) };
}

function hexOf(data: Uint8Array): string {
  const digits = [...data.subarray(0, MOST_DATA)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return data.length > MOST_DATA ? `${digits}… (${data.length} octets)` : digits;
}
