/** RFC 4271 §8.2.2, state by state; the actions in the words of `worded`. */
import { describe, expect, it } from 'vitest';
import {
  createPeer,
  type FsmAction,
  type FsmEvent,
  handle,
  type PeerState,
  stateOf,
  type Way,
} from '../../../src/bgp/fsm.ts';
import type { Notification } from '../../../src/bgp/wire/notification.ts';
import { ms } from '../../../src/model/millis.ts';
import type { PeerSettings } from '../../../src/model/peer.ts';
import { ip, OUR_ID, PEER_ID, peerOpen, peerSettings, worded } from '../../helpers/bgp.ts';

const note = (code: number, subcode: number, ...data: number[]): Notification => ({
  code,
  subcode,
  data: Uint8Array.from(data),
});
const started: FsmEvent = { type: 'started' };
const stopped: FsmEvent = { type: 'stopped', subcode: 2, communication: '' };
const connected = (way: Way): FsmEvent => ({ type: 'connected', way });
const connectFailed: FsmEvent = { type: 'connectFailed', detail: 'ECONNREFUSED' };
const closed = (way: Way): FsmEvent => ({ type: 'closed', way, detail: 'ECONNRESET' });
const open = (way: Way, remote = peerOpen()): FsmEvent => ({ type: 'openReceived', way, open: remote });
const message = (way: Way, what: 'keepalive' | 'update' | 'routeRefresh'): FsmEvent => ({
  type: 'messageReceived',
  way,
  message: what,
});
const keepalive = (way: Way): FsmEvent => message(way, 'keepalive');
const notified = (way: Way, notification: Notification): FsmEvent => ({
  type: 'notificationReceived',
  way,
  notification,
});
const fault = (way: Way, notification: Notification): FsmEvent => ({
  type: 'faultReceived',
  way,
  notification,
  detail: 'a marker',
});
const sendHold = (way: Way): FsmEvent => ({ type: 'sendHoldExpired', way });
const expired = (timer: Extract<FsmEvent, { type: 'timerExpired' }>['timer']): FsmEvent => ({
  type: 'timerExpired',
  timer,
});

function play(
  events: readonly FsmEvent[],
  settings: Partial<PeerSettings> = {},
): { state: PeerState; said: string[]; actions: readonly FsmAction[] } {
  let state = createPeer(peerSettings(settings), { routerId: OUR_ID });
  let actions: readonly FsmAction[] = [];
  for (const event of events) [state, actions] = handle(state, event);
  return { state, said: actions.map(worded), actions };
}
const last = (events: readonly FsmEvent[], settings: Partial<PeerSettings> = {}): string[] =>
  play(events, settings).said;

const CONNECT = [started];
const OPEN_SENT = [started, connected('outgoing')];
const OPEN_CONFIRM = [...OPEN_SENT, open('outgoing')];
const ESTABLISHED = [...OPEN_CONFIRM, keepalive('outgoing')];
const ACTIVE = [started, connectFailed];
const INCOMING = [...ACTIVE, connected('incoming')];
const STATES: Readonly<Record<string, readonly FsmEvent[]>> = {
  idle: [],
  connect: CONNECT,
  active: ACTIVE,
  openSent: OPEN_SENT,
  openConfirm: OPEN_CONFIRM,
  established: ESTABLISHED,
};

