/** Services of `run`, found on this host and held down by their checks, through the core: events in, actions out. */
import { describe, expect, it } from 'vitest';
import { areDecided, decidedWithin } from '../../../src/core/checked.ts';
import type { Action } from '../../../src/model/action.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { TimerName } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Override } from '../../../src/model/override.ts';
import type { Route } from '../../../src/model/route.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import { added, type Core, coreOf, factsRead, only, policyOf, removed, said, sentenceOf } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden, set } from '../../helpers/overrides.ts';

const P = '192.0.2.1/32';
const Q = '192.0.2.2/32';
const SERVICE = ['--service', 'web,prefixes=192.0.2.1/32,command=x,rise=2,fall=2'];
const DISABLING = ['--service', 'web,prefixes=192.0.2.1/32,command=x,disable-file=/off,rise=2,fall=2'];
const NAME = ['--service', 'web,prefixes=192.0.2.1/32'];
/** No announce delay; withdrawn after a second. */
const AT_ONCE = ['--no-dampening', '--announce-delay', '0', '--withdraw-delay', '1s'];
/** No delay at all. */
const INSTANT = ['--no-dampening', '--announce-delay', '0', '--withdraw-delay', '0'];

const LISTENER = facts.listener('192.0.2.1', 80);
const ADDRESSES = [facts.assigned('192.0.2.1'), facts.assigned('192.0.2.2')];

interface Rig extends Core {
  /** The host as it is, read then; nothing new where it was read before. */
  read(at: number, of?: Parameters<typeof factsRead>[1]): readonly Action[];
  result(
    at: number,
    result: 'passed' | 'failed' | 'disabled',
    of?: { startedAt?: number; name?: string },
  ): readonly Action[];
  say(at: number, ...given: readonly Override[]): readonly Action[];
  unsay(at: number, key: string): readonly Action[];
  /** Other settings, and all of the host read for them unless it is `unread`. */
  reload(at: number, words: readonly string[], then?: 'unread'): readonly Action[];
  fail(at: number): readonly Action[];
}

function rig(
  words: readonly string[] = [...SERVICE, ...AT_ONCE],
  listeners = [LISTENER, facts.listener('192.0.2.2', 80)],
): Rig {
  const core = coreOf(words);
  let isNew = true;
  const all = { addresses: added(...ADDRESSES), devices: added(facts.device('lo')), listeners: added(...listeners) };
  const read: Rig['read'] = (at, of = {}) => {
    const first = isNew ? { ...all, resync: true } : {};
    isNew = false;
    return core.hear(factsRead(at, { ...first, ...of }));
  };
  return {
    ...core,
    read,
    result: (at, result, { startedAt = at - 1, name = 'web' } = {}) =>
      core.hear({
        ...{ type: 'probeFinished', at: ms(at), startedAt: ms(startedAt), service: name as ServiceId, result },
        detail: result === 'failed' ? 'exit status 1' : '',
      }),
    say: (at, ...given) => core.hear(overridden(at, { added: given })),
    unsay: (at, key) => core.hear(overridden(at, { removed: [key] })),
    reload(at, others, then) {
      const actions = core.hear({ type: 'settingsChanged', at: ms(at), policy: policyOf(others), settings: {} });
      return then === 'unread' ? actions : [...actions, ...core.hear(factsRead(at, { ...all, resync: true }))];
    },
    fail: (at) => core.hear({ type: 'discoveryFailed', at: ms(at), detail: 'ENOBUFS' }),
  };
}

/** Announced since 30, its check up since 20. */
function announced(words: readonly string[] = [...SERVICE, ...AT_ONCE]): Rig {
  const one = rig(words);
  one.read(0);
  one.result(10, 'passed');
  one.result(20, 'passed');
  one.read(30);
  expect(one.routes()).toContain(P);
  return one;
}

/** As an earlier process left it. */
const found = (one: Rig, at: number, ...prefixes: readonly string[]): readonly Action[] =>
  one.hear({
    ...{ type: 'routesFound', at: ms(at), doubtful: [] },
    announced: prefixes.map((prefix): Route => ({ prefix: prefix as Prefix, attributes: { nextHop: 'self' } })),
  });

