import { describe, expect, it } from 'vitest';
import { BytesError, Reader } from '../../../../src/bytes/reader.ts';
import {
  decodeAttributes,
  decodeError,
  decodeMessages,
  decodeText,
  encodeAttribute,
  encodeMessage,
  inspectDump,
  NLM_F,
  NLMSG,
} from '../../../../src/discovery/netlink/message.ts';
import { hex, join } from './vectors.ts';

describe('constants', () => {
  it('are those of include/uapi/linux/netlink.h', () => {
    expect(NLMSG).toEqual({ noop: 1, error: 2, done: 3, overrun: 4 });
    expect(NLM_F).toEqual({ request: 0x01, multi: 0x02, dumpInterrupted: 0x10, dump: 0x100 | 0x200 });
  });
});

describe('encodeMessage', () => {
  it('puts struct nlmsghdr before the body, and marks a request', () => {
    expect(encodeMessage(0x1112, 0x2120, 0x31323334, hex('f1f2f3'))).toEqual(
      hex(`
        13000000       // length 19, without padding
        1211 2121      // type, flags with NLM_F_REQUEST
        34333231       // sequence
        00000000       // port: the kernel
        f1f2f3`),
    );
  });
});

describe('encodeAttribute', () => {
  it.each([
    ['', '0400 1211'],
    ['f1', '0500 1211 f1000000'],
    ['f1f2f3', '0700 1211 f1f2f300'],
    ['f1f2f3f4', '0800 1211 f1f2f3f4'],
  ])('puts struct nlattr before %j, and its padding behind', (payload, whole) => {
    expect(encodeAttribute(0x1112, hex(payload))).toEqual(hex(whole));
  });
});

describe('inspectDump', () => {
  const row = (flags: string): string =>
    `12000000 1411 ${flags} 21222324 31323334 f1f2 0000  // length 18, type 0x1114`;
  const done = (flags: string): string => `14000000 0300 ${flags} 21222324 31323334 fbffffff  // NLMSG_DONE, -EIO`;

  it.each([
    ['of no row', ['0200', '0200', '0200'], false],
    ['of the first row', ['1200', '0200', '0200'], true],
    ['of every row', ['1200', '1200', '1200'], true],
    ['of the last row', ['0200', '1200', '0200'], true],
    ['of the end', ['0200', '0200', '1200'], true],
  ])(
    'finds NLM_F_DUMP_INTR %s, and the end behind it',
    (_where, [first = '', second = '', end = ''], isInterrupted) => {
      const rows = hex(`${row(first)}\n${row(second)}`);
      expect(inspectDump(rows)).toEqual({ isInterrupted: [first, second].includes('1200'), ended: undefined });
      expect(inspectDump(join(rows, hex(done(end))))).toEqual({ isInterrupted, ended: 5 });
    },
  );
});

