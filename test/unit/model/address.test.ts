import { describe, expect, it } from 'vitest';
import {
  ANY_IPV4,
  ANY_IPV6,
  addressFromBytes,
  addressToBytes,
  familyOf,
  hostPrefix,
  type IpAddress,
  isAny,
  isInside,
  isLoopback,
  lengthOf,
  memberOf,
  networkAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
  truncate,
  unmap,
} from '../../../src/model/address.ts';

function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (typeof parsed !== 'string') throw new Error(`no prefix: ${text}`);
  return parsed;
}

describe('parseAddress', () => {
  it.each(['0.0.0.0', '192.0.2.1', '255.255.255.255', '127.0.0.9', '10.0.200.30'])('keeps %s as it is', (text) => {
    expect(parseAddress(text)).toBe(text);
  });

  // RFC 5952 §4.1 to §4.3, its own examples.
  it.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::1.2.3.4', '::102:304'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ])('writes %s as %s', (text, expected) => {
    expect(parseAddress(text)).toBe(expected);
    expect(new URL(`http://[${text}]`).hostname).toBe(`[${expected}]`);
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:0:1', '0.0.0.1'],
  ])('shows %s, which is mapped, as %s', (text, expected) => {
    expect(parseAddress(text)).toBe(expected);
  });

  it.each([
    ...['', ' ', 'localhost', 'self', '1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3'],
    ...['256.1.1.1', '1.2.3.999', '01.2.3.4', '1.2.3.04', '0x7f.0.0.1', '1.2.3.-4', '+1.2.3.4', '1.2.3.4 ', ' 1.2.3.4'],
    ...['1.2.3.4\n', '1.2.3.4/32', '1.2.3.4:80', '1.2.3.4%eth0', '2130706433', '１.2.3.4'],
    ...[
      'fe80::1%eth0',
      'fe80::1%2',
      '::1/128',
      '[::1]',
      ':::',
      '1::2::3',
      '12345::',
      '::g',
      '::00001',
      ' ::1',
      '::1\n',
    ],
    ...['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', ':1:2:3:4:5:6:7', '::ffff:1.2.3', '::ffff:1.2.3.256', '::ffff:01.2.3.4'],
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('parsePrefix', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1/128', '::1/128'],
    ['2001:db8:0:0:8000::/65', '2001:db8:0:0:8000::/65'],
  ])('reads %s as %s', (text, expected) => {
    expect(parsePrefix(text)).toBe(expected);
  });

  it.each([
    ['192.0.2.1/24', '192.0.2.0/24'],
    ['192.0.2.255/31', '192.0.2.254/31'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['2001:db8:0:0:ffff::/65', '2001:db8:0:0:8000::/65'],
    ['::1/0', '::/0'],
  ])('refuses the host bits of %s, and names %s', (text, meant) => {
    expect(parsePrefix(text)).toEqual({ expected: `no host bits beyond the length: ${meant}` });
    expect(parsePrefix(meant)).toBe(meant);
  });

  it.each([
    ['192.0.2.1', 'a prefix length: 192.0.2.1/32 is this address alone'],
    ['2001:DB8::1', 'a prefix length: 2001:db8::1/128 is this address alone'],
    ['192.0.2.0/33', 'a prefix length from 0 to 32'],
    ['2001:db8::/129', 'a prefix length from 0 to 128'],
    ['192.0.2.0/-1', 'a prefix length from 0 to 32'],
    ['192.0.2.0/', 'a prefix length from 0 to 32'],
    ['192.0.2.0/024', 'a prefix length from 0 to 32'],
    ['192.0.2.0/24 ', 'a prefix length from 0 to 32'],
    ['192.0.2.0/24/24', 'a prefix length from 0 to 32'],
    ['192.0.2.0/255.255.255.0', 'a prefix length from 0 to 32'],
    ['192.0.2.0/1e1', 'a prefix length from 0 to 32'],
    ['::ffff:192.0.2.0/120', 'an IPv4 prefix written as IPv4'],
    ['', 'a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
    ['/24', 'a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
    ['192.0.2/24', 'a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
    ['fe80::%eth0/64', 'a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
    ['fe80::/64%eth0', 'a prefix length from 0 to 128'],
    ['example.net/24', 'a prefix such as 192.0.2.0/24 or 2001:db8::/32'],
  ])('refuses %j and expects %s', (text, expected) => {
    expect(parsePrefix(text)).toEqual({ expected });
  });
});

describe('a prefix taken apart', () => {
  it.each([
    ['192.0.2.0/24', 'ipv4', '192.0.2.0', 24],
    ['2001:db8::/32', 'ipv6', '2001:db8::', 32],
    ['::/0', 'ipv6', '::', 0],
  ] as const)('knows family, address and length of %s', (text, family, network, length) => {
    const parsed = prefix(text);
    expect([familyOf(parsed), networkAddress(parsed), lengthOf(parsed)]).toEqual([family, network, length]);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:db8::1', '2001:db8::1/128'],
  ])('has the whole length for %s alone', (text, expected) => {
    expect(hostPrefix(address(text))).toBe(expected);
  });
});

describe('truncate', () => {
  it.each([
    ['192.0.2.255', 24, '192.0.2.0'],
    ['192.0.2.255', 32, '192.0.2.255'],
    ['192.0.2.255', 0, '0.0.0.0'],
    ['255.255.255.255', 9, '255.128.0.0'],
    ['2001:db8:ffff::1', 33, '2001:db8:8000::'],
    ['2001:db8::1', 128, '2001:db8::1'],
    ['ffff::', 0, '::'],
  ])('cuts %s at %d bits to %s', (text, length, expected) => {
    expect(truncate(address(text), length)).toBe(expected);
  });
});

describe('memberOf', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '192.0.1.255', false],
    ['192.0.2.9/32', '192.0.2.9', true],
    ['192.0.2.9/32', '192.0.2.8', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::', false],
    ['::/0', '0.0.0.0', false],
    ['::/0', 'ffff::', true],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
  ])('says whether %s holds %s: %s', (network, candidate, expected) => {
    expect(memberOf(prefix(network))(address(candidate))).toBe(expected);
  });
});

describe('isInside', () => {
  it.each([
    ['192.0.2.0/25', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.0/25', false],
    ['192.0.2.128/25', '192.0.2.0/25', false],
    ['10.0.0.0/8', '::/0', false],
    ['2001:db8:1::/48', '2001:db8::/32', true],
  ])('says whether %s lies inside %s: %s', (inner, outer, expected) => {
    expect(isInside(prefix(inner), prefix(outer))).toBe(expected);
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.255.255.255', true],
    ['126.255.255.255', false],
    ['128.0.0.0', false],
    ['::1', true],
    ['::2', false],
    ['::', false],
    ['0.0.0.0', false],
  ])('knows %s: %s', (text, expected) => {
    expect(isLoopback(address(text))).toBe(expected);
  });
});

describe('isAny', () => {
  it.each([
    [ANY_IPV4, true],
    [ANY_IPV6, true],
    [address('0.0.0.1'), false],
    [address('::1'), false],
  ])('knows %s: %s', (candidate, expected) => {
    expect(isAny(candidate)).toBe(expected);
  });
});

describe('unmap', () => {
  const fromHex = (hex: string): IpAddress => addressFromBytes(Buffer.from(hex, 'hex'));

  it('leaves the bytes of a mapped address mapped until it is asked', () => {
    const mapped = fromHex('00000000000000000000ffffc0000201');
    expect(mapped).toBe('::ffff:c000:201');
    expect(unmap(mapped)).toBe('192.0.2.1');
  });

  it.each([
    // RFC 2765 §2.1: IPv4-translated, one group further left.
    ['0000000000000000ffff0000c0000201', '::ffff:0:c000:201'],
    // RFC 4291 §2.5.5.1: IPv4-compatible.
    ['000000000000000000000000c0000201', '::c000:201'],
    ['00000000000000000001ffffc0000201', '::1:ffff:c000:201'],
    ['00000000000000000000fffec0000201', '::fffe:c000:201'],
    ['00000000ffff00000000000000000000', '0:0:ffff::'],
    ['0000000000000000000000000000ffff', '::ffff'],
  ])('leaves %s alone', (hex, text) => {
    expect(unmap(fromHex(hex))).toBe(text);
  });

  it('leaves IPv4 alone', () => {
    expect(unmap(address('192.0.2.1'))).toBe('192.0.2.1');
  });
});

describe('bytes of an address', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['255.254.253.252', 'fffefdfc'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['102:304:506:708:90a:b0c:d0e:f10', '0102030405060708090a0b0c0d0e0f10'],
  ])('are those of %s in network order', (text, hex) => {
    expect(Buffer.from(addressToBytes(address(text))).toString('hex')).toBe(hex);
    expect(addressFromBytes(Buffer.from(hex, 'hex'))).toBe(text);
  });
});
