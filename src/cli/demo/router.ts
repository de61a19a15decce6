/**
 * SHELL: the router of the demo: the other end of a BGP session, which keeps a table.
 *
 * It is no part of the daemon, and knows of it what comes over TCP. Codec and framer are ours, so that it is no proof of
 * interoperability: that is what the tests beside real routers are for. One session, IPv4 unicast, four-octet AS numbers.
 */
import net from 'node:net';
import { AFI, LONGEST_MESSAGE, SAFI, VERSION } from '../../bgp/wire/codes.ts';
import { decodeMessage } from '../../bgp/wire/decode.ts';
import { createFramer } from '../../bgp/wire/framer.ts';
import { encodeKeepalive } from '../../bgp/wire/keepalive.ts';
import type { Message, WireContext } from '../../bgp/wire/message.ts';
import { describeNotification } from '../../bgp/wire/notification.ts';
import { encodeOpen } from '../../bgp/wire/open.ts';
import type { IpAddress, Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { DemoError } from './demo-error.ts';
import { applyUpdate, clearTable, type Table, type TableChange, type TableEntry } from './table.ts';

export interface Router {
  readonly port: number;
  readonly table: ReadonlyMap<Prefix, TableEntry>;
  close(): void;
}

export interface RouterEvents {
  /** Both sides have accepted each other's OPEN. `at`: of `performance.now`, when it was read. */
  up(at: Millis): void;
  changed(change: TableChange, at: Millis): void;
  /** The session is over, and the table empty. */
  down(why: string): void;
}

export interface RouterIdentity {
  readonly address: IpAddress;
  readonly as: number;
  readonly peerAs: number;
}

/** Seconds; longer than any demo, so that the peer's silence needs no timer here. */
const HOLD_TIME = 90;
/** RFC 4271 §4.4. */
const KEEPALIVE_MS = (HOLD_TIME * 1_000) / 3;
const CONTEXT: WireContext = {
  asOctets: 4,
  longestMessage: LONGEST_MESSAGE,
  addPathReceived: new Set(),
  isExternal: true,
};

/** Resolves when it listens on the first of `ports` that is free; 0 is any. Throws `DemoError` when none is. */
export async function openRouter(
  identity: RouterIdentity,
  ports: readonly number[],
  events: RouterEvents,
): Promise<Router> {
  const table: Table = new Map();
  let current: net.Socket | undefined;
  const server = net.createServer((socket) => {
    if (current !== undefined) {
      socket.destroy(); // there is one peer, and one session
      return;
    }
    current = socket;
    converse(socket, identity, table, events, () => {
      current = undefined;
    });
  });
  const port = await listenOnFirst(server, identity.address, ports);
  return {
    port,
    table,
    close() {
      server.close();
      current?.destroy();
    },
  };
}

async function listenOnFirst(server: net.Server, host: string, ports: readonly number[]): Promise<number> {
  let last = '';
  for (const port of ports) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return (server.address() as net.AddressInfo).port;
    } catch (error) {
      last = (error as Error).message;
    }
  }
  throw new DemoError(`the router of the demo finds no place to listen on: ${last}`);
}

function converse(
  socket: net.Socket,
  { address, as, peerAs }: RouterIdentity,
  table: Table,
  events: RouterEvents,
  over: () => void,
): void {
  const framer = createFramer(() => LONGEST_MESSAGE);
  const keepalives = setInterval(() => socket.write(encodeKeepalive()), KEEPALIVE_MS);
  /** RFC 4271 §8.2.2. */
  let phase: 'openSent' | 'openConfirm' | 'established' | 'over' = 'openSent';

  /** A FIN ends it as well: the rest of the connection is not waited for. */
  function end(why: string): void {
    if (phase === 'over') return;
    phase = 'over';
    clearInterval(keepalives);
    socket.destroy();
    const at = now();
    for (const change of clearTable(table)) events.changed(change, at);
    over();
    events.down(why);
  }

  function hear(message: Message, at: Millis): void {
    if (message.type === 'notification') end(describeNotification(message.notification));
    else if (phase === 'openSent' && message.type === 'open') {
      const said = message.open.capabilities.find((each) => each.type === 'fourOctetAs')?.as ?? message.open.as;
      if (said !== peerAs) end(`a peer of AS ${said}, not ${peerAs}`);
      else {
        phase = 'openConfirm';
        socket.write(encodeKeepalive());
      }
    } else if (phase === 'openConfirm' && message.type === 'keepalive') {
      phase = 'established';
      events.up(at);
    } else if (phase === 'established' && message.type === 'update') {
      const changes = applyUpdate(table, message.update, message.outcome === 'treatedAsWithdraw');
      for (const change of changes) events.changed(change, at);
    } else if (phase !== 'established' || message.type === 'open') end(`${message.type} in ${phase}`);
  }

  socket.on('data', (chunk) => {
    const at = now();
    for (const frame of framer.push(chunk)) {
      if (phase === 'over') return;
      const decoded = 'fault' in frame ? frame : decodeMessage(frame.bytes, CONTEXT);
      if ('fault' in decoded) end(`a message that cannot be read: ${decoded.why}`);
      else hear(decoded.message, at);
    }
  });
  socket.on('error', (error) => end(error.message));
  socket.on('end', () => end('the connection is closed'));
  socket.on('close', () => end('the connection is closed'));
  socket.write(
    encodeOpen({
      version: VERSION,
      as,
      holdTime: HOLD_TIME,
      routerId: address,
      capabilities: [
        { type: 'multiprotocol', afi: AFI.ipv4, safi: SAFI.unicast },
        { type: 'fourOctetAs', as },
      ],
    }),
  );
}

const now = (): Millis => ms(performance.now());