describe('the main path', () => {
  it('is what RFC 4271 §8.2.2 says', () => {
    expect(last(CONNECT)).toEqual(['connect', 'set connect 10s']);
    expect(last(OPEN_SENT)).toEqual(['clear connect', 'sendOpen outgoing', 'set hold outgoing 30s']);
    expect(last(OPEN_CONFIRM)).toEqual([
      'sendKeepalive outgoing',
      'set hold outgoing 1m30s',
      'set keepalive outgoing 30s ~',
    ]);
    expect(last(ESTABLISHED)).toEqual(['set hold outgoing 1m30s', 'set settled 1m', 'sessionUp outgoing']);
    expect(last([...ESTABLISHED, keepalive('outgoing')])).toEqual(['set hold outgoing 1m30s']);
    expect(last([...ESTABLISHED, message('outgoing', 'update')])).toEqual(['set hold outgoing 1m30s']);
    expect(last([...ESTABLISHED, message('outgoing', 'routeRefresh')])).toEqual([]);
    expect(last([...ESTABLISHED, expired('keepalive outgoing')])).toEqual([
      'sendKeepalive outgoing',
      'set keepalive outgoing 30s ~',
    ]);
  });

  it('says what was agreed', () => {
    const { actions } = play(ESTABLISHED);
    expect(actions.at(-1)).toMatchObject({ type: 'sessionUp', negotiated: { holdTime: 90, peerRouterId: PEER_ID } });
  });

  it.each(Object.entries(STATES))('has the state %s', (name, events) => {
    expect(stateOf(play(events).state)).toBe(name);
  });

  it('waits for a passive peer', () => {
    const passive = { passive: true };
    expect(last([started], passive)).toEqual([]);
    expect(stateOf(play([started], passive).state)).toBe('active');
    const up = [started, connected('incoming'), open('incoming'), keepalive('incoming')];
    expect(last(up, passive)).toEqual(['set hold incoming 1m30s', 'set settled 1m', 'sessionUp incoming']);
    expect(last([...up, closed('incoming')], passive)).toEqual([
      'clear hold incoming',
      'clear keepalive incoming',
      'clear settled',
      'sessionDown network',
    ]);
    expect(last([started, connected('incoming'), closed('incoming')], passive)).toEqual([
      'clear hold incoming',
      'attemptFailed network -',
    ]);
  });

  it('takes a connection while it waits, and is content with it', () => {
    expect(last(INCOMING)).toEqual(['sendOpen incoming', 'set hold incoming 30s']);
    expect(last([...INCOMING, open('incoming')])).toEqual([
      'clear connectRetry',
      'sendKeepalive incoming',
      'set hold incoming 1m30s',
      'set keepalive incoming 30s ~',
    ]);
  });

  it('takes a connection while it connects, and connects on until the peer has agreed', () => {
    const events = [...CONNECT, connected('incoming')];
    expect(last(events)).toEqual(['sendOpen incoming', 'set hold incoming 30s']);
    expect(last([...events, connectFailed])).toEqual([
      'clear connect',
      'set connectRetry 1s ~',
      'attemptFailed network 1s',
    ]);
    expect(last([...events, open('incoming')]).slice(0, 2)).toEqual(['clear connect', 'abandonConnect']);
  });
});

describe('stopped', () => {
  it.each([
    ['idle', []],
    ['connect', ['clear connect', 'abandonConnect']],
    ['active', ['clear connectRetry']],
    ['openSent', ['close outgoing 6/2', 'clear hold outgoing']],
    ['openConfirm', ['close outgoing 6/2', 'clear hold outgoing', 'clear keepalive outgoing']],
    [
      'established',
      ['close outgoing 6/2', 'clear hold outgoing', 'clear keepalive outgoing', 'clear settled', 'sessionDown us 6/2'],
    ],
  ])('in %s leaves nothing', (name, expected) => {
    const { said, state } = play([...(STATES[name] ?? []), stopped]);
    expect(said).toEqual(expected);
    expect(stateOf(state)).toBe('idle');
    expect([...state.timers]).toEqual([]);
  });

  it('ends both connections', () => {
    expect(last([...CONNECT, connected('incoming'), connected('outgoing'), stopped])).toEqual([
      'close outgoing 6/2',
      'clear hold outgoing',
      'close incoming 6/2',
      'clear hold incoming',
    ]);
  });

  it('carries subcode and text (RFC 9003)', () => {
    const event: FsmEvent = { type: 'stopped', subcode: 4, communication: 'ok' };
    expect(last([...OPEN_SENT, event])[0]).toBe('close outgoing 6/4 [2 111 107]');
  });

  it('takes the routes along (RFC 8538 §3)', () => {
    const capabilities = [
      { type: 'gracefulRestart', isRestarting: false, hasNotification: true, time: 9, families: [] },
    ] as const;
    const up = [...OPEN_SENT, open('outgoing', peerOpen({ capabilities })), keepalive('outgoing')];
    expect(last([...up, stopped], { gracefulRestart: 30 })[0]).toBe('close outgoing 6/9 [6 2]');
    expect(last([...up, stopped], { gracefulRestart: 0 })[0]).toBe('close outgoing 6/2');
    // Who only has other settings is back in a moment.
    expect(last([...up, { ...stopped, subcode: 6 }], { gracefulRestart: 30 })[0]).toBe('close outgoing 6/6');
  });

  it('refuses what comes afterwards, and can be started again', () => {
    expect(last([...ESTABLISHED, stopped, connected('incoming')])).toEqual(['refuse 6/5']);
    expect(last([...CONNECT, stopped, connected('outgoing')])).toEqual(['close outgoing -']);
    expect(last([...ESTABLISHED, stopped, started])).toEqual(['connect', 'set connect 10s']);
    expect(last([started, started])).toEqual([]);
  });
});

