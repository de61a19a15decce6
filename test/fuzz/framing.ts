/** The framer, with what the decoder is tried with: it says the same however a stream is cut, and holds no more than a message. */

import { createFramer, type Frame } from '../../src/bgp/wire/framer.ts';
import { join } from '../../src/bytes/join.ts';
import type { Random } from './random.ts';
import { same } from './same.ts';
import { Unsound } from './unsound.ts';

/** Throws `Unsound`. `messages`: one after the other on one connection, whose messages may be as long as `longest`. */
export function judgeStream(random: Random, messages: readonly Uint8Array[], longest: number): void {
  const stream = join(...messages);
  const whole = framesOf(stream, longest, () => stream.length, false);
  const most = random.isOneIn(32) ? 1 : random.pick([7, 60, 1_500]);
  const cut = framesOf(stream, longest, () => 1 + random.below(most), random.isOneIn(4));
  if (!same(whole, cut)) throw new Unsound(`other frames when the stream comes in parts of up to ${most} octets`);
  let octets = 0;
  for (const frame of whole) if ('bytes' in frame) octets += (frame.bytes as Uint8Array).length;
  const isBroken = whole.some((frame) => 'fault' in frame);
  if (!isBroken && stream.length - octets >= longest) throw new Unsound('more is held than a message');
  if (isBroken && !('fault' in (whole.at(-1) ?? {}))) throw new Unsound('a frame behind a header that is none');
}

/**
 * Each part is written over as soon as all of it was read: what is handed out may lie in it until then, and no longer.
 * `isSlow`: only one frame is asked for at a time, and the others with the parts that follow.
 */
function framesOf(stream: Uint8Array, longest: number, size: () => number, isSlow: boolean): object[] {
  const framer = createFramer(() => longest);
  const frames: object[] = [];
  const kept = (frame: Frame): object => ('fault' in frame ? frame : { type: frame.type, bytes: frame.bytes.slice() });
  for (let at = 0; at < stream.length; ) {
    const end = Math.min(stream.length, at + size());
    const part = stream.slice(at, end);
    for (const frame of framer.push(part)) {
      frames.push(kept(frame));
      if (isSlow) break;
    }
    if (!isSlow) part.fill(0);
    at = end;
  }
  for (const frame of framer.push(new Uint8Array(0))) frames.push(kept(frame));
  return frames;
}
