import { describe, expect, it } from 'vitest';
import { BytesError } from '../../../../src/bytes/reader.ts';
import {
  decodeAddress,
  decodeLink,
  decodeLocalRoute,
  encodeAddressDump,
  encodeLinkDump,
  encodeLocalRouteDump,
  RT_TABLE_LOCAL,
  RTM,
} from '../../../../src/discovery/netlink/rtnetlink.ts';
import {
  ADDRESS_IPV6,
  ADDRESS_PEER,
  attribute,
  hex,
  join,
  LINK_BRIDGE_DOWN,
  LINK_DUMMY,
  LINK_LOOPBACK,
  LINK_VRF,
  ROUTE_LOCAL,
  ROUTE_LOCAL_IPV6,
} from './vectors.ts';

/** The vector with one byte replaced. */
function patched(vector: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = vector.slice();
  copy[offset] = value;
  return copy;
}

describe('constants', () => {
  it('are those of include/uapi/linux/rtnetlink.h', () => {
    expect(RTM).toEqual({ newLink: 16, getLink: 18, newAddr: 20, getAddr: 22, newRoute: 24, getRoute: 26 });
    expect(RT_TABLE_LOCAL).toBe(255);
  });
});

describe('requests', () => {
  it('ask for every link with struct ifinfomsg', () => {
    expect(encodeLinkDump(0x31323334)).toEqual(
      hex(`28000000 1200 0103 34333231 00000000 ${'00'.repeat(16)} 0800 1d00 08000000`),
    );
  });

  it('ask for every address with struct ifaddrmsg', () => {
    expect(encodeAddressDump(0x31323334)).toEqual(hex(`18000000 1600 0103 34333231 00000000 ${'00'.repeat(8)}`));
  });

  it('ask for the local routes of a table with struct rtmsg', () => {
    expect(encodeLocalRouteDump('ipv6', 1000, 0x31323334)).toEqual(
      hex(`
        24000000 1a00 0103 34333231 00000000  // length 36, RTM_GETROUTE, NLM_F_REQUEST and NLM_F_DUMP
        0a 00 00 00                           // AF_INET6, lengths, TOS
        00 00 00 02                           // table in the attribute, any protocol, scope, RTN_LOCAL
        00000000                              // flags
        0800 0f00 e8030000                    // RTA_TABLE 1000
      `),
    );
  });
});

describe('decodeLink', () => {
  const plain = { up: true, carrier: true, master: 0, table: undefined };
  it.each([
    ['a loopback device', LINK_LOOPBACK, { ...plain, index: 513, name: 'lo', kind: 'loopback' }],
    ['a dummy device', LINK_DUMMY, { ...plain, index: 5, name: 'dummy3', kind: 'dummy' }],
    ['a bridge that is down', LINK_BRIDGE_DOWN, { ...plain, index: 6, name: 'br0', up: false, kind: 'other' }],
  ])('reads %s', (_name, body, row) => {
    expect(decodeLink(body)).toEqual(row);
  });

  // IFF_RUNNING and IFF_LOWER_UP, include/uapi/linux/if.h
  it.each([
    ['without IFF_RUNNING', 8, 0x83],
    ['without IFF_LOWER_UP', 10, 0x00],
  ])('sees no carrier %s', (_name, offset, value) => {
    expect(decodeLink(patched(LINK_DUMMY, offset, value))).toMatchObject({ up: true, carrier: false });
  });

  it('reads the table of a VRF, and whose slave a device is', () => {
    expect(decodeLink(LINK_VRF)).toEqual({ ...plain, index: 7, name: 'red', kind: 'vrf', table: 1001 });
    expect(decodeLink(join(LINK_DUMMY, attribute(10, hex('07000000'))))).toMatchObject({ master: 7 });
  });

  it('takes a device without IFLA_LINKINFO for an ordinary one', () => {
    expect(decodeLink(LINK_DUMMY.subarray(0, 28))).toMatchObject({ index: 5, name: 'dummy3', kind: 'other' });
  });

  it('does not take a name for a kind', () => {
    const body = join(LINK_DUMMY.subarray(0, 16), attribute(3, hex('64756d6d7900')));
    expect(decodeLink(body)).toMatchObject({ name: 'dummy', kind: 'other' });
  });

  it.each([
    ['before the end of struct ifinfomsg', LINK_DUMMY.subarray(0, 15)],
    ['inside the name', LINK_DUMMY.subarray(0, 24)],
    ['inside the nested kind', join(LINK_DUMMY.subarray(0, 28), attribute(0x8012, hex('0a00 0100 6475')))],
  ])('refuses a message that ends %s', (_name, body) => {
    expect(() => decodeLink(body)).toThrow(BytesError);
  });
});