describe('a message out of turn (RFC 6608 §4)', () => {
  it.each<[string, FsmEvent, string]>([
    ['openSent', keepalive('outgoing'), '5/1 [4]'],
    ['openSent', message('outgoing', 'update'), '5/1 [2]'],
    ['openSent', message('outgoing', 'routeRefresh'), '5/1 [5]'],
    ['openConfirm', open('outgoing'), '5/2 [1]'],
    ['openConfirm', message('outgoing', 'update'), '5/2 [2]'],
    ['openConfirm', message('outgoing', 'routeRefresh'), '5/2 [5]'],
    ['established', open('outgoing'), '5/3 [1]'],
  ])('in %s', (name, event, expected) => {
    const { said, state } = play([...(STATES[name] ?? []), event]);
    expect(said[0]).toBe(`close outgoing ${expected}`);
    expect(stateOf(state)).toBe('active');
    expect([...state.timers]).toEqual(['connectRetry']);
  });
});

describe('the end of a connection', () => {
  const SESSION = ['clear hold outgoing', 'clear keepalive outgoing', 'clear settled'];
  it.each<[string, FsmEvent, string[]]>([
    ['openSent', closed('outgoing'), ['clear hold outgoing', 'set connectRetry 1s ~', 'attemptFailed network 1s']],
    ['openSent', expired('hold outgoing'), ['close outgoing 4/0', 'set connectRetry 7s ~', 'attemptFailed us 4/0 7s']],
    [
      'openSent',
      fault('outgoing', note(1, 1)),
      ['close outgoing 1/1', 'clear hold outgoing', 'set connectRetry 7s ~', 'attemptFailed us 1/1 7s'],
    ],
    [
      'openSent',
      notified('outgoing', note(2, 2)),
      ['close outgoing -', 'clear hold outgoing', 'set connectRetry 7s ~', 'attemptFailed peer 2/2 7s'],
    ],
    [
      'openSent',
      notified('outgoing', note(6, 7)),
      ['close outgoing -', 'clear hold outgoing', 'set connectRetry 1s ~', 'attemptFailed peer 6/7 1s'],
    ],
    [
      'openSent',
      sendHold('outgoing'),
      ['close outgoing -', 'clear hold outgoing', 'set connectRetry 1s ~', 'attemptFailed us - 1s'],
    ],
    [
      'openConfirm',
      expired('hold outgoing'),
      ['close outgoing 4/0', 'clear keepalive outgoing', 'set connectRetry 7s ~', 'attemptFailed us 4/0 7s'],
    ],
    [
      'openConfirm',
      notified('outgoing', note(6, 5)),
      [
        'close outgoing -',
        'clear hold outgoing',
        'clear keepalive outgoing',
        'set connectRetry 7s ~',
        'attemptFailed peer 6/5 7s',
      ],
    ],
    ['established', closed('outgoing'), [...SESSION, 'sessionDown network', 'set connectRetry 1s ~']],
    // RFC 4271 §6: a NOTIFICATION is not answered with one.
    [
      'established',
      notified('outgoing', note(6, 2)),
      ['close outgoing -', ...SESSION, 'sessionDown peer 6/2', 'set connectRetry 1s ~'],
    ],
    [
      'established',
      fault('outgoing', note(3, 1)),
      ['close outgoing 3/1', ...SESSION, 'sessionDown us 3/1', 'set connectRetry 1s ~'],
    ],
    // RFC 4271 §6.5.
    [
      'established',
      expired('hold outgoing'),
      ['close outgoing 4/0', ...SESSION.slice(1), 'sessionDown us 4/0', 'set connectRetry 1s ~'],
    ],
    // RFC 9687 §3.
    [
      'established',
      sendHold('outgoing'),
      ['close outgoing -', ...SESSION, 'sessionDown us -', 'set connectRetry 1s ~'],
    ],
  ])('in %s', (name, event, expected) => {
    expect(last([...(STATES[name] ?? []), event])).toEqual(expected);
  });

  it.each<[FsmEvent]>([
    [connectFailed],
    [expired('connect')],
    [expired('connectRetry')],
    [expired('hold incoming')],
    [keepalive('incoming')],
    [open('incoming')],
    [closed('incoming')],
    [notified('incoming', note(6, 2))],
    [fault('incoming', note(1, 2))],
    [sendHold('incoming')],
    [started],
  ])('does not come from what is not there: %o', (event) => {
    const before = play(ESTABLISHED).state;
    const [after, actions] = handle(before, event);
    expect(actions).toEqual([]);
    expect(after).toEqual(before);
  });
});

