/**
 * Devices and addresses of this host, put together from what the files of /proc say, PURE.
 *
 * What they do not say, and what stands for it: never anything that would announce on a guess.
 * - The prefix length of an IPv4 address: that of the network around it (`networks.ts`), and /32 outside of all. A /32
 *   *inside* a network is taken for one of that network's: a wildcard listener does not stand for it.
 * - The device of an IPv4 address: that of the network around it, else "some device". Whether that device is up is not
 *   guessed: either every device is up, or the kernel was asked (`device-up.ts`).
 * - Who made a local prefix: taken for the kernel, which entitles to less. A /32 of `ip route add local` looks like an
 *   assigned address, and is taken for one. Local routes of IPv6 are shown without their table, and are left out.
 * - VRFs. IPv4 addresses in one are not in the local table, but IPv6 addresses in one look like any other. Unless there is
 *   certainly none, only those on the loopback device count, which can be in none (do_vrf_add_slave in drivers/net/vrf.c).
 * - The carrier is taken for missing, no device for a dummy, and the device's name for the label.
 */
import { hostPrefix, type IpAddress, lengthOf, networkAddress, type Prefix } from '../../model/address.ts';
import type { AssignedAddress, Device, HostAddress, LocalRoute } from '../../model/facts.ts';
import { LOOPBACK_INDEX, type UpDevice } from './devices.ts';
import type { ConnectedRoute, LocalTable } from './fib.ts';
import type { Inet6Row } from './inet6.ts';
import { type Network, networksOf, UNKNOWN } from './networks.ts';

/** Everything that was read, as it was read: plain data. */
export interface HostTables {
  readonly names: readonly string[];
  readonly up: readonly UpDevice[];
  readonly table: LocalTable;
  readonly connected: readonly ConnectedRoute[];
  readonly hasOtherTables: boolean;
  readonly inet6: readonly Inet6Row[];
}

/** The addresses of which has to be found out whether their device is up: none as long as every device is. */
export function doubtfulAddresses({ names, up, table }: HostTables): IpAddress[] {
  const upNames = new Set(up.map(({ name }) => name));
  return names.every((name) => upNames.has(name)) ? [] : table.local.map(networkAddress);
}

/** `isUp`: of a doubtful address, whether its device is. */
export function hostFactsOf(
  tables: HostTables,
  isUp: (address: IpAddress) => boolean,
): { devices: Device[]; addresses: HostAddress[] } {
  const { table, connected, up } = tables;
  const loopback = up.find(({ index }) => index === LOOPBACK_INDEX)?.name ?? UNKNOWN.down;
  const networks = networksOf(table, connected, loopback);
  const doubtful = new Set(doubtfulAddresses(tables));
  const ipv4 = table.local.map((prefix) => {
    const isOnUpDevice = !doubtful.has(networkAddress(prefix)) || isUp(networkAddress(prefix));
    return lengthOf(prefix) === 32
      ? assigned(networkAddress(prefix), networks, isOnUpDevice)
      : localRoute(prefix, networks, isOnUpDevice);
  });
  return { devices: devicesOf(tables), addresses: [...ipv4, ...inet6Addresses(tables)] };
}

function devicesOf({ names, up }: HostTables): Device[] {
  const indexes = new Map(up.map(({ name, index }) => [name, index]));
  const device = (name: string, isUp: boolean): Device => ({
    ...{ name, up: isUp, carrier: false, vrf: '', isPort: false, takesUnbound: [] },
    kind: indexes.get(name) === LOOPBACK_INDEX ? 'loopback' : 'other',
  });
  return [
    ...names.map((name) => device(name, indexes.has(name))),
    device(UNKNOWN.up, true),
    device(UNKNOWN.down, false),
  ];
}

function assigned(address: IpAddress, networks: readonly Network[], isOnUpDevice: boolean): AssignedAddress {
  const around = networks.find(({ contains }) => contains(address));
  const length = lengthOf(around?.prefix ?? hostPrefix(address));
  const device = isOnUpDevice ? (around?.device ?? UNKNOWN.up) : UNKNOWN.down;
  return { origin: 'assigned', address, length, device, label: device, state: 'usable' };
}

function localRoute(prefix: Prefix, networks: readonly Network[], isOnUpDevice: boolean): LocalRoute {
  const around = networks.find((network) => network.prefix === prefix);
  const device = isOnUpDevice ? (around?.device ?? UNKNOWN.up) : UNKNOWN.down;
  return { origin: 'local-route', prefix, device, vrf: '', by: 'kernel' };
}

function inet6Addresses({ inet6, hasOtherTables }: HostTables): AssignedAddress[] {
  return inet6
    .filter(({ deviceIndex }) => !hasOtherTables || deviceIndex === LOOPBACK_INDEX)
    .map(({ address, length, device, state }) => ({
      ...{ origin: 'assigned', address, length, device, label: device, state },
    }));
}
