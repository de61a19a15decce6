/** SHELL: all facts of this host from /proc, read now. No timing; keeps what it needs to tell what is new. */
import path from 'node:path';
import type { IpAddress } from '../../model/address.ts';
import { type Listener, listenerKey, type Protocol } from '../../model/facts.ts';
import type { PortRange } from '../../model/port-ranges.ts';
import { ownSocketInodes } from '../own-sockets.ts';
import type { HostFacts } from '../reader.ts';
import { doubtfulAddresses, type HostTables, hostFactsOf } from './addresses.ts';
import { addressesOnUpDevices } from './device-up.ts';
import { parseDeviceNames, parseUpDevices } from './devices.ts';
import { hasOtherTables, parseConnectedRoutes, parseLocalTable } from './fib.ts';
import { isThere, OWN_NET, ProcError, readProc } from './files.ts';
import { parseInet6 } from './inet6.ts';
import { isBehindListeners, listenerOf, parseSockets, type SocketKind, type SocketRow } from './listeners.ts';
import { type Rows, settled, withAbsenceConfirmed } from './reread.ts';

/** Plain data: it goes to the worker. */
export interface ProcOptions {
  readonly protocols: readonly Protocol[];
  /** Local ports that matter. */
  readonly ports: readonly PortRange[];
}

/** Plain data: it comes from the worker. */
export interface ProcReading {
  readonly host?: HostFacts;
  /** `same`: as in the last reading that had any. */
  readonly listeners?: readonly Listener[] | 'same';
  readonly failures: readonly string[];
}

export interface ProcSource {
  read(wanted: { readonly host: boolean }): Promise<ProcReading>;
}

/** `directory`, `findUp`: what a test has in place of the kernel. */
export function createProcSource(
  options: ProcOptions,
  directory = OWN_NET,
  findUp: (addresses: readonly IpAddress[]) => Promise<ReadonlySet<IpAddress>> = addressesOnUpDevices,
): ProcSource {
  const files = options.protocols.flatMap((protocol) =>
    (['ipv4', 'ipv6'] as const).map((family) => createSocketFile({ protocol, family }, options.ports, directory)),
  );
  let tables: HostTables | undefined;
  let told: string | undefined;

  async function readHost(): Promise<HostFacts> {
    tables = settled(() => readTables(directory), tables);
    if (tables === undefined) throw new ProcError(`${directory}: devices and addresses change while they are read`);
    const up = await findUp(doubtfulAddresses(tables));
    return hostFactsOf(tables, (address) => up.has(address));
  }

  async function readListeners(): Promise<readonly Listener[] | 'same'> {
    const listeners = files.flatMap((read) => read());
    const text = JSON.stringify(listeners);
    if (text === told) return 'same';
    told = text;
    return listeners;
  }

  return {
    async read({ host: isHostWanted }) {
      const failures: string[] = [];
      const host = isHostWanted ? await attempt(readHost, failures) : undefined;
      // One that cannot be read does not keep the other from being seen: a listener that is gone is gone.
      const listeners = await attempt(readListeners, failures);
      return { ...(host && { host }), ...(listeners && { listeners }), failures };
    },
  };
}

function readTables(directory: string): HostTables {
  const read = <T>(name: string, parse: (text: string) => T): T => readProc(path.join(directory, name), parse);
  return {
    names: read('dev', parseDeviceNames),
    up: read('igmp', (text) => parseUpDevices(text)),
    table: read('fib_trie', parseLocalTable),
    connected: read('route', (text) => parseConnectedRoutes(text)),
    hasOtherTables: read('fib_triestat', hasOtherTables),
    inet6: isThere(path.join(directory, 'if_inet6')) ? read('if_inet6', parseInet6) : [],
  };
}

/** The listeners of one file, by what they are bound to: the sockets of an SO_REUSEPORT group are one to us. */
function createSocketFile(kind: SocketKind, ports: readonly PortRange[], directory: string): () => Listener[] {
  const file = path.join(directory, kind.family === 'ipv4' ? kind.protocol : `${kind.protocol}6`);
  const enough = kind.protocol === 'tcp' ? isBehindListeners : undefined;
  const isWanted = ({ port }: SocketRow): boolean => ports.some(({ from, to }) => from <= port && port <= to);
  let last: readonly string[] | undefined;

  function read(): Rows<Listener> {
    if (kind.family === 'ipv6' && !isThere(file)) return { rows: [], trace: '' };
    const isOwn = createOwnership();
    const { rows, trace } = readProc(file, (text) => parseSockets(kind, text), enough);
    return { rows: rows.filter((row) => isWanted(row) && !isOwn(row)).map(listenerOf), trace };
  }

  return () => {
    const seen = withAbsenceConfirmed(read, listenerKey, last);
    last = [...seen.keys()].sort();
    return last.flatMap((key) => seen.get(key) ?? []);
  };
}

/**
 * Looks through our own descriptors once, and only when a socket matters. Whose user a socket is says nothing: one that was
 * handed over, or is older than a setuid(2), is another user's.
 */
function createOwnership(): (row: SocketRow) => boolean {
  let own: ReadonlySet<number> | undefined;
  return ({ inode }) => {
    own ??= ownSocketInodes();
    return own.has(inode);
  };
}

async function attempt<T>(act: () => Promise<T>, failures: string[]): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ProcError)) throw error;
    failures.push(error.message);
    return undefined;
  }
}
