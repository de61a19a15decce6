/** What passes of the destroy multicast, PURE: a program for its socket. */
import type { PortRange } from '../../model/port-ranges.ts';
import { assemble, BPF, type Instruction } from '../netlink/packet-filter.ts';

// A message: struct nlmsghdr (16 bytes), struct inet_diag_msg
//   u8 family, state, timer, retrans; be16 sport, dport; be32 src[4], dst[4] …
const SPORT = 16 + 4;
const DPORT = SPORT + 2;
const DST = [0, 4, 8, 12].map((offset) => DPORT + 2 + 16 + offset);

/**
 * Lets through what may have been a listener, or a UDP socket: a port of its own, and no peer. A connection that its
 * server ends with RST has lost its remote port by then (tcp_disconnect), but keeps the remote address.
 */
export function socketFilter(ports: readonly PortRange[]): Uint8Array {
  return assemble([
    { operation: BPF.loadHalf, value: DPORT },
    { operation: BPF.isEqual, value: 0, ifFalse: 'drop' },
    ...DST.flatMap((offset): Instruction[] => [
      { operation: BPF.loadWord, value: offset },
      { operation: BPF.isEqual, value: 0, ifFalse: 'drop' },
    ]),
    { operation: BPF.loadHalf, value: SPORT },
    ...(ports.length === 0 ? [isAnyPort] : ports.flatMap(isInRange)),
  ]);
}

/** A socket without a port was never bound. */
const isAnyPort: Instruction = { operation: BPF.isEqual, value: 0, ifTrue: 'drop', ifFalse: 'pass' };

const isInRange = ({ from, to }: PortRange): Instruction[] => [
  { operation: BPF.isAtLeast, value: from, ifFalse: 'skip' },
  { operation: BPF.isGreater, value: to, ifFalse: 'pass' },
];
