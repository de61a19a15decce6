import { describe, expect, it } from 'vitest';
import { createReplyReader, LONGEST_LINE, type Said } from '../../../../src/sink/exabgp/replies.ts';

const read = (...chunks: readonly string[]): Said[] => {
  const reader = createReplyReader();
  return chunks.flatMap((chunk) => reader.read(Buffer.from(chunk)));
};
const MEGABYTE = 2 ** 20;

const JSON_HEAD =
  '{ "exabgp": "4.0.1", "time": 1699564800.12, "host" : "h", "pid" : 1, "ppid" : 1, "counter": 1, "type": "state", ' +
  '"neighbor": { "address": { "local": "127.0.0.2", "peer": "127.0.0.1" }, "asn": { "local": 65001, "peer": 65002 } ';

describe('createReplyReader', () => {
  // Answers and events as reactor/api/response/{answer,text,json}.py of ExaBGP 4.2.21 and 5.0.15 write them.
  it.each([
    ['done', { type: 'done' }],
    ['error', { type: 'error' }],
    ['shutdown', { type: 'shutdown' }],
    ['shutdown 4321 1', { type: 'shutdown' }],
    ['neighbor 192.0.2.9 connected', { type: 'neighbor', neighbor: '192.0.2.9', state: 'connected' }],
    ['neighbor 192.0.2.9 up', { type: 'neighbor', neighbor: '192.0.2.9', state: 'up' }],
    ['neighbor 2001:db8::9 up', { type: 'neighbor', neighbor: '2001:db8::9', state: 'up' }],
    [
      'neighbor 192.0.2.9 down - peer reset, error(1)',
      { type: 'neighbor', neighbor: '192.0.2.9', state: 'down', reason: 'peer reset, error(1)' },
    ],
    ['neighbor 192.0.2.9 negotiated', { type: 'event', text: 'neighbor 192.0.2.9 negotiated' }],
    // As ExaBGP 4.2.21 prints them.
    [`${JSON_HEAD}, "state": "up"}  }`, { type: 'neighbor', neighbor: '127.0.0.1', state: 'up', as: 65_002 }],
    [
      `${JSON_HEAD}, "state": "down", "reason": "peer reset, message (closing connection) error(None)"}  }`,
      {
        type: 'neighbor',
        neighbor: '127.0.0.1',
        state: 'down',
        reason: 'peer reset, message (closing connection) error(None)',
        as: 65_002,
      },
    ],
    ['{ "exabgp": "4.0.1", "type": "notification", "notification": "shutdown" }', { type: 'shutdown' }],
    [`${JSON_HEAD}, "state": 7} }`, { type: 'event', text: `${JSON_HEAD}, "state": 7} }` }],
    [`${JSON_HEAD}, "state": "up"`, { type: 'event', text: `${JSON_HEAD}, "state": "up"` }],
    ['{ "type": "state", "neighbor": [] }', { type: 'event', text: '{ "type": "state", "neighbor": [] }' }],
    ['{ "exabgp": "4.0.1", "type": "state" }', { type: 'event', text: '{ "exabgp": "4.0.1", "type": "state" }' }],
    ['{"exabgp": "done"}', { type: 'event', text: '{"exabgp": "done"}' }],
    ['done done', { type: 'unknown', text: 'done done' }],
    ['Done', { type: 'unknown', text: 'Done' }],
    ['errors', { type: 'unknown', text: 'errors' }],
    ['error: no such command', { type: 'unknown', text: 'error: no such command' }],
    ['shutdown now', { type: 'unknown', text: 'shutdown now' }],
    ['announce route 192.0.2.1/32', { type: 'unknown', text: 'announce route 192.0.2.1/32' }],
  ])('understands %j', (line, said) => {
    expect(read(`${line}\n`)).toEqual([said]);
    expect(read(`  ${line} \r\n`)).toEqual([said]);
  });

  it('answers in order', () => {
    expect(read('done\nerror\ndone\n')).toEqual([{ type: 'done' }, { type: 'error' }, { type: 'done' }]);
  });

  it('passes over blank lines', () => {
    expect(read('\n\r\n  \n\t\ndone\n\n')).toEqual([{ type: 'done' }]);
  });

  it('waits for the end of a line', () => {
    const reader = createReplyReader();
    expect(reader.read(Buffer.from('do'))).toEqual([]);
    expect(reader.read(Buffer.from('ne'))).toEqual([]);
    expect(reader.read(Buffer.from('\ner'))).toEqual([{ type: 'done' }]);
    expect(reader.read(Buffer.from('ror\n'))).toEqual([{ type: 'error' }]);
  });

  it('keeps readers apart', () => {
    const [one, other] = [createReplyReader(), createReplyReader()];
    one.read(Buffer.from('do'));
    expect(other.read(Buffer.from('ne\n'))).toEqual([{ type: 'unknown', text: 'ne' }]);
  });

  it('takes a line of the greatest length, and no longer one', () => {
    const longest = 'x'.repeat(LONGEST_LINE);
    expect(read(`${longest}\n`)).toEqual([{ type: 'unknown', text: longest }]);
    expect(read(`${longest}x\n`)).toEqual([{ type: 'oversized' }]);
  });

  it('tells of a line that is too long when it sees so, once, and reads on behind it', () => {
    const reader = createReplyReader();
    const chunk = Buffer.alloc(MEGABYTE, 'x');
    const said = Array.from({ length: 10 }, () => reader.read(chunk));
    expect(said).toEqual([[{ type: 'oversized' }], ...Array.from({ length: 9 }, () => [])]);
    expect(reader.read(Buffer.from('done\nerror\n'))).toEqual([{ type: 'error' }]);
  });

  it('takes the beginning of a new line behind one that was too long', () => {
    expect(read('x'.repeat(LONGEST_LINE + 1), '\ndo', 'ne\n')).toEqual([{ type: 'oversized' }, { type: 'done' }]);
  });

  it('keeps nothing of a line that is too long', () => {
    const reader = createReplyReader();
    const chunk = Buffer.alloc(MEGABYTE, 'x');
    reader.read(chunk);
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 200; count++) reader.read(chunk);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * MEGABYTE);
  });

  it('shows bytes that are no UTF-8 as such', () => {
    expect(createReplyReader().read(Uint8Array.from([0x61, 0xff, 0x0a]))).toEqual([
      { type: 'unknown', text: 'a\ufffd' },
    ]);
  });
});