describe('what is served', () => {
  it.each([
    ['has found nothing', [], 'check-undecided'],
    ['passed too seldom', ['passed'], 'check-undecided'],
    ['failed once', ['failed'], 'check-undecided'],
    ['failed', ['failed', 'failed'], 'check-down'],
    ['is disabled', ['disabled'], 'service-disabled'],
    ['passed', ['passed', 'passed'], 'announced'],
    // Announcing begins while it passes, and what is announced stays until it has failed often enough.
    ['passed, and failed once', ['passed', 'passed', 'failed'], 'check-undecided'],
    ['passed, failed once, and passed', ['passed', 'passed', 'failed', 'passed'], 'announced'],
    ['was disabled, and is no more', ['disabled', 'passed'], 'service-disabled'],
    ['was disabled, and passed again', ['disabled', 'passed', 'passed', 'passed'], 'announced'],
  ] as const)('whose check %s', (_how, results, standing) => {
    const one = rig();
    one.read(0);
    for (const [index, each] of results.entries()) one.result(10 + index, each);
    one.read(100);
    expect(one.standing(P)).toBe(standing);
    expect(one.routes()).toEqual(standing === 'announced' ? [P] : []);
  });

  it.each(['passed', 'failed', 'disabled'] as const)(
    'by nobody is down for that, whatever the check finds: %s',
    (each) => {
      const one = rig(undefined, []);
      one.read(0);
      for (const at of [10, 20]) one.result(at, each);
      one.read(100);
      expect([one.standing(P), one.routes()]).toEqual(['no-listener', []]);
    },
  );

  it('without the address is down for that, and not for its check', () => {
    const one = announced();
    one.hear(factsRead(41, { resync: true, devices: added(facts.device('lo')) }));
    one.result(50, 'failed');
    one.result(60, 'failed');
    expect(sentenceOf(one, P)).not.toMatch(/check/);
  });

  it('has its reasons in words', () => {
    const one = rig(['--service', 'web,prefixes=192.0.2.1/32,command=true,rise=2,fall=2,disable-file=/etc/web.off']);
    one.read(0);
    expect(sentenceOf(one, P)).toMatch(/check of web/);
    one.result(10, 'failed');
    one.result(20, 'failed');
    expect(sentenceOf(one, P)).toBe('the check of web fails: exit status 1');
    one.result(30, 'disabled');
    expect(sentenceOf(one, P)).toBe('web is disabled by /etc/web.off');
  });

  it('counts as declared, and a name without a check asks for none', () => {
    const one = rig([...NAME, ...AT_ONCE, '--max-routes', '1']);
    expect(only(one.hear({ type: 'started', at: ms(0) }), 'startProbe')).toEqual([]);
    one.read(10);
    expect([one.routes(), one.state.desired.discovered.size, one.state.checks.size]).toEqual([[P], 0, 0]);
  });

  it('is asked for at the start, each once', () => {
    const two = ['--service', 'dns,prefixes=192.0.2.2/32,disable-file=/off'];
    const started = rig([...SERVICE, ...two]).hear({ type: 'started', at: ms(0) });
    expect(only(started, 'startProbe').map(({ service }) => service)).toEqual(['web', 'dns']);
  });
});

