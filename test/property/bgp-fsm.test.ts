/** The machine of a peer under any events, and two of them against each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPeer,
  type FsmAction,
  type FsmEvent,
  type FsmTimer,
  handle,
  type PeerState,
  stateOf,
  type Way,
} from '../../src/bgp/fsm.ts';
import type { Capability } from '../../src/bgp/wire/capability.ts';
import type { Notification } from '../../src/bgp/wire/notification.ts';
import { ms } from '../../src/model/millis.ts';
import { type PeerSettings, ROLES } from '../../src/model/peer.ts';
import { IPV4, IPV6, ip, OUR_ID, PEER_ID, peerOpen, peerSettings } from '../helpers/bgp.ts';
import { type Host, type Network, network } from '../helpers/bgp-network.ts';
import { runs } from '../helpers/fuzz.ts';

const way = fc.constantFrom<Way>('outgoing', 'incoming');
const timer = fc.constantFrom<FsmTimer>(
  'connectRetry',
  'connect',
  'settled',
  'hold outgoing',
  'hold incoming',
  'keepalive outgoing',
  'keepalive incoming',
);
const notification: fc.Arbitrary<Notification> = fc.record({
  code: fc.oneof(fc.constantFrom(2, 6), fc.nat(255)),
  subcode: fc.oneof(fc.constantFrom(2, 4, 7), fc.nat(255)),
  data: fc.oneof(
    fc.constantFrom(Uint8Array.of(), Uint8Array.of(2, 0), Uint8Array.of(65, 4, 0, 0, 0, 1)),
    fc.uint8Array({ maxLength: 12 }),
  ),
});
const capability = fc.constantFrom<Capability>(
  IPV4,
  IPV6,
  { type: 'routeRefresh' },
  { type: 'extendedMessage' },
  { type: 'fourOctetAs', as: 65002 },
  { type: 'fourOctetAs', as: 4_200_000_001 },
  { type: 'gracefulRestart', isRestarting: false, hasNotification: true, time: 30, families: [] },
  { type: 'role', role: 0 },
  { type: 'role', role: 4 },
  { type: 'unknown', code: 200, value: Uint8Array.of(1) },
);
const open = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 3, 90).map((holdTime) => peerOpen({ holdTime })) },
  {
    weight: 1,
    arbitrary: fc.record({
      version: fc.constantFrom(4, 4, 4, 3),
      as: fc.constantFrom(65002, 65002, 65001, 0),
      holdTime: fc.constantFrom(0, 1, 3, 65_535),
      routerId: fc.constantFrom(PEER_ID, OUR_ID, ip('9.0.0.1'), ip('0.0.0.0')),
      capabilities: fc.array(capability, { maxLength: 5 }),
    }),
  },
);
const stopped = fc.record({
  type: fc.constant('stopped' as const),
  subcode: fc.constantFrom(2, 3, 4),
  communication: fc.string(),
});

/** What a peer and a network can do to us. */
const happening: fc.Arbitrary<FsmEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('connected' as const), way }) },
  { weight: 2, arbitrary: fc.constant<FsmEvent>({ type: 'connectFailed', detail: 'x' }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('closed' as const), way, detail: fc.constant('x') }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('openReceived' as const), way, open }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('notificationReceived' as const), way, notification }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('messageReceived' as const),
      way,
      message: fc.constantFrom(
        'keepalive' as const,
        'keepalive' as const,
        'keepalive' as const,
        'update' as const,
        'routeRefresh' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('faultReceived' as const), way, notification, detail: fc.string() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sendHoldExpired' as const), way }) },
);
const event: fc.Arbitrary<FsmEvent> = fc.oneof(
  { weight: 12, arbitrary: happening },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('timerExpired' as const), timer }) },
  { weight: 1, arbitrary: fc.constant<FsmEvent>({ type: 'started' }) },
  { weight: 1, arbitrary: stopped },
);
const anyEvents = fc.array(event, { maxLength: 60, size: 'max' });
/** Chance alone comes to a session about once in a hundred tries. */
const events: fc.Arbitrary<readonly FsmEvent[]> = fc.oneof(
  anyEvents,
  fc
    .tuple(way, anyEvents)
    .map(([way, rest]): FsmEvent[] => [
      { type: 'connected', way },
      { type: 'openReceived', way, open: peerOpen({ holdTime: 90 }) },
      { type: 'messageReceived', way, message: 'keepalive' },
      ...rest,
    ]),
);
const settings: fc.Arbitrary<PeerSettings> = fc
  .record({
    passive: fc.boolean(),
    holdTime: fc.constantFrom(0, 3, 90),
    connectRetry: fc.constantFrom(30_000, 120_000).map(ms),
    families: fc.constantFrom<PeerSettings['families']>(['ipv4', 'ipv6'], ['ipv6']),
    gracefulRestart: fc.constantFrom(0, 30),
    as: fc.constantFrom(65001, 65002),
    role: fc.option(fc.record({ ours: fc.constantFrom(...ROLES), isStrict: fc.boolean() }), { nil: undefined }),
  })
  .map(({ role, ...rest }) => peerSettings(role === undefined ? rest : { ...rest, role }));

