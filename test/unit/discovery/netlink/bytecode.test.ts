import { describe, expect, it } from 'vitest';
import { encodePortFilter } from '../../../../src/discovery/netlink/bytecode.ts';
import { hex } from './vectors.ts';

describe('encodePortFilter', () => {
  it('compares with both ends of a range', () => {
    expect(encodePortFilter([{ from: 0x1112, to: 0x2122 }])).toEqual(
      hex(`
        02 08 1400  00 00 1211   // S_GE 0x1112: on by 8, else by 20: 4 behind the end
        03 08 0c00  00 00 2221   // S_LE 0x2122: on by 8, to the end, else by 12: 4 behind it
      `),
    );
  });

  it('goes on with the next range, or to the end', () => {
    const ranges = [
      { from: 80, to: 80 },
      { from: 443, to: 444 },
      { from: 8080, to: 8090 },
    ];
    expect(encodePortFilter(ranges)).toEqual(
      hex(`
        02 08 1400  00 00 5000   // else by 20, to the next S_GE
        03 08 0c00  00 00 5000   // else by 12, to the next S_GE
        01 04 2800               // JMP by 40: to the end
        02 08 1400  00 00 bb01
        03 08 0c00  00 00 bc01
        01 04 1400               // JMP by 20
        02 08 1400  00 00 901f
        03 08 0c00  00 00 9a1f
      `),
    );
  });

  it('takes nothing where no port matches', () => {
    expect(encodePortFilter([])).toEqual(hex('01 04 0800')); // JMP by 8: 4 behind the end
  });

  it('is left out where it would take everything', () => {
    expect(encodePortFilter([{ from: 0, to: 65_535 }])).toBeUndefined();
    expect(encodePortFilter([{ from: 1, to: 65_535 }])).toBeInstanceOf(Uint8Array);
  });

  it('is left out beyond 64 ranges', () => {
    const ranges = Array.from({ length: 65 }, (_, index) => ({ from: 3 * index, to: 3 * index + 1 }));
    expect(encodePortFilter(ranges.slice(0, 64))).toHaveLength(64 * 20 - 4);
    expect(encodePortFilter(ranges)).toBeUndefined();
  });
});