describe('a check that fails', () => {
  it('withdraws after the withdraw delay, on the facts that there are', () => {
    const one = announced();
    one.result(100, 'failed');
    expect(one.standing(P)).toBe('announced');
    const down = one.result(200, 'failed');
    expect(said(down)).toContain('down, withdraw delayed');
    expect(one.standing(P)).toBe('leaving check-down');
    expect(one.timers.get('verdicts 1200' as never)).toBe(1_200);
    one.fire(1_199);
    one.read(1_199);
    expect(one.routes()).toEqual([P]);
    one.fire(1_200);
    one.read(1_200);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'check-down']);
  });

  it('withdraws at once where there is no delay', () => {
    const one = announced([...SERVICE, '--no-dampening', '--announce-delay', '0', '--withdraw-delay', '0']);
    one.result(100, 'failed');
    const told = only(one.result(110, 'failed'), 'setRoutes');
    expect(told.map(({ desired, changed }) => [desired.size, ...changed])).toEqual([[0, P]]);
  });

  it('and passes again within the delay takes nothing away', () => {
    const one = announced();
    for (const at of [100, 200]) one.result(at, 'failed');
    one.result(300, 'passed');
    expect(one.standing(P)).toBe('leaving check-down');
    expect(said(one.result(400, 'passed'))).toContain('up again, withdraw called off');
    expect(one.timers.has('verdicts 1200' as never)).toBe(false);
    one.read(5_000);
    expect(one.standing(P)).toBe('announced');
  });

  it('takes all prefixes of the service, and no other', () => {
    const one = rig([
      ...['--service', 'web,prefixes=192.0.2.1/32,prefixes=192.0.2.2/32,command=x,fall=1,rise=1'],
      ...['--announce', '192.0.2.0/30', ...INSTANT],
    ]);
    one.read(0);
    one.result(10, 'passed');
    one.read(20);
    expect(one.routes()).toEqual(['192.0.2.0/30', P, Q]);
    one.result(30, 'failed');
    expect(one.routes()).toEqual(['192.0.2.0/30']);
  });

  it('takes very many prefixes some at a time', () => {
    const addresses = Array.from({ length: 250 }, (_, index) => `198.51.100.${index}`);
    const one = coreOf([
      ...[
        '--service',
        `web,${addresses.map((each) => `prefixes=${each}/32,`).join('')}command=x,fall=1,rise=1`,
        ...INSTANT,
      ],
    ]);
    const tell = (at: number, result: 'passed' | 'failed'): readonly Action[] =>
      one.hear({
        ...{ type: 'probeFinished', at: ms(at), startedAt: ms(at), service: 'web' as ServiceId, result, detail: '' },
      });
    const goOn = (at: number): void => {
      while (one.state.marked.size > 0) one.hear({ type: 'wentOn', at: ms(at) });
    };
    one.hear(
      factsRead(0, {
        ...{ resync: true, devices: added(facts.device('lo')) },
        addresses: added(...addresses.map((each) => facts.assigned(each))),
        listeners: added(...addresses.map((each) => facts.listener(each, 80))),
      }),
    );
    goOn(0);
    tell(10, 'passed');
    for (const at of [11, 12]) one.hear({ type: 'wentOn', at: ms(at) });
    one.hear(factsRead(20));
    goOn(20);
    expect(one.routes()).toHaveLength(250);
    const asked = [tell(30, 'failed'), ...[31, 32].map((at) => one.hear({ type: 'wentOn', at: ms(at) }))];
    expect(asked.map((actions) => only(actions, 'setRoutes').map(({ changed }) => changed.size))).toEqual([
      [100],
      [100],
      [50],
    ]);
    expect(asked.map((actions) => [only(actions, 'goOn').length > 0, only(actions, 'lookNow').length])).toEqual([
      ...[
        [true, 0],
        [true, 0],
        [false, 1],
      ],
    ]);
    expect(one.routes()).toEqual([]);
  });

  it('is punished for flapping as a listener is', () => {
    const one = announced([...SERVICE, '--announce-delay', '0', '--withdraw-delay', '0']);
    for (const at of [100, 110]) one.result(at, 'failed');
    expect(one.state.dampening.services.get(P as Prefix)?.penalty).toBe(1_000);
  });

  it('that ran across our stall says nothing, and is made again', () => {
    const one = announced([...SERVICE, ...INSTANT]);
    one.result(100, 'failed');
    one.hear({ type: 'stalled', at: ms(5_000), lost: ms(4_000) });
    expect(one.result(5_001, 'failed', { startedAt: 1_000 })).toEqual([{ type: 'startProbe', service: 'web' }]);
    expect(one.standing(P)).toBe('announced');
    one.result(5_100, 'failed', { startedAt: 5_050 });
    expect(one.routes()).toEqual([]);
  });

  it('has its withdraw delay lengthened by a stall', () => {
    const one = announced();
    for (const at of [100, 200]) one.result(at, 'failed');
    one.hear({ type: 'stalled', at: ms(5_000), lost: ms(4_500) });
    one.read(5_100);
    expect(one.standing(P)).toBe('leaving check-down');
    one.fire(5_700);
    one.read(5_700);
    expect(one.routes()).toEqual([]);
  });
});