const WAYS = ['outgoing', 'incoming'] as const;

/** What a shell sees of a machine, and what it may rely on. */
function shell(peer: PeerSettings) {
  let state = createPeer(peer, { routerId: OUR_ID });
  const timers = new Set<FsmTimer>();
  const sockets = new Set<Way>();
  let isConnecting = false;
  let session: Way | undefined;
  const closesSilently = (event: FsmEvent): boolean =>
    // RFC 4271 §6; RFC 9687 §3; and a connection on which nothing was said yet.
    event.type === 'notificationReceived' || event.type === 'sendHoldExpired' || event.type === 'connected';

  function carryOut(event: FsmEvent, action: FsmAction): void {
    switch (action.type) {
      case 'connect':
        expect(peer.passive).toBe(false);
        expect(isConnecting).toBe(false);
        isConnecting = true;
        break;
      case 'abandonConnect':
        expect(isConnecting).toBe(true);
        isConnecting = false;
        break;
      case 'sendOpen':
        expect(sockets).not.toContain(action.way);
        sockets.add(action.way);
        break;
      case 'sendKeepalive':
        expect(sockets).toContain(action.way);
        break;
      case 'close':
        if (event.type !== 'connected') expect(sockets).toContain(action.way);
        sockets.delete(action.way);
        if (action.notification === undefined) expect(closesSilently(event)).toBe(true);
        else expect(event.type).not.toBe('notificationReceived');
        break;
      case 'refuse':
        expect(event).toEqual({ type: 'connected', way: 'incoming' });
        break;
      case 'setTimer':
        expect(action.after).toBeGreaterThanOrEqual(1_000);
        timers.add(action.timer);
        break;
      case 'clearTimer':
        expect(timers).toContain(action.timer);
        timers.delete(action.timer);
        break;
      case 'sessionUp':
        expect(session).toBeUndefined();
        session = action.way;
        break;
      case 'sessionDown':
        expect(session).toBeDefined();
        session = undefined;
        break;
      case 'attemptFailed':
        expect(action.again !== undefined).toBe(
          timers.has('connectRetry') && state.attempt === 'waiting' && !wasWaiting,
        );
        break;
      default:
        action satisfies never;
    }
  }

  let wasWaiting = false;
  return {
    state: () => state,
    tell(event: FsmEvent): readonly FsmAction[] {
      // TCP that is gone is gone before the machine hears of it; so is a timer.
      if (event.type === 'closed') sockets.delete(event.way);
      if (event.type === 'timerExpired') timers.delete(event.timer);
      if (event.type === 'connectFailed' || (event.type === 'connected' && event.way === 'outgoing'))
        isConnecting = false;
      wasWaiting = state.attempt === 'waiting';
      const [next, actions] = handle(state, event);
      state = next;
      for (const action of actions) carryOut(event, action);
      return actions;
    },
    check(): void {
      expect([...state.timers].sort()).toEqual([...timers].sort());
      expect(WAYS.filter((each) => state[each] !== undefined)).toEqual(WAYS.filter((each) => sockets.has(each)));
      expect(isConnecting).toBe(state.attempt === 'connecting');
      expect(WAYS.filter((each) => state[each]?.phase === 'established')).toEqual(
        session === undefined ? [] : [session],
      );
      expect(timersNeeded(state)).toEqual([...timers].sort());
      if (!state.isStarted) expect([...sockets, ...timers]).toEqual([]);
      if (session !== undefined) expect(sockets).toEqual(new Set([session]));
    },
  };
}

