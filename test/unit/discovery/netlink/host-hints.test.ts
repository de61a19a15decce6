import { describe, expect, it } from 'vitest';
import { HOST_GROUPS, hostFilter } from '../../../../src/discovery/netlink/host-hints.ts';
import { encodeMessage } from '../../../../src/discovery/netlink/message.ts';
import { passes } from '../../../helpers/packet-filter.ts';

/** A notification with struct rtmsg behind its header: only the type of the route is of interest. */
const route = (type: number, routeType: number): Uint8Array =>
  encodeMessage(type, 0, 1, Uint8Array.from([2, 24, 0, 0, 254, 2, 253, routeType, 0, 0, 0, 0]));

describe('notifications', () => {
  it('are asked for with the groups of include/uapi/linux/rtnetlink.h', () => {
    expect(HOST_GROUPS).toBe(0x001 | 0x010 | 0x040 | 0x100 | 0x400);
  });

  it.each([
    ['RTM_NEWROUTE of a local route', 24, 2, true],
    ['RTM_DELROUTE of a local route', 25, 2, true],
    ['RTM_NEWROUTE of a unicast route', 24, 1, false],
    ['RTM_DELROUTE of a unicast route', 25, 1, false],
    ['RTM_NEWROUTE of a broadcast route', 24, 3, false],
    ['RTM_NEWLINK', 16, 1, true],
    ['RTM_DELLINK', 17, 3, true],
    ['RTM_NEWADDR', 20, 1, true],
    ['RTM_DELADDR', 21, 1, true],
  ])('of %s: %d, %d, pass: %s', (_name, type, routeType, expected) => {
    expect(passes(hostFilter(), route(type, routeType))).toBe(expected);
  });
});