describe('decodeAddress', () => {
  it('reads the near end of a point-to-point link', () => {
    expect(decodeAddress(ADDRESS_PEER)).toEqual({
      deviceIndex: 9,
      address: '10.1.2.3',
      length: 32,
      label: 'tn0:77',
      state: 'usable',
    });
  });

  it('reads IPv6, which has no label', () => {
    expect(decodeAddress(ADDRESS_IPV6)).toEqual({
      deviceIndex: 9,
      address: '2001:db8:102:304:506:708:90a:b0c',
      length: 64,
      label: '',
      state: 'usable',
    });
  });

  it('prefers IFA_LOCAL for IPv6 as well', () => {
    const local = attribute(2, hex('20010db8 00000000 00000000 00000099'));
    expect(decodeAddress(join(ADDRESS_IPV6, local))).toMatchObject({ address: '2001:db8::99' });
  });

  const header = (family: string, shortFlags: string): Uint8Array => hex(`${family} 18 ${shortFlags} fd 09000000`);
  const ipv6 = attribute(1, hex('20010db8 00000000 00000000 00000001'));
  const ipv4 = attribute(2, hex('c0000201'));
  const flags = (value: string): Uint8Array => attribute(8, hex(value));

  // IFA_F_ of include/uapi/linux/if_addr.h; all bits that say nothing of the state are set as well where it says so.
  it.each([
    ['permanent', '80000000', 'usable'],
    ['no DAD', '02000000', 'usable'],
    ['deprecated', '20000000', 'usable'],
    ['home address, managed, autojoin and stable privacy', '100f0000', 'usable'],
    ['tentative', '40000000', 'tentative'],
    ['tentative and permanent', 'c0000000', 'tentative'],
    ['tentative and optimistic', '44000000', 'usable'],
    ['optimistic', '04000000', 'usable'],
    ['DAD failed and tentative', '48000000', 'dad-failed'],
    ['DAD failed, optimistic, tentative and temporary', '4d000000', 'dad-failed'],
    ['DAD failed', '08000000', 'dad-failed'],
    ['temporary', '01000000', 'temporary'],
    ['temporary and deprecated', '21000000', 'temporary'],
    ['temporary and tentative', '41000000', 'tentative'],
    ['temporary, optimistic and tentative', '45000000', 'temporary'],
  ])('reads the flags of IPv6: %s', (_name, value, state) => {
    expect(decodeAddress(join(header('0a', '00'), ipv6, flags(value)))).toMatchObject({ state });
  });

  it('lets IFA_FLAGS override the flags of the header, either way', () => {
    expect(decodeAddress(join(header('0a', '40'), ipv6, flags('80000000')))).toMatchObject({ state: 'usable' });
    expect(decodeAddress(join(header('0a', '80'), ipv6, flags('40000000')))).toMatchObject({ state: 'tentative' });
  });

  it('uses the flags of the header where there is no IFA_FLAGS', () => {
    expect(decodeAddress(join(header('0a', '48'), ipv6))).toMatchObject({ state: 'dad-failed' });
  });

  it('calls a secondary IPv4 address usable: its bit is the one of "temporary"', () => {
    expect(decodeAddress(join(header('02', '01'), ipv4, flags('4d000000')))).toMatchObject({ state: 'usable' });
  });

  it.each([
    ['of AF_BRIDGE', join(header('07', '80'), ipv6)],
    ['of AF_UNSPEC', join(header('00', '80'), ipv6)],
    ['without an address', join(header('02', '80'), flags('80000000'))],
    ['of IPv4 with 16 bytes', join(header('02', '80'), ipv6)],
    ['of IPv6 with 4 bytes', join(header('0a', '80'), ipv4)],
    ['of IPv4 with 3 bytes', join(header('02', '80'), attribute(2, hex('c00002')))],
  ])('passes over one %s', (_name, body) => {
    expect(decodeAddress(body)).toBeUndefined();
  });

  it.each([
    ['that ends inside struct ifaddrmsg', header('02', '80').subarray(0, 7)],
    ['whose IFA_FLAGS are too short', join(header('0a', '80'), ipv6, flags('4000'))],
    ['that ends inside an attribute', ADDRESS_PEER.subarray(0, 20)],
  ])('refuses one %s', (_name, body) => {
    expect(() => decodeAddress(body)).toThrow(BytesError);
  });
});