/** Exactly those that each part of the state lives by. */
function timersNeeded(state: PeerState): string[] {
  const needed: string[] = [];
  if (state.attempt !== 'none') needed.push(state.attempt === 'waiting' ? 'connectRetry' : 'connect');
  // `settled` fires once in a session.
  if (state.timers.has('settled'))
    needed.push(stateOf(state) === 'established' ? 'settled' : 'settled without a session');
  for (const each of WAYS) {
    const connection = state[each];
    if (connection === undefined) continue;
    if (connection.phase === 'openSent') needed.push(`hold ${each}`);
    else if (connection.negotiated.holdTime > 0) needed.push(`hold ${each}`, `keepalive ${each}`);
  }
  const { isStarted, settings, outgoing, incoming, attempt } = state;
  const isLeftAlone = isStarted && !settings.passive && attempt === 'none' && outgoing === undefined;
  if (isLeftAlone && (incoming === undefined || incoming.phase === 'openSent')) needed.push('an attempt');
  return needed.sort();
}

describe('any events', () => {
  it('leave a machine whole', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(settings, events, (peer, events) => {
        const machine = shell(peer);
        machine.tell({ type: 'started' });
        for (const each of events) {
          // A shell reports only what can be: a connection that it asked for, a timer that it has.
          if (!isPossible(machine.state(), each)) continue;
          machine.tell(each);
          machine.check();
          reached.add(stateOf(machine.state()));
        }
        machine.tell({ type: 'stopped', subcode: 2, communication: '' });
        machine.check();
      }),
      runs(500),
    );
    expect([...reached].sort()).toEqual(['active', 'connect', 'established', 'idle', 'openConfirm', 'openSent']);
  });

  it('are all answered, also those that cannot be', () => {
    fc.assert(
      fc.property(settings, events, (peer, events) => {
        let state = createPeer(peer, { routerId: OUR_ID });
        for (const each of events) {
          const before = structuredClone({ ...state });
          const [next, actions] = handle(state, each);
          expect({ ...state }).toEqual(before);
          expect(handle(state, each)).toEqual([next, actions]);
          expect([...next.timers].sort()).toEqual(timersNeeded(next));
          state = next;
        }
      }),
      runs(300),
    );
  });

  it('never make it connect more than ten times a minute', () => {
    let most = 0;
    fc.assert(
      fc.property(settings, fc.array(fate, { minLength: 100, maxLength: 100 }), (peer, fates) => {
        const connects = connectsUnder(peer, fates);
        for (const from of connects) {
          const within = connects.filter((at) => at >= from && at < from + 60_000).length;
          most = Math.max(most, within);
          expect(within).toBeLessThanOrEqual(10);
        }
      }),
      runs(300),
    );
    // 0, 0.75, 2.25, 5.25, 11.25, 23.25 and 46.75 s with the shortest jitter.
    expect(most).toBeGreaterThanOrEqual(7);
  });
});

/** What comes of an attempt, or of a connection of the peer's, and the jitter of the wait after it. */
interface Fate {
  readonly name: keyof typeof FATES;
  readonly isIncoming: boolean;
  readonly jitter: number;
}
const FATES = {
  refused: [],
  dropped: ['closed'],
  badOpen: ['badOpen'],
  notWanted: ['notification'],
  refusedCapability: ['capability'],
  collided: ['collision'],
  brief: ['open', 'keepalive', 'closed'],
  lasting: ['open', 'keepalive', 'lasts', 'closed'],
} as const;
const fate: fc.Arbitrary<Fate> = fc.record({
  name: fc.constantFrom(...(Object.keys(FATES) as (keyof typeof FATES)[]), 'refused', 'dropped'),
  isIncoming: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
  jitter: fc.constantFrom(0.75, 0.75, 1),
});