describe('an OPEN that is refused', () => {
  it.each([
    [peerOpen({ version: 3 }), '2/1 [0 4]'],
    [peerOpen({ as: 1, capabilities: [] }), '2/2'],
    [peerOpen({ routerId: ip('0.0.0.0') }), '2/3'],
    [peerOpen({ holdTime: 2 }), '2/6'],
    [peerOpen({ capabilities: [{ type: 'multiprotocol', afi: 25, safi: 65 }] }), '2/7 [1 4 0 1 0 1 1 4 0 2 0 1]'],
  ])('%# with its NOTIFICATION, and a pause', (remote, expected) => {
    expect(last([...OPEN_SENT, open('outgoing', remote)])).toEqual([
      `close outgoing ${expected}`,
      'clear hold outgoing',
      'set connectRetry 7s ~',
      `attemptFailed us ${expected} 7s`,
    ]);
  });
});

describe('hold time', () => {
  it('0: neither timer, and the session lives (RFC 4271 §4.2)', () => {
    const up = [...OPEN_SENT, open('outgoing', peerOpen({ holdTime: 0 })), keepalive('outgoing')];
    const { state, said } = play(up);
    expect(said).toEqual(['set settled 1m', 'sessionUp outgoing']);
    expect([...state.timers]).toEqual(['settled']);
    expect(last([...up, expired('hold outgoing')])).toEqual([]);
    expect(last([...up, expired('keepalive outgoing')])).toEqual([]);
    expect(last([...up, message('outgoing', 'update')])).toEqual([]);
  });

  it.each([
    [3, 'set keepalive outgoing 1s'],
    [9, 'set keepalive outgoing 3s ~'],
  ])('%d s: a third of it, and no more than one a second (RFC 4271 §4.4)', (holdTime, expected) => {
    expect(last(OPEN_CONFIRM, { holdTime }).at(-1)).toBe(expected);
  });
});

describe('collision (RFC 4271 §6.8)', () => {
  const low = ip('9.255.0.1');
  const high = ip('200.0.0.1');
  const both = [...CONNECT, connected('incoming'), connected('outgoing')];

  it("waits for the peer's OPEN", () => {
    expect(last(both)).toEqual(['clear connect', 'sendOpen outgoing', 'set hold outgoing 30s']);
  });

  it.each<[string, Way, Way]>([
    ['lower', 'outgoing', 'incoming'],
    ['lower', 'incoming', 'incoming'],
    ['higher', 'outgoing', 'outgoing'],
    ['higher', 'incoming', 'outgoing'],
  ])('with a %s router id there, and its OPEN on the %s one first, ends the %s one', (which, first, loser) => {
    const remote = peerOpen({ routerId: which === 'lower' ? low : high });
    const second = first === 'outgoing' ? 'incoming' : 'outgoing';
    const { said, state } = play([...both, open(first, remote), open(second, remote)]);
    expect(said[0]).toBe(`close ${loser} 6/7`);
    expect(said.filter((each) => each.startsWith('attemptFailed'))).toEqual([]);
    expect(state[loser]).toBeUndefined();
    const winner = loser === 'outgoing' ? 'incoming' : 'outgoing';
    expect(state[winner]?.phase).toBe('openConfirm');
    expect([...state.timers].sort()).toEqual([`hold ${winner}`, `keepalive ${winner}`]);
  });

  it.each<[number, Way]>([
    [65_000, 'incoming'],
    [65_002, 'outgoing'],
  ])('with equal router ids and AS %d there ends the %s one (RFC 6286 §2.3)', (as, loser) => {
    const remote = peerOpen({ routerId: OUR_ID, as, capabilities: [] });
    const { said } = play([...both, open('outgoing', remote), open('incoming', remote)], { as });
    expect(said[0]).toBe(`close ${loser} 6/7`);
  });

  it('ends the other one when a session is up', () => {
    const events = [...both, open('outgoing'), keepalive('outgoing')];
    expect(last(events)).toEqual([
      'close incoming 6/7',
      'clear hold incoming',
      'set hold outgoing 1m30s',
      'set settled 1m',
      'sessionUp outgoing',
    ]);
  });

  it('decided by the peer is no failure', () => {
    const events = [...both, open('outgoing'), notified('incoming', note(6, 7))];
    expect(last(events)).toEqual(['close incoming -', 'clear hold incoming']);
  });

  it('with a session refuses the new one, and asks whether the session is still there', () => {
    expect(last([...ESTABLISHED, connected('incoming')])).toEqual(['refuse 6/7', 'sendKeepalive outgoing']);
    expect(last([...ESTABLISHED, connected('incoming'), connected('incoming')])).toEqual(['refuse 6/7']);
    const heard = [...ESTABLISHED, connected('incoming'), keepalive('outgoing')];
    expect(last([...heard, connected('incoming')])).toEqual(['refuse 6/7', 'sendKeepalive outgoing']);
  });

  it('of two incoming ones ends the older', () => {
    expect(last([...INCOMING, connected('incoming')])).toEqual([
      'close incoming 6/7',
      'clear hold incoming',
      'attemptFailed us 6/7 -',
      'sendOpen incoming',
      'set hold incoming 30s',
    ]);
    const { state } = play([...INCOMING, open('incoming'), connected('incoming')]);
    expect([...state.timers].sort()).toEqual(['connectRetry', 'hold incoming']);
  });
});

