/** Drains and what is set by hand, through the core: events in, actions out. */
import { describe, expect, it } from 'vitest';
import { serviceView } from '../../../src/core/view.ts';
import type { Action } from '../../../src/model/action.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { RouteAttributes } from '../../../src/model/route.ts';
import type { Instant } from '../../../src/model/view.ts';
import { added, type Core, coreOf, factsRead, only, said, sentenceOf } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden, set } from '../../helpers/overrides.ts';

const ONE = '10.0.0.1/32';
const TWO = '10.0.0.2/32';
const WORDS = ['--network', '10.0.0.0/8', '--community', '65000:1', '--local-preference', '200'];
const DRAIN_ALL = { removed: ['drain all'] };

const host = (at: number, ...listening: readonly string[]) =>
  factsRead(at, {
    resync: true,
    devices: added(facts.device('lo')),
    addresses: added(facts.assigned('10.0.0.1'), facts.assigned('10.0.0.2')),
    listeners: added(...listening.map((address) => facts.listener(address, 80))),
  });

/** Both services announced, at 10 s. */
function running(words: readonly string[] = []): Core {
  const core = coreOf([...WORDS, '--announce-delay', '6s', ...words]);
  core.hear({ type: 'started', at: ms(0) });
  core.hear(host(0, '10.0.0.1', '10.0.0.2'));
  core.fire(6_000);
  core.hear(factsRead(10_000));
  expect(core.routes()).toEqual([ONE, TWO]);
  return core;
}

const attributes = (core: Core, prefix: string): RouteAttributes | undefined =>
  [...core.state.desired.routes.values()].find((each) => each.prefix === prefix)?.attributes;
const types = (actions: readonly Action[]): string[] =>
  actions.map(({ type }) => type).filter((type) => type !== 'log');
const asks = (actions: readonly Action[]): boolean => only(actions, 'lookNow').length > 0;

describe('after a restart', () => {
  const logged = (actions: readonly Action[]) =>
    only(actions, 'log').flatMap(({ level, message, fields }) => (level === 'info' ? [{ message, ...fields }] : []));

  it('what goes on is named, and so is why what is up is not announced', () => {
    const core = coreOf([...WORDS, '--announce-delay', '6s']);
    const kept = [
      drain('10.0.0.0/24', { why: 'new disk', until: 100_000 }),
      set('down', '10.9.0.1/32'),
      ...Array.from({ length: 20 }, (_, index) => drain(`10.8.0.${index}/32`)),
    ];
    const goesOn = logged(core.hear(overridden(0, { added: kept, isKept: true })));
    expect(goesOn.slice(0, 2)).toEqual([
      { message: 'drain goes on', target: '10.0.0.0/24', by: 'anna', why: 'new disk', for: '1m40s', withdrawIn: '1m' },
      { message: 'set down goes on', prefix: '10.9.0.1/32', by: 'anna' },
    ]);
    expect(goesOn.slice(10)).toEqual([{ message: 'what was said by hand goes on', overrides: 22 }]);
    core.hear({ type: 'started', at: ms(0) });
    core.hear(host(0, '10.0.0.1'));
    core.fire(6_000);
    const up = logged(core.hear(factsRead(10_000)));
    expect(up).toEqual([
      {
        ...{ message: 'up, but not announced', prefix: ONE },
        reason: '10.0.0.1 is drained by anna (10.0.0.0/24) for another 1m30s: new disk',
      },
    ]);
  });
});

