/**
 * SHELL: one peer. Carries out what its state machine (`fsm`) asks for, and tells the machine what happens; while a session
 * is up, tells the peer what its Adj-RIB-Out (`adj-rib-out`) has for it, as fast as the peer reads.
 */
import net from 'node:net';
import { type Family, familyOf, type IpAddress } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { descriptorOf } from '../runtime/readable.ts';
import { openTcp, setTtl } from '../runtime/tcp-socket.ts';
import { type AdjRibOut, createAdjRibOut } from './adj-rib-out.ts';
import { type Connection, openConnection } from './connection.ts';
import { createPeer, type FsmAction, type FsmEvent, handle, type PeerState, type Way, type Why } from './fsm.ts';
import { localEndOf } from './local-end.ts';
import type { Negotiated } from './negotiate.ts';
import type { Held } from './path-attributes.ts';
import { createReceived, type Received } from './received.ts';
import type { Rib } from './rib.ts';
import { ttlOf } from './ttl.ts';
import { AFI, SAFI } from './wire/codes.ts';
import { encodeKeepalive } from './wire/keepalive.ts';
import type { Message } from './wire/message.ts';
import { describeNotification, type Notification } from './wire/notification.ts';
import { encodeOpen } from './wire/open.ts';

export interface PeerStatus {
  readonly name: string;
  readonly as: number;
  readonly state: 'idle' | 'connecting' | 'established';
  /** Of the clock: since when it is so. */
  readonly since: Millis;
  /** Why there is no session, or was none before. */
  readonly last: string;
  readonly negotiated: Negotiated | undefined;
  readonly told: number;
  /** Whether everything was written that there is. */
  readonly isLevel: boolean;
  readonly held: Readonly<Partial<Record<Family, Held>>>;
  readonly received: Readonly<Record<Family, number>>;
}

export interface PeerSession {
  readonly settings: PeerSettings;
  start(): void;
  /** Administratively: Cease with that subcode. Resolves when every connection is gone. */
  stop(subcode: number, communication: string): Promise<void>;
  /** A connection that the peer opened; it is taken, or closed. */
  accept(socket: net.Socket): void;
  /** There may be something to tell. */
  flush(): void;
  status(): PeerStatus;
}

export interface PeerSessionOptions {
  readonly settings: PeerSettings;
  readonly routerId: IpAddress;
  readonly rib: Rib;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly changed: () => void;
}

/** Milliseconds; the rest is told after whoever waits for this iteration of the event loop. */
const LONGEST_TURN = 5;
/** RFC 4271 §10: a timer with jitter runs for at least so much of its time. */
const LEAST_JITTER = 0.75;
/** Connections of one peer that are looked at within `INCOMING_WITHIN`: the others are closed unread. */
const MOST_INCOMING = 5;
const INCOMING_WITHIN = 1_000;

