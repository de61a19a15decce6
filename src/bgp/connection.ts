/**
 * SHELL: one TCP connection of a session: messages in, messages out.
 *
 * What it does: frames and decodes what comes; writes whole messages, and says when it takes no more, so that a peer that
 * stops reading costs one buffer; gives such a peer up after the send hold time (RFC 9687); closes in such a way that a last
 * NOTIFICATION arrives: half-closed first, with what still comes read and dropped, because unread data makes the kernel send
 * a RST, and that one throws away what the peer has not read yet.
 * What it does not: know a state.
 */
import type net from 'node:net';
import { join, NO_BYTES } from '../bytes/join.ts';
import { type IpAddress, parseAddress, unmap } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import { LONGEST_MESSAGE } from './wire/codes.ts';
import { decodeMessage } from './wire/decode.ts';
import { createFramer, type Frame } from './wire/framer.ts';
import type { Malformed } from './wire/malformed.ts';
import type { Message, WireContext } from './wire/message.ts';
import { encodeNotification, type Notification } from './wire/notification.ts';

export interface ConnectionEvents {
  /** A whole message. `octets` of it, for whoever counts. */
  message(message: Message, octets: number): void;
  /** What came is no message; nothing more is read. */
  fault(malformed: Malformed): void;
  /** The connection is gone, without `close`. */
  closed(detail: string): void;
  /** There is room again. */
  drained(): void;
  /** Nothing was taken for the send hold time. */
  sendHoldExpired(): void;
}

export interface Connection {
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** Takes whole messages, whether there is room or not: ask before. */
  send(...messages: readonly Uint8Array[]): void;
  hasRoom(): boolean;
  /** From now on: what was negotiated. */
  agree(context: WireContext, sendHold: Millis): void;
  /** Nothing is heard of it any more. Resolves when it is gone. */
  close(notification: Notification | undefined): Promise<void>;
}

/** Octets that wait in this process; the kernel has some more. */
const ROOM = 256 * 1_024;
/** What is taken of a peer in one iteration of the event loop. */
const MOST_MESSAGES = 500;
const MOST_OCTETS = 64 * 1_024;
/** Milliseconds. */
const LONGEST_TURN = 5;
/** Until the peer has closed too. */
const CLOSE_WITHIN = 1_000;
/** RFC 9687 §3: eight minutes, or twice the hold time. */
export const LEAST_SEND_HOLD = ms(480_000);

const FIRST: WireContext = {
  asOctets: 2,
  longestMessage: LONGEST_MESSAGE,
  addPathReceived: new Set(),
  isExternal: true,
};

/** `name`: of its timers. The socket is connected, and nothing of it was read. */
export function openConnection(socket: net.Socket, name: string, clock: Clock, events: ConnectionEvents): Connection {
  // A name of its own: connections of one peer may be open beside each other.
  const timer = `bgp ${name} #${++opened}`;
  let context = FIRST;
  let sendHold = LEAST_SEND_HOLD;
  const framer = createFramer(() => context.longestMessage);
  let isOver = false;
  let isBlocked = false;
  /** Some of what came waits for the next iteration of the event loop. */
  let isBusy = false;
  let why = 'closed by the peer';

  socket.setNoDelay(true);
  socket.on('data', (chunk: Uint8Array) => {
    if (isOver) return;
    const frames = framer.push(chunk);
    if (!isBusy) takeSome(frames);
  });
  /** Since it last had the event loop to itself: one poll of sockets may bring many chunks of one. */
  let messages = 0;
  let octets = 0;
  let busyFor = 0;
  let isFresh = true;
  function begin(): void {
    if (!isFresh) return;
    isFresh = false;
    messages = 0;
    octets = 0;
    busyFor = 0;
    setImmediate(() => {
      isFresh = true;
    });
  }
  /** So much that a flood does not hold up the others: the rest waits, and the kernel holds back what is behind it. */
  function takeSome(frames: Iterable<Frame>): void {
    begin();
    const since = clock.now() - busyFor;
    for (const frame of frames) {
      const wrong = take(frame);
      if (wrong !== undefined) {
        isOver = true;
        events.fault(wrong);
      }
      if (isOver) return;
      messages++;
      if ('bytes' in frame) octets += frame.bytes.length;
      busyFor = clock.now() - since;
      if (messages < MOST_MESSAGES && octets < MOST_OCTETS && busyFor < LONGEST_TURN) continue;
      isBusy = true;
      socket.pause();
      setImmediate(goOn);
      return;
    }
    isBusy = false;
    socket.resume();
  }
  function goOn(): void {
    if (!isOver) takeSome(framer.push(NO_BYTES));
  }
  function take(frame: Frame): Malformed | undefined {
    if ('fault' in frame) return frame;
    const decoded = decodeMessage(frame.bytes, context);
    if ('fault' in decoded) return decoded;
    events.message(decoded.message, frame.bytes.length);
    return undefined;
  }
  socket.on('error', (error) => {
    why = error.message;
  });
  // A peer that sends nothing more has ended the session; one that does so while we close has yet to read our last words.
  socket.on('end', () => {
    if (!isOver) socket.destroy();
  });
  socket.on('close', () => {
    clock.clearTimer(`${timer} send hold`);
    if (isOver) return;
    isOver = true;
    events.closed(why);
  });
  socket.on('drain', () => {
    isBlocked = false;
    if (!isOver) events.drained();
  });
  socket.resume();

  /** Restarts with every octet that the kernel takes. */
  function taken(): void {
    if (socket.writableLength === 0 || isOver) clock.clearTimer(`${timer} send hold`);
    else watch();
  }
  function watch(): void {
    clock.setTimer(`${timer} send hold`, ms(clock.now() + sendHold), () => {
      if (!isOver) events.sendHoldExpired();
    });
  }

  return {
    local: addressOf(socket.localAddress),
    remote: addressOf(socket.remoteAddress),
    send(...messages) {
      if (isOver || socket.destroyed) return;
      const wasIdle = socket.writableLength === 0;
      // One write, however many they are: each costs as much as a message.
      const [first = NO_BYTES] = messages;
      isBlocked = !socket.write(messages.length > 1 ? join(...messages) : first, taken);
      if (wasIdle && socket.writableLength > 0) watch();
    },
    hasRoom: () => !isOver && !isBlocked && socket.writableLength < ROOM,
    agree(agreed, hold) {
      context = agreed;
      sendHold = ms(Math.max(LEAST_SEND_HOLD, hold));
    },
    close(notification) {
      isOver = true;
      clock.clearTimer(`${timer} send hold`);
      if (socket.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        const wait = `${timer} close`;
        socket.once('close', () => {
          clock.clearTimer(wait);
          resolve();
        });
        clock.setTimer(wait, ms(clock.now() + CLOSE_WITHIN), () => {
          // What the kernel has not even taken by now would be kept for a peer that does not read.
          if (socket.writableLength > 0) socket.resetAndDestroy();
          else socket.destroy();
        });
        // What still comes is read and dropped.
        socket.resume();
        if (notification === undefined) socket.end();
        else socket.end(encodeNotification(notification));
      });
    },
  };
}

let opened = 0;

/** As we write addresses: without a zone, IPv4 as IPv4. */
export function addressOf(text: string | undefined): IpAddress {
  const address = parseAddress((text ?? '').replace(/%.*/, ''));
  if (address === undefined) throw new Error(`no address: ${text}`);
  return unmap(address);
}
