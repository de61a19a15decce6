/**
 * Vectors as the kernel would send them, written by hand from include/uapi/linux/{netlink,inet_diag,rtnetlink,if_addr,
 * if_link}.h. Numbers in host byte order stand here in little-endian; no field is zero where another value is possible.
 */

/** Bytes of annotated hex: whitespace and what follows `//` in a line do not count. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\/\/.*$/gm, '').replace(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error(`no hex: ${digits}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

export const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** An attribute (struct rtattr) with its padding. */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(Math.ceil((4 + payload.length) / 4) * 4);
  whole.writeUInt16LE(4 + payload.length, 0);
  whole.writeUInt16LE(type, 2);
  whole.set(payload, 4);
  return Uint8Array.from(whole);
}

/** struct inet_diag_msg for AF_INET: 192.0.2.1:8080, bound to device 7. */
export const LISTEN_IPV4 = hex(`
  02 0a 81 82                          // AF_INET, TCP_LISTEN, timer, retrans
  1f90 0035                            // source port 8080, destination port 53, big-endian
  c0000201 c1c2c3c4 c5c6c7c8 c9cacbcc  // source: only the first word counts
  d1d2d3d4 d5d6d7d8 d9dadbdc dddedfe0  // destination
  07000000                             // device 7
  e1e2e3e4 e5e6e7e8                    // cookie
  11000000 12000000 13000000           // expires, receive queue, send queue
  14000000 15000000                    // uid, inode
  0500 0800 03 000000                  // INET_DIAG_SHUTDOWN, one byte and its padding
  0c00 1500 1122334455667788           // INET_DIAG_CGROUP_ID
`);

const listenIpv6 = (source: string, v6only: string): Uint8Array =>
  hex(`
  0a 0a 81 82                          // AF_INET6, TCP_LISTEN, timer, retrans
  1fbb 0035                            // source port 8123, destination port 53, big-endian
  ${source}
  d1d2d3d4 d5d6d7d8 d9dadbdc dddedfe0  // destination
  0b000000                             // device 11
  e1e2e3e4 e5e6e7e8                    // cookie
  11000000 12000000 13000000           // expires, receive queue, send queue
  14000000 15000000                    // uid, inode
  0500 0800 03 000000                  // INET_DIAG_SHUTDOWN
  ${v6only}
  0c00 1500 1122334455667788           // INET_DIAG_CGROUP_ID
`);

export const LISTEN_IPV6 = listenIpv6('20010db8 01020304 05060708 090a0b0c', '0500 0b00 00 000000');
export const LISTEN_V6ONLY = listenIpv6('00000000 00000000 00000000 00000000', '0500 0b00 01 000000');
export const LISTEN_DUAL = listenIpv6('00000000 00000000 00000000 00000000', '0500 0b00 00 000000');
export const LISTEN_MAPPED = listenIpv6('00000000 00000000 0000ffff c0000201', '0500 0b00 00 000000');

/** struct ifinfomsg of a loopback device that is up. */
export const LINK_LOOPBACK = hex(`
  81 82 0403                           // family, padding, ARPHRD_LOOPBACK (772)
  01020000 49000100                    // index 513; IFF_UP, IFF_LOOPBACK, IFF_RUNNING, IFF_LOWER_UP
  91929394                             // change
  0700 0300 6c6f00 00                  // IFLA_IFNAME "lo" with its NUL, and a byte of padding
  0800 0400 00000100                   // IFLA_MTU 65536
`);

/** struct ifinfomsg of a dummy device that is up. */
export const LINK_DUMMY = hex(`
  81 82 0100                           // family, padding, ARPHRD_ETHER
  05000000 c3000100                    // index 5; IFF_UP, IFF_BROADCAST, IFF_RUNNING, IFF_NOARP, IFF_LOWER_UP
  91929394                             // change
  0b00 0300 64756d6d793300 00          // IFLA_IFNAME "dummy3"
  1800 1280                            // IFLA_LINKINFO with NLA_F_NESTED
    0a00 0100 64756d6d7900 0000        //   IFLA_INFO_KIND "dummy"
    0800 0300 71727374                 //   IFLA_INFO_XSTATS
`);