describe('a check that comes up', () => {
  it('asks for facts, and announces on none that were read before', () => {
    const one = rig();
    one.read(0);
    one.result(10, 'passed');
    const up = one.result(50, 'passed');
    expect(up).toContainEqual({ type: 'lookNow' });
    expect(one.routes()).toEqual([]);
    // Under way by then.
    one.read(49);
    expect(one.routes()).toEqual([]);
    one.read(50);
    expect(one.routes()).toEqual([P]);
  });

  it('begins the announce delay with facts that were read after it', () => {
    const one = rig([...SERVICE, '--no-dampening', '--announce-delay', '2s']);
    one.read(0);
    for (const at of [1_000, 2_000]) one.result(at, 'passed');
    one.read(1_900);
    expect(one.standing(P)).toBe('announce-delay');
    one.read(2_100);
    expect([...one.timers.keys()]).toContain('verdicts 4100');
    one.fire(4_100);
    expect(one.routes()).toEqual([]);
    one.read(4_101);
    expect(one.routes()).toEqual([P]);
  });

  it('and goes while the announce delay runs begins anew', () => {
    const one = rig([...SERVICE, '--no-dampening', '--announce-delay', '2s']);
    one.read(0);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.read(30);
    for (const at of [100, 110]) one.result(at, 'failed');
    expect(one.standing(P)).toBe('check-down');
    for (const at of [1_000, 1_010]) one.result(at, 'passed');
    one.read(1_020);
    one.fire(2_030);
    one.read(2_040);
    expect(one.routes()).toEqual([]);
    one.fire(3_020);
    one.read(3_020);
    expect(one.routes()).toEqual([P]);
  });

  it('before the first facts waits for them', () => {
    const one = rig();
    for (const at of [10, 20]) one.result(at, 'passed');
    expect([one.standing(P), one.routes()]).toEqual(['facts-not-read', []]);
    one.read(30);
    expect(one.routes()).toEqual([P]);
  });

  it('without a service of that name is nothing', () => {
    const one = announced();
    expect(one.result(100, 'failed', { name: 'other' })).toEqual([]);
    const named = rig([...NAME, '--no-dampening', '--announce-delay', '2s']);
    named.read(0);
    named.fire(2_000);
    // Its time has come, and no facts were read since.
    expect(named.result(2_500, 'passed')).toEqual([]);
    expect(named.routes()).toEqual([]);
  });
});

describe('while the kernel cannot be read', () => {
  it('a check that fails withdraws when its delay is over', () => {
    const one = announced();
    one.fail(100);
    for (const at of [200, 300]) one.result(at, 'failed');
    expect(one.standing(P)).toBe('leaving check-down');
    one.fire(1_300);
    one.fail(1_301);
    expect(one.routes()).toEqual([]);
  });

  it('a check that passes again calls the withdraw off', () => {
    const one = announced();
    one.fail(100);
    for (const at of [200, 300]) one.result(at, 'failed');
    one.fail(301);
    for (const at of [400, 500]) one.result(at, 'passed');
    one.fail(501);
    one.fire(1_300);
    one.fail(1_301);
    expect(one.standing(P)).toBe('announced');
  });

  it('a check that comes up announces nothing until it can', () => {
    const one = rig();
    one.read(0);
    one.fail(5);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.fail(21);
    expect(one.routes()).toEqual([]);
    one.read(30);
    expect(one.routes()).toEqual([P]);
  });

  it('from a reload on, a check that fails withdraws all the same, and one that passes gives that back', () => {
    const other = [...SERVICE, ...AT_ONCE, '--listen-filter', 'sport = :443 or sport = :80'];
    const one = announced();
    one.reload(100, other, 'unread');
    one.fail(101);
    for (const at of [200, 300]) one.result(at, 'failed');
    expect(one.standing(P)).toBe('leaving check-down');
    for (const at of [400, 500]) one.result(at, 'passed');
    expect(one.standing(P)).toBe('announced');
    for (const at of [600, 700]) one.result(at, 'failed');
    one.fire(1_700);
    one.fail(1_701);
    expect(one.routes()).toEqual([]);
  });

  it('from a reload on, an address that is gone goes on being that, whatever its check finds', () => {
    const words = [...SERVICE, '--no-dampening', '--announce-delay', '0', '--withdraw-delay', '60s'];
    const one = announced([...words, '--address-withdraw-delay', '1s']);
    const [gone = ''] = one.state.facts.addresses.keys();
    one.read(100, { addresses: removed(gone) });
    expect(one.standing(P)).toBe('leaving address-missing');
    one.reload(200, [...words, '--address-withdraw-delay', '1s'], 'unread');
    one.fail(201);
    for (const at of [300, 400]) one.result(at, 'failed');
    one.fire(1_100);
    one.fail(1_101);
    expect(one.routes()).toEqual([]);
  });

  it('from a reload on, a check that passed takes nothing away for what is not known yet', () => {
    const one = rig([...DISABLING, ...INSTANT, '--listen-filter', 'sport = :80']);
    one.read(0);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.read(30);
    one.reload(100, [...DISABLING, ...INSTANT, '--listen-filter', 'sport = :443'], 'unread');
    one.result(200, 'passed');
    expect(one.standing(P)).toBe('announced');
  });

  it('from the start on, what an earlier process announced goes when its check fails, with its delay', () => {
    const one = rig();
    found(one, 0, P);
    one.fail(1);
    expect(one.standing(P)).toBe('announced');
    for (const at of [10, 20]) one.result(at, 'failed');
    one.fail(21);
    expect(one.standing(P)).toBe('leaving check-down');
    for (const at of [30, 40]) one.result(at, 'passed');
    expect(one.standing(P)).toBe('announced');
    for (const at of [50, 60]) one.result(at, 'failed');
    one.fire(1_060);
    one.fail(1_061);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'facts-not-read']);
  });
});

