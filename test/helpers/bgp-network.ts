/**
 * Two machines and a network between them that a seed makes slow, and that can be disturbed: connections are reset, get lost,
 * and hosts forget all they knew. The shells here do what `vocabulary` asks of one, and nothing else.
 */
import {
  createPeer,
  type FsmAction,
  type FsmEvent,
  type FsmTimer,
  handle,
  type PeerState,
  type Way,
} from '../../src/bgp/fsm.ts';
import type { Notification } from '../../src/bgp/wire/notification.ts';
import type { Open } from '../../src/bgp/wire/open.ts';
import type { IpAddress } from '../../src/model/address.ts';
import type { PeerSettings } from '../../src/model/peer.ts';
import { worded } from './bgp.ts';

type Segment =
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'keepalive' }
  | { readonly type: 'notification'; readonly notification: Notification }
  | { readonly type: 'end' };

/** One end of a connection; `undefined` at the other one: nobody is there any more. */
interface Socket {
  readonly host: Host;
  readonly delay: number;
  other: Socket | undefined;
  isOpen: boolean;
  /** What was sent arrives in its order. */
  arrives: number;
}

export interface Host {
  readonly name: string;
  readonly settings: PeerSettings;
  readonly routerId: IpAddress;
  state: PeerState;
  readonly timers: Map<FsmTimer, symbol>;
  readonly sockets: Partial<Record<Way, Socket>>;
  /** The socket that the machine has not answered yet. */
  offered: Socket | undefined;
  attempt: symbol | undefined;
  ups: number;
  downs: number;
}

/** In one `run`: many times what two machines with keepalives have to say in it. */
const MOST_EVENTS = 50_000;

export interface Network {
  readonly hosts: readonly [Host, Host];
  now(): number;
  /** Until so much time has passed. */
  run(duration: number): void;
  tell(host: Host, event: FsmEvent): void;
  /** TCP is gone, and both ends know. */
  reset(host: Host, way: Way): void;
  /** A host is restarted, and the other one isn't told. */
  crash(host: Host): void;
  /** The share of attempts that are refused, and that get no answer. */
  disturb(refused: number, lost: number): void;
  readonly log: string[];
}

