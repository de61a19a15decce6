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
import type { IpAddress } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { DemoError } from './demo-error.ts';
import { applyUpdate, clearTable, type Table, type TableChange } from './table.ts';

export interface Router {
  readonly port: number;
  readonly table: ReadonlyMap<string, unknown> & Table;
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

/** Beyond the end of any demo, so that the session lives by keepalives all the same; seconds. */
const HOLD_TIME = 9;
const SECOND_MS = 1_000;
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
  let why = 'the connection is closed';
  const keepalives = setInterval(() => socket.write(encodeKeepalive()), (HOLD_TIME * SECOND_MS) / 3);
  const end = (reason: string): void => {
    why = reason;
    socket.destroy();
    finish();
  };
  let isOver = false;
  /** Also when the FIN comes: a withdraw is seen when it is read, not when the socket is taken down. */
  function finish(): void {
    if (isOver) return;
    isOver = true;
    clearInterval(keepalives);
    const at = now();
    for (const change of clearTable(table)) events.changed(change, at);
    over();
    events.down(why);
  }

  function hear(message: Message, at: Millis): void {
    switch (message.type) {
      case 'open': {
        const said = message.open.capabilities.find((each) => each.type === 'fourOctetAs')?.as ?? message.open.as;
        if (said !== peerAs) end(`a peer of AS ${said}, not ${peerAs}`);
        else socket.write(encodeKeepalive());
        return;
      }
      case 'keepalive':
        if (!isUp) {
          isUp = true;
          events.up(at);
        }
        return;
      case 'update':
        for (const change of applyUpdate(table, message.update, message.outcome === 'treatedAsWithdraw')) {
          events.changed(change, at);
        }
        return;
      case 'notification':
        end(describeNotification(message.notification));
        return;
      case 'routeRefresh':
        return; // there is nothing that could be sent again
      default:
        message satisfies never;
    }
  }
  let isUp = false;

  socket.on('data', (chunk) => {
    const at = now();
    for (const frame of framer.push(chunk)) {
      if (isOver) return;
      const decoded = 'fault' in frame ? frame : decodeMessage(frame.bytes, CONTEXT);
      if ('fault' in decoded) end(`a message that cannot be read: ${decoded.why}`);
      else hear(decoded.message, at);
    }
  });
  socket.on('error', (error) => end(error.message));
  socket.on('end', finish);
  socket.on('close', finish);
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