describe('what an earlier process announced', () => {
  it('stays while the check decides', () => {
    const one = rig([...SERVICE, ...INSTANT]);
    one.hear({ type: 'started', at: ms(0) });
    found(one, 0, P);
    one.read(1);
    expect(one.standing(P)).toBe('announced');
    one.result(10, 'failed');
    one.read(11);
    expect(one.standing(P)).toBe('announced');
    one.result(20, 'failed');
    expect(one.routes()).toEqual([]);
  });

  it('stays for a check that has begun already', () => {
    const one = rig([...SERVICE, ...INSTANT]);
    one.result(1, 'passed');
    found(one, 2, P);
    one.read(3);
    expect(one.standing(P)).toBe('announced');
    one.result(10, 'passed');
    one.read(11);
    expect(one.standing(P)).toBe('announced');
  });

  it('goes when the file that disables it is there, or its listener is not', () => {
    const off = rig([...DISABLING, ...INSTANT]);
    found(off, 0, P);
    off.read(1);
    off.result(2, 'disabled');
    expect([off.routes(), off.standing(P)]).toEqual([[], 'service-disabled']);
    const bare = rig([...SERVICE, ...INSTANT], []);
    found(bare, 0, P);
    bare.read(1);
    expect([bare.routes(), bare.standing(P)]).toEqual([[], 'no-listener']);
  });

  it('says nothing of services of which nothing was', () => {
    const one = rig([...SERVICE, '--service', 'dns,prefixes=192.0.2.2/32,command=y', ...AT_ONCE]);
    found(one, 0, P);
    one.read(1);
    expect([one.routes(), one.standing(Q)]).toEqual([[P], 'check-undecided']);
  });
});

describe('by hand', () => {
  it.each([
    ['a check', [...SERVICE, ...AT_ONCE]],
    ['no check', [...NAME, ...AT_ONCE]],
  ])('a drain by name tells of the end, withdraws and gives back, with %s', (_what, words) => {
    const one = rig([...words, '--announce', '192.0.2.2/32']);
    one.read(0);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.read(30);
    expect(one.routes()).toEqual([P, Q]);
    one.say(40, drain('service web', { at: 40, withdrawAt: 90 }));
    expect([one.standing(P), one.standing(Q)]).toEqual(['leaving draining', 'announced']);
    one.fire(90);
    expect([one.routes(), one.standing(P)]).toEqual([[Q], 'drained']);
    one.unsay(100, 'drain service web');
    expect(one.routes()).toEqual([Q]);
    one.read(101);
    expect(one.routes()).toEqual([P, Q]);
  });

  it('a check goes on under a drain', () => {
    const one = announced();
    one.say(40, drain('service web', { at: 40, withdrawAt: 40 }));
    for (const at of [50, 60]) one.result(at, 'failed');
    one.unsay(70, 'drain service web');
    one.read(71);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'check-down']);
  });

  it.each([
    ['no listener', [], ['passed', 'passed']],
    ['a check that fails', [LISTENER], ['failed', 'failed']],
    ['neither', [], ['failed', 'failed']],
    ['a check that has not decided', [LISTENER], ['passed']],
    ['a check that was not made yet', [LISTENER], []],
  ] as const)('up stands in for %s', (_what, listeners, results) => {
    const one = rig(undefined, [...listeners]);
    one.read(0);
    for (const [index, each] of results.entries()) one.result(10 + index, each);
    one.say(50, set('up', P, { at: 50 }));
    expect(one.routes()).toEqual([]);
    one.read(51);
    expect(one.standing(P)).toBe('announced');
    one.result(60, 'failed');
    one.result(61, 'failed');
    one.read(62);
    expect(one.standing(P)).toBe('announced');
    one.unsay(70, `set ${P}`);
    expect(one.standing(P)).toMatch(/^leaving (check-down|no-listener)$/);
  });

  it('up stands in for no address', () => {
    const one = rig();
    one.hear(factsRead(0, { resync: true, devices: added(facts.device('lo')), listeners: added(LISTENER) }));
    one.say(50, set('up', P, { at: 50 }));
    one.hear(factsRead(51));
    expect([one.routes(), one.standing(P)]).toEqual([[], 'address-missing']);
  });

  it('up does not let go of what a file disables, before it and after it', () => {
    const one = announced([...DISABLING, ...INSTANT]);
    one.result(40, 'disabled');
    one.say(50, set('up', P, { at: 50 }));
    one.read(51);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'service-disabled']);
    one.result(60, 'passed');
    for (const at of [70, 80]) one.result(at, 'failed');
    one.read(81);
    expect(one.standing(P)).toBe('announced');
    one.result(90, 'disabled');
    expect([one.routes(), one.standing(P)]).toEqual([[], 'service-disabled']);
  });

  it('up, kept from an earlier process, waits until somebody has looked for the file', () => {
    const make = (): Rig => {
      const one = rig([...DISABLING, ...AT_ONCE]);
      one.hear(overridden(0, { added: [set('up', P, { at: 0 })], isKept: true }));
      one.hear({ type: 'started', at: ms(0) });
      one.read(1);
      expect([one.routes(), one.standing(P)]).toEqual([[], 'check-undecided']);
      return one;
    };
    const off = make();
    off.result(10, 'disabled');
    off.read(11);
    expect([off.routes(), off.standing(P)]).toEqual([[], 'service-disabled']);
    const on = make();
    expect(on.result(10, 'failed')).toContainEqual({ type: 'lookNow' });
    on.read(11);
    expect(on.standing(P)).toBe('announced');
  });
});