export function createPeerSession(options: PeerSessionOptions): PeerSession {
  const { settings, routerId, rib, clock, log, random, changed } = options;
  const name = peerName(settings);
  const timerOf = (timer: string): string => `bgp ${name} ${timer}`;
  let machine: PeerState = createPeer(settings, { routerId });
  let attempt: net.Socket | undefined;
  const connections: Partial<Record<Way, Connection>> = {};
  /** A second one that the peer opened, until the machine says which of them stays. */
  let arriving: Connection | undefined;
  const closing = new Set<Promise<void>>();
  let session: { readonly connection: Connection; readonly out: AdjRibOut; readonly received: Received } | undefined;
  let negotiated: Negotiated | undefined;
  let since = clock.now();
  let last = '';
  let isResting = false;
  let incoming = { from: clock.now(), count: 0 };

  const queue: FsmEvent[] = [];
  let isHandling = false;
  /** What happens while an action is carried out is told when all of them are. */
  function hear(event: FsmEvent): void {
    queue.push(event);
    if (isHandling) return;
    isHandling = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [state, actions] = handle(machine, next);
      machine = state;
      for (const action of actions) execute(action);
    }
    isHandling = false;
  }

  function execute(action: FsmAction): void {
    switch (action.type) {
      case 'connect':
        connect();
        return;
      case 'abandonConnect':
        attempt?.destroy();
        attempt = undefined;
        return;
      case 'sendOpen':
        connections[action.way]?.send(encodeOpen(action.open));
        return;
      case 'sendKeepalive':
        connections[action.way]?.send(encodeKeepalive());
        return;
      case 'close':
        close(action.way, action.notification);
        return;
      case 'refuse':
        refuse(action.notification);
        return;
      case 'setTimer':
        arm(
          action.timer,
          ms(action.jitter ? action.after * (LEAST_JITTER + (1 - LEAST_JITTER) * random()) : action.after),
        );
        return;
      case 'clearTimer':
        clock.clearTimer(timerOf(action.timer));
        return;
      case 'sessionUp':
        sessionUp(action.way, action.negotiated);
        return;
      case 'sessionDown':
        sessionDown(action.why);
        return;
      case 'attemptFailed':
        attemptFailed(action.why, action.again);
        return;
      default:
        action satisfies never;
    }
  }

  function arm(timer: Extract<FsmAction, { type: 'setTimer' }>['timer'], after: Millis): void {
    const armedAt = clock.now();
    clock.setTimer(timerOf(timer), ms(armedAt + after), () => {
      if (timer === 'hold outgoing' || timer === 'hold incoming') expire(timer, armedAt, after);
      else hear({ type: 'timerExpired', timer });
    });
  }

  /**
   * What the peer has sent may wait in the kernel: timers run before sockets are read. And in time that this process lost
   * (SIGSTOP, a paused machine) it heard nobody: then the peer has a third of the time once more.
   */
  function expire(timer: `hold ${Way}`, armedAt: Millis, after: Millis): void {
    if (clock.noticeStall() >= armedAt) {
      arm(timer, ms(after / 3));
      return;
    }
    let isHeard = false;
    heardOf = () => {
      isHeard = true;
    };
    setImmediate(() => {
      if (!isHeard) hear({ type: 'timerExpired', timer });
    });
  }
  let heardOf = (): void => {};

  function connect(): void {
    let socket: net.Socket;
    try {
      const { localAddress, device, password, address } = settings;
      const fd = openTcp({
        family: familyOf(address),
        device,
        ...(localAddress && { local: { address: localAddress } }),
        ...(password && { keys: [{ address, password }] }),
        ...ttlOf(settings),
      });
      socket = new net.Socket({ fd, readable: true, writable: true, allowHalfOpen: true } as net.SocketConstructorOpts);
    } catch (error) {
      setImmediate(() => hear({ type: 'connectFailed', detail: (error as Error).message }));
      return;
    }
    attempt = socket;
    const failed = (error: Error): void => {
      if (attempt !== socket) return;
      attempt = undefined;
      hear({ type: 'connectFailed', detail: error.message });
    };
    socket.once('error', failed);
    socket.on('error', () => {});
    socket.connect({ host: hostOf(settings), port: settings.port }, () => {
      if (attempt !== socket) {
        socket.destroy();
        return;
      }
      attempt = undefined;
      socket.off('error', failed);
      take('outgoing', socket);
    });
  }

  function take(way: Way, socket: net.Socket): void {
    const isCurrent = (): boolean => connections[way] === connection;
    const connection = openConnection(socket, `${name} ${way}`, clock, {
      message(message) {
        if (isCurrent()) heard(way, message);
      },
      fault(notification) {
        if (isCurrent()) hear({ type: 'faultReceived', way, notification });
      },
      closed(detail) {
        if (!isCurrent()) return;
        delete connections[way];
        hear({ type: 'closed', way, detail });
      },
      drained: flush,
      sendHoldExpired: () => hear({ type: 'sendHoldExpired', way }),
    });
    if (connections[way] === undefined) connections[way] = connection;
    else arriving = connection;
    hear({ type: 'connected', way });
  }

  function heard(way: Way, message: Message): void {
    heardOf();
    switch (message.type) {
      case 'open':
        hear({ type: 'openReceived', way, open: message.open });
        return;
      case 'notification':
        hear({ type: 'notificationReceived', way, notification: message.notification });
        return;
      case 'update':
      case 'keepalive':
      case 'routeRefresh': {
        hear({ type: 'messageReceived', way, message: message.type });
        if (session === undefined || session.connection !== connections[way]) return;
        if (message.type === 'update') session.received.update(message.update);
        if (message.type === 'routeRefresh') refresh(message.routeRefresh);
        return;
      }
      default:
        message satisfies never;
    }
  }

  /** RFC 2918 §4: of a family that was not negotiated it is ignored. */
  function refresh({ afi, safi }: { readonly afi: number; readonly safi: number }): void {
    const family = afi === AFI.ipv4 ? 'ipv4' : afi === AFI.ipv6 ? 'ipv6' : undefined;
    if (family === undefined || safi !== SAFI.unicast || negotiated?.families.has(family) !== true) {
      log.warn({ peer: name, afi, safi }, 'route refresh for a family that was not negotiated, ignored');
      return;
    }
    log.info({ peer: name, family }, 'route refresh');
    session?.out.again();
    flush();
  }

  function close(way: Way, notification: Notification | undefined): void {
    const connection = connections[way];
    delete connections[way];
    if (connection !== undefined) end(connection, notification);
    if (way !== 'incoming' || arriving === undefined) return;
    connections.incoming = arriving;
    arriving = undefined;
  }

  function end(connection: Connection, notification: Notification | undefined): void {
    const gone = connection.close(notification);
    closing.add(gone);
    void gone.then(() => closing.delete(gone));
  }

  /** The connection that came last, and no other. */
  function refuse(notification: Notification): void {
    if (arriving === undefined) close('incoming', notification);
    else end(arriving, notification);
    arriving = undefined;
  }

  function sessionUp(way: Way, agreed: Negotiated): void {
    const connection = connections[way];
    if (connection === undefined) return;
    const { asOctets, longestMessage, isExternal, holdTime } = agreed;
    connection.agree({ asOctets, longestMessage, isExternal, addPathReceived: new Set() }, ms(2_000 * holdTime));
    const local = localEndOf(connection.local, settings, agreed);
    const out = createAdjRibOut(rib, { settings, negotiated: agreed, local });
    session = { connection, out, received: createReceived(settings, log) };
    negotiated = agreed;
    since = clock.now();
    const families = [...agreed.families].join(',');
    log.info({ peer: name, as: agreed.peerAs, holdTime: `${holdTime}s`, families, local: local.address }, 'session up');
    for (const [family, why] of Object.entries(out.held())) log.warn({ peer: name, family, why }, 'family held');
    changed();
    flush();
  }

  function sessionDown(why: Why): void {
    session?.out.close();
    session = undefined;
    negotiated = undefined;
    since = clock.now();
    last = sentenceOf(why);
    log.warn({ peer: name, why: last }, 'session down');
    changed();
  }

  function attemptFailed(why: Why, again: Millis | undefined): void {
    const text = sentenceOf(why) + hintFor(why);
    // Said once: the next attempts fail for the same reason.
    const level = text === last ? 'debug' : 'warn';
    last = text;
    log[level](
      { peer: name, why: text, ...(again !== undefined && { again: `${Math.round(again / 1_000)}s` }) },
      'no session',
    );
    changed();
  }

  /** A wrong password only hangs: the kernel drops what is signed with another one (RFC 2385 §4.5). */
  const hintFor = (why: Why): string =>
    settings.password !== undefined && why.by === 'network' && /time/i.test(why.detail)
      ? '; with a TCP MD5 password that is what another password looks like: compare both ends, and that both have one'
      : '';

  function flush(): void {
    if (session === undefined || isResting) return;
    const { connection, out } = session;
    const endBy = clock.now() + LONGEST_TURN;
    while (!out.isLevel() && connection.hasRoom()) {
      const messages = out.next();
      if (messages.length > 0) connection.send(...messages);
      if (clock.now() <= endBy) continue;
      isResting = true;
      setImmediate(() => {
        isResting = false;
        flush();
      });
      return;
    }
  }

  function isFlooding(): boolean {
    const now = clock.now();
    if (now - incoming.from >= INCOMING_WITHIN) incoming = { from: now, count: 0 };
    return ++incoming.count > MOST_INCOMING;
  }

  return {
    settings,
    start: () => hear({ type: 'started' }),
    async stop(subcode, communication) {
      hear({ type: 'stopped', subcode, communication });
      await Promise.all(closing);
    },
    accept(socket) {
      if (isFlooding()) {
        if (incoming.count === MOST_INCOMING + 1) log.warn({ peer: name }, 'connects too often, closed unread');
        socket.destroy();
        return;
      }
      const fd = descriptorOf(socket);
      try {
        if (fd === undefined) throw new Error('its descriptor is not to be had');
        setTtl(fd, familyOf(settings.address), ttlOf(settings));
      } catch (error) {
        // Without what was asked for there is no session.
        log.error(
          { peer: name, detail: (error as Error).message },
          'TTL of an incoming connection cannot be set, closed',
        );
        socket.destroy();
        return;
      }
      take('incoming', socket);
    },
    flush,
    status: () => ({
      name,
      as: settings.as,
      state:
        session !== undefined
          ? 'established'
          : attempt !== undefined || Object.keys(connections).length > 0
            ? 'connecting'
            : 'idle',
      since,
      last,
      negotiated,
      told: session?.out.told() ?? 0,
      isLevel: session?.out.isLevel() ?? false,
      held: session?.out.held() ?? {},
      received: session?.received.counts() ?? { ipv4: 0, ipv6: 0 },
    }),
  };
}

const hostOf = ({ address, device }: PeerSettings): string =>
  address.startsWith('fe80:') ? `${address}%${device}` : address;

function sentenceOf(why: Why): string {
  switch (why.by) {
    case 'us':
      return why.detail;
    case 'peer':
      return `the peer: ${describeNotification(why.notification)}`;
    case 'network':
      return why.detail;
    default:
      return why satisfies never;
  }
}