/** `random`: 0 to 1. */
export function network(
  sides: readonly [Pick<Host, 'settings' | 'routerId'>, Pick<Host, 'settings' | 'routerId'>],
  random: () => number,
): Network {
  let now = 0;
  let refused = 0;
  let lost = 0;
  let order = 0;
  const log: string[] = [];
  const queue: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  const after = (delay: number, run: () => void): void => {
    queue.push({ at: now + delay, order: order++, run });
  };
  const hostOf = (side: (typeof sides)[number], name: string): Host => ({
    ...side,
    name,
    state: createPeer(side.settings, { routerId: side.routerId }),
    timers: new Map(),
    sockets: {},
    offered: undefined,
    attempt: undefined,
    ups: 0,
    downs: 0,
  });
  const hosts = [hostOf(sides[0], 'a'), hostOf(sides[1], 'b')] as const;
  const opposite = (host: Host): Host => (host === hosts[0] ? hosts[1] : hosts[0]);

  function tell(host: Host, event: FsmEvent): void {
    const [state, actions] = handle(host.state, event);
    host.state = state;
    log.push(
      `${Math.round(now)} ${host.name} ${event.type} ${'way' in event ? event.way : 'timer' in event ? event.timer : ''}: ${actions.map(worded).join(', ')}`,
    );
    for (const action of actions) carryOut(host, action);
  }

  function carryOut(host: Host, action: FsmAction): void {
    switch (action.type) {
      case 'connect':
        connect(host);
        break;
      case 'abandonConnect':
        host.attempt = undefined;
        break;
      case 'sendOpen':
        if (action.way === 'incoming' && host.offered !== undefined) {
          if (host.sockets.incoming !== undefined) throw new Error('two incoming connections');
          host.sockets.incoming = host.offered;
          host.offered = undefined;
        }
        send(socketOf(host, action.way), { type: 'open', open: action.open });
        break;
      case 'sendKeepalive':
        send(socketOf(host, action.way), { type: 'keepalive' });
        break;
      case 'close': {
        const socket = host.sockets[action.way];
        delete host.sockets[action.way];
        if (socket !== undefined) shut(socket, action.notification);
        break;
      }
      case 'refuse':
        if (host.offered === undefined) throw new Error('nothing to refuse');
        shut(host.offered, action.notification);
        host.offered = undefined;
        break;
      case 'setTimer': {
        const token = Symbol();
        host.timers.set(action.timer, token);
        after(action.after * (action.jitter ? 0.75 + random() / 4 : 1), () => {
          if (host.timers.get(action.timer) !== token) return;
          host.timers.delete(action.timer);
          tell(host, { type: 'timerExpired', timer: action.timer });
        });
        break;
      }
      case 'clearTimer':
        host.timers.delete(action.timer);
        break;
      case 'sessionUp':
        host.ups++;
        break;
      case 'sessionDown':
        host.downs++;
        break;
      case 'attemptFailed':
        break;
      default:
        action satisfies never;
    }
  }

  function connect(host: Host): void {
    const attempt = Symbol();
    host.attempt = attempt;
    const [there, back] = [random() * 100, random() * 100];
    const fate = random();
    if (fate < lost) return;
    const ours: Socket = { host, delay: there, other: undefined, isOpen: true, arrives: 0 };
    const theirs: Socket = { host: opposite(host), delay: back, other: ours, isOpen: true, arrives: 0 };
    ours.other = theirs;
    const outcome = (happened: () => void): void =>
      after(there + back, () => {
        if (host.attempt === attempt) {
          host.attempt = undefined;
          happened();
        } else drop(ours);
      });
    if (fate < lost + refused) {
      outcome(() => tell(host, { type: 'connectFailed', detail: 'ECONNREFUSED' }));
      return;
    }
    outcome(() => {
      host.sockets.outgoing = ours;
      tell(host, { type: 'connected', way: 'outgoing' });
    });
    after(there, () => {
      theirs.host.offered = theirs;
      tell(theirs.host, { type: 'connected', way: 'incoming' });
      if (theirs.host.offered !== undefined) throw new Error('a connection that was not answered');
    });
    // Nothing overtakes the answer to the SYN.
    theirs.arrives = now + there + back;
  }

  function socketOf(host: Host, way: Way): Socket {
    const socket = host.sockets[way];
    if (socket === undefined) throw new Error(`nothing is ${way}`);
    return socket;
  }

  function send(socket: Socket, segment: Segment): void {
    const { other } = socket;
    socket.arrives = Math.max(socket.arrives, now + socket.delay);
    after(socket.arrives - now, () => {
      if (other?.isOpen === true) receive(other, segment);
      // Where nobody is, a reset comes back.
      else if (segment.type !== 'end' && socket.isOpen) after(other?.delay ?? 0, () => drop(socket));
    });
  }

  function shut(socket: Socket, notification: Notification | undefined): void {
    if (notification !== undefined) send(socket, { type: 'notification', notification });
    send(socket, { type: 'end' });
    socket.isOpen = false;
  }

  /** This end hears that TCP is gone. */
  function drop(socket: Socket): void {
    if (!socket.isOpen) return;
    socket.isOpen = false;
    const way = wayOf(socket);
    if (way === undefined) {
      send(socket, { type: 'end' });
      return;
    }
    delete socket.host.sockets[way];
    tell(socket.host, { type: 'closed', way, detail: 'ECONNRESET' });
  }

  const wayOf = (socket: Socket): Way | undefined =>
    (['outgoing', 'incoming'] as const).find((way) => socket.host.sockets[way] === socket);

  function receive(socket: Socket, segment: Segment): void {
    const way = wayOf(socket);
    if (segment.type === 'end' || way === undefined) drop(socket);
    else if (segment.type === 'open') tell(socket.host, { type: 'openReceived', way, open: segment.open });
    else if (segment.type === 'keepalive') tell(socket.host, { type: 'messageReceived', way, message: 'keepalive' });
    else tell(socket.host, { type: 'notificationReceived', way, notification: segment.notification });
  }

  return {
    hosts,
    now: () => now,
    tell,
    log,
    run(duration) {
      const until = now + duration;
      for (let left = MOST_EVENTS; ; left--) {
        if (left === 0) throw new Error(`no end at ${now}`);
        const next = queue.reduce<number>((best, each, index) => {
          const chosen = queue[best];
          if (chosen === undefined) return index;
          return each.at < chosen.at || (each.at === chosen.at && each.order < chosen.order) ? index : best;
        }, -1);
        const event = queue[next];
        if (event === undefined || event.at > until) break;
        queue.splice(next, 1);
        now = event.at;
        event.run();
      }
      now = until;
    },
    reset(host, way) {
      const socket = host.sockets[way];
      if (socket === undefined) return;
      const { other } = socket;
      drop(socket);
      if (other !== undefined) drop(other);
    },
    crash(host) {
      for (const way of ['outgoing', 'incoming'] as const) {
        const socket = host.sockets[way];
        if (socket !== undefined) socket.isOpen = false;
        delete host.sockets[way];
      }
      host.timers.clear();
      host.attempt = undefined;
      host.state = createPeer(host.settings, { routerId: host.routerId });
      tell(host, { type: 'started' });
    },
    disturb(ofRefused, ofLost) {
      refused = ofRefused;
      lost = ofLost;
    },
  };
}