describe('decodeLocalRoute', () => {
  const TABLE = 4;
  const withoutTable = join(ROUTE_LOCAL.subarray(0, 12), ROUTE_LOCAL.subarray(20));

  it('reads a range that the kernel made local, with the table in RTA_TABLE', () => {
    expect(decodeLocalRoute(255, ROUTE_LOCAL)).toEqual({ deviceIndex: 513, prefix: '127.0.0.0/8', by: 'kernel' });
  });

  it('knows an administrator’s own by its protocol (RTPROT_STATIC), also that of one address', () => {
    const admin = patched(ROUTE_LOCAL, 5, 4);
    expect(decodeLocalRoute(255, admin)).toEqual({ deviceIndex: 513, prefix: '127.0.0.0/8', by: 'admin' });
    expect(decodeLocalRoute(255, patched(admin, 1, 32))).toMatchObject({ prefix: '127.0.0.0/32', by: 'admin' });
  });

  it('passes over what the kernel made for an assigned address', () => {
    expect(decodeLocalRoute(255, patched(ROUTE_LOCAL, 1, 32))).toBeUndefined();
  });

  it('reads IPv6', () => {
    expect(decodeLocalRoute(255, ROUTE_LOCAL_IPV6)).toEqual({ deviceIndex: 1, prefix: '2001:db8::/64', by: 'admin' });
  });

  it('takes a route without a destination for one to everything', () => {
    const all = join(ROUTE_LOCAL.subarray(0, 20), ROUTE_LOCAL.subarray(28));
    expect(decodeLocalRoute(255, patched(all, 1, 0))).toMatchObject({ prefix: '0.0.0.0/0' });
  });

  it('looks for those of the table that is asked for', () => {
    expect(decodeLocalRoute(1001, ROUTE_LOCAL)).toBeUndefined();
    const other = join(withoutTable, attribute(15, hex('e9030000')));
    expect(decodeLocalRoute(1001, other)).toMatchObject({ prefix: '127.0.0.0/8' });
  });

  it('reads the table in the header where there is no RTA_TABLE', () => {
    expect(decodeLocalRoute(255, patched(withoutTable, TABLE, 255))).toEqual({
      deviceIndex: 513,
      prefix: '127.0.0.0/8',
      by: 'kernel',
    });
    expect(decodeLocalRoute(255, withoutTable)).toBeUndefined();
  });

  it('believes RTA_TABLE more than the header', () => {
    const other = join(patched(withoutTable, TABLE, 255), attribute(15, hex('e8030000')));
    expect(decodeLocalRoute(255, other)).toBeUndefined();
  });

  it.each([
    ['of AF_BRIDGE', patched(ROUTE_LOCAL, 0, 7)],
    ['of type unicast', patched(ROUTE_LOCAL, 7, 1)],
    ['of type broadcast', patched(ROUTE_LOCAL, 7, 3)],
    ['of the main table', join(withoutTable, attribute(15, hex('fe000000')))],
    ['without a device', ROUTE_LOCAL.subarray(0, 36)],
    ['with a destination of 16 bytes', join(ROUTE_LOCAL, attribute(1, hex('20010db8 00000000 00000000 00000001')))],
  ])('passes over one %s', (_name, body) => {
    expect(decodeLocalRoute(255, body)).toBeUndefined();
  });

  it.each([
    ['that ends inside struct rtmsg', ROUTE_LOCAL.subarray(0, 11)],
    ['whose RTA_TABLE is too short', join(withoutTable, attribute(15, hex('ff00')))],
    ['whose RTA_OIF is too short', join(ROUTE_LOCAL, attribute(4, hex('0100')))],
    ['that ends inside an attribute', ROUTE_LOCAL.subarray(0, 26)],
  ])('refuses one %s', (_name, body) => {
    expect(() => decodeLocalRoute(255, body)).toThrow(BytesError);
  });
});
