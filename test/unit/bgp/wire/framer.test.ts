import { describe, expect, it } from 'vitest';
import { createFramer, type Frame } from '../../../../src/bgp/wire/framer.ts';
import { hex, MARKER, message, text } from './vectors.ts';

const framer = (longest = 4096) => createFramer(() => longest);
const shown = (frames: Iterable<Frame>): unknown[] =>
  [...frames].map((frame) =>
    'fault' in frame
      ? [frame.fault.code, frame.fault.subcode, text(frame.fault.data)]
      : [frame.type, text(frame.bytes)],
  );

const KEEPALIVE = message(4, '');
const REFRESH = message(5, '0001 00 01');

describe('the framer', () => {
  it('hands out several messages of one push, and keeps what is not whole', () => {
    const { push } = framer();
    const stream = Buffer.concat([KEEPALIVE, REFRESH, KEEPALIVE]);
    expect(shown(push(stream.subarray(0, 50)))).toEqual([
      [4, text(KEEPALIVE)],
      [5, text(REFRESH)],
    ]);
    expect(shown(push(stream.subarray(50)))).toEqual([[4, text(KEEPALIVE)]]);
  });

  it('waits for the body, and for no more than it', () => {
    const { push } = framer();
    expect(shown(push(REFRESH.subarray(0, 22)))).toEqual([]);
    expect(shown(push(REFRESH.subarray(22)))).toEqual([[5, text(REFRESH)]]);
  });

  it.each([
    ['a marker, at its first wrong octet', 'ffff00', [1, 1, '']],
    ['a length, before the type is there', `${MARKER} 0012`, [1, 2, '0012']],
    ['a length of more than is agreed', `${MARKER} 1001`, [1, 2, '1001']],
    ['a type, before its body is there', `${MARKER} 0100 07`, [1, 3, '07']],
    ['a length that the type does not have, before the body is there', `${MARKER} 0020 04`, [1, 2, '0020']],
  ])('judges %s', (_what, octets, fault) => {
    expect(shown(framer().push(hex(octets)))).toEqual([fault]);
  });

  it('reads nothing behind what is wrong', () => {
    const { push } = framer();
    expect(shown(push(Buffer.concat([KEEPALIVE, hex('00'), KEEPALIVE])))).toEqual([
      [4, text(KEEPALIVE)],
      [1, 1, ''],
    ]);
    expect(shown(push(KEEPALIVE))).toEqual([]);
  });

  it('asks anew for each message how long it may be', () => {
    let longest = 4096;
    const { push } = createFramer(() => longest);
    const long = message(2, '00'.repeat(5_000));
    const types: unknown[] = [];
    for (const frame of push(Buffer.concat([KEEPALIVE, long]))) {
      longest = 65_535;
      types.push('type' in frame ? [frame.type, frame.bytes.length] : frame.why);
    }
    expect(types).toEqual([
      [4, 19],
      [2, 5_019],
    ]);
  });

  it('keeps what was not asked for until the next push', () => {
    const { push } = framer();
    for (const frame of push(Buffer.concat([KEEPALIVE, REFRESH]))) {
      expect(frame).toMatchObject({ type: 4 });
      break;
    }
    expect(shown(push(KEEPALIVE))).toEqual([
      [5, text(REFRESH)],
      [4, text(KEEPALIVE)],
    ]);
  });

  it('hands out what does not change when the chunk is used again', () => {
    const { push } = framer();
    const chunk = Buffer.from(REFRESH.subarray(0, 20));
    expect(shown(push(chunk))).toEqual([]);
    chunk.fill(0);
    expect(shown(push(REFRESH.subarray(20)))).toEqual([[5, text(REFRESH)]]);
  });

  it('takes a long message in single octets in linear time', () => {
    const { push } = framer(65_535);
    const long = message(2, '00'.repeat(65_000));
    let count = 0;
    for (const octet of long) for (const frame of push(Uint8Array.of(octet))) count += 'fault' in frame ? 100 : 1;
    expect(count).toBe(1);
  });
});