describe('a drain', () => {
  it('that is over before it withdraws anything ends then, and says so until then', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, until: 16_000 })] }));
    expect(core.standing(ONE)).toBe('leaving draining');
    expect(sentenceOf(core, ONE)).toBe(
      '10.0.0.1 is drained by anna (all) for another 5s, and not withdrawn in so short a time',
    );
    const view = serviceView(core.state, ONE as Prefix, ms(11_000), (at) => String(at) as Instant, []);
    expect([view.until, view.overrides.map(({ withdrawAt }) => withdrawAt)]).toEqual(['16000', [undefined]]);
    // What another one withdraws is withdrawn.
    core.hear(overridden(11_000, { added: [drain(ONE, { at: 11_000 })] }));
    expect(sentenceOf(core, ONE)).toBe('10.0.0.1 is drained by anna, and withdrawn in 1m');
    core.fire(16_000);
    expect([core.standing(ONE), core.standing(TWO)]).toEqual(['leaving draining', 'announced']);
    core.fire(71_000);
    expect(core.routes()).toEqual([TWO]);
  });

  it('says of what is announced that it is about to go, then withdraws it, on no facts at all', () => {
    const core = running();
    const begun = core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, why: 'new kernel' })] }));
    expect(attributes(core, ONE)).toEqual({
      nextHop: 'self',
      localPreference: 0,
      communities: ['65000:1', 'graceful-shutdown'],
    });
    expect(attributes(core, TWO)).toBe(attributes(core, ONE));
    expect([...(only(begun, 'setRoutes')[0]?.changed ?? [])].sort()).toEqual([ONE, TWO]);
    expect(core.standing(ONE)).toBe('leaving draining');
    expect(said(begun, 'info')).toEqual(['drained']);

    core.hear({ type: 'discoveryFailed', at: ms(12_000), detail: 'no' });
    core.fire(70_999);
    expect(core.routes()).toEqual([ONE, TWO]);
    const over = core.fire(71_000);
    expect(core.routes()).toEqual([]);
    expect(said(over, 'info')).toEqual(['withdrawn', 'withdrawn']);
    expect(core.standing(ONE)).toBe('drained');
    expect(sentenceOf(core, ONE)).toBe('10.0.0.1 is drained by anna (all): new kernel');
  });

  it('without a graceful phase withdraws at once, also while the kernel cannot be read', () => {
    const core = running();
    core.hear({ type: 'discoveryFailed', at: ms(11_000), detail: 'no' });
    core.hear(overridden(12_000, { added: [drain('10.0.0.0/31', { at: 12_000, withdrawAt: 12_000 })] }));
    expect(core.routes()).toEqual([TWO]);
    expect(core.standing(ONE)).toBe('drained');
  });

  it.each(['all', '10.0.0.0/31'])('of %s that ends lets come what was set up meanwhile, and nobody knew', (target) => {
    const core = coreOf([...WORDS, '--announce-delay', '6s']);
    core.hear({ type: 'started', at: ms(0) });
    core.hear(host(0));
    core.hear(overridden(1_000, { added: [drain(target, { at: 1_000, withdrawAt: 1_000 })] }));
    core.hear(overridden(2_000, { added: [set('up', ONE, { at: 2_000 })] }));
    expect(core.standing(ONE)).toBe('drained');
    const over = core.hear(overridden(3_000, { removed: [`drain ${target}`] }));
    expect(asks(over)).toBe(true);
    core.hear(factsRead(3_001));
    expect(core.routes()).toEqual([ONE]);
  });

  it('lets nothing begin that is not announced, also what comes later', () => {
    const core = running();
    core.hear(host(10_500, '10.0.0.1'));
    core.fire(13_500);
    core.hear(factsRead(13_500));
    expect(core.routes()).toEqual([ONE]);
    core.hear(overridden(14_000, { added: [drain('all', { at: 14_000 })] }));
    core.hear(host(15_000, '10.0.0.1', '10.0.0.2'));
    core.fire(21_000);
    core.hear(factsRead(21_001));
    expect(core.state.services.get(TWO as Prefix)).toEqual({ state: 'up' });
    expect(core.routes()).toEqual([ONE]);
    expect(core.standing(TWO)).toBe('drained');
  });

  it('goes on underneath: what was healthy all the time is announced at once, on facts read after the end', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, withdrawAt: 11_000 })] }));
    const over = core.hear(overridden(20_000, DRAIN_ALL));
    expect(asks(over)).toBe(true);
    expect(core.routes()).toEqual([]);
    expect(core.standing(ONE)).toBe('announce-delay');
    core.hear(factsRead(20_500, { readAt: ms(19_999) }));
    expect(core.routes()).toEqual([]);
    core.hear(factsRead(20_600, { readAt: ms(20_000), isWhole: false }));
    expect(core.routes()).toEqual([]);
    const told = core.hear(factsRead(20_700, { readAt: ms(20_001) }));
    expect(core.routes()).toEqual([ONE, TWO]);
    expect(said(told, 'info')).toEqual(['to be announced', 'to be announced']);
    expect(attributes(core, ONE)).toEqual({ nextHop: 'self', localPreference: 200, communities: ['65000:1'] });
    expect(core.state.overrides.freed.size).toBe(0);
    expect(core.timers.size).toBe(0);
  });

  it('that ends while it is graceful takes the words back at once', () => {
    const core = running();
    const before = attributes(core, ONE);
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000 })] }));
    core.hear(overridden(12_000, DRAIN_ALL));
    expect(attributes(core, ONE)).toBe(before);
    expect(core.standing(ONE)).toBe('announced');
  });

  it('ends by itself', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, withdrawAt: 11_000, until: 41_000 })] }));
    expect(sentenceOf(core, ONE)).toBe('10.0.0.1 is drained by anna (all) for another 30s');
    const ended = core.fire(41_000);
    expect(asks(ended)).toBe(true);
    expect(said(ended, 'info')).toEqual(['drain is over']);
    expect(only(ended, 'keepOverrides')[0]?.overrides.size).toBe(0);
    core.hear(factsRead(41_001));
    expect(core.routes()).toEqual([ONE, TWO]);
  });

  it('does not wait for a service that restarts meanwhile, nor punish it', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, withdrawAt: 11_000 })] }));
    for (const at of [12_000, 14_000, 16_000, 18_000]) {
      core.hear(host(at, '10.0.0.2'));
      core.hear(host(at + 1_000, '10.0.0.1', '10.0.0.2'));
    }
    expect(core.state.dampening.services.size).toBe(0);
    core.hear(overridden(20_000, DRAIN_ALL));
    core.hear(factsRead(20_001));
    expect(core.routes()).toEqual([TWO]);
    // Since 19 s: it has to stay for as long as any other.
    core.fire(25_000);
    core.hear(factsRead(25_000));
    expect(core.routes()).toEqual([ONE, TWO]);
  });

  it('that is said again replaces the first, and does not begin anew', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000 })] }));
    core.hear(overridden(61_000, { added: [drain('all', { at: 61_000, why: 'longer', until: 90_000 })] }));
    expect(core.state.overrides.due).toBe(71_000);
    core.fire(71_000);
    expect(core.routes()).toEqual([]);
    expect(sentenceOf(core, ONE)).toBe('10.0.0.1 is drained by anna (all) for another 19s: longer');
    core.hear(overridden(80_000, { added: [drain('all', { at: 80_000 })] }));
    core.hear(factsRead(80_001));
    expect([core.routes(), core.state.overrides.due]).toEqual([[], undefined]);
  });

  it('holds while a wider one or a narrower one does, and the one that is there first withdraws', () => {
    const core = running();
    core.hear(
      overridden(11_000, { added: [drain('all', { at: 11_000 }), drain(ONE, { at: 11_000, withdrawAt: 12_000 })] }),
    );
    core.fire(12_000);
    expect(core.routes()).toEqual([TWO]);
    core.hear(overridden(13_000, { removed: [`drain ${ONE}`] }));
    core.hear(factsRead(13_001));
    expect(core.standing(ONE)).toBe('drained');
    core.hear(overridden(14_000, DRAIN_ALL));
    core.hear(factsRead(14_001));
    expect(core.routes()).toEqual([ONE, TWO]);
  });

  it('is no reason for what could not be announced anyhow', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000 })] }));
    expect(core.standing('192.0.2.9/32')).toBe('outside-networks');
    expect(core.standing('10.0.0.9/32')).toBe('address-missing');
    core.hear(host(11_500, '10.0.0.2'));
    core.fire(14_500);
    core.hear(factsRead(14_500));
    // Its service was stopped on purpose.
    expect(core.standing(ONE)).toBe('drained');
  });

  it('has its end and its withdraw when it was said, however long we stood still', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000, until: 200_000 })] }));
    core.hear({ type: 'stalled', at: ms(80_000), lost: ms(60_000) });
    expect([...core.timers]).toContainEqual(['overrides', 71_000]);
    core.fire(80_000);
    expect(core.routes()).toEqual([]);
    expect([...core.timers]).toEqual([['overrides', 200_000]]);
  });

  it('gives its places to others, who get them with the next reading', () => {
    const core = coreOf([...WORDS, '--announce-delay', '0', '--max-routes', '1']);
    core.hear(host(0, '10.0.0.1', '10.0.0.2'));
    const [routed] = core.routes();
    expect(core.routes()).toHaveLength(1);
    const actions = core.hear(overridden(11_000, { added: [drain(`${routed}`, { at: 11_000, withdrawAt: 11_000 })] }));
    expect(asks(actions)).toBe(true);
    core.hear(factsRead(11_001));
    expect(core.routes()).toEqual([routed === ONE ? TWO : ONE]);
  });
});

