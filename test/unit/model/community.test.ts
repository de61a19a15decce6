/** Vectors are the octets of the RFCs and of IANA's registries, written by hand. */
import { describe, expect, it } from 'vitest';
import {
  communityNumbers,
  extendedCommunityHex,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from '../../../src/model/community.ts';

describe('parseCommunity', () => {
  it.each([
    ['graceful-shutdown', '65535:0', '0xffff0000'],
    ['no-llgr', '65535:7', '0xffff0007'],
    ['blackhole', '65535:666', '0xffff029a'],
    ['no-export', '65535:65281', '0xffffff01'],
    ['no-advertise', '65535:65282', '0xffffff02'],
    ['no-export-subconfed', '65535:65283', '0xffffff03'],
    ['nopeer', '65535:65284', '0xffffff04'],
  ])('knows %s by its word, its numbers and its octets', (word, numbers, octets) => {
    for (const text of [word, word.toUpperCase(), numbers, octets, octets.toUpperCase().replace('X', 'x')]) {
      expect(parseCommunity(text)).toBe(word);
    }
    expect(communityNumbers(word)).toBe(numbers);
  });

  it.each([
    ['0:0', '0:0'],
    ['65535:65535', '65535:65535'],
    ['0x00000001', '0:1'],
    ['0xFDE8ABCD', '65000:43981'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseCommunity(text)).toBe(canonical);
    expect(communityNumbers(canonical)).toBe(canonical);
  });

  it.each(['65535:65536', '65536:0', '1', '1:2:3', '0x123', ' 1:1', '1:1\n', 'no-export ', 'constructor'])(
    'takes %j for none',
    (text) => {
      expect(parseCommunity(text)).toBeUndefined();
    },
  );
});

describe('parseLargeCommunity', () => {
  it.each(['0:0:0', '4294967295:4294967295:4294967295', '64496:4294967295:2'])('takes %s as it is', (text) => {
    expect(parseLargeCommunity(text)).toBe(text);
  });

  it.each(['4294967296:0:0', '1:2', '1:2:3:4', '1:2:', '01:2:3', '1:2:3\n'])('takes %j for none', (text) => {
    expect(parseLargeCommunity(text)).toBeUndefined();
  });
});

describe('parseExtendedCommunity', () => {
  it.each([
    // RFC 4360 §3.1: type 0x00, an AS number of two octets.
    ['target:65000:1', '0002 fde8 00000001', 'target:65000:1'],
    ['origin:0:4294967295', '0003 0000 ffffffff', 'origin:0:4294967295'],
    // RFC 4360 §3.2: type 0x01, an IPv4 address.
    ['target:192.0.2.1:258', '0102 c0000201 0102', 'target:192.0.2.1:258'],
    ['origin:198.51.100.254:0', '0103 c63364fe 0000', 'origin:198.51.100.254:0'],
    // RFC 5668: type 0x02, an AS number of four octets.
    ['target:65536:7', '0202 00010000 0007', 'target:65536:7'],
    ['origin:4294967295:65535', '0203 ffffffff ffff', 'origin:4294967295:65535'],
    ['target4:65000:7', '0202 0000fde8 0007', 'target4:65000:7'],
    ['origin4:65536:7', '0203 00010000 0007', 'origin:65536:7'],
    // Link bandwidth: type 0x40, not transitive; an IEEE number. 16,777,217 needs 25 bits, and has 24.
    ['bandwidth:65000:125000000', '4004 fde8 4cee6b28', 'bandwidth:65000:125000000'],
    ['bandwidth:1:16777217', '4004 0001 4b800000', 'bandwidth:1:16777216'],
    ['bandwidth:1:0', '4004 0001 00000000', 'bandwidth:1:0'],
    // Without words: minus 0, a half, infinity, a type of its own.
    ['0x4004000180000000', '4004 0001 80000000', '0x4004000180000000'],
    ['0x400400013f000000', '4004 0001 3f000000', '0x400400013f000000'],
    ['0x400400017F800000', '4004 0001 7f800000', '0x400400017f800000'],
    ['0x030B000000000064', '030b 0000 00000064', '0x030b000000000064'],
  ])('reads %s', (text, octets, canonical) => {
    expect(extendedCommunityHex(text)).toBe(octets.replaceAll(' ', ''));
    expect(parseExtendedCommunity(text)).toBe(canonical);
  });
});