describe('a check that fails, and not often enough yet', () => {
  const DELAYED = ['--announce-delay', '3s', '--no-dampening', '--withdraw-delay', '0'];

  it('lets no announce delay end, until it passes again', () => {
    const one = rig([...SERVICE, ...DELAYED]);
    one.read(0);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.read(30);
    expect(one.standing(P)).toBe('announce-delay');
    one.result(2_900, 'failed');
    one.read(2_910);
    one.fire(3_030);
    one.read(3_031);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'check-undecided']);
    const actions = one.result(3_900, 'passed');
    expect(only(actions, 'lookNow')).toHaveLength(1);
    one.read(3_901);
    expect(one.routes()).toEqual([P]);
    // What is announced stays.
    one.result(4_000, 'failed');
    one.read(4_001);
    expect(one.standing(P)).toBe('announced');
  });

  it('lets none begin', () => {
    const one = rig([...SERVICE, ...DELAYED], []);
    one.read(0);
    for (const at of [10, 20]) one.result(at, 'passed');
    one.result(30, 'failed');
    one.read(40, { listeners: added(LISTENER) });
    one.fire(5_000);
    one.read(5_001);
    expect([one.routes(), one.standing(P)]).toEqual([[], 'check-undecided']);
    one.result(5_100, 'passed');
    one.read(5_101);
    expect(sentenceOf(one, P)).toBe('192.0.2.1 is up, and has to stay so for 3s before it is announced');
    one.fire(8_101);
    one.read(8_102);
    expect(one.routes()).toEqual([P]);
  });
});

describe('a check that comes and goes as fast as its own times and the delays let it', () => {
  /** All times are the defaults. It fails once before it is announced, for nobody to wait for the next check after that. */
  const RESULTS = ['passed', 'passed', 'passed', 'failed', 'passed', 'failed', 'failed', 'failed'] as const;
  const TIMER = 'check web' as TimerName;

  /** For five minutes: the highest penalty, when it went, and when it was suppressed first. */
  function flap(words: readonly string[]) {
    const one = rig(['--service', 'web,prefixes=192.0.2.1/32,command=x', ...words]);
    const [went, states] = [[] as number[], [] as string[]];
    let [penalty, made] = [0, 0];
    for (let at = 0; at <= 300_000; at += 500) {
      if (at === 0 || (one.timers.get(TIMER) ?? Number.POSITIVE_INFINITY) <= at) {
        one.result(at, RESULTS[made++ % RESULTS.length] ?? 'passed', { startedAt: at });
      }
      one.fire(at);
      one.read(at + 1);
      const before = penalty;
      penalty = Math.max(penalty, one.state.dampening.services.get(P as Prefix)?.penalty ?? 0);
      const state = one.standing(P);
      if (state === 'check-down' && states.at(-1)?.startsWith('leaving')) went.push(at);
      if (state === 'dampened') return { penalty: Math.max(before, penalty), went };
      states.push(state);
    }
    return { penalty, went };
  }

  it('is not suppressed by default: its penalty stays below 2,400', () => {
    const { penalty, went } = flap([]);
    const gaps = went.slice(1).map((at, index) => at - (went[index] ?? 0));
    expect([went.length, new Set(gaps)]).toEqual([18, new Set([16_000])]);
    // 1000 / (1 - 2 ** (-16 / 20)), which the sum comes up to.
    expect(penalty).toBeGreaterThan(2_300);
    expect(penalty).toBeLessThan(2_400);
  });

  it.each([[['--dampening-suppress', '2000']], [['--dampening-half-life', '1m', '--dampening-max-suppress', '5m']]])(
    'is with %s, once it has gone for the fourth time',
    (words) => {
      const { penalty, went } = flap(words);
      expect(went).toHaveLength(4);
      expect(penalty).toBeGreaterThan(2_000);
    },
  );
});