describe('set down', () => {
  it('is withdrawn at once, without a penalty, and comes back at once', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [set('down', ONE, { at: 11_000, why: 'broken' })] }));
    expect(core.routes()).toEqual([TWO]);
    expect(core.standing(ONE)).toBe('set-down');
    expect(sentenceOf(core, ONE)).toBe('10.0.0.1 is set down by anna: broken');
    core.hear(overridden(12_000, { removed: [`set ${ONE}`] }));
    core.hear(factsRead(12_001));
    expect(core.routes()).toEqual([ONE, TWO]);
    expect(core.state.dampening.services.size).toBe(0);
  });

  it('goes before a drain that is graceful yet', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('all', { at: 11_000 })] }));
    core.hear(overridden(12_000, { added: [set('down', ONE, { at: 12_000 })] }));
    expect(core.routes()).toEqual([TWO]);
  });
});

describe('set up', () => {
  const quiet = (words: readonly string[] = []): Core => {
    const core = coreOf([...WORDS, '--announce-delay', '6s', ...words]);
    core.hear(host(0));
    return core;
  };

  it('stands in for listeners and delays, on facts that were read after the order', () => {
    const core = quiet();
    const actions = core.hear(overridden(1_000, { added: [set('up', ONE, { at: 1_000 })] }));
    expect(asks(actions)).toBe(true);
    core.hear(factsRead(1_100, { readAt: ms(999), listeners: added(facts.listener('10.0.0.2', 80)) }));
    expect(core.routes()).toEqual([]);
    core.hear(factsRead(1_200, { readAt: ms(1_000) }));
    expect(core.routes()).toEqual([ONE]);
    expect(core.standing(ONE)).toBe('announced');
  });

  it('never stands in for the address on the host, its device, or what the settings forbid', () => {
    const core = quiet();
    const up = ['10.0.0.9/32', '192.0.2.1/32', '10.0.0.0/24'].map((prefix) => set('up', prefix, { at: 1_000 }));
    core.hear(overridden(1_000, { added: [...up, set('up', ONE, { at: 1_000 })] }));
    core.hear(factsRead(1_001, { devices: added(facts.device('lo', { up: false })) }));
    expect(core.routes()).toEqual([]);
    expect(core.standing('10.0.0.9/32')).toBe('address-missing');
    expect(core.standing('192.0.2.1/32')).toBe('outside-networks');
    expect(core.standing(ONE)).toBe('device-down');
    expect(core.state.due.size).toBe(0);
  });

  it('holds through the loss of the listener, and gives it its withdraw delay in the end', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [set('up', ONE, { at: 11_000, until: 30_000 })] }));
    core.hear(host(12_000, '10.0.0.2'));
    core.fire(20_000);
    core.hear(factsRead(20_000));
    expect(core.routes()).toEqual([ONE, TWO]);
    core.fire(30_000);
    expect(core.standing(ONE)).toBe('leaving no-listener');
    core.fire(33_000);
    core.hear(factsRead(33_000));
    expect(core.routes()).toEqual([TWO]);
  });

  it('that ends while the kernel cannot be read ends all the same', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [set('up', ONE, { at: 11_000, until: 30_000 })] }));
    core.hear(host(12_000, '10.0.0.2'));
    core.hear({ type: 'discoveryFailed', at: ms(13_000), detail: 'no' });
    core.fire(30_000);
    core.fire(33_000);
    core.hear({ type: 'discoveryFailed', at: ms(33_001), detail: 'no' });
    expect(core.routes()).toEqual([TWO]);
  });

  it('that comes while a reading is on its way, which fails, waits for the next one', () => {
    const core = running();
    core.hear(host(11_000, '10.0.0.2'));
    core.hear(overridden(12_002, { added: [set('up', ONE, { at: 12_002 })] }));
    core.hear({ type: 'discoveryFailed', at: ms(12_001), detail: 'no' });
    expect(core.standing(ONE)).toBe('leaving no-listener');
    core.hear(factsRead(12_003));
    expect(core.standing(ONE)).toBe('announced');
    expect(core.routes()).toEqual([ONE, TWO]);
  });

  it('ends without a word for what is healthy', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [set('up', ONE, { at: 11_000, until: 30_000 })] }));
    const actions = [...core.hear(factsRead(11_001)), ...core.fire(30_000), ...core.hear(factsRead(30_001))];
    expect(types(actions).filter((type) => type === 'setRoutes')).toEqual([]);
  });

  it('waits for no announce delay in what comes to the host, and for the whole of it in what goes and comes back', () => {
    const core = quiet();
    core.hear(overridden(1_000, { added: [set('up', '10.0.0.7/32', { at: 1_000 })] }));
    core.hear(factsRead(1_001));
    const address = facts.assigned('10.0.0.7');
    core.hear(factsRead(2_000, { addresses: added(address) }));
    expect(core.routes()).toEqual(['10.0.0.7/32']);
    core.hear(factsRead(3_000, { addresses: { added: [], removed: ['assigned 10.0.0.7/32 lo'] }, resync: false }));
    core.hear(factsRead(3_001, { resync: true, devices: added(facts.device('lo')) }));
    expect(core.routes()).toEqual([]);
    core.hear(factsRead(4_000, { addresses: added(address) }));
    expect(core.routes()).toEqual([]);
    core.fire(10_000);
    core.hear(factsRead(10_000));
    expect(core.routes()).toEqual(['10.0.0.7/32']);
    expect(core.state.dampening.services.size).toBe(0);
  });

  it('stands in for dampening, which goes on when it ends', () => {
    const core = running([
      '--dampening-suppress',
      '900',
      '--dampening-reuse',
      '300',
      '--dampening-half-life',
      '60s',
      '--dampening-max-suppress',
      '10m',
      '--withdraw-delay',
      '0',
    ]);
    core.hear(host(11_000, '10.0.0.2'));
    core.hear(host(12_000, '10.0.0.1', '10.0.0.2'));
    core.fire(18_000);
    core.hear(factsRead(18_000));
    expect(core.standing(ONE)).toBe('dampened');
    core.hear(overridden(19_000, { added: [set('up', ONE, { at: 19_000 })] }));
    core.hear(factsRead(19_001));
    expect(core.routes()).toEqual([ONE, TWO]);
    core.hear(overridden(20_000, { removed: [`set ${ONE}`] }));
    expect(core.routes()).toEqual([TWO]);
    expect(core.standing(ONE)).toBe('dampened');
  });

  it('gives way to a drain, and is in force again after it', () => {
    const core = quiet();
    core.hear(overridden(1_000, { added: [set('up', ONE, { at: 1_000 })] }));
    core.hear(factsRead(1_001));
    core.hear(overridden(2_000, { added: [drain('all', { at: 2_000, withdrawAt: 3_000 })] }));
    expect(attributes(core, ONE)?.communities).toContain('graceful-shutdown');
    core.fire(3_000);
    expect(core.routes()).toEqual([]);
    core.hear(overridden(4_000, DRAIN_ALL));
    core.hear(factsRead(4_001));
    expect(core.routes()).toEqual([ONE]);
  });

  it('that is said again and again says nothing new, and does not doubt the facts at hand', () => {
    const core = quiet();
    core.hear(overridden(1_000, { added: [set('up', ONE, { at: 1_000, until: 6_000 })] }));
    core.hear(factsRead(1_001));
    const again = core.hear(overridden(5_000, { added: [set('up', ONE, { at: 5_000, until: 10_000 })] }));
    expect(said(again, 'info')).toEqual([]);
    expect(types(again)).toEqual(['keepOverrides', 'setTimer']);
    core.hear(factsRead(5_001, { readAt: ms(4_999), listeners: added(facts.listener('10.0.0.1', 90)) }));
    core.hear(factsRead(5_002, { readAt: ms(4_999), listeners: { added: [], removed: [] }, resync: false }));
    expect(core.standing(ONE)).toBe('announced');
    expect(core.fire(6_000)).toEqual([]);
    core.fire(10_000);
    expect(core.state.overrides.said.size).toBe(0);
  });
});

