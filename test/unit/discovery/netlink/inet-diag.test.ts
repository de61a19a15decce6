import { describe, expect, it } from 'vitest';
import { BytesError } from '../../../../src/bytes/reader.ts';
import {
  decodeListenRow,
  encodeListenDump,
  encodeListenQuery,
  isSameListener,
  type ListenId,
  SOCK_DIAG_BY_FAMILY,
} from '../../../../src/discovery/netlink/inet-diag.ts';
import type { IpAddress } from '../../../../src/model/address.ts';
import type { Port } from '../../../../src/model/facts.ts';
import { hex, join, LISTEN_DUAL, LISTEN_IPV4, LISTEN_IPV6, LISTEN_MAPPED, LISTEN_V6ONLY } from './vectors.ts';

const id = (family: 'ipv4' | 'ipv6', address: string, port: number, deviceIndex: number): ListenId => ({
  family,
  address: address as IpAddress,
  port: port as Port,
  deviceIndex,
});
const zeros = (count: number): string => '00'.repeat(count);

describe('encodeListenDump', () => {
  it.each([
    ['ipv4', '02'],
    ['ipv6', '0a'],
  ] as const)('asks for all TCP listeners of %s', (family, number) => {
    expect(encodeListenDump(family, 0x31323334)).toEqual(
      hex(`
        48000000 1400 0103   // length 72, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST and NLM_F_DUMP
        34333231 00000000    // sequence, port
        ${number} 06 00 00   // family, IPPROTO_TCP, no extension, padding
        00040000             // 1 << TCP_LISTEN (10)
        ${zeros(48)}         // struct inet_diag_sockid
      `),
    );
  });
});

describe('encodeListenQuery', () => {
  it('asks for one IPv4 socket by what it is bound to', () => {
    expect(encodeListenQuery(id('ipv4', '192.0.2.1', 8080, 7), 0x31323334)).toEqual(
      hex(`
        48000000 1400 0100           // length 72, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST
        34333231 00000000            // sequence, port
        02 06 00 00 00040000         // AF_INET, IPPROTO_TCP, no extension, padding; 1 << TCP_LISTEN
        1f90 0000                    // source port 8080, no destination port
        c0000201 ${zeros(12)}        // source
        ${zeros(16)}                 // destination
        07000000 ffffffff ffffffff   // device, INET_DIAG_NOCOOKIE
      `),
    );
  });

  it('asks for one IPv6 socket', () => {
    expect(encodeListenQuery(id('ipv6', '2001:db8::1', 443, 0x01020304), 1)).toEqual(
      hex(`
        48000000 1400 0100 01000000 00000000
        0a 06 00 00 00040000
        01bb 0000
        20010db8 00000000 00000000 00000001
        ${zeros(16)}
        04030201 ffffffff ffffffff
      `),
    );
  });

  it('maps both ends for an IPv6 socket that is bound to an IPv4 address', () => {
    expect(encodeListenQuery(id('ipv6', '192.0.2.1', 443, 7), 1)).toEqual(
      hex(`
        48000000 1400 0100 01000000 00000000
        0a 06 00 00 00040000
        01bb 0000
        00000000 00000000 0000ffff c0000201
        00000000 00000000 0000ffff 00000000
        07000000 ffffffff ffffffff
      `),
    );
  });
});

describe('decodeListenRow', () => {
  it.each([
    ['IPv4, bound to a device', LISTEN_IPV4, { ...id('ipv4', '192.0.2.1', 8080, 7), v6only: false }],
    ['IPv6', LISTEN_IPV6, { ...id('ipv6', '2001:db8:102:304:506:708:90a:b0c', 8123, 11), v6only: false }],
    ['IPv6 alone', LISTEN_V6ONLY, { ...id('ipv6', '::', 8123, 11), v6only: true }],
    ['IPv6 and IPv4', LISTEN_DUAL, { ...id('ipv6', '::', 8123, 11), v6only: false }],
    ['IPv6 bound to a mapped address', LISTEN_MAPPED, { ...id('ipv6', '192.0.2.1', 8123, 11), v6only: false }],
  ])('reads a listener: %s', (_name, body, row) => {
    expect(decodeListenRow(body)).toEqual(row);
  });

  it('takes an IPv6 socket without INET_DIAG_SKV6ONLY for one of both families', () => {
    expect(decodeListenRow(LISTEN_V6ONLY.subarray(0, 72))).toMatchObject({ address: '::', v6only: false });
  });

  it('never calls an IPv4 socket v6only', () => {
    expect(decodeListenRow(join(LISTEN_IPV4, hex('0500 0b00 01 000000')))).toMatchObject({ v6only: false });
  });

  it.each([
    ['in state ESTABLISHED', 1, 1],
    ['in state CLOSE', 1, 7],
    ['of AF_UNIX', 0, 1],
    ['of AF_UNSPEC', 0, 0],
  ])('passes over a socket %s', (_name, offset, value) => {
    const body = LISTEN_IPV4.slice();
    body[offset] = value;
    expect(decodeListenRow(body)).toBeUndefined();
  });

  it.each(Array.from({ length: 72 }, (_, length) => length))('refuses the first %d of 72 bytes', (length) => {
    expect(() => decodeListenRow(LISTEN_IPV6.subarray(0, length))).toThrow(BytesError);
  });
});

describe('isSameListener', () => {
  const one = id('ipv6', '192.0.2.1', 80, 7);
  it.each([
    ['all of it', id('ipv6', '192.0.2.1', 80, 7), true],
    ['the family', id('ipv4', '192.0.2.1', 80, 7), false],
    ['the address', id('ipv6', '::', 80, 7), false],
    ['the port', id('ipv6', '192.0.2.1', 81, 7), false],
    ['the device', id('ipv6', '192.0.2.1', 80, 0), false],
  ])('compares %s', (_name, other, expected) => {
    expect(isSameListener(one, other)).toBe(expected);
  });
});

describe('SOCK_DIAG_BY_FAMILY', () => {
  it('is that of include/uapi/linux/sock_diag.h', () => {
    expect(SOCK_DIAG_BY_FAMILY).toBe(20);
  });
});
