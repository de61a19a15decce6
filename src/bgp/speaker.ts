/**
 * SHELL: a BGP-4 speaker that announces, RFC 4271.
 *
 * What it does: holds sessions with its peers, and tells each of them the routes that it is given. IPv4 and IPv6 unicast.
 * What it does not: route. It selects no best path, keeps nothing of what peers announce (it is counted), hands nothing on
 * from one peer to another, and touches no kernel route. It is the end of a network, never a hop in it.
 */
import net from 'node:net';
import { familyOf, type IpAddress, type Prefix } from '../model/address.ts';
import { type Endpoint, type PeerSettings, peerName, type SpeakerSettings } from '../model/peer.ts';
import type { Route } from '../model/route.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { closeDescriptor, NativeError } from '../runtime/native.ts';
import { openTcp, openTcpListener } from '../runtime/tcp-socket.ts';
import { addressOf } from './connection.ts';
import { createPeerSession, type PeerStatus } from './peer-session.ts';
import { createRarely, type Rarely } from './rarely.ts';
import { createRib } from './rib.ts';
import { SpeakerError } from './speaker-error.ts';
import { FARTHEST, ttlOf } from './ttl.ts';
import { CEASE } from './wire/codes.ts';

export interface Speaker {
  /** Throws `SpeakerError` when a listener cannot be had as it was asked for. */
  start(): void;
  /** All routes of that prefix; none to withdraw it. Peers hear of it at the next `flush`. */
  set(prefix: Prefix, routes: readonly Route[]): void;
  flush(): void;
  /** All that was to come first is there: a peer that kept our routes over a restart may forget the others (RFC 4724). */
  complete(): void;
  routes(): number;
  status(): readonly PeerStatus[];
  /** Tells every peer goodbye, which withdraws everything. Resolves when that is on its way, or `signal` says it is time. */
  close(signal: AbortSignal): Promise<void>;
}

export interface SpeakerOptions {
  readonly settings: SpeakerSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** A session came or went. */
  readonly changed?: () => void;
}

/** RFC 9003. */
const GOODBYE = 'ha2bgp stops';

export function createSpeaker({
  settings,
  clock,
  log,
  random = Math.random,
  changed = () => {},
}: SpeakerOptions): Speaker {
  const rib = createRib();
  let isComplete = false;
  const { routerId } = settings;
  const peers = settings.peers.map((peer) =>
    createPeerSession({ settings: peer, routerId, rib, isComplete: () => isComplete, clock, log, random, changed }),
  );
  const servers: net.Server[] = [];
  const strangers = new Map<string, Rarely>();
  let isFlushing = false;

  function listen(endpoint: Endpoint): void {
    const place = endpointName(endpoint);
    const mine = peers.filter((peer) => comesTo(peer.settings, endpoint));
    refuseMixed(
      place,
      mine.map(({ settings: peer }) => peer),
    );
    const leastTtl = mine.map(({ settings: peer }) => ttlOf(peer).leastTtl)[0];
    try {
      const fd = openTcpListener({
        family: familyOf(endpoint.address),
        local: endpoint,
        device: endpoint.device,
        keys: mine.flatMap(({ settings: { address, password } }) =>
          password === undefined ? [] : [{ address, password }],
        ),
        // From the first segment: what comes with the handshake would else be read.
        ...(leastTtl !== undefined && { ttl: FARTHEST, leastTtl }),
      });
      // Nothing of a stranger's is read.
      const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => accept(socket));
      server.on('error', (error) => log.error({ place, detail: error.message }, 'listener failed'));
      server.listen({ fd });
      servers.push(server);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      throw new SpeakerError(`${place}: ${error.message}`);
    }
  }

  function accept(socket: net.Socket): void {
    socket.on('error', () => {});
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const remote = addressOf(socket.remoteAddress);
    const local = addressOf(socket.localAddress);
    const zone = zoneOf(socket.remoteAddress);
    const peer = peers.find(
      ({ settings: { address, localAddress, device } }) =>
        address === remote &&
        (zone === '' || zone === device) &&
        (localAddress === undefined || localAddress === local),
    );
    if (peer !== undefined) {
      peer.accept(socket);
      return;
    }
    socket.destroy();
    reportStranger(socket.remoteAddress, local);
  }

  /** A host may have any number of addresses: beyond some of them they are one. */
  function reportStranger(remote: string, local: string): void {
    const from = strangers.has(remote) || strangers.size < MOST_STRANGERS ? remote : 'others';
    const rarely = strangers.get(from) ?? createRarely();
    strangers.set(from, rarely);
    const count = rarely.count();
    if (count !== undefined) log.warn({ from, to: local, count }, 'no peer of ours, closed unread');
  }

  return {
    start() {
      try {
        for (const peer of settings.peers) probe(peer);
        for (const endpoint of settings.listen) listen(endpoint);
      } catch (error) {
        for (const server of servers) server.close();
        throw error;
      }
      for (const peer of peers) peer.start();
    },
    set: rib.set,
    flush() {
      if (isFlushing) return;
      isFlushing = true;
      for (const peer of peers) peer.flush();
      isFlushing = false;
    },
    complete() {
      isComplete = true;
      for (const peer of peers) peer.flush();
    },
    routes: () => rib.size,
    status: () => peers.map((peer) => peer.status()),
    async close(signal) {
      for (const server of servers) server.close();
      const gone = Promise.all(peers.map((peer) => peer.stop(CEASE.administrativeShutdown, GOODBYE)));
      const late = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      if (!signal.aborted) await Promise.race([gone, late]);
    },
  };
}

