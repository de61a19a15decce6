/**
 * SHELL: a BGP-4 speaker that announces, RFC 4271.
 *
 * What it does: holds sessions with its peers, and tells each of them the routes that it is given. IPv4 and IPv6 unicast.
 * What it does not: route. It selects no best path, keeps nothing of what peers announce (it is counted), hands nothing on
 * from one peer to another, and touches no kernel route. It is the end of a network, never a hop in it.
 */
import type net from 'node:net';
import type { Prefix } from '../model/address.ts';
import { type PeerSettings, peerName, type SpeakerSettings } from '../model/peer.ts';
import type { Route } from '../model/route.ts';
import type { PeerStanding, Telling } from '../model/telling.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { isForOf } from './audience.ts';
import { addressOf } from './connection.ts';
import { type Listening, openListening, type PreparedListening } from './listening.ts';
import { createPeerSession, type PeerSession, type PeerStatus } from './peer-session.ts';
import { peerStanding } from './peer-standing.ts';
import { createRarely, type Rarely } from './rarely.ts';
import { createRib } from './rib.ts';
import { createTurns } from './turns.ts';
import { createUpdateGroups, type Said } from './update-group.ts';
import { CEASE } from './wire/codes.ts';

export interface Speaker {
  /** Throws `SpeakerError` when a listener cannot be had as it was asked for. */
  start(): void;
  /**
   * Makes ready for other settings. Throws `SpeakerError`, and then nothing has changed. Peers that stay as they are notice
   * nothing; which of the others keep their session: `peer-change`. Those that are not there any more hear Cease/Peer
   * De-configured (RFC 4486 §3).
   */
  prepare(settings: SpeakerSettings): PreparedSpeaker;
  /** All routes of that prefix; none to withdraw it. Peers hear of it at the next `flush`. */
  set(prefix: Prefix, routes: readonly Route[]): void;
  flush(): void;
  /** All that was to come first is there: a peer that kept our routes over a restart may forget the others (RFC 4724). */
  complete(): void;
  routes(): number;
  status(): readonly PeerStatus[];
  /** The same, as people see it. */
  peers(): readonly PeerStanding[];
  /** Announces and withdraws, ever, each to each peer. */
  said(): Said;
  /** What each peer was told of it. */
  tellings(prefix: Prefix): readonly Telling[];
  /** Tells every peer goodbye, which withdraws everything. Resolves when that is on its way, or `signal` says it is time. */
  close(signal: AbortSignal): Promise<void>;
}

/** One of both is called, once. */
export type PreparedSpeaker = PreparedListening;

export interface SpeakerOptions {
  readonly settings: SpeakerSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** Hears that a session came up or went. */
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
  const turns = createTurns(clock);
  const groups = createUpdateGroups();
  let isComplete = false;
  const shared = { rib, isComplete: () => isComplete, groups, turns, clock, log, random, changed };
  const openPeer = (peer: PeerSettings, { routerId }: SpeakerSettings): PeerSession =>
    createPeerSession({ ...shared, settings: peer, routerId });
  let peers = settings.peers.map((peer) => openPeer(peer, settings));
  let audience = settings.peers.map(isForOf);
  /** Of peers that are no more: their last words are on the way. */
  const leaving = new Set<Promise<void>>();
  let saidToOthers: Said = { announced: 0, withdrawn: 0 };
  const unheard = createRarely();
  let listening: Listening | undefined;
  const strangers = new Map<string, Rarely>();
  let isClosed = false;

  function accept(socket: net.Socket): void {
    socket.on('error', () => {});
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const remote = addressOf(socket.remoteAddress);
    const local = addressOf(socket.localAddress);
    const zone = zoneOf(socket.remoteAddress);
    const mine = peers.filter(
      ({ settings: { address, device } }) => address === remote && (zone === '' || zone === device),
    );
    const peer =
      mine.find(({ settings: { localAddress } }) => localAddress === local) ??
      mine.find(({ settings: { localAddress } }) => localAddress === undefined);
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

  /** In the order of the settings. */
  function change(next: SpeakerSettings): void {
    const known = new Map(peers.map((peer) => [peerName(peer.settings), peer]));
    const started: PeerSession[] = [];
    const wanted = next.peers.map((of) => {
      const peer = known.get(peerName(of)) ?? openPeer(of, next);
      if (!known.delete(peerName(of))) started.push(peer);
      return peer;
    });
    // Whoever goes, goes first: another peer may come from the same address.
    for (const peer of known.values()) leave(peer);
    peers = wanted;
    audience = next.peers.map(isForOf);
    for (const [index, of] of next.peers.entries()) wanted[index]?.change(of, next.routerId);
    for (const peer of started) peer.start();
  }

  function leave(peer: PeerSession): void {
    log.info({ peer: peerName(peer.settings) }, 'peer is no more');
    const gone = peer.stop(CEASE.peerDeconfigured, '');
    saidToOthers = sumOf(saidToOthers, peer.said());
    leaving.add(gone);
    void gone.then(() => leaving.delete(gone));
  }

  return {
    prepare(next) {
      const prepared = listening?.prepare(next);
      return {
        commit() {
          prepared?.commit();
          change(next);
        },
        abandon: () => prepared?.abandon(),
      };
    },
    start() {
      listening = openListening(settings, {
        accepted: accept,
        failed: (place, detail) => log.error({ place, detail }, 'listener failed'),
      });
      for (const peer of peers) peer.start();
    },
    set(prefix, routes) {
      rib.set(prefix, routes, clock.now());
      if (routes.length === 0 || audience.some((isFor) => isFor(prefix, routes))) return;
      const count = unheard.count();
      if (count !== undefined) log.warn({ prefix, count }, 'for no peer: see their families, only, and docs/bgp.md');
    },
    flush() {
      for (const peer of peers) peer.flush();
    },
    complete() {
      isComplete = true;
      for (const peer of peers) peer.flush();
    },
    routes: () => (isClosed ? 0 : rib.size),
    status: () => peers.map((peer) => peer.status()),
    peers: () => peers.map((peer) => peerStanding(peer.status())),
    said: () => peers.map((peer) => peer.said()).reduce(sumOf, saidToOthers),
    tellings(prefix) {
      const entry = rib.find(prefix);
      return peers.map((peer) => peer.telling(prefix, entry));
    },
    async close(signal) {
      listening?.close();
      isClosed = true;
      const stopped = peers.map((peer) => peer.stop(CEASE.administrativeShutdown, GOODBYE));
      const gone = Promise.all([...stopped, ...leaving]);
      const late = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      if (!signal.aborted) await Promise.race([gone, late]);
    },
  };
}

const sumOf = (one: Said, other: Said): Said => ({
  announced: one.announced + other.announced,
  withdrawn: one.withdrawn + other.withdrawn,
});

/** Addresses that are counted, and told of, one by one. */
const MOST_STRANGERS = 20;

/** Of a link-local address: the device that it came by. */
const zoneOf = (address: string): string => /%(.*)$/.exec(address)?.[1] ?? '';
