/**
 * Which network an IPv4 address was given with, PURE: /proc shows addresses without their device and prefix length.
 *
 * The kernel leaves up to three traces of a network, as long as the device is up (fib_add_ifaddr in
 * net/ipv4/fib_frontend.c): a connected route in the main table or, of a loopback device, a local prefix; and the address
 * of its last host as a broadcast address, if it is wider than /31. A connected route alone may be an administrator's, and
 * says nothing about addresses. A broadcast address alone is what an address without a route leaves (`noprefixroute`): any
 * network that ends there may be its own. Three oddities leave no trace, and look like a /32: `noprefixroute` with a /31,
 * or with a network that ends where a narrower one with a route does, and a `peer` in another network.
 */
import {
  type IpAddress,
  lastAddress,
  lengthOf,
  memberOf,
  networkAddress,
  type Prefix,
  truncate,
} from '../../model/address.ts';
import type { ConnectedRoute, LocalTable } from './fib.ts';

/** Stand for devices that are not known. The kernel takes no slash in a name (dev_valid_name in net/core/dev.c). */
export const UNKNOWN = { up: 'unknown/up', down: 'unknown/down' } as const;

export interface Network {
  readonly prefix: Prefix;
  /** `UNKNOWN.up` when several have it. */
  readonly device: string;
  readonly contains: (address: IpAddress) => boolean;
}

/**
 * In the order in which they are to be asked: connected routes, local prefixes on the loopback device, lone broadcast
 * addresses; the narrowest of each first. `loopback`: name of the loopback device.
 */
export function networksOf(table: LocalTable, connected: readonly ConnectedRoute[], loopback: string): Network[] {
  const broadcasts = table.broadcast.map(networkAddress);
  const ends = new Set(broadcasts);
  const routes = connected
    .filter(({ prefix }) => lengthOf(prefix) === 31 || (lengthOf(prefix) < 31 && ends.has(lastAddress(prefix))))
    .map(({ prefix }) => network(prefix, onlyDevice(connected, prefix)));
  const onLoopback = table.local
    .filter((prefix) => lengthOf(prefix) < 31 && ends.has(lastAddress(prefix)))
    .map((prefix) => network(prefix, loopback));
  const explained = new Set([...routes, ...onLoopback].map(({ prefix }) => lastAddress(prefix)));
  const routeless = broadcasts
    .filter((address) => !explained.has(address))
    .map((address) => network(widestEndingAt(address), UNKNOWN.up));
  return [routes, onLoopback, routeless].flatMap((each) => each.sort(narrowFirst));
}

const network = (prefix: Prefix, device: string): Network => ({ prefix, device, contains: memberOf(prefix) });
const narrowFirst = (one: Network, other: Network): number => lengthOf(other.prefix) - lengthOf(one.prefix);

function onlyDevice(connected: readonly ConnectedRoute[], prefix: Prefix): string {
  const devices = new Set(connected.filter((route) => route.prefix === prefix).map(({ device }) => device));
  const [first = UNKNOWN.up] = devices;
  return devices.size === 1 ? first : UNKNOWN.up;
}

/** The widest network of which that is the last address: 10.0.1.255 ends 10.0.0.0/23. */
function widestEndingAt(broadcast: IpAddress): Prefix {
  const bits = broadcast
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  const length = bits.lastIndexOf('0') + 1;
  return `${truncate(broadcast, length)}/${length}` as Prefix;
}
