/**
 * SHELL: where the connections of peers are taken, and whether this host can give the protection that is asked for: what it
 * cannot give is an error at the start, never a session without it.
 */
import net from 'node:net';
import { familyOf, type IpAddress } from '../model/address.ts';
import { comesTo, type Endpoint, type PeerSettings, peerName, type SpeakerSettings } from '../model/peer.ts';
import { closeDescriptor, NativeError } from '../runtime/native.ts';
import { descriptorOf } from '../runtime/readable.ts';
import { clearKey, openTcp, openTcpListener, setKey, setTtl } from '../runtime/tcp-socket.ts';
import { SpeakerError } from './speaker-error.ts';
import { FARTHEST, ttlOf } from './ttl.ts';

export interface Listening {
  /**
   * Makes ready for other endpoints and peers. Throws `SpeakerError`; then nothing has changed. An endpoint that stays is not
   * closed.
   */
  prepare(settings: SpeakerSettings): PreparedListening;
  close(): void;
}

/** One of both is called, once. */
export interface PreparedListening {
  commit(): void;
  abandon(): void;
}

export interface ListeningEvents {
  /** Nothing of it was read. */
  accepted(socket: net.Socket): void;
  failed(place: string, detail: string): void;
}

interface Place {
  readonly endpoint: Endpoint;
  readonly server: net.Server;
}
type Places = Map<string, Place>;

/** Throws `SpeakerError`; then nothing listens. */
export function openListening(first: SpeakerSettings, { accepted, failed }: ListeningEvents): Listening {
  let settings = first;
  let places: Places = new Map();

  function open(of: SpeakerSettings, endpoint: Endpoint): Place {
    // Nothing of a stranger's is read.
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, accepted);
    server.on('error', (error) => failed(endpointName(endpoint), error.message));
    server.listen({ fd: openListener(of, endpoint) });
    return { endpoint, server };
  }

  /** All of them or none. */
  function openAll(of: SpeakerSettings, endpoints: readonly Endpoint[]): Places {
    const opened: Places = new Map();
    try {
      for (const endpoint of endpoints) opened.set(endpointName(endpoint), open(of, endpoint));
    } catch (error) {
      closeAll(opened);
      throw error;
    }
    return opened;
  }

  function closeAll(of: Places): void {
    for (const { server } of of.values()) server.close();
  }

  function reopen(closed: readonly Endpoint[]): void {
    try {
      for (const [name, place] of openAll(settings, closed)) places.set(name, place);
    } catch (error) {
      for (const endpoint of closed) failed(endpointName(endpoint), (error as Error).message);
    }
  }

  function prepare(next: SpeakerSettings): PreparedListening {
    for (const peer of next.peers) probe(peer);
    const wanted = new Map(next.listen.map((endpoint) => [endpointName(endpoint), endpoint]));
    for (const [place, endpoint] of wanted) refuseMixed(place, comingTo(next, endpoint));
    const added = [...wanted].filter(([name]) => !places.has(name)).map(([, endpoint]) => endpoint);
    const gone = [...places.values()].map(({ endpoint }) => endpoint).filter((each) => !wanted.has(endpointName(each)));
    // Of two at one port the kernel takes one, until the other is closed.
    const inTheWay = gone.filter((each) => added.some((other) => other.port === each.port));
    for (const endpoint of inTheWay) drop(places, endpoint);
    let opened: Places;
    try {
      opened = openAll(next, added);
    } catch (error) {
      reopen(inTheWay);
      throw error;
    }
    return {
      commit() {
        for (const endpoint of gone) drop(places, endpoint);
        for (const { endpoint, server } of [...places.values()]) protect(server, endpoint, settings, next);
        for (const [name, place] of opened) places.set(name, place);
        settings = next;
      },
      abandon() {
        closeAll(opened);
        reopen(inTheWay);
      },
    };
  }

  /** What the kernel is to ask of connections to a place that stays. */
  function protect(server: net.Server, endpoint: Endpoint, before: SpeakerSettings, after: SpeakerSettings): void {
    const fd = descriptorOf(server);
    try {
      if (fd === undefined) throw new Error('its descriptor is not to be had');
      const [had, has] = [comingTo(before, endpoint), comingTo(after, endpoint)];
      for (const { address, password } of had) {
        if (password !== undefined && !has.some((peer) => peer.address === address && peer.password !== undefined)) {
          clearKey(fd, address);
        }
      }
      for (const { address, password } of has) {
        const old = had.find((peer) => peer.address === address)?.password?.reveal();
        if (password !== undefined && password.reveal() !== old) setKey(fd, { address, password });
      }
      const [leastTtl, least] = [had, has].map(([first]) => first && ttlOf(first).leastTtl);
      if (leastTtl !== least) setTtl(fd, familyOf(endpoint.address), ttlOfListener(least) ?? NO_LEAST_TTL);
    } catch (error) {
      // Nobody is let in without the protection that was asked for.
      drop(places, endpoint);
      failed(endpointName(endpoint), (error as Error).message);
    }
  }

  for (const peer of first.peers) probe(peer);
  places = openAll(first, first.listen);
  return { prepare, close: () => closeAll(places) };
}

