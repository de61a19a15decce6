/**
 * A BGP peer that says what a test has it say, over real TCP. What it hears is decoded by the codec under `bgp/wire`, whose
 * own tests do not know this file.
 */
import net from 'node:net';
import type { Capability } from '../../src/bgp/wire/capability.ts';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { createFramer } from '../../src/bgp/wire/framer.ts';
import { encodeKeepalive } from '../../src/bgp/wire/keepalive.ts';
import type { Message } from '../../src/bgp/wire/message.ts';
import { entriesOf } from '../../src/bgp/wire/nlri.ts';
import type { Notification } from '../../src/bgp/wire/notification.ts';
import { encodeOpen } from '../../src/bgp/wire/open.ts';
import { endOfRib, type Nlri } from '../../src/bgp/wire/update.ts';
import { ip } from './bgp.ts';
import { until } from './until.ts';

export interface PeerIdentity {
  readonly as: number;
  readonly routerId: string;
  readonly holdTime: number;
}

/** An OPEN with both families and four-octet AS numbers. */
export const openOf = ({ as, routerId, holdTime }: PeerIdentity, more: readonly Capability[] = []): Uint8Array =>
  encodeOpen({
    version: 4,
    as: as > 0xffff ? 23_456 : as,
    holdTime,
    routerId: ip(routerId),
    capabilities: [
      { type: 'multiprotocol', afi: 1, safi: 1 },
      { type: 'multiprotocol', afi: 2, safi: 1 },
      { type: 'fourOctetAs', as },
      ...more,
    ],
  });

export interface Conversation {
  readonly socket: net.Socket;
  /** The first ones. */
  readonly heard: readonly Message[];
  /** The last octets that came, all of the last message. */
  last(): Uint8Array;
  send(...bytes: readonly Uint8Array[]): void;
  /** Waits for a message of that type, the first or a later one. */
  hears<T extends Message['type']>(type: T, nth?: number): Promise<Extract<Message, { type: T }>>;
  /** Waits for the NOTIFICATION, and the FIN behind it: what came of it in the end. */
  isTold(): Promise<Notification>;
  /** The other side has ended its half, in order. */
  hasEnded(): boolean;
  /** The kernel has nothing of the connection any more; why, where that was an error. */
  isGone(): boolean;
  error(): string;
  /** What it was told and is not withdrawn, over the whole connection, with the MED. */
  readonly table: ReadonlyMap<string, number | undefined>;
  /** End-of-RIB markers so far. */
  ends(): number;
  /** KEEPALIVEs from now on, until the connection is gone. */
  keepAlive(every: number): void;
}

/** Messages that are kept: a test that has a peer told of very many routes looks at its table. */
const MOST_HEARD = 200;
const CONTEXT = { asOctets: 4, longestMessage: 65_535, addPathReceived: new Set<never>(), isExternal: true } as const;

/** Reads from the start, unless `isDeaf`: `socket.resume()` is then up to the test. */
export function converse(socket: net.Socket, isDeaf = false): Conversation {
  const heard: Message[] = [];
  const table = new Map<string, number | undefined>();
  let last = new Uint8Array();
  let ends = 0;
  let hasEnded = false;
  let isGone = false;
  let error = '';
  const framer = createFramer(() => 65_535);
  const take = (nlri: Nlri, med: number | undefined): void => {
    for (const { prefix } of entriesOf(nlri)) table.set(prefix, med);
  };
  const drop = (nlri: Nlri): void => {
    for (const { prefix } of entriesOf(nlri)) table.delete(prefix);
  };
  const onData = (chunk: Uint8Array): void => {
    for (const frame of framer.push(chunk)) {
      if ('fault' in frame) throw new Error(`heard what is no message: ${frame.why}`);
      const decoded = decodeMessage(frame.bytes, CONTEXT);
      if ('fault' in decoded) throw new Error(`heard what cannot be read: ${decoded.why}`);
      const { message } = decoded;
      last = Uint8Array.from(frame.bytes);
      if (heard.length < MOST_HEARD || message.type === 'notification') heard.push(message);
      if (message.type !== 'update') continue;
      if (endOfRib(message.update) !== undefined) ends++;
      const { withdrawn, attributes, nlri } = message.update;
      const med = attributes.find((each) => each.type === 'med')?.med;
      drop(withdrawn);
      take(nlri, med);
      for (const attribute of attributes) {
        if (attribute.type === 'mpReach') take(attribute.nlri, med);
        if (attribute.type === 'mpUnreach') drop(attribute.nlri);
      }
    }
  };
  socket.on('data', onData);
  if (isDeaf) socket.pause();
  socket.on('end', () => {
    hasEnded = true;
  });
  socket.on('error', (problem) => {
    error = (problem as NodeJS.ErrnoException).code ?? problem.message;
  });
  socket.on('close', () => {
    isGone = true;
  });
  const conversation: Conversation = {
    socket,
    heard,
    table,
    last: () => last,
    send: (...bytes) => void socket.write(Buffer.concat(bytes)),
    async hears(type, nth = 1) {
      const what = (): string =>
        `${type} ${nth}, not ${heard.map((each) => each.type).join(' ')}${hasEnded ? ' FIN' : ''} ${error}`;
      const found = await until(what, () => heard.filter((each) => each.type === type)[nth - 1]);
      return found as Extract<Message, { type: typeof type }>;
    },
    async isTold() {
      const { notification } = await conversation.hears('notification');
      await until(`FIN, not ${error}`, () => hasEnded);
      if (error !== '') throw new Error(`reset: ${error}`);
      return notification;
    },
    hasEnded: () => hasEnded,
    isGone: () => isGone,
    error: () => error,
    ends: () => ends,
    keepAlive(every) {
      const timer = setInterval(() => socket.writable && socket.write(encodeKeepalive()), every);
      socket.once('close', () => clearInterval(timer));
    },
  };
  return conversation;
}

/** A connection from that address. It ends its half only when the test does. */
export async function connectTo(
  to: { readonly address: string; readonly port: number },
  from: string,
  isDeaf = false,
): Promise<Conversation> {
  const socket = net.connect({ host: to.address, port: to.port, localAddress: from, allowHalfOpen: true });
  const conversation = converse(socket, isDeaf);
  await until(
    () => `connection to ${to.address}: ${conversation.error()}`,
    () => !socket.connecting,
  );
  return conversation;
}

/** Both sides know each other: a session is up, and KEEPALIVEs go on. */
export async function establish(conversation: Conversation, identity: PeerIdentity): Promise<Conversation> {
  conversation.send(openOf(identity), encodeKeepalive());
  await conversation.hears('keepalive');
  if (identity.holdTime > 0) conversation.keepAlive((identity.holdTime * 1_000) / 3);
  return conversation;
}

export interface Waiting {
  /** Those that came, the oldest first. */
  readonly came: readonly Conversation[];
  close(): void;
}

/** Takes connections. */
export async function awaitConnections(
  address: string,
  port: number,
  met: (conversation: Conversation) => void = () => {},
): Promise<Waiting> {
  const came: Conversation[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const conversation = converse(socket);
    came.push(conversation);
    met(conversation);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, resolve);
  });
  return {
    came,
    close() {
      server.close();
      for (const { socket } of came) socket.destroy();
    },
  };
}
