import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAsNumber } from '../../src/model/as-number.ts';
import {
  communityNumbers,
  extendedCommunityHex,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from '../../src/model/community.ts';

const hex = (value: number | bigint, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
const number32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.stringMatching(/^[a-z0-9]{0,8}(:[0-9.L-]{0,11}){1,4}$/),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'target', 'no-export', '0x', ':', '::', '1e3:1', '٣:٣'),
);

describe('communities', () => {
  it('of any text are one canonical text or none, and nothing is thrown', () => {
    fc.assert(
      fc.property(text, (given) => {
        for (const parse of [parseCommunity, parseLargeCommunity, parseExtendedCommunity]) {
          const parsed = parse(given);
          if (parsed === undefined) continue;
          expect(parse(parsed)).toBe(parsed);
          expect(parsed).toMatch(/^[a-z0-9:.-]+$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('have one text for each value, whichever way it was written', () => {
    fc.assert(
      fc.property(fc.oneof(number32, fc.integer({ min: 0xffff_0000, max: 0xffff_ffff })), (value) => {
        const byHex = parseCommunity(hex(value, 8));
        const pair = `${Math.floor(value / 65_536)}:${value % 65_536}`;
        expect(parseCommunity(pair)).toBe(byHex);
        expect(communityNumbers(byHex ?? '')).toBe(pair);
      }),
    );
  });

  it('that are extended keep their octets, with words or without', () => {
    const worded = fc
      .tuple(
        fc.constantFrom(0x0002n, 0x0003n, 0x0102n, 0x0103n, 0x0202n, 0x0203n, 0x4004n),
        fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
      )
      .map(([type, value]) => (type << 48n) + value);
    fc.assert(
      fc.property(fc.oneof(worded, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), (value) => {
        const parsed = parseExtendedCommunity(hex(value, 16)) ?? '';
        expect(`0x${extendedCommunityHex(parsed)}`).toBe(hex(value, 16));
        const hasWords = [0x0002n, 0x0003n, 0x0102n, 0x0103n, 0x0202n, 0x0203n].includes(value >> 48n);
        if (hasWords) expect(parsed).toMatch(/^(target|origin)4?:/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('AS numbers', () => {
  it('are the same in one number and in two halves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (value) => {
        expect(parseAsNumber(String(value))).toBe(value);
        expect(parseAsNumber(`${Math.floor(value / 65_536)}.${value % 65_536}`)).toBe(value);
      }),
    );
  });

  it('are in range or none, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.bigInt({ min: 0n, max: 2n ** 40n }).map(String)), (given) => {
        const parsed = parseAsNumber(given);
        if (parsed !== undefined) expect(parsed >= 1 && parsed <= 0xffff_ffff && Number.isInteger(parsed)).toBe(true);
      }),
    );
  });
});