describe('the next attempt', () => {
  const again = (events: readonly FsmEvent[], settings: Partial<PeerSettings> = {}): string[] => {
    let state = createPeer(peerSettings(settings), { routerId: OUR_ID });
    const waits: string[] = [];
    for (const event of events) {
      const [next, actions] = handle(state, event);
      state = next;
      waits.push(...actions.map(worded).filter((each) => each.startsWith('set connectRetry')));
    }
    return waits.map((each) => each.split(' ')[2] ?? '');
  };
  const times = (count: number, ...events: readonly FsmEvent[]): FsmEvent[] =>
    Array.from({ length: count }, () => events).flat();
  const retry = expired('connectRetry');

  it('comes later and later', () => {
    expect(again([started, ...times(9, connectFailed, retry)])).toEqual([
      '1s',
      '2s',
      '4s',
      '8s',
      '16s',
      '32s',
      '1m4s',
      '2m',
      '2m',
    ]);
    expect(again([started, ...times(3, connectFailed, retry)], { connectRetry: ms(1_500) })).toEqual([
      '1s',
      '1s500ms',
      '1s500ms',
    ]);
  });

  it('also from a peer that takes the connection and closes it', () => {
    expect(again([started, ...times(4, connected('outgoing'), closed('outgoing'), retry)])).toEqual([
      '1s',
      '2s',
      '4s',
      '8s',
    ]);
  });

  it('also from a session that does not last', () => {
    const flap = [connected('outgoing'), open('outgoing'), keepalive('outgoing'), closed('outgoing'), retry];
    expect(again([started, ...times(4, ...flap)])).toEqual(['1s', '2s', '4s', '8s']);
  });

  it('comes soon after a session that has lasted', () => {
    const failures = times(5, connectFailed, retry);
    const session = [connected('outgoing'), open('outgoing'), keepalive('outgoing')];
    expect(again([started, ...failures, ...session, expired('settled'), closed('outgoing')]).at(-1)).toBe('1s');
    expect(again([started, ...failures, ...session, closed('outgoing')]).at(-1)).toBe('32s');
  });

  it('pauses after a refused OPEN, whatever the setting', () => {
    const bad = [connected('outgoing'), open('outgoing', peerOpen({ holdTime: 1 })), retry];
    expect(again([started, ...times(6, ...bad)])).toEqual(['7s', '14s', '28s', '56s', '1m52s', '2m']);
    expect(again([started, ...times(2, ...bad)], { connectRetry: ms(1_000) })).toEqual(['7s', '7s']);
  });

  it('is given up after 10 s, and says what a wrong password looks like', () => {
    const { said, actions } = play([...CONNECT, expired('connect')]);
    expect(said).toEqual(['abandonConnect', 'set connectRetry 1s ~', 'attemptFailed network 1s']);
    expect(actions.at(-1)).toMatchObject({
      why: { detail: expect.stringMatching(/^no answer within 10 s; .*a TCP MD5 password, and we have none/) },
    });
    const password = { reveal: () => 'x' } as unknown as NonNullable<PeerSettings['password']>;
    expect(play([...CONNECT, expired('connect')], { password }).actions.at(-1)).toMatchObject({
      why: { detail: expect.stringContaining('password') },
    });
  });

  it('is left to a connection that goes on', () => {
    const both = [...CONNECT, connected('incoming'), connected('outgoing'), open('incoming')];
    expect(last([...both, closed('outgoing')])).toEqual(['clear hold outgoing', 'attemptFailed network -']);
    expect(last([...both, closed('outgoing'), closed('incoming')])).toContain('set connectRetry 1s ~');
  });
});