describe('the news of what was said', () => {
  const newsIn = (actions: readonly Action[]): unknown[] => only(actions, 'keepOverrides').flatMap(({ news }) => news);
  const why = '';

  it('are who said what, and what has ended by itself; the same once more is none', () => {
    const core = running();
    const orders = [drain('all', { at: 11_000, until: 61_000 }), set('down', ONE, { at: 11_000 })];
    expect(newsIn(core.hear(overridden(11_000, { added: orders })))).toEqual([
      { what: 'drained', target: 'all', by: 'anna', why },
      { what: 'set-down', target: ONE, by: 'anna', why },
    ]);
    expect(newsIn(core.hear(overridden(12_000, { added: orders })))).toEqual([]);
    const back = core.hear({ ...overridden(13_000, { removed: [`set ${ONE}`, 'drain all'] }), by: 'berta' } as Event);
    expect(newsIn(back)).toEqual([
      { what: 'set-auto', target: ONE, by: 'berta', why },
      { what: 'undrained', target: 'all', by: 'berta', why },
    ]);
  });

  it('tell of an end whose it was', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain(ONE, { at: 11_000, withdrawAt: 11_000, until: 41_000 })] }));
    expect(newsIn(core.fire(41_000))).toEqual([{ what: 'drain-over', target: ONE, by: 'anna', why }]);
    core.hear(overridden(42_000, { added: [set('up', TWO, { at: 42_000, until: 43_000 })] }));
    expect(newsIn(core.fire(43_000))).toEqual([{ what: 'set-over', target: TWO, by: 'anna', why }]);
  });

  it('are none of what an earlier process heard', () => {
    const actions = running().hear(overridden(11_000, { added: [set('down', ONE, { at: 11_000 })], isKept: true }));
    expect(newsIn(actions)).toEqual([]);
  });
});

