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
  protocol: 'tcp',
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
    expect(encodeListenDump({ protocol: 'tcp', family }, 0x31323334)).toEqual(
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

describe('encodeListenDump with a filter', () => {
  it('hands it to the kernel in an attribute', () => {
    expect(encodeListenDump({ protocol: 'tcp', family: 'ipv4' }, 0x31323334, hex('f1f2f3f4 f5f6f7f8'))).toEqual(
      hex(`
        54000000 1400 0103   // length 84
        34333231 00000000
        02 06 00 00
        00040000
        ${zeros(48)}
        0c00 0100            // length 12, INET_DIAG_REQ_BYTECODE
        f1f2f3f4 f5f6f7f8
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

/** The numbers are those of the vectors: 0x12 waiting where 0x13 may. */
const row = (...of: Parameters<typeof id>): object => ({
  ...id(...of),
  id: `${of[1]} ${of[2]} ${of[3]}`,
  v6only: false,
  queueFull: false,
  uid: 0x14,
  inode: 0x15,
});

describe('decodeListenRow', () => {
  it.each([
    ['IPv4, bound to a device', LISTEN_IPV4, row('ipv4', '192.0.2.1', 8080, 7)],
    ['IPv6', LISTEN_IPV6, row('ipv6', '2001:db8:102:304:506:708:90a:b0c', 8123, 11)],
    ['IPv6 alone', LISTEN_V6ONLY, { ...row('ipv6', '::', 8123, 11), v6only: true }],
    ['IPv6 and IPv4', LISTEN_DUAL, row('ipv6', '::', 8123, 11)],
    ['IPv6 bound to a mapped address', LISTEN_MAPPED, row('ipv6', '192.0.2.1', 8123, 11)],
  ])('reads a listener: %s', (_name, body, row) => {
    expect(decodeListenRow('tcp', body)).toEqual(row);
  });

  it('takes an IPv6 socket without INET_DIAG_SKV6ONLY for one of both families', () => {
    expect(decodeListenRow('tcp', LISTEN_V6ONLY.subarray(0, 72))).toMatchObject({ address: '::', v6only: false });
  });

  it('never calls an IPv4 socket v6only', () => {
    expect(decodeListenRow('tcp', join(LISTEN_IPV4, hex('0500 0b00 01 000000')))).toMatchObject({ v6only: false });
  });

  it.each([
    ['in state ESTABLISHED', 1, 1],
    ['in state CLOSE', 1, 7],
    ['of AF_UNIX', 0, 1],
    ['of AF_UNSPEC', 0, 0],
  ])('passes over a socket %s', (_name, offset, value) => {
    const body = LISTEN_IPV4.slice();
    body[offset] = value;
    expect(decodeListenRow('tcp', body)).toBeUndefined();
  });

  it.each(Array.from({ length: 72 }, (_, length) => length))('refuses the first %d of 72 bytes', (length) => {
    expect(() => decodeListenRow('tcp', LISTEN_IPV6.subarray(0, length))).toThrow(BytesError);
  });
});

describe('the accept queue', () => {
  const withQueue = (queued: number, backlog: number): Uint8Array => {
    const body = LISTEN_IPV4.slice();
    body[56] = queued;
    body[60] = backlog;
    return body;
  };

  it.each([
    [16, 17, false],
    [17, 17, false],
    [18, 17, true],
    [0, 0, false],
    [1, 0, true],
  ])('with %d waiting and a backlog of %d is full: %s', (queued, backlog, expected) => {
    expect(decodeListenRow('tcp', withQueue(queued, backlog))).toMatchObject({ queueFull: expected });
  });

  it('is none in UDP, where the same numbers are bytes', () => {
    const body = withQueue(18, 17);
    body[1] = 7;
    expect(decodeListenRow('udp', body)).toMatchObject({ protocol: 'udp', queueFull: false });
  });
});

describe('UDP', () => {
  it('asks for sockets in state CLOSE, which are bound and not connected', () => {
    expect(encodeListenDump({ protocol: 'udp', family: 'ipv4' }, 1)).toEqual(
      hex(`48000000 1400 0103 01000000 00000000 02 11 00 00 80000000 ${zeros(48)}`),
    );
  });

  it('asks for one with its two ends the other way round', () => {
    expect(encodeListenQuery({ ...id('ipv4', '192.0.2.1', 53, 7), protocol: 'udp' }, 1)).toEqual(
      hex(`
        48000000 1400 0100 01000000 00000000
        02 11 00 00 80000000
        0000 0035                    // no source port, destination port 53
        ${zeros(16)}                 // source
        c0000201 ${zeros(12)}        // destination
        07000000 ffffffff ffffffff
      `),
    );
  });

  it('passes over a connected socket', () => {
    const body = LISTEN_IPV4.slice();
    body[1] = 1;
    expect(decodeListenRow('udp', body)).toBeUndefined();
  });
});

describe('isSameListener', () => {
  const one = id('ipv6', '192.0.2.1', 80, 7);
  it.each([
    ['all of it', id('ipv6', '192.0.2.1', 80, 7), true],
    ['the protocol', { ...one, protocol: 'udp' } as ListenId, false],
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