function drop(places: Places, endpoint: Endpoint): void {
  places.get(endpointName(endpoint))?.server.close();
  places.delete(endpointName(endpoint));
}

const comingTo = ({ peers }: SpeakerSettings, endpoint: Endpoint): readonly PeerSettings[] =>
  peers.filter((peer) => comesTo(peer, endpoint));

/** From the first segment: what comes with the handshake would else be read. */
const ttlOfListener = (leastTtl: number | undefined) =>
  leastTtl === undefined ? undefined : { ttl: FARTHEST, leastTtl };
/** ip(7), ipv6(7): the host's default, and any. */
const NO_LEAST_TTL = { ttl: -1, leastTtl: 0 };

/** Throws the `SpeakerError` that a start would end with, but for ports that are in use: likely by the one that runs. */
export function tryListening(settings: SpeakerSettings): void {
  for (const peer of settings.peers) probe(peer);
  for (const endpoint of settings.listen) {
    try {
      closeDescriptor(openListener(settings, endpoint));
    } catch (error) {
      if (
        !((error as Error).cause instanceof NativeError) ||
        (error as { cause: NativeError }).cause.code !== 'EADDRINUSE'
      ) {
        throw error;
      }
    }
  }
}

function openListener(settings: SpeakerSettings, endpoint: Endpoint): number {
  const place = endpointName(endpoint);
  const mine = comingTo(settings, endpoint);
  refuseMixed(place, mine);
  const leastTtl = mine.map((peer) => ttlOf(peer).leastTtl)[0];
  try {
    return openTcpListener({
      family: familyOf(endpoint.address),
      local: endpoint,
      device: endpoint.device,
      keys: mine.flatMap(({ address, password }) => (password === undefined ? [] : [{ address, password }])),
      ...ttlOfListener(leastTtl),
    });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new SpeakerError(`${place}: ${error.message}${HINTS[error.code] ?? ''}`, error);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: ' (a port below 1024 needs CAP_NET_BIND_SERVICE)',
  EADDRNOTAVAIL: ' (it is no address of this host)',
  EADDRINUSE: ' (another BGP daemon, or another ha2bgp, listens there)',
};

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
  const apart = 'give each a local-address of its own, and a bgp-listen there';
  const [first, ...others] = peers;
  const other = others.find((peer) => first !== undefined && ttlOf(peer).leastTtl !== ttlOf(first).leastTtl);
  if (first !== undefined && other !== undefined) {
    const both = `${peerName(first)} and ${peerName(other)}`;
    throw new SpeakerError(`${place}: ${both} may connect to it, and differ in ttl-security: ${apart}`);
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

const endpointName = ({ address, device, port }: Endpoint): string =>
  `bgp-listen ${peerName({ address, device, port })}`;
