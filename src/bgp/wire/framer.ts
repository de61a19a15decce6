/**
 * Messages out of a stream of octets, PURE: RFC 4271 §6.1. A header is judged as soon as its octets are there, before
 * anything behind it is waited for, and no more is held than the one message that is not whole yet.
 */
import { HEADER_LENGTH } from './codes.ts';
import { lengthOf, typeOf } from './header.ts';
import { checkHeader } from './header-check.ts';
import type { Malformed } from './malformed.ts';

export type Frame =
  /** The whole message, its header included; it may be a view into what was pushed. */
  | { readonly type: number; readonly bytes: Uint8Array }
  /** Nothing is read behind it: where the next message begins is not known. */
  | Malformed;

export interface Framer {
  /** What came. The frames are made while they are asked for; those that are not asked for come with the next push. */
  push(chunk: Uint8Array): Iterable<Frame>;
}

const EMPTY = new Uint8Array(0);

/** `longest` is asked anew for each message: it changes when a session is agreed (RFC 8654). */
export function createFramer(longest: () => number): Framer {
  let unread: Uint8Array = EMPTY;
  /** The beginning of a message, `used` octets of it. */
  let partial: Uint8Array = EMPTY;
  let used = 0;
  let isBroken = false;

  function* frames(): Generator<Frame, void> {
    while (!isBroken) {
      const frame = used === 0 ? (whole() ?? gathered()) : gathered();
      if (frame === undefined) return;
      yield frame;
    }
  }

  /** A message that lies in what was pushed from its first to its last octet is not copied. */
  function whole(): Frame | undefined {
    if (unread.length < HEADER_LENGTH) return undefined;
    const fault = broken(unread, HEADER_LENGTH);
    if (fault !== undefined) return fault;
    const length = lengthOf(unread);
    if (unread.length < length) return undefined;
    const bytes = unread.subarray(0, length);
    unread = unread.subarray(length);
    return { type: typeOf(bytes), bytes };
  }

  function gathered(): Frame | undefined {
    while (unread.length > 0) {
      const target = used < HEADER_LENGTH ? HEADER_LENGTH : lengthOf(partial);
      if (partial.length < target) partial = grown(partial, used, target);
      const taken = Math.min(target - used, unread.length);
      partial.set(unread.subarray(0, taken), used);
      unread = unread.subarray(taken);
      used += taken;
      const fault = used > HEADER_LENGTH ? undefined : broken(partial, used);
      if (fault !== undefined) return fault;
      if (used < HEADER_LENGTH || used < lengthOf(partial)) continue;
      const bytes = partial;
      partial = EMPTY;
      used = 0;
      return { type: typeOf(bytes), bytes };
    }
    return undefined;
  }

  function broken(bytes: Uint8Array, available: number): Malformed | undefined {
    const fault = checkHeader(bytes, available, longest());
    if (fault === undefined) return undefined;
    isBroken = true;
    unread = partial = EMPTY;
    return fault;
  }

  return {
    push(chunk) {
      if (!isBroken) unread = unread.length === 0 ? chunk : joined(unread, chunk);
      return frames();
    },
  };
}

function grown(bytes: Uint8Array, used: number, length: number): Uint8Array {
  const larger = new Uint8Array(length);
  larger.set(bytes.subarray(0, used));
  return larger;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = grown(one, one.length, one.length + other.length);
  both.set(other, one.length);
  return both;
}
