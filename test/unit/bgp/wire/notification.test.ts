import { describe, expect, it } from 'vitest';
import {
  CEASE,
  ERROR,
  FSM_ERROR,
  HEADER_ERROR,
  OPEN_ERROR,
  ROUTE_REFRESH_ERROR,
  UPDATE_ERROR,
} from '../../../../src/bgp/wire/codes.ts';
import {
  describeNotification,
  encodeNotification,
  shutdownData,
  shutdownText,
} from '../../../../src/bgp/wire/notification.ts';
import { ERROR_NAMES } from '../../../../src/bgp/wire/notification-names.ts';
import { hex, text } from './vectors.ts';

const cease = (subcode: number, data: Uint8Array = hex('')) => ({ code: 6, subcode, data });
const utf8 = (data: Uint8Array): string => Buffer.from(data.subarray(1)).toString();

describe('the text of a shutdown (RFC 9003 §2)', () => {
  it.each([
    ['', ''],
    ['back at 8', '09 6261636b2061742038'], // as FRR 8.4.4 sends it
    ['é', '02 c3a9'],
  ])('%j', (words, octets) => {
    expect(text(shutdownData(words))).toBe(text(hex(octets)));
  });

  it.each([
    ['a', 255, 255],
    ['a', 256, 255],
    ['é', 200, 254], // two octets each
    ['€', 100, 255], // three
    ['𝄞', 100, 252], // four
    ['a𝄞', 51, 255],
    ['aa𝄞', 43, 254],
  ])('of %j, %d times, has %d octets', (character, count, octets) => {
    const data = shutdownData(character.repeat(count));
    expect([data.length, data[0]]).toEqual([octets + 1, octets]);
    expect(character.repeat(count).startsWith(utf8(data))).toBe(true);
  });

  it.each([2, 4])('is read of cease %d, and of nothing else', (subcode) => {
    const data = shutdownData('maintenance – bis 8');
    expect(shutdownText(cease(subcode, data))).toBe('maintenance – bis 8');
    expect(shutdownText(cease(3, data))).toBeUndefined();
    expect(shutdownText({ code: 5, subcode, data })).toBeUndefined();
  });

  it('that is longer than its data, or empty, is none', () => {
    expect(shutdownText(cease(2, hex('03 6161')))).toBeUndefined();
    expect(shutdownText(cease(2, hex('00 6161')))).toBeUndefined();
    expect(shutdownText(cease(2))).toBeUndefined();
  });

  it('does nothing to a terminal, whatever it has', () => {
    const said = shutdownText(cease(2, shutdownData('a\u001b[2Jb\r\nc\u202ed\u2028e\u0085f\u{e0001}g')));
    expect(said).toBe('a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}d\\u{2028}e\\u{85}f\\u{e0001}g');
  });

  it('that is no UTF-8 is shown all the same', () => {
    expect(shutdownText(cease(2, hex('03 61ff62')))).toBe('a\ufffdb');
  });
});

describe('a NOTIFICATION in words', () => {
  it.each([
    [{ code: 4, subcode: 0, data: hex('') }, 'hold timer expired (4/0)'],
    [{ code: 2, subcode: 2, data: hex('') }, 'OPEN message error, bad peer AS (2/2)'],
    [{ code: 5, subcode: 1, data: hex('02') }, 'state machine error, unexpected message in OpenSent (5/1), data 02'],
    [cease(2, shutdownData('at 8')), 'cease, administrative shutdown (6/2): "at 8"'],
    [cease(7), 'cease, connection collision resolution (6/7)'],
    [cease(99), 'cease (6/99)'],
    [{ code: 77, subcode: 3, data: hex('0a') }, 'unknown error (77/3), data 0a'],
    [
      cease(9, hex(`0604${text(shutdownData('now'))}`)),
      'cease, hard reset (6/9): cease, administrative reset (6/4): "now"',
    ],
    [cease(9, hex('0609 0609')), 'cease, hard reset (6/9), data 06090609'],
    [cease(9, hex('06')), 'cease, hard reset (6/9), data 06'],
    [
      { code: 3, subcode: 1, data: new Uint8Array(40).fill(0xab) },
      `UPDATE message error, malformed attribute list (3/1), data ${'ab'.repeat(32)}… (40 octets)`,
    ],
  ])('%o', (notification, words) => {
    expect(describeNotification(notification)).toBe(words);
  });

  it('has a name for every code that we say', () => {
    const subcodes: readonly [number, Readonly<Record<string, number>>][] = [
      [ERROR.header, HEADER_ERROR],
      [ERROR.open, OPEN_ERROR],
      [ERROR.update, UPDATE_ERROR],
      [ERROR.fsm, FSM_ERROR],
      [ERROR.cease, CEASE],
      [ERROR.routeRefresh, ROUTE_REFRESH_ERROR],
    ];
    const nameless = subcodes.flatMap(([code, known]) =>
      Object.values(known)
        .filter((subcode) => subcode !== 0 && ERROR_NAMES[code]?.subcodes[subcode] === undefined)
        .map((subcode) => `${code}/${subcode}`),
    );
    expect(nameless).toEqual([]);
    expect(Object.values(ERROR).filter((code) => ERROR_NAMES[code] === undefined)).toEqual([]);
  });
});

describe('encodeNotification', () => {
  it('cuts data that makes the message longer than any peer takes', () => {
    const bytes = encodeNotification({ code: 3, subcode: 5, data: new Uint8Array(70_000).fill(7) });
    expect(bytes.length).toBe(4_096);
    expect(text(bytes.subarray(16, 22))).toBe('100003030507');
  });
});
