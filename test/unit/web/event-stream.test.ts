/** Vectors after WHATWG HTML, "Interpreting an event stream". */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMessageReader, hearMessages, type Message } from '../../../web/event-stream.js';

const readAll = (...pieces: readonly string[]): Message[] => {
  const read = createMessageReader();
  return pieces.flatMap((piece) => read(piece));
};

describe('server-sent events', () => {
  it.each([
    ['one', 'event: peer\ndata: {"a":1}\n\n', [{ event: 'peer', data: '{"a":1}' }]],
    ['without a name', 'data: x\n\n', [{ event: 'message', data: 'x' }]],
    ['of several lines', 'data: a\ndata: b\ndata\n\n', [{ event: 'message', data: 'a\nb\n' }]],
    ['without the space, and with two', 'data:a\ndata:  b\n\n', [{ event: 'message', data: 'a\n b' }]],
    ['a comment', ':\n\n: words\n\n', []],
    ['a name and no data', 'event: peer\n\ndata: x\n\n', [{ event: 'message', data: 'x' }]],
    ['a colon in the data', 'data: 2001:db8::1\n\n', [{ event: 'message', data: '2001:db8::1' }]],
    ['fields of no use', 'id: 1\nretry: 5\nother: x\ndata: y\n\n', [{ event: 'message', data: 'y' }]],
    ['cut off', 'data: x\n', []],
    [
      'with CR LF and CR',
      'data: x\r\n\r\ndata: y\r\rdata: z\n\n',
      ['x', 'y', 'z'].map((data) => ({ event: 'message', data })),
    ],
  ])('%s', (_, text, messages) => {
    expect(readAll(text)).toEqual(messages);
  });

  it('come whole, however the pieces are cut', () => {
    const text = 'event: a\r\ndata: 1\r\n\r\n:\n\nevent: b\ndata: 2\ndata: 3\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...[...cuts].sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(readAll(...pieces)).toEqual([
          { event: 'a', data: '1' },
          { event: 'b', data: '2\n3' },
        ]);
      }),
    );
  });

  it('may be long: a hundred thousand overrides are one line', () => {
    const piece = 'x'.repeat(2 ** 16);
    const pieces = Array.from({ length: 480 }, () => piece);
    const [message, ...more] = readAll('data: ', ...pieces, '\r', '\n', '\n', 'data: y\n\n');
    expect([message?.data.length, more]).toEqual([480 * 2 ** 16, [{ event: 'message', data: 'y' }]]);
  });

  it('are given up when a line never ends', () => {
    const read = createMessageReader();
    const piece = 'x'.repeat(2 ** 20);
    for (let index = 0; index < 64; index++) read(piece);
    expect(() => read('x')).toThrow('does not end');
  });

  it('are heard from octets, a character at a border of two pieces too, and the end is told', async () => {
    const octets = new TextEncoder().encode('data: naïve\n\n');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const octet of octets) controller.enqueue(Uint8Array.of(octet));
        controller.close();
      },
    });
    const heard: string[] = [];
    let pieces = 0;
    await hearMessages(stream, (messages) => {
      pieces++;
      heard.push(...messages.map(({ data }) => data));
    });
    expect(heard).toEqual(['naïve']);
    expect(pieces).toBe(octets.length);
  });
});
