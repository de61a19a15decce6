/** Which notifications of rtnetlink are hints at devices, addresses and local routes, PURE: rtnetlink(7). */
import { HOST_IS_LITTLE_ENDIAN } from '../../bytes/reader.ts';
import { assemble, BPF } from './packet-filter.ts';

/** RTMGRP_LINK, and of each family RTMGRP_…_IFADDR and RTMGRP_…_ROUTE (include/uapi/linux/rtnetlink.h). */
export const HOST_GROUPS = 0x1 | 0x10 | 0x100 | 0x40 | 0x400;

const RTM = { newRoute: 24, deleteRoute: 25 } as const;
const RTN_LOCAL = 2;
// struct nlmsghdr: u32 length, u16 type …, 16 bytes; struct rtmsg: … u8 type at its end
const TYPE = 4;
const ROUTE_TYPE = 16 + 7;

/** Of routes only the local ones pass: on a router others change all the time. */
export const hostFilter = (): Uint8Array =>
  assemble([
    { operation: BPF.loadHalf, value: TYPE },
    { operation: BPF.isEqual, value: asLoaded(RTM.newRoute), ifTrue: 'skip' },
    { operation: BPF.isEqual, value: asLoaded(RTM.deleteRoute), ifFalse: 'pass' },
    { operation: BPF.loadByte, value: ROUTE_TYPE },
    { operation: BPF.isEqual, value: RTN_LOCAL, ifTrue: 'pass', ifFalse: 'drop' },
  ]);

/** A load is big-endian, and the field is in the host's byte order. */
const asLoaded = (half: number): number => (HOST_IS_LITTLE_ENDIAN ? (half & 0xff) << 8 : half);