describe('a disable file', () => {
  it('is no flap', () => {
    const words = ['--service', 'web,prefixes=192.0.2.1/32,command=true,rise=1,fall=1,disable-file=/off'];
    const one = rig([...words, '--announce-delay', '0', '--withdraw-delay', '0']);
    one.read(0);
    one.result(10, 'passed');
    one.read(11);
    for (let at = 100; at < 1_000; at += 100) {
      one.result(at, 'disabled');
      one.read(at + 1);
      expect(one.routes()).toEqual([]);
      one.result(at + 10, 'passed');
      one.result(at + 20, 'passed');
      one.read(at + 21);
      expect(one.routes()).toEqual([P]);
    }
    expect(one.state.dampening.services.size).toBe(0);
    one.result(2_000, 'failed');
    one.read(2_001);
    expect(one.state.dampening.services.size).toBe(1);
  });
});

describe('a reload', () => {
  it('with a check over what is announced withdraws nothing until that has failed as often as it may', () => {
    const one = rig(['--announce', P, ...INSTANT]);
    one.read(0);
    expect(one.routes()).toEqual([P]);
    expect(only(one.reload(10, [...SERVICE, ...INSTANT]), 'startProbe')).toEqual([
      { type: 'startProbe', service: 'web' },
    ]);
    expect(one.standing(P)).toBe('announced');
    one.result(20, 'failed');
    one.read(21);
    expect(one.standing(P)).toBe('announced');
    one.result(30, 'failed');
    expect(one.routes()).toEqual([]);
  });

  it('that gives a service which was announced to a check that has not decided withdraws nothing either', () => {
    const one = rig([...SERVICE, '--announce', Q, ...INSTANT]);
    one.read(0);
    one.result(10, 'passed');
    one.reload(20, [
      '--service',
      'web,prefixes=192.0.2.1/32,prefixes=192.0.2.2/32,command=x,rise=2,fall=2',
      ...INSTANT,
    ]);
    expect(one.routes()).toContain(Q);
  });

  it('with a check over what is not announced leaves it undecided', () => {
    const one = rig(['--announce', P, ...INSTANT], []);
    one.read(0);
    one.reload(10, [...SERVICE, ...INSTANT]);
    one.read(20, { listeners: added(LISTENER) });
    expect([one.routes(), one.standing(P)]).toEqual([[], 'check-undecided']);
  });

  it('with a check over what is only set up by hand leaves it undecided', () => {
    const one = rig(['--announce', P, ...AT_ONCE]);
    one.say(0, set('up', P, { at: 0 }));
    one.read(1);
    one.reload(10, [...SERVICE, ...AT_ONCE]);
    expect(one.standing(P)).toBe('announced');
    one.unsay(20, `set ${P}`);
    expect(one.standing(P)).toBe('leaving check-undecided');
  });

  it('without the check has it come back by its listener', () => {
    const one = announced([...SERVICE, ...INSTANT]);
    for (const at of [40, 50]) one.result(at, 'failed');
    expect(one.routes()).toEqual([]);
    one.reload(60, [...NAME, ...INSTANT]);
    expect([one.routes(), one.state.checks.size]).toEqual([[P], 0]);
  });

  it('with another command keeps what was found', () => {
    const other = (words: string) => ['--service', `web,prefixes=192.0.2.1/32,command=${words}`, ...INSTANT];
    const up = announced([...SERVICE, ...INSTANT]);
    expect(only(up.reload(40, other('y')), 'startProbe')).toHaveLength(1);
    expect(up.standing(P)).toBe('announced');
    expect(only(up.reload(50, other('y')), 'startProbe')).toEqual([]);
    const down = announced([...SERVICE, ...INSTANT]);
    for (const at of [40, 50]) down.result(at, 'failed');
    down.reload(60, other('y'));
    expect(down.standing(P)).toBe('check-down');
  });

  it('with another name for the same keeps what is announced, and does not keep what its check takes away', () => {
    const other = ['--service', 'www,prefixes=192.0.2.1/32,command=x,rise=2,fall=2'];
    const up = announced([...SERVICE, ...INSTANT]);
    up.reload(40, [...other, ...INSTANT]);
    expect([up.standing(P), [...up.state.checks.keys()]]).toEqual(['announced', ['www']]);
    const leaves = announced();
    for (const at of [40, 50]) leaves.result(at, 'failed');
    leaves.reload(60, [...other, ...AT_ONCE]);
    expect(leaves.standing(P)).toBe('leaving check-undecided');
    leaves.fire(1_050);
    leaves.read(1_051);
    expect(leaves.routes()).toEqual([]);
  });

  it('without a name that is drained keeps its prefixes drained by themselves; and with it holds others', () => {
    const one = announced([...NAME, '--announce', Q, ...INSTANT]);
    one.say(40, drain('service web', { at: 40, withdrawAt: 40 }));
    expect(one.routes()).toEqual([Q]);
    one.reload(50, ['--announce', Q, '--announce', P, ...INSTANT]);
    expect([one.routes(), [...one.state.overrides.said.keys()]]).toEqual([[Q], ['drain 192.0.2.1/32']]);
    one.unsay(52, 'drain 192.0.2.1/32');
    one.read(53);
    expect(one.routes()).toEqual([P, Q]);
    one.say(54, drain('service web', { at: 54, withdrawAt: 54 }));
    one.reload(60, ['--announce', P, '--service', 'web,prefixes=192.0.2.2/32', ...INSTANT], 'unread');
    expect([one.routes(), one.standing(Q)]).toEqual([[P], 'drained']);
  });

  it('leaves no timer of a check that is gone, and one that fires all the same is nothing', () => {
    const one = announced([...SERVICE, ...AT_ONCE]);
    expect([...one.timers.keys()]).toEqual(['check web']);
    one.reload(40, [...NAME, ...AT_ONCE]);
    expect([...one.timers.keys()]).toEqual([]);
    expect(one.hear({ type: 'timerFired', at: ms(50), timer: 'check web' as never })).toEqual([]);
  });

  it('takes the timer of a check that is made otherwise to its new interval', () => {
    const one = announced([...SERVICE, ...AT_ONCE]);
    expect(one.timers.get('check web' as never)).toBe(5_020);
    one.reload(40, ['--service', 'web,prefixes=192.0.2.1/32,command=x,interval=20s', ...AT_ONCE]);
    one.result(50, 'passed');
    expect([...one.timers]).toEqual([['check web', 20_050]]);
  });
});

