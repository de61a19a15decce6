/** What bounds a peer: how often it may come, how often that is told, and how much of it is read at a time. */
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../../src/bgp/connection.ts';
import { createIncomingLimit } from '../../../src/bgp/incoming-limit.ts';
import { createRarely } from '../../../src/bgp/rarely.ts';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import { ms } from '../../../src/model/millis.ts';
import { until } from '../../helpers/until.ts';
import { virtualClock } from '../../helpers/virtual-clock.ts';

describe('what is said rarely', () => {
  it('is said at powers of ten', () => {
    const rarely = createRarely();
    const said = Array.from({ length: 1_234 }, () => rarely.count()).filter((count) => count !== undefined);
    expect(said).toEqual([1, 10, 100, 1_000]);
  });
});

describe('connections of a peer', () => {
  it('are five a second, and the first too many is told apart', () => {
    const limit = createIncomingLimit();
    const answers = Array.from({ length: 8 }, (_, at) => limit(ms(100 + at)));
    expect(answers).toEqual([...Array(5).fill('taken'), 'first too many', 'too many', 'too many']);
    expect(limit(ms(1_099))).toBe('too many');
    expect(limit(ms(1_100))).toBe('taken');
  });
});

/** A socket that a test fills, and that never has room. */
class FakeSocket extends Duplex {
  readonly localAddress = '192.0.2.1';
  readonly remoteAddress = '192.0.2.2';
  setNoDelay(): this {
    return this;
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

describe('what a peer sends', () => {
  const KEEPALIVES = Buffer.concat(Array.from({ length: 1_700 }, () => encodeKeepalive()));

  it('is taken 500 messages at a time, in order, and nothing is lost', async () => {
    const socket = new FakeSocket();
    let heard = 0;
    let afterOneTurn = 0;
    openConnection(socket as unknown as net.Socket, 'test', virtualClock(), {
      message() {
        if (++heard === 1) setImmediate(() => (afterOneTurn = heard));
      },
      fault: ({ why }) => expect.unreachable(why),
      closed() {},
      drained() {},
      sendHoldExpired() {},
    });
    // The last message comes in two parts, with a turn of the loop between them.
    socket.push(KEEPALIVES.subarray(0, -7));
    await until('nearly all', () => heard === 1_699);
    // Whoever else waited had its turn in between.
    expect(afterOneTurn).toBe(500);
    socket.push(KEEPALIVES.subarray(-7));
    await until('all', () => heard === 1_700);
    socket.destroy();
  });

  it('is dropped once we have closed, also what waited for its turn', async () => {
    const socket = new FakeSocket();
    let heard = 0;
    const connection = openConnection(socket as unknown as net.Socket, 'test', virtualClock(), {
      message() {
        if (++heard === 500) void connection.close(undefined);
      },
      fault: ({ why }) => expect.unreachable(why),
      closed: (detail) => expect.unreachable(detail),
      drained() {},
      sendHoldExpired() {},
    });
    socket.push(KEEPALIVES);
    socket.push(null);
    await until('the end', () => socket.destroyed);
    expect(heard).toBe(500);
  });
});