describe('decodeMessages', () => {
  const first = hex(`
    13000000 1411 0200 21222324 31323334  // length 19, type 0x1114, NLM_F_MULTI, sequence, port
    f1f2f3`);
  const second = hex(`
    14000000 1511 1200 41424344 51525354  // length 20, type 0x1115, NLM_F_MULTI and NLM_F_DUMP_INTR
    e1e2e3e4`);
  const firstMessage = { type: 0x1114, flags: 0x02, sequence: 0x24232221, body: hex('f1f2f3') };
  const secondMessage = { type: 0x1115, flags: 0x12, sequence: 0x44434241, body: hex('e1e2e3e4') };

  it('reads all messages of a datagram, over the padding between them', () => {
    expect(decodeMessages(join(first, hex('aa'), second))).toEqual([firstMessage, secondMessage]);
  });

  it('needs no padding behind the last one', () => {
    expect(decodeMessages(join(second, first))).toEqual([secondMessage, firstMessage]);
  });

  it('reads a message without a body', () => {
    const empty = hex('10000000 0300 0200 21222324 31323334');
    expect(decodeMessages(empty)).toEqual([{ type: 3, flags: 2, sequence: 0x24232221, body: hex('') }]);
  });

  it('finds nothing in nothing', () => {
    expect(decodeMessages(hex(''))).toEqual([]);
  });

  it.each([0, 1, 15])('refuses a length of %d, which would not end or hold no header', (length) => {
    const bad = hex(`${length.toString(16).padStart(2, '0')}000000 1411 0200 21222324 31323334`);
    expect(() => decodeMessages(join(second, bad))).toThrow(new BytesError(`netlink message of length ${length}`, 20));
  });

  it.each([
    ['one byte beyond the end', '14000000 1411 0200 21222324 31323334 f1f2f3'],
    ['far beyond the end', 'ffffffff 1411 0200 21222324 31323334 f1f2f3f4'],
  ])('refuses a message that ends %s', (_name, text) => {
    expect(() => decodeMessages(hex(text))).toThrow(BytesError);
  });

  it.each([1, 2, 3, 4, 6, 8, 12, 15])('refuses a header of which only %d bytes are there', (length) => {
    expect(() => decodeMessages(join(second, first.subarray(0, length)))).toThrow(BytesError);
  });
});

describe('decodeAttributes', () => {
  const decode = (text: string): Map<number, Uint8Array> => decodeAttributes(new Reader(hex(text)));

  it('reads each by its type, over the padding', () => {
    expect(decode('0500 2100 f1 aaaaaa 0600 2200 e1e2 aaaa 0400 2300 0800 2400 d1d2d3d4')).toEqual(
      new Map([
        [0x21, hex('f1')],
        [0x22, hex('e1e2')],
        [0x23, hex('')],
        [0x24, hex('d1d2d3d4')],
      ]),
    );
  });

  it('takes NLA_F_NESTED and NLA_F_NET_BYTEORDER off the type', () => {
    expect([...decode('0400 2180 0400 2240 0400 23c0').keys()]).toEqual([0x21, 0x22, 0x23]);
  });

  it('lets the last of several of a type count', () => {
    expect(decode('0500 2100 f1 000000 0500 2100 f2 000000')).toEqual(new Map([[0x21, hex('f2')]]));
  });

  it('needs no padding behind the last one', () => {
    expect(decode('0500 2100 f1')).toEqual(new Map([[0x21, hex('f1')]]));
  });

  it.each([
    ['of length 0', '0000 2100 f1f2f3f4'],
    ['of length 3', '0300 2100 f1f2f3f4'],
    ['beyond the end', '0900 2100 f1f2f3f4'],
    ['that is one byte', '05'],
    ['without a type', '0500'],
    ['behind a good one, of length 1', '0800 2100 f1f2f3f4 0100 2200'],
  ])('refuses one %s', (_name, text) => {
    expect(() => decode(text)).toThrow(BytesError);
  });
});

describe('decodeError', () => {
  // struct nlmsgerr: a negative errno, then the header of the request.
  it.each([
    ['feffffff', 2],
    ['f0ffffff 14000000 1411 0200 21222324 31323334', 16],
    ['01feffff', 511],
  ])('reads %s as errno %d', (text, errno) => {
    expect(decodeError(hex(text))).toBe(errno);
  });

  it('reads an acknowledgement as none', () => {
    expect(decodeError(hex('00000000'))).toBeCloseTo(0);
  });

  it.each(['', '01', 'feffff'])('refuses a body of %j', (text) => {
    expect(() => decodeError(hex(text))).toThrow(BytesError);
  });
});

describe('decodeText', () => {
  it.each([
    ['6c6f00', 'lo'],
    ['6c6f', 'lo'],
    ['6c6f006162', 'lo'],
    ['00', ''],
    ['', ''],
    ['c3a900', 'é'],
  ])('ends %s before its NUL: %j', (text, expected) => {
    expect(decodeText(hex(text))).toBe(expected);
  });
});
