/**
 * SHELL: hints from the kernel's multicast of sockets that are destroyed (sock_diag(7)): deaths only, of this network
 * namespace only, without any privilege.
 *
 * What to know before it is used: the kernel builds a message for every socket, and the filter drops it after that, so that
 * each connection on the host costs. And a listener is destroyed with its last reference: half-open connections
 * hold one, and the message then comes seconds late.
 */

import type { PortRange } from '../../model/port-ranges.ts';
import { NativeError, openNetlink } from '../../runtime/native.ts';
import { type Subscription, subscribeTo } from '../subscription.ts';
import { HintsError } from './hints-error.ts';
import { socketFilter } from './socket-filter.ts';

export interface DestroyOptions {
  readonly protocols: readonly ('tcp' | 'udp')[];
  readonly ports: readonly PortRange[];
  readonly hint: () => void;
  readonly lost: (reason: Error) => void;
}

const NETLINK_SOCK_DIAG = 4;
/** Bits of SKNLGRP_INET_TCP_DESTROY 1, INET_UDP 2, INET6_TCP 3, INET6_UDP 4 (include/uapi/linux/sock_diag.h). */
const GROUPS = { tcp: 0b0101, udp: 0b1010 } as const;

/** Throws `HintsError`. */
export function openDestroy({ protocols, ports, hint, lost }: DestroyOptions): Subscription {
  const groups = protocols.reduce((bits, protocol) => bits | GROUPS[protocol], 0);
  try {
    const fd = openNetlink({ protocol: NETLINK_SOCK_DIAG, groups, filter: socketFilter(ports) });
    return subscribeTo(fd, 'multicast of destroyed sockets', hint, lost);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new HintsError(`no multicast of destroyed sockets: ${error.message}`, error);
  }
}
