/** SHELL: devices, addresses and local routes, read now. */
import fs from 'node:fs';
import os from 'node:os';
import type { Device, HostAddress, Protocol } from '../model/facts.ts';
import { NativeError } from '../runtime/native.ts';
import type { Namespace } from './namespace.ts';
import { decodeMessages } from './netlink/message.ts';
import { NetlinkError, type NetlinkRequests } from './netlink/requests.ts';
import {
  type AddressRow,
  decodeAddress,
  decodeLink,
  decodeLocalRoute,
  encodeAddressDump,
  encodeLinkDump,
  encodeLocalRouteDump,
  type LinkRow,
  type LocalRouteRow,
  RT_TABLE_LOCAL,
  RTM,
} from './netlink/rtnetlink.ts';
import type { HostFacts } from './reader.ts';

export interface HostDump {
  /** The same facts as before, the very object, when nothing changed. */
  read(): Generator<void, HostFacts>;
  /** Names of devices by index, as of the last reading; the same map as before when no name changed. */
  names(): ReadonlyMap<number, string>;
}

/** A device made since the last reading has no name yet; its number keeps it apart until then. */
export const unnamed = (index: number): string => `#${index}`;

const SEQUENCE = 1;
/** A datagram holds some hundred rows. */
const DATAGRAMS_AT_ONCE = 4;

export function createHostDump(route: NetlinkRequests, namespace: Namespace): HostDump {
  const links = createDump(route, encodeLinkDump(SEQUENCE), RTM.newLink, decodeLink);
  const assigned = createDump(route, encodeAddressDump(SEQUENCE), RTM.newAddr, decodeAddress);
  const localRoutes = new Map<number, Dump<LocalRouteRow>>();
  let names: ReadonlyMap<number, string> = new Map();
  let seen: readonly unknown[] = [];
  let facts: HostFacts = { devices: [], addresses: [] };

  /** Those of a table that is asked for the first time, and for ever after: VRFs come and go, and are few. */
  function routesIn(table: number): Dump<LocalRouteRow> {
    const dump = localRoutes.get(table) ?? createLocalRouteDump(route, table);
    localRoutes.set(table, dump);
    return dump;
  }

  return {
    names: () => names,
    *read() {
      const devices = yield* links();
      const addresses = yield* assigned();
      const routes: TableRoutes[] = [{ vrf: '', rows: yield* routesIn(RT_TABLE_LOCAL)() }];
      for (const { table, name } of devices) {
        if (table !== undefined) routes.push({ vrf: name, rows: yield* routesIn(table)() });
      }
      const isVrfThere = devices.some(({ kind }) => kind === 'vrf');
      const takesUnbound = isVrfThere ? namespace.enter(protocolsAcrossVrfs) : [];
      const now = [devices, addresses, ...routes.map(({ rows }) => rows), takesUnbound.join()];
      if (now.length === seen.length && now.every((each, index) => each === seen[index])) return facts;
      if (devices !== seen[0]) names = renamed(names, devices);
      facts = { devices: devicesOf(devices, takesUnbound), addresses: addressesOf(addresses, routes, names) };
      seen = now;
      return facts;
    },
  };
}

function renamed(before: ReadonlyMap<number, string>, links: readonly LinkRow[]): ReadonlyMap<number, string> {
  const isSame = links.length === before.size && links.every(({ index, name }) => before.get(index) === name);
  return isSame ? before : new Map(links.map(({ index, name }) => [index, name]));
}

function devicesOf(links: readonly LinkRow[], takesUnbound: readonly Protocol[]): Device[] {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  return links.map(({ name, up, carrier, kind, master }): Device => {
    const isVrf = kind === 'vrf';
    const vrf = isVrf ? name : vrfOf(byIndex.get(master));
    const isPort = master !== 0 && vrf === '';
    return { name, up, carrier, kind, vrf, isPort, takesUnbound: isVrf ? takesUnbound : [] };
  });
}

/** A device is enslaved to a bridge or a bond just as it is to a VRF; only of the latter it takes a table. */
const vrfOf = (master: LinkRow | undefined): string => (master?.kind === 'vrf' ? master.name : '');

/** A local route is in the VRF of its table, whatever device it names. */
interface TableRoutes {
  readonly vrf: string;
  readonly rows: readonly LocalRouteRow[];
}

function addressesOf(
  addresses: readonly AddressRow[],
  routes: readonly TableRoutes[],
  names: ReadonlyMap<number, string>,
): HostAddress[] {
  const nameOf = (index: number): string => names.get(index) ?? unnamed(index);
  return [
    ...addresses.map(({ deviceIndex, address, length, label, state }): HostAddress => {
      const device = nameOf(deviceIndex);
      return { origin: 'assigned', address, length, device, label: label === '' ? device : label, state };
    }),
    ...routes.flatMap(({ vrf, rows }) =>
      rows.map(({ deviceIndex, prefix, by }): HostAddress => {
        return { origin: 'local-route', prefix, device: nameOf(deviceIndex), vrf, by };
      }),
    ),
  ];
}

/**
 * net.ipv4.tcp_l3mdev_accept and its like hold for both families, and for the namespace of whoever reads them. What
 * cannot be seen is taken for off, as it is by default. Throws `NativeError`.
 */
function protocolsAcrossVrfs(): Protocol[] {
  return (['tcp', 'udp'] as const).filter((protocol) => {
    const file = `/proc/sys/net/ipv4/${protocol}_l3mdev_accept`;
    try {
      return fs.readFileSync(file, 'utf8').trim() === '1';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // or a /proc that shows processes only
      throw new NativeError(`open(${file})`, -((error as NodeJS.ErrnoException).errno ?? 0));
    }
  });
}

/** The same rows as before, the very array, when nothing changed. */
type Dump<T> = () => Generator<void, readonly T[]>;

function createDump<T>(
  requests: NetlinkRequests,
  request: Uint8Array,
  type: number,
  decode: (body: Uint8Array) => T | undefined,
): Dump<T> {
  let last: readonly Uint8Array[] = [];
  let rows: readonly T[] = [];
  return function* () {
    const datagrams = requests.dump(request, last);
    if (datagrams === last) return rows;
    const found: T[] = [];
    for (const [index, datagram] of datagrams.entries()) {
      if (index > 0 && index % DATAGRAMS_AT_ONCE === 0) yield;
      for (const message of decodeMessages(datagram)) {
        const row = message.type === type ? decode(message.body) : undefined;
        if (row !== undefined) found.push(row);
      }
    }
    last = datagrams;
    rows = found;
    return rows;
  };
}

/** A table is made with its first route: a namespace without any answers ENOENT, which is an answer. */
function createLocalRouteDump(requests: NetlinkRequests, table: number): Dump<LocalRouteRow> {
  const dumps = (['ipv4', 'ipv6'] as const).map((family) =>
    createDump(requests, encodeLocalRouteDump(family, table, SEQUENCE), RTM.newRoute, (body) =>
      decodeLocalRoute(table, body),
    ),
  );
  let seen: readonly (readonly LocalRouteRow[])[] = [];
  let rows: readonly LocalRouteRow[] = [];
  return function* () {
    const found: (readonly LocalRouteRow[])[] = [];
    for (const dump of dumps) {
      try {
        found.push(yield* dump());
      } catch (error) {
        if (!(error instanceof NetlinkError) || error.errno !== os.constants.errno.ENOENT) throw error;
        found.push(NO_ROUTES);
      }
    }
    if (found.every((each, index) => each === seen[index])) return rows;
    seen = found;
    rows = found.flat();
    return rows;
  };
}
const NO_ROUTES: readonly LocalRouteRow[] = [];
