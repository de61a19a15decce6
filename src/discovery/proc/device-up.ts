/**
 * SHELL: whether the device of an IPv4 address is up, which no file of /proc tells.
 *
 * IP_MULTICAST_IF takes an address for the device that has it (ip(7)), and connecting a UDP socket to a multicast group
 * looks up the way there through that device, which fails if it is down (ip_route_output_key_hash_rcu in net/ipv4/route.c).
 * Connecting sends nothing. The group is a local one: no routing table is asked.
 */
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { IpAddress } from '../../model/address.ts';
import { ProcError } from './files.ts';

const ALL_HOSTS = '224.0.0.1';
const DISCARD_PORT = 9;
/** The device is down; it, or the address, is gone by now. */
const NOT_UP = ['ENETUNREACH', 'ENODEV', 'EADDRNOTAVAIL'];

/** Those of the addresses that are on a device that is up. Throws `ProcError`. */
export async function addressesOnUpDevices(addresses: readonly IpAddress[]): Promise<ReadonlySet<IpAddress>> {
  const found = new Set<IpAddress>();
  if (addresses.length === 0) return found;
  const socket = dgram.createSocket('udp4');
  try {
    // To no address of its own: a socket that has one cannot be connected through another device.
    socket.bind({ address: '0.0.0.0', port: 0, exclusive: true });
    await once(socket, 'listening');
    for (const address of addresses) if (await isOnUpDevice(socket, address)) found.add(address);
    return found;
  } catch (error) {
    throw new ProcError(`which devices are up: ${(error as Error).message}`, error);
  } finally {
    socket.close();
  }
}

async function isOnUpDevice(socket: dgram.Socket, address: IpAddress): Promise<boolean> {
  try {
    socket.setMulticastInterface(address);
    await connect(socket);
    socket.disconnect();
    return true;
  } catch (error) {
    if (NOT_UP.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function connect(socket: dgram.Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.connect(DISCARD_PORT, ALL_HOSTS, (error?: Error) => (error ? reject(error) : resolve()));
  });
}
