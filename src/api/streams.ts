/**
 * SHELL: the streams of events (HTML Living Standard §9.2): what changes is put into words once, for all who hear of it.
 *
 * What it does: collects what changes in a turn of the loop, and writes it to each stream in one piece; drops a stream that
 * does not take what it is sent; writes a comment on all of them now and then. What it does not: wait for anybody, or keep
 * anything for who comes later.
 */
import type { ServerResponse } from 'node:http';
import { ms } from '../model/millis.ts';
import type { Change } from '../model/view.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Viewer } from '../runtime/operator.ts';
import { jsonPieces } from './json-pieces.ts';
import { LIMITS } from './limits.ts';
import { ApiProblem } from './problem.ts';
import { beginStream } from './respond.ts';
import type { Turns } from './turns.ts';

export interface Streams {
  /** Throws `ApiProblem` 503 when there are too many. */
  add(response: ServerResponse, types: ReadonlySet<Change['type']>): void;
  status(): { readonly open: number; readonly dropped: number };
  /** `last`: what they are told before they are closed. */
  close(last?: Change): void;
}

export interface StreamsPorts {
  readonly operator: Pick<Viewer, 'subscribe'>;
  readonly clock: Clock;
  readonly turns: Turns;
  /** One was dropped. */
  readonly dropped: (backlog: number) => void;
}

interface Stream {
  readonly response: ServerResponse;
  readonly types: ReadonlySet<Change['type']>;
  /** Octets of the longest piece among those that were written since it had taken all. */
  longest: number;
}

const KEEPALIVE = 'api keepalive';
/** A comment; the first one makes the headers go out. */
const COMMENT = ':\n\n';

export function createStreams({ operator, clock, turns, dropped: heardOfDrop }: StreamsPorts): Streams {
  const streams = new Set<Stream>();
  let waiting: Change[] = [];
  let unsubscribe: (() => void) | undefined;
  let isTelling = false;
  let dropped = 0;

  function hear(change: Change): void {
    waiting.push(change);
    if (waiting.length > LIMITS.changesWaiting) for (const stream of streams) drop(stream);
    if (!isTelling) void tell();
  }

  async function tell(): Promise<void> {
    isTelling = true;
    // What comes in the same turn of the loop is told with it.
    while (streams.size > 0 && waiting.length > 0) {
      let hasTime = await turns.next();
      const [told, text] = [[] as Change['type'][], [] as string[]];
      let length = 0;
      while (told.length < waiting.length && length < LIMITS.piece && hasTime()) {
        const change = waiting[told.length] as Change;
        let words = `event: ${change.type}\ndata: `;
        for (const piece of jsonPieces(change)) {
          // It may tell of thousands.
          if (!hasTime()) hasTime = await turns.next();
          words += piece;
        }
        words += '\n\n';
        told.push(change.type);
        text.push(words);
        length += words.length;
      }
      waiting = waiting.slice(told.length);
      tellAll(told, text);
    }
    waiting = [];
    isTelling = false;
  }

  /** Who hears of the same types is written the same octets. */
  function tellAll(told: readonly Change['type'][], text: readonly string[]): void {
    const made = new Map<string, Buffer>();
    for (const stream of streams) {
      const key = [...stream.types].sort().join();
      const octets = made.get(key) ?? Buffer.from(text.filter((_, at) => stream.types.has(told[at] as never)).join(''));
      made.set(key, octets);
      if (octets.length > 0) write(stream, octets);
    }
  }

  function write(stream: Stream, octets: Buffer | string): void {
    const { writableLength: waits } = stream.response;
    if (waits === 0) stream.longest = 0;
    // What is long by itself drops nobody, nor does what comes while it is on its way: whoever takes it is not slow.
    if (waits > LIMITS.streamBacklog + stream.longest) {
      drop(stream);
      return;
    }
    stream.longest = Math.max(stream.longest, octets.length);
    stream.response.write(octets);
  }

  function drop(stream: Stream): void {
    if (!streams.delete(stream)) return;
    dropped++;
    heardOfDrop(stream.response.writableLength);
    stream.response.destroy();
    if (streams.size === 0) rest();
  }

  function keepAlive(): void {
    for (const stream of streams) write(stream, COMMENT);
    if (streams.size > 0) clock.setTimer(KEEPALIVE, ms(clock.now() + LIMITS.keepaliveMs), keepAlive);
  }

  function rest(): void {
    unsubscribe?.();
    unsubscribe = undefined;
    clock.clearTimer(KEEPALIVE);
  }

  return {
    add(response, types) {
      if (streams.size >= LIMITS.streams) {
        throw new ApiProblem(503, `There are ${streams.size} streams already.`, { headers: { 'Retry-After': '10' } });
      }
      beginStream(response, 'text/event-stream');
      if (response.req.method === 'HEAD') {
        response.end();
        return;
      }
      const stream: Stream = { response, types, longest: 0 };
      streams.add(stream);
      response.on('close', () => {
        streams.delete(stream);
        if (streams.size === 0) rest();
      });
      write(stream, COMMENT);
      unsubscribe ??= operator.subscribe(hear);
      if (!clock.pending().includes(KEEPALIVE)) {
        clock.setTimer(KEEPALIVE, ms(clock.now() + LIMITS.keepaliveMs), keepAlive);
      }
    },
    status: () => ({ open: streams.size, dropped }),
    close(last) {
      for (const { response, types } of streams) {
        // It goes out at once, and whoever does not take it is cut off all the same.
        if (last !== undefined && types.has(last.type)) response.end(wordsOf(last));
        else response.destroy();
      }
      streams.clear();
      rest();
    },
  };
}

const wordsOf = (change: Change): string => `event: ${change.type}\ndata: ${JSON.stringify(change)}\n\n`;
