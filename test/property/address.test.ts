import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressFromBytes,
  addressToBytes,
  type IpAddress,
  isInside,
  memberOf,
  type Prefix,
  parseAddress,
  parsePrefix,
  truncate,
  unmap,
} from '../../src/model/address.ts';

/** Zeros and ones are frequent: runs of them are what shortened IPv6 text is about. */
const octet = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1, 0xff) }, fc.nat(255));
const octets = (size: 4 | 16): fc.Arbitrary<Uint8Array> =>
  fc.array(octet, { minLength: size, maxLength: size }).map((values) => Uint8Array.from(values));
const anyOctets = fc.oneof(octets(4), octets(16));

/** The reference: plain arithmetic over the bytes, with nothing of ours in it. */
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytesOf = (value: bigint, size: number): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'));
const maskOf = (size: number, length: number): bigint => {
  const bits = BigInt(size * 8);
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(length))) - 1n);
};
const masked = (bytes: Uint8Array, length: number): Uint8Array =>
  bytesOf(numberOf(bytes) & maskOf(bytes.length, length), bytes.length);
const isMapped = (text: string): boolean => unmap(text as IpAddress) !== text;

const prefixed = anyOctets.chain((bytes) => fc.tuple(fc.constant(bytes), fc.nat(bytes.length * 8)));

describe('addresses', () => {
  it('come back from their bytes', () => {
    fc.assert(
      fc.property(anyOctets, (bytes) => {
        expect(addressToBytes(addressFromBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  it('are written as the URL standard writes them', () => {
    fc.assert(
      fc.property(octets(16), (bytes) => {
        const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
        const { hostname } = new URL(`http://[${groups.join(':')}]`);
        expect(`[${addressFromBytes(bytes)}]`).toBe(hostname);
      }),
    );
  });

  it('come back from their text, mapped ones as IPv4', () => {
    fc.assert(
      fc.property(anyOctets, (bytes) => {
        const text = addressFromBytes(bytes);
        expect(parseAddress(text)).toBe(unmap(text));
        expect(parseAddress(text.toUpperCase())).toBe(unmap(text));
      }),
    );
  });

  it('are those that node:net takes for addresses, and no others', () => {
    const valid = fc.oneof(fc.ipV4(), fc.ipV6(), anyOctets.map(addressFromBytes));
    const spoilt = fc
      .tuple(
        valid,
        fc.nat(45),
        fc.nat(2),
        fc.constantFrom('', '0', ':', '::', '.', '.1', 'f', 'g', ' ', '-', '00', '%1'),
      )
      .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
    const soup = fc.string({
      unit: fc.constantFrom(':', '::', '.', '0', '1', 'ff', '256', '%', '/', ' '),
      maxLength: 16,
    });
    fc.assert(
      fc.property(fc.oneof(valid, spoilt, soup, fc.string()), (text) => {
        expect(parseAddress(text) !== undefined).toBe(net.isIP(text) !== 0 && !text.includes('%'));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('prefixes', () => {
  it('hold the addresses that agree in the leading bits', () => {
    fc.assert(
      fc.property(prefixed, fc.nat(127), anyOctets, ([bytes, length], flipped, other) => {
        const network = `${addressFromBytes(masked(bytes, length))}/${length}` as Prefix;
        const bit = 1n << BigInt(flipped % (bytes.length * 8));
        for (const candidate of [bytes, bytesOf(numberOf(bytes) ^ bit, bytes.length), other]) {
          const mask = maskOf(bytes.length, length);
          const expected =
            candidate.length === bytes.length && (numberOf(candidate) & mask) === (numberOf(bytes) & mask);
          expect(memberOf(network)(addressFromBytes(candidate))).toBe(expected);
        }
      }),
    );
  });

  it('begin at the address that truncate gives', () => {
    fc.assert(
      fc.property(prefixed, ([bytes, length]) => {
        expect(truncate(addressFromBytes(bytes), length)).toBe(addressFromBytes(masked(bytes, length)));
      }),
    );
  });

  it('are read when no host bit is set, and otherwise the one that was meant is named', () => {
    fc.assert(
      fc.property(prefixed, ([bytes, length]) => {
        const text = addressFromBytes(bytes);
        const meant = addressFromBytes(masked(bytes, length));
        fc.pre(!isMapped(text));
        expect(parsePrefix(`${meant}/${length}`)).toBe(`${meant}/${length}`);
        expect(parsePrefix(`${text}/${length}`)).toEqual(
          text === meant ? `${text}/${length}` : { expected: `no host bits beyond the length: ${meant}/${length}` },
        );
      }),
    );
  });

  it('lie inside one another when the outer one is no longer and holds the inner one’s first address', () => {
    fc.assert(
      fc.property(prefixed, fc.nat(128), ([bytes, length], innerLength) => {
        const inner = Math.min(innerLength, bytes.length * 8);
        const outerPrefix = `${addressFromBytes(masked(bytes, length))}/${length}` as Prefix;
        const innerPrefix = `${addressFromBytes(masked(bytes, inner))}/${inner}` as Prefix;
        expect(isInside(innerPrefix, outerPrefix)).toBe(inner >= length);
      }),
    );
  });

  it('are refused with a reason, and never by an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `192.0.2.0/${text}`),
        ),
        (text) => {
          const parsed = parsePrefix(text);
          const isRead = typeof parsed === 'string';
          expect(isRead ? parsed : parsed.expected).toMatch(isRead ? /^[0-9a-f.:]+\/\d+$/ : /prefix|length/);
        },
      ),
    );
  });
});