/** When it connects, if that is what becomes of it each time, and no time passes but that of the machine's own timers. */
function connectsUnder(peer: PeerSettings, fates: readonly Fate[]): number[] {
  let state = createPeer(peer, { routerId: OUR_ID });
  let now = 0;
  let jitter = 1;
  const due = new Map<FsmTimer, number>();
  const connects: number[] = [];
  const tell = (each: FsmEvent): void => {
    if (!isPossible(state, each)) return;
    const [next, actions] = handle(state, each);
    state = next;
    for (const action of actions) {
      if (action.type === 'connect') connects.push(now);
      if (action.type === 'setTimer') due.set(action.timer, now + action.after * (action.jitter ? jitter : 1));
      if (action.type === 'clearTimer') due.delete(action.timer);
    }
  };
  const fire = (): void => {
    const [next] = [...due].sort(([, one], [, other]) => one - other);
    if (next === undefined) return;
    now = next[1];
    due.delete(next[0]);
    tell({ type: 'timerExpired', timer: next[0] });
  };
  const said = (word: (typeof FATES)[keyof typeof FATES][number], on: Way): void => {
    const note = (code: number, subcode: number): FsmEvent => ({
      type: 'notificationReceived',
      way: on,
      notification: { code, subcode, data: new Uint8Array() },
    });
    const { as } = peer;
    if (word === 'closed') tell({ type: 'closed', way: on, detail: 'x' });
    if (word === 'badOpen') tell({ type: 'openReceived', way: on, open: peerOpen({ version: 3 }) });
    if (word === 'notification') tell(note(2, 2));
    if (word === 'capability') tell(note(2, 7));
    if (word === 'collision') tell(note(6, 7));
    if (word === 'open') tell({ type: 'openReceived', way: on, open: peerOpen({ as, capabilities: [IPV4, IPV6] }) });
    if (word === 'keepalive') tell({ type: 'messageReceived', way: on, message: 'keepalive' });
    if (word !== 'lasts') return;
    const until = now + 61_000;
    for (let left = 1_000; left > 0 && state[on] !== undefined && now < until; left--) {
      tell({ type: 'messageReceived', way: on, message: 'keepalive' });
      if (due.size === 0) now = until;
      fire();
    }
  };
  tell({ type: 'started' });
  for (const each of fates) {
    jitter = each.jitter;
    const on = each.isIncoming ? 'incoming' : 'outgoing';
    for (let left = 100; left > 0 && !each.isIncoming && state.attempt !== 'connecting'; left--) fire();
    if (each.name === 'refused') tell({ type: 'connectFailed', detail: 'x' });
    else tell({ type: 'connected', way: on });
    for (const word of FATES[each.name]) said(word, on);
  }
  return connects;
}

function isPossible(state: PeerState, each: FsmEvent): boolean {
  switch (each.type) {
    case 'started':
    case 'stopped':
      return true;
    case 'connected':
      return each.way === 'incoming' || (state.attempt === 'connecting' && state.outgoing === undefined);
    case 'connectFailed':
      return state.attempt === 'connecting';
    case 'timerExpired':
      return state.timers.has(each.timer);
    default:
      return state[each.way] !== undefined;
  }
}

const isUp = (net: Network): boolean => {
  const [a, b] = net.hosts;
  const [up] = WAYS.filter((each) => a.state[each]?.phase === 'established');
  if (up === undefined) return false;
  const other = up === 'outgoing' ? 'incoming' : 'outgoing';
  return (
    b.state[other]?.phase === 'established' &&
    a.sockets[up]?.other === b.sockets[other] &&
    [a, b].every((host) => Object.keys(host.sockets).length === 1)
  );
};

type Trouble =
  | { readonly type: 'reset' | 'crash' | 'stop' | 'start'; readonly host: 0 | 1; readonly way: Way }
  | { readonly type: 'weather'; readonly refused: number; readonly lost: number };

