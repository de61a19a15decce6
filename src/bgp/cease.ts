/** NOTIFICATIONs by which the machine ends a connection of its own accord, PURE: RFC 4486, RFC 6608, RFC 8538, RFC 9003. */
import { CEASE, ERROR, FSM_ERROR, MESSAGE, type MessageType } from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';

/** RFC 9003 §2: the length is one octet. */
const LONGEST_COMMUNICATION = 255;
/** RFC 9003 §2: the only ones that have a text. */
const HAS_COMMUNICATION: readonly number[] = [CEASE.administrativeShutdown, CEASE.administrativeReset];

export const cease = (subcode: number, data: Uint8Array = new Uint8Array()): Notification => ({
  code: ERROR.cease,
  subcode,
  data,
});

/** Cease with a text for the operators of the peer, cut after 255 octets of UTF-8, and between two characters. */
export function administrative(subcode: number, communication: string): Notification {
  if (communication === '' || !HAS_COMMUNICATION.includes(subcode)) return cease(subcode);
  const text = new Uint8Array(LONGEST_COMMUNICATION);
  const { written } = new TextEncoder().encodeInto(communication, text);
  return cease(subcode, Uint8Array.of(written, ...text.subarray(0, written)));
}

/** RFC 8538 §3: as `reason`, but the peer does not keep our routes for a graceful restart. */
export const hardReset = ({ code, subcode, data }: Notification): Notification =>
  cease(CEASE.hardReset, Uint8Array.of(code, subcode, ...data));

export const holdTimerExpired: Notification = { code: ERROR.holdTimerExpired, subcode: 0, data: new Uint8Array() };

/** RFC 6608 §4: a message that has no place in the state. Its type is the data. */
export const unexpected = (state: 'openSent' | 'openConfirm' | 'established', type: MessageType): Notification => ({
  code: ERROR.fsm,
  subcode: FSM_ERROR[UNEXPECTED_IN[state]],
  data: Uint8Array.of(MESSAGE[type]),
});

const UNEXPECTED_IN = { openSent: 'inOpenSent', openConfirm: 'inOpenConfirm', established: 'inEstablished' } as const;