describe('a host that was suspended', () => {
  const slept = (core: Core, at: number, lost: number) => core.hear({ type: 'suspended', at: ms(at), lost: ms(lost) });

  it('has what was to end meanwhile end at once, and what is left as much earlier', () => {
    const core = running();
    core.hear(
      overridden(11_000, {
        added: [drain(ONE, { at: 11_000, until: 1_811_000 }), set('down', TWO, { at: 11_000, until: 7_211_000 })],
      }),
    );
    core.fire(71_000);
    expect(core.routes()).toEqual([]);
    const actions = slept(core, 80_000, 3_600_000);
    expect(said(actions, 'info')).toEqual(['host was suspended', 'drain is over']);
    expect(only(actions, 'keepOverrides')).not.toEqual([]);
    expect([...core.state.overrides.said.values()]).toEqual([set('down', TWO, { at: 11_000, until: 3_611_000 })]);
    core.hear(factsRead(80_001));
    expect(core.routes()).toEqual([ONE]);
    core.fire(3_610_999);
    expect(core.standing(TWO)).toBe('set-down');
    core.fire(3_611_000);
    core.hear(factsRead(3_611_001));
    expect(core.routes()).toEqual([ONE, TWO]);
  });

  it('has what was about to be withdrawn withdrawn, before anything is read', () => {
    const core = running();
    core.hear(overridden(11_000, { added: [drain('10.0.0.0/30', { at: 11_000 }), drain(TWO, { at: 11_000 })] }));
    slept(core, 20_000, 40_000);
    expect(core.routes()).toEqual([ONE, TWO]);
    slept(core, 21_000, 20_000);
    expect(core.routes()).toEqual([]);
    expect(core.standing(ONE)).toBe('drained');
  });

  it('announces nothing on facts that were read before the order', () => {
    const many = Array.from({ length: 150 }, (_, index) => `10.0.1.${index}`);
    const core = coreOf([...WORDS, '--announce-delay', '0']);
    core.hear({ type: 'started', at: ms(0) });
    core.hear(
      factsRead(10, {
        resync: true,
        devices: added(facts.device('lo')),
        addresses: added(...[...many, '10.0.0.1'].map((address) => facts.assigned(address))),
        listeners: added(...many.map((address) => facts.listener(address, 80))),
      }),
    );
    expect(core.state.marked.has(ONE as Prefix)).toBe(true);
    core.hear(overridden(11, { added: [set('up', ONE, { at: 11 })] }));
    slept(core, 12, 5_000);
    core.hear({ type: 'wentOn', at: ms(13) });
    expect(core.state.marked.size).toBe(0);
    expect(core.routes()).not.toContain(ONE);
    core.hear(factsRead(14));
    expect(core.routes()).toContain(ONE);
  });

  it('moves nothing else', () => {
    const core = running(['--withdraw-delay', '10s']);
    core.hear(
      factsRead(11_000, { listeners: { added: [], removed: [...core.state.facts.listeners.keys()].slice(0, 1) } }),
    );
    const timers = [...core.timers];
    expect(said(slept(core, 12_000, 3_600_000))).toEqual(['host was suspended']);
    expect([[...core.timers], core.routes()]).toEqual([timers, [ONE, TWO]]);
  });
});

