/** What is wrong with a message, PURE: what the peer is told of it (RFC 4271 §6), and what people are. */
import { NO_BYTES } from '../../bytes/join.ts';
import type { Notification } from './notification.ts';

export interface Malformed {
  readonly fault: Notification;
  /** Into the message, header included. */
  readonly offset: number;
  /** One clause, for people. */
  readonly why: string;
}

/** Thrown inside the codec, where it is also caught. */
export class MalformedError extends Error {
  readonly malformed: Malformed;
  constructor(malformed: Malformed) {
    super(`${malformed.why} at octet ${malformed.offset}`);
    this.name = 'MalformedError';
    this.malformed = malformed;
  }
}

export function malformed(
  code: number,
  subcode: number,
  offset: number,
  why: string,
  data: Uint8Array = NO_BYTES,
): Malformed {
  return { fault: { code, subcode, data }, offset, why };
}