/** struct ifinfomsg of a bridge that is down: every flag but IFF_UP is set. */
export const LINK_BRIDGE_DOWN = hex(`
  81 82 0100                           // family, padding, ARPHRD_ETHER
  06000000 feffffff                    // index 6; all flags but IFF_UP
  ffffffff                             // change
  0800 0300 62723000                   // IFLA_IFNAME "br0"
  1000 1200                            // IFLA_LINKINFO without NLA_F_NESTED, as older kernels send it
    0b00 0100 62726964676500 00        //   IFLA_INFO_KIND "bridge"
`);

/** struct ifaddrmsg of one end of a point-to-point link. */
export const ADDRESS_PEER = hex(`
  02 20 80 fd                          // AF_INET, /32, IFA_F_PERMANENT, RT_SCOPE_LINK
  09000000                             // device 9
  0800 0100 0a090807                   // IFA_ADDRESS 10.9.8.7: the other end
  0800 0200 0a010203                   // IFA_LOCAL 10.1.2.3
  0b00 0300 746e303a373700             // IFA_LABEL "tn0:77"
  00                                   // padding
  0800 0800 81020000                   // IFA_FLAGS: IFA_F_SECONDARY, IFA_F_PERMANENT, IFA_F_NOPREFIXROUTE
  1400 0600 21222324 25262728 292a2b2c 2d2e2f30  // IFA_CACHEINFO
`);

/** struct ifaddrmsg of an IPv6 address, without a label as always. */
export const ADDRESS_IPV6 = hex(`
  0a 40 80 fd                          // AF_INET6, /64, IFA_F_PERMANENT, scope
  09000000                             // device 9
  1400 0100 20010db8 01020304 05060708 090a0b0c  // IFA_ADDRESS
  0800 0800 800a0000                   // IFA_FLAGS: IFA_F_PERMANENT, IFA_F_NOPREFIXROUTE, IFA_F_STABLE_PRIVACY
  1400 0600 21222324 25262728 292a2b2c 2d2e2f30  // IFA_CACHEINFO
`);

/** struct rtmsg: local 127.0.0.0/8 dev lo, with the table in its attribute. */
export const ROUTE_LOCAL = hex(`
  02 08 81 82                          // AF_INET, /8, source length, TOS
  fc 02 fe 02                          // RT_TABLE_COMPAT, RTPROT_KERNEL, RT_SCOPE_HOST, RTN_LOCAL
  91929394                             // flags
  0800 0f00 ff000000                   // RTA_TABLE 255
  0800 0100 7f000000                   // RTA_DST
  0800 0700 7f000001                   // RTA_PREFSRC
  0800 0400 01020000                   // RTA_OIF 513
`);

/** struct ifinfomsg of a VRF device with its table. */
export const LINK_VRF = hex(`
  81 82 0100                           // family, padding, ARPHRD_ETHER
  07000000 c1040100                    // index 7; IFF_UP, IFF_RUNNING, IFF_NOARP, IFF_MASTER, IFF_LOWER_UP
  91929394                             // change
  0800 0300 72656400                   // IFLA_IFNAME "red"
  1800 1280                            // IFLA_LINKINFO with NLA_F_NESTED
    0800 0100 76726600                 //   IFLA_INFO_KIND "vrf"
    0c00 0280                          //   IFLA_INFO_DATA with NLA_F_NESTED
      0800 0100 e9030000               //     IFLA_VRF_TABLE 1001
`);

/** struct rtmsg: local 2001:db8::/64 dev lo, as ip-route(8) makes it. */
export const ROUTE_LOCAL_IPV6 = hex(`
  0a 40 00 00                          // AF_INET6, /64, source length, TOS
  ff 03 00 02                          // RT_TABLE_LOCAL, RTPROT_BOOT, scope, RTN_LOCAL
  91929394                             // flags
  0800 0f00 ff000000                   // RTA_TABLE 255
  1400 0100 20010db8 00000000 00000000 00000000  // RTA_DST
  0800 0600 00040000                   // RTA_PRIORITY 1024
  0800 0400 01000000                   // RTA_OIF 1
`);
