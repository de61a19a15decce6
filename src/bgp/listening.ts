/**
 * SHELL: where the connections of peers are taken, and whether this host can give the protection that is asked for: what it
 * cannot give is an error at the start, never a session without it.
 */
import net from 'node:net';
import { familyOf, type IpAddress } from '../model/address.ts';
import { comesTo, type Endpoint, type PeerSettings, peerName, type SpeakerSettings } from '../model/peer.ts';
import { closeDescriptor, NativeError } from '../runtime/native.ts';
import { openTcp, openTcpListener } from '../runtime/tcp-socket.ts';
import { SpeakerError } from './speaker-error.ts';
import { FARTHEST, ttlOf } from './ttl.ts';

export interface Listening {
  close(): void;
}

export interface ListeningEvents {
  /** Nothing of it was read. */
  accepted(socket: net.Socket): void;
  failed(place: string, detail: string): void;
}

/** Throws `SpeakerError`; then nothing listens. */
export function openListening(settings: SpeakerSettings, { accepted, failed }: ListeningEvents): Listening {
  const servers: net.Server[] = [];
  const close = (): void => {
    for (const server of servers) server.close();
  };
  try {
    for (const peer of settings.peers) probe(peer);
    for (const endpoint of settings.listen) {
      // Nothing of a stranger's is read.
      const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, accepted);
      server.on('error', (error) => failed(endpointName(endpoint), error.message));
      server.listen({ fd: openListener(settings, endpoint) });
      servers.push(server);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

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

function openListener({ peers }: SpeakerSettings, endpoint: Endpoint): number {
  const place = endpointName(endpoint);
  const mine = peers.filter((peer) => comesTo(peer, endpoint));
  refuseMixed(place, mine);
  const leastTtl = mine.map((peer) => ttlOf(peer).leastTtl)[0];
  try {
    return openTcpListener({
      family: familyOf(endpoint.address),
      local: endpoint,
      device: endpoint.device,
      keys: mine.flatMap(({ address, password }) => (password === undefined ? [] : [{ address, password }])),
      // From the first segment: what comes with the handshake would else be read.
      ...(leastTtl !== undefined && { ttl: FARTHEST, leastTtl }),
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