/** Addresses that are counted, and told of, one by one. */
const MOST_STRANGERS = 20;

/** Of a link-local address: the device that it came by. */
const zoneOf = (address: string): string => /%(.*)$/.exec(address)?.[1] ?? '';

/** Throws `SpeakerError` where this kernel has no such protection at all: a peer that connects to us never meets it. */
function probe(peer: PeerSettings): void {
  const family = familyOf(peer.address);
  const keys = peer.password === undefined ? [] : [{ address: SOME_ADDRESS[family], password: peer.password }];
  try {
    closeDescriptor(openTcp({ family, keys, ...ttlOf(peer) }));
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new SpeakerError(`peer ${peerName(peer)}: this host cannot give what is asked for: ${error.message}`);
  }
}
/** RFC 5737, RFC 3849. */
const SOME_ADDRESS = { ipv4: '192.0.2.1' as IpAddress, ipv6: '2001:db8::1' as IpAddress } as const;

/**
 * Throws `SpeakerError` where the kernel could not tell these peers apart before it takes a connection: it knows one least
 * TTL for all of a socket, and one key for an address.
 */
function refuseMixed(place: string, peers: readonly PeerSettings[]): void {
  const apart = 'give them a bgp-listen of their own, and a local-address each';
  if (new Set(peers.map((peer) => ttlOf(peer).leastTtl)).size > 1) {
    throw new SpeakerError(`${place}: the peers that may connect to it differ in ttl-security: ${apart}`);
  }
  const passwords = new Map<string, string | undefined>();
  for (const { address, password } of peers) {
    const text = password?.reveal();
    if (passwords.has(address) && passwords.get(address) !== text) {
      throw new SpeakerError(`${place}: the peers at ${address} differ in their password: ${apart}`);
    }
    passwords.set(address, text);
  }
}

/** Whether that peer's connections arrive there. */
const comesTo = ({ address, localAddress }: PeerSettings, endpoint: Endpoint): boolean =>
  familyOf(address) === familyOf(endpoint.address) &&
  (localAddress === undefined || isUnspecified(endpoint.address) || localAddress === endpoint.address);

const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

const endpointName = ({ address, device, port }: Endpoint): string =>
  `bgp-listen ${peerName({ address, device, port })}`;