describe('two machines', () => {
  const side = fc.record({ passive: fc.boolean(), holdTime: fc.constantFrom(3, 9, 90) });
  const trouble: fc.Arbitrary<Trouble> = fc.oneof(
    fc.record({
      type: fc.constantFrom('reset' as const, 'crash' as const, 'stop' as const, 'start' as const),
      host: fc.constantFrom(0 as const, 1 as const),
      way,
    }),
    fc.record({
      type: fc.constant('weather' as const),
      refused: fc.double({ min: 0, max: 0.4, noNaN: true }),
      lost: fc.double({ min: 0, max: 0.4, noNaN: true }),
    }),
  );
  const course = fc.array(fc.record({ pause: fc.oneof(fc.nat(300), fc.nat(20_000)), trouble }), { maxLength: 15 });

  it('always find one session, whatever the network did to them before', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        side,
        side,
        fc.boolean(),
        fc.constantFrom('10.0.0.2', '10.0.0.1', '200.0.0.1'),
        course,
        (seed, left, right, isInternal, id, troubles) => {
          const connectRetry = ms(20_000);
          const as = isInternal && id !== OUR_ID ? 65001 : 65002;
          const net = network(
            [
              { settings: peerSettings({ ...left, as, localAs: 65001, connectRetry }), routerId: OUR_ID },
              {
                settings: peerSettings({
                  ...right,
                  passive: right.passive && !left.passive,
                  as: 65001,
                  localAs: as,
                  connectRetry,
                }),
                routerId: ip(id),
              },
            ],
            mulberry32(seed),
          );
          for (const host of net.hosts) net.tell(host, { type: 'started' });
          for (const { pause, trouble: each } of troubles) {
            net.run(pause);
            make(net, each);
          }
          net.disturb(0, 0);
          for (const host of net.hosts) net.tell(host, { type: 'started' });
          // A hold time, the longest wait, and some collisions.
          net.run(400_000);
          expect(isUp(net), net.log.slice(-40).join('\n')).toBe(true);
          const ups = net.hosts.map((host: Host) => host.ups);
          net.run(600_000);
          expect(isUp(net)).toBe(true);
          expect(net.hosts.map((host: Host) => host.ups)).toEqual(ups);
          for (const host of net.hosts) net.tell(host, { type: 'stopped', subcode: 2, communication: '' });
          net.run(1_000);
          for (const host of net.hosts) expect([...host.timers.keys(), ...Object.keys(host.sockets)]).toEqual([]);
        },
      ),
      runs(300),
    );
  });

  function make(net: Network, each: Trouble): void {
    if (each.type === 'weather') {
      net.disturb(each.refused, each.lost);
      return;
    }
    const host = net.hosts[each.host];
    if (each.type === 'reset') net.reset(host, each.way);
    if (each.type === 'crash') net.crash(host);
    if (each.type === 'start') net.tell(host, { type: 'started' });
    if (each.type === 'stop') net.tell(host, { type: 'stopped', subcode: 4, communication: 'again' });
  }

  it('find each other again after one was restarted, also without keepalives', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const net = network(
          [
            { settings: peerSettings({ holdTime: 0 }), routerId: OUR_ID },
            { settings: peerSettings({ holdTime: 0, as: 65001, localAs: 65002 }), routerId: PEER_ID },
          ],
          mulberry32(seed),
        );
        for (const host of net.hosts) net.tell(host, { type: 'started' });
        net.run(100_000);
        expect(isUp(net), net.log.join('\n')).toBe(true);
        net.crash(net.hosts[1]);
        net.run(100_000);
        expect(isUp(net), net.log.join('\n')).toBe(true);
      }),
    );
  });

  it('agree at once when nothing disturbs them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(300), (seed, pause) => {
        const net = network(
          [
            { settings: peerSettings(), routerId: OUR_ID },
            { settings: peerSettings({ as: 65001, localAs: 65002 }), routerId: PEER_ID },
          ],
          mulberry32(seed),
        );
        net.tell(net.hosts[0], { type: 'started' });
        net.run(pause);
        net.tell(net.hosts[1], { type: 'started' });
        net.run(30_000);
        expect(isUp(net), net.log.join('\n')).toBe(true);
        // No session that came up was given up for another.
        expect(
          net.hosts.map(({ ups }) => ups),
          net.log.join('\n'),
        ).toEqual([1, 1]);
      }),
      runs(500),
    );
  });
});

/** A small generator of numbers from 0 to 1; Tommy Ettinger, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
