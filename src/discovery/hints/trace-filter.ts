/** The filter of the tracepoint sock:inet_sock_set_state, PURE: Documentation/trace/events.rst, trace/events/sock.h. */
import type { PortRange } from '../../model/port-ranges.ts';

const IPPROTO_TCP = 6;
/** include/net/tcp_states.h */
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;

/**
 * A TCP socket begins to listen, or ceases to. A connection is born as a copy of its listener, so that it goes from
 * LISTEN to SYN_RECV (inet_csk_clone_lock): that is no death.
 *
 * Port 0 passes in any case: listen(2) without bind(2) changes the state first and gives the port then.
 */
export function traceFilter(ports: readonly PortRange[]): string {
  const states = `(newstate==${TCP_LISTEN}||(oldstate==${TCP_LISTEN}&&newstate==${TCP_CLOSE}))`;
  const allowed = ports.length === 0 ? '' : `&&(sport==0||${ports.map(rangeFilter).join('||')})`;
  return `${states}&&protocol==${IPPROTO_TCP}${allowed}`;
}

const rangeFilter = ({ from, to }: PortRange): string =>
  from === to ? `sport==${from}` : `(sport>=${from}&&sport<=${to})`;