describe('what is announced first', () => {
  const words = (...services: readonly string[]): string[] => [
    ...services.flatMap((text) => ['--service', text]),
    ...AT_ONCE,
  ];

  it('is complete when each check has decided, whatever it found', () => {
    const { state, result } = rig(
      words('web,prefixes=192.0.2.1/32,command=x,rise=2,fall=2', 'dns,prefixes=192.0.2.2/32,command=y,rise=2,fall=2'),
    );
    const after: boolean[] = [areDecided(state.checks)];
    for (const [at, verdict, name] of [
      [1_000, 'passed', 'web'],
      [1_001, 'failed', 'dns'],
      [2_000, 'passed', 'web'],
      [2_001, 'failed', 'dns'],
    ] as const) {
      result(at, verdict, { name });
      after.push(areDecided(state.checks));
    }
    expect(after).toEqual([false, false, false, false, true]);
    expect(areDecided(rig([...NAME, ...AT_ONCE]).state.checks)).toBe(true);
  });

  it('waits for checks as long as the slowest may take to pass', () => {
    const within = (...services: readonly string[]): number => decidedWithin(rig(words(...services)).state.checks);
    expect(within('a,prefixes=192.0.2.1/32')).toBe(0);
    const a = 'a,prefixes=192.0.2.1/32,command=x';
    expect(within(`${a},rise=1,timeout=2s`)).toBe(2_000);
    // Three runs of 5 s, and a second between them.
    expect(within(a, 'b,prefixes=192.0.2.2/32,command=x,rise=2,timeout=3s,fast-interval=4s')).toBe(17_000);
  });
});
