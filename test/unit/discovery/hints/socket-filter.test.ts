import { describe, expect, it } from 'vitest';
import { HOST_IS_LITTLE_ENDIAN } from '../../../../src/bytes/reader.ts';
import { socketFilter } from '../../../../src/discovery/hints/socket-filter.ts';
import { passes } from '../../../helpers/packet-filter.ts';

const NOBODY = new Uint8Array(16);

/** What of a destroy message the filter may look at: struct nlmsghdr, then struct inet_diag_msg. */
function message(sport: number, dport: number, peer: Uint8Array = NOBODY): Uint8Array {
  const bytes = new Uint8Array(16 + 72).fill(0xee);
  const view = new DataView(bytes.buffer);
  view.setUint16(20, sport);
  view.setUint16(22, dport);
  bytes.set(peer, 40);
  return bytes;
}

describe('socketFilter', () => {
  it.runIf(HOST_IS_LITTLE_ENDIAN)('is the program that it should be', () => {
    expect(Buffer.from(socketFilter([{ from: 80, to: 443 }])).toString('hex')).toBe(
      [
        '2800 00 00 16000000', //  0: A = half word at 22: dport
        '1500 00 0b 00000000', //  1: A == 0 ? next : 13
        '2000 00 00 28000000', //  2: A = word at 40: dst[0]
        '1500 00 09 00000000', //  3: A == 0 ? next : 13
        '2000 00 00 2c000000', //  4: dst[1]
        '1500 00 07 00000000',
        '2000 00 00 30000000', //  6: dst[2]
        '1500 00 05 00000000',
        '2000 00 00 34000000', //  8: dst[3]
        '1500 00 03 00000000',
        '2800 00 00 14000000', // 10: A = half word at 20: sport
        '3500 00 01 50000000', // 11: A >= 80 ? next : 13
        '2500 00 01 bb010000', // 12: A > 443 ? 13 : 14
        '0600 00 00 00000000', // 13: drop
        '0600 00 00 ffffffff', // 14: pass
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it.each([
    ['a listener', message(80, 0), true],
    ['the highest port', message(65_535, 0), true],
    ['a connection', message(80, 50_000), false],
    ['a connection that ended with RST, IPv4', message(80, 0, Uint8Array.of(127, 0, 0, 1, ...NOBODY.slice(4))), false],
    ['a connection that ended with RST, IPv6', message(80, 0, Uint8Array.of(...NOBODY.slice(1), 1)), false],
    ['a peer with only the second word', message(80, 0, NOBODY.with(4, 1)), false],
    ['a peer with only the third word', message(80, 0, NOBODY.with(8, 1)), false],
    ['a socket that was never bound', message(0, 0), false],
  ])('without ports, of %s', (_name, bytes, expected) => {
    expect(passes(socketFilter([]), bytes)).toBe(expected);
  });

  it.each([
    [52, false],
    [53, true],
    [54, false],
    [7_999, false],
    [8_000, true],
    [8_500, true],
    [8_999, true],
    [9_000, false],
    [0, false],
  ])('with ports 53 and 8000 to 8999, of port %i', (port, expected) => {
    const program = socketFilter([
      { from: 53, to: 53 },
      { from: 8_000, to: 8_999 },
    ]);
    expect(passes(program, message(port, 0))).toBe(expected);
    expect(passes(program, message(port, 1))).toBe(false);
  });

  it('reaches its end from everywhere with as many ranges as are used', () => {
    const ports = Array.from({ length: 17 }, (_, index) => ({ from: 100 * index + 1, to: 100 * index + 50 }));
    const program = socketFilter(ports);
    expect(passes(program, message(1, 0))).toBe(true);
    expect(passes(program, message(1_650, 0))).toBe(true);
    expect(passes(program, message(1_651, 0))).toBe(false);
    expect(passes(program, message(1, 1))).toBe(false);
  });
});