describe('static prefixes', () => {
  const STATIC = ['--static', '192.0.2.0/24', '--static', '198.51.100.0/24'];
  const begun = (): Core => {
    const core = coreOf(STATIC);
    core.hear({ type: 'started', at: ms(0) });
    return core;
  };

  it('follow drains and what is set, without any facts', () => {
    const core = begun();
    const before = attributes(core, '192.0.2.0/24');
    const other = attributes(core, '198.51.100.0/24');
    core.hear(overridden(1_000, { added: [drain('192.0.0.0/16', { at: 1_000 })] }));
    expect(attributes(core, '192.0.2.0/24')).toEqual({
      ...before,
      localPreference: 0,
      communities: ['graceful-shutdown'],
    });
    expect(attributes(core, '198.51.100.0/24')).toBe(other);
    expect(core.standing('192.0.2.0/24')).toBe('leaving draining');
    expect(core.state.standings.counts).toMatchObject({ leaving: 1, drained: 0 });
    expect(said(core.fire(61_000), 'info')).toEqual(['static prefixes withdrawn by hand']);
    expect(core.standing('192.0.2.0/24')).toBe('drained');
    expect(core.state.standings.counts).toMatchObject({ leaving: 0, drained: 1 });
    core.hear(
      overridden(62_000, { removed: ['drain 192.0.0.0/16'], added: [set('down', '198.51.100.0/24', { at: 62_000 })] }),
    );
    expect(core.routes()).toEqual(['192.0.2.0/24']);
    expect(attributes(core, '192.0.2.0/24')).toBe(before);
    expect(core.standing('198.51.100.0/24')).toBe('set-down');
    expect(core.state.standings.counts).toMatchObject({ announced: 1, drained: 0, 'set-down': 1 });
  });

  it('do not begin while they are drained, and begin when that ends', () => {
    const core = coreOf(STATIC);
    core.hear(overridden(0, { added: [drain('192.0.2.0/24', { at: -99, withdrawAt: -9 })], isKept: true }));
    const actions = core.hear({ type: 'started', at: ms(0) });
    expect(core.routes()).toEqual(['198.51.100.0/24']);
    expect(said(actions, 'info')).toEqual(['static prefixes held back by hand', 'static prefixes to be announced']);
    core.hear(overridden(1, { removed: ['drain 192.0.2.0/24'] }));
    expect(core.routes()).toEqual(['192.0.2.0/24', '198.51.100.0/24']);
  });

  it('are drained by the thousand in turns', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `10.${100 + (index >> 8)}.${index & 255}.0/24`);
    const big = coreOf(['--static', many.join(' ')]);
    for (let actions = big.hear({ type: 'started', at: ms(0) }); only(actions, 'goOn').length > 0; ) {
      actions = big.hear({ type: 'wentOn', at: ms(0) });
    }
    expect(big.routes()).toHaveLength(10_000);
    const left: number[] = [];
    for (
      let actions = big.hear(overridden(1, { added: [drain('all', { at: 1, withdrawAt: 1 })] }));
      only(actions, 'goOn').length > 0;
    ) {
      left.push(big.routes().length);
      actions = big.hear({ type: 'wentOn', at: ms(1) });
    }
    left.push(big.routes().length);
    // What is noted of them for people comes behind that.
    expect([...left.slice(0, 4), big.routes().length]).toEqual([8_000, 6_000, 4_000, 2_000, 0]);
  });

  it('are as the last word has it that is said while an earlier one is followed', () => {
    const many = Array.from({ length: 7_000 }, (_, index) => `10.${100 + (index >> 8)}.${index & 255}.0/24`);
    const core = coreOf(['--static', many.join(' ')]);
    const goOn = (actions: readonly Action[]): void => {
      if (only(actions, 'goOn').length > 0) goOn(core.hear({ type: 'wentOn', at: ms(3) }));
    };
    goOn(core.hear({ type: 'started', at: ms(0) }));
    const now = { at: 1, withdrawAt: 1 };
    core.hear(overridden(1, { added: [drain('all', now)] }));
    core.hear({ type: 'wentOn', at: ms(1) });
    expect(core.routes()).toHaveLength(3_000);
    core.hear(overridden(2, { ...DRAIN_ALL, added: [drain('10.100.0.0/16', now)] }));
    goOn(core.hear({ type: 'wentOn', at: ms(2) }));
    expect(core.routes()).toHaveLength(7_000 - 256);
    expect(core.routes().filter((prefix) => prefix.startsWith('10.100.'))).toEqual([]);
    expect(new Set(Object.values(core.state.sweep.counts))).toEqual(new Set([0]));
  });
});

describe('what an earlier process announced', () => {
  const route = (prefix: string) => ({ prefix: prefix as Prefix, attributes: { nextHop: 'self' as const } });

  it('and is drained is withdrawn before anything is read; in the graceful phase it stays, less preferred', () => {
    const core = coreOf(WORDS);
    const kept = [drain(ONE, { at: -70_000, withdrawAt: -10_000 }), drain(TWO, { at: -10_000, withdrawAt: 50_000 })];
    core.hear(overridden(0, { added: kept, isKept: true }));
    const actions = core.hear({ type: 'routesFound', at: ms(0), announced: [route(ONE), route(TWO)], doubtful: [] });
    expect([...(only(actions, 'setRoutes')[0]?.changed ?? [])]).toEqual([ONE]);
    expect(core.routes()).toEqual([TWO]);
    expect(attributes(core, TWO)?.communities).toEqual(['65000:1', 'graceful-shutdown']);
    core.hear(host(100, '10.0.0.1', '10.0.0.2'));
    expect(core.routes()).toEqual([TWO]);
  });
});