describe('a peer that refuses capabilities (RFC 5492 §3)', () => {
  const refusal = (...data: number[]): FsmEvent => notified('outgoing', note(2, 7, ...data));
  const reconnected = [expired('connectRetry'), connected('outgoing')];
  const announced = (events: readonly FsmEvent[]): string[] => {
    const sent = play(events).actions.find(({ type }) => type === 'sendOpen');
    return sent?.type === 'sendOpen' ? [...new Set(sent.open.capabilities.map(({ type }) => type))] : ['nothing'];
  };
  const FULL = [
    ...['multiprotocol', 'routeRefresh', 'extendedNextHop', 'extendedMessage'],
    ...['fourOctetAs', 'enhancedRouteRefresh'],
  ];

  it('is asked again soon, without them', () => {
    expect(announced(OPEN_SENT)).toEqual(FULL);
    expect(last([...OPEN_SENT, refusal(6, 0)])).toContain('set connectRetry 1s ~');
    expect(announced([...OPEN_SENT, refusal(6, 0), ...reconnected])).toEqual(
      FULL.filter((each) => each !== 'extendedMessage'),
    );
    expect(announced([...OPEN_SENT, refusal(), ...reconnected])).toEqual([]);
    expect(announced([...OPEN_SENT, notified('outgoing', note(2, 4)), ...reconnected])).toEqual([]);
    expect(announced([...OPEN_SENT, refusal(6, 0), connected('incoming')])).not.toContain('extendedMessage');
  });

  it('step by step, until there is nothing left; then all over, after a pause', () => {
    const twice = [...OPEN_SENT, refusal(6, 0), ...reconnected, refusal(2, 0)];
    expect(announced([...twice, ...reconnected])).toEqual([
      ...['multiprotocol', 'extendedNextHop', 'fourOctetAs', 'enhancedRouteRefresh'],
    ]);
    const thrice = [...twice, ...reconnected, refusal()];
    expect(announced([...thrice, ...reconnected])).toEqual([]);
    const nothing = [...thrice, ...reconnected, refusal()];
    expect(last(nothing)).toContain('set connectRetry 56s ~');
    expect(announced([...nothing, ...reconnected])).toEqual(FULL);
  });

  it('also when it does so after our KEEPALIVE', () => {
    expect(announced([...OPEN_CONFIRM, refusal(6, 0), ...reconnected])).not.toContain('extendedMessage');
  });

  it('gets them again after a session, and after any other failure', () => {
    const up = [...OPEN_SENT, refusal(6, 0), ...reconnected, open('outgoing'), keepalive('outgoing')];
    expect(announced([...up, closed('outgoing'), ...reconnected])).toEqual(FULL);
    expect(announced([...OPEN_SENT, refusal(6, 0), expired('connectRetry'), connectFailed, ...reconnected])).toEqual(
      FULL,
    );
  });

  it('is not asked for them again because of a collision', () => {
    const collided = [...OPEN_SENT, refusal(6, 0), ...reconnected, notified('outgoing', note(6, 7))];
    expect(announced([...collided, ...reconnected])).not.toContain('extendedMessage');
  });

  it('is not taken for one that misses a capability', () => {
    expect(last([...OPEN_SENT, refusal(69, 4, 0, 1, 1, 3)])).toContain('set connectRetry 7s ~');
    expect(announced([...OPEN_SENT, refusal(69, 4, 0, 1, 1, 3), ...reconnected])).toEqual(FULL);
  });
});

describe('graceful restart (RFC 4724 §4.1)', () => {
  const bit = (events: readonly FsmEvent[]): unknown => {
    const sent = play(events, { gracefulRestart: 30 }).actions.find(({ type }) => type === 'sendOpen');
    return sent?.type === 'sendOpen' && sent.open.capabilities.find(({ type }) => type === 'gracefulRestart');
  };
  it('says that we restart until a session was up', () => {
    expect(bit(OPEN_SENT)).toMatchObject({ isRestarting: true });
    expect(bit([...OPEN_SENT, closed('outgoing'), expired('connectRetry'), connected('outgoing')])).toMatchObject({
      isRestarting: true,
    });
    expect(bit([...ESTABLISHED, closed('outgoing'), expired('connectRetry'), connected('outgoing')])).toMatchObject({
      isRestarting: false,
    });
  });
});
