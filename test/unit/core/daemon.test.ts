import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { hostAddressKey, listenerKey } from '../../../src/model/facts.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Route } from '../../../src/model/route.ts';
import { added, type Core, coreOf, factsRead, only, removed, said } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';

const NETWORK = ['--network', '10.0.0.0/16'];
const AT_ONCE = [...NETWORK, '--announce-delay', '0'];
const LO = added(facts.device('lo'));
const failed = (at: number) => ({ type: 'discoveryFailed', at: ms(at), detail: 'EBUSY' }) as const;
const wentOn = (at: number) => ({ type: 'wentOn', at: ms(at) }) as const;
const stalled = (at: number, lost: number) => ({ type: 'stalled', at: ms(at), lost: ms(lost) }) as const;

const address = (index: number): string => `10.0.${Math.floor(index / 256)}.${index % 256}`;
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => address(index));

/** Addresses with a listener each, all in one reading. */
const served = (addresses: readonly string[], at = 1_000) =>
  factsRead(at, {
    devices: LO,
    addresses: added(...addresses.map((each) => facts.assigned(each))),
    listeners: added(...addresses.map((each) => facts.listener(each, 80))),
  });

const keys = (addresses: readonly string[]): string[] => addresses.map((each) => `${each}/32`);

/** Hears `wentOn` as long as the core asks for it; how often that was. */
function goOn(core: Core, at: number): number {
  for (let turns = 0; ; turns++) {
    if (only(core.hear(wentOn(at)), 'goOn').length === 0) return turns + 1;
    if (turns > 100) throw new Error('it never ends');
  }
}

describe('many services at once', () => {
  it('are looked at in goes of 100, in their order, and each go tells of its own', () => {
    const core = coreOf([...AT_ONCE]);
    const first = core.hear(served(many(600)));
    expect(only(first, 'goOn').length).toBe(1);
    expect(only(first, 'setRoutes').map(({ changed }) => [...changed])).toEqual([keys(many(100))]);
    const second = core.hear(wentOn(1_001));
    expect(only(second, 'setRoutes').map(({ changed }) => [...changed])).toEqual([keys(many(200).slice(100))]);
    expect(goOn(core, 1_002)).toBe(4);
    expect([...core.state.desired.routes.keys()]).toEqual(keys(many(600)));
    expect(core.hear(wentOn(1_003))).toEqual([]);
  });

  it.each([
    [100, 0],
    [101, 1],
  ])('of %i need %i more', (count, goes) => {
    expect(only(coreOf(AT_ONCE).hear(served(many(count))), 'goOn').length).toBe(goes);
  });

  it('have the places that there are, in their order; the rest is held, and each is said once', () => {
    const core = coreOf([...AT_ONCE, '--max-routes', '300']);
    const actions = [...core.hear(served(many(600)))];
    for (let at = 1_001; core.state.marked.size > 0; at++) actions.push(...core.hear(wentOn(at)));
    expect([...core.state.desired.routes.keys()]).toEqual(keys(many(300)));
    expect([...core.state.desired.held.keys()]).toEqual(keys(many(600).slice(300)));
    expect(said(actions, 'warn')).toEqual(Array(300).fill('held'));
  });

  it('that end their delay together come one after the other too', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '2s', '--max-routes', '300']);
    core.hear(served(many(600)));
    goOn(core, 1_001);
    expect([...core.timers.values()]).toEqual([3_000]);
    expect(only(core.fire(3_000), 'lookNow').length).toBe(1);
    core.hear(factsRead(3_001));
    expect(core.routes().length).toBe(100);
    goOn(core, 3_002);
    expect([...core.state.desired.routes.keys()]).toEqual(keys(many(300)));
    expect([...core.timers]).toEqual([]);
  });

  it('that go together free their places for those who wait, in order', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '0', '--max-routes', '300']);
    core.hear(served(many(600)));
    goOn(core, 1_001);
    const gone = many(300).map((each) => listenerKey(facts.listener(each, 80)));
    core.hear(factsRead(2_000, { listeners: removed(...gone) }));
    goOn(core, 2_001);
    expect([...core.state.desired.routes.keys()]).toEqual(keys(many(600).slice(300)));
    expect(core.state.desired.held.size).toBe(0);
  });

  it('of a newer reading are judged by the newer one', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '0']);
    core.hear(served(many(600)));
    const last = facts.listener(address(599), 80);
    core.hear(factsRead(2_000, { listeners: removed(listenerKey(last)) }));
    goOn(core, 2_001);
    expect([...core.state.desired.routes.keys()]).toEqual(keys(many(599)));
  });

  it('wait for the last part of a reading', () => {
    const core = coreOf(AT_ONCE);
    expect(core.hear({ ...served(many(2)), isLast: false })).toEqual([]);
    expect(core.hear(wentOn(1_000))).toEqual([]);
    core.hear(factsRead(1_000, { listeners: removed(listenerKey(facts.listener(address(0), 80))) }));
    expect(core.routes()).toEqual(keys([address(1)]));
  });
});

describe('a failure between two goes', () => {
  it('holds what is announced, announces nothing more, and everything as soon as it is over', () => {
    const core = coreOf(AT_ONCE);
    core.hear(served(many(600)));
    core.hear(failed(1_001));
    goOn(core, 1_002);
    expect(core.routes().length).toBe(100);
    core.hear(factsRead(1_003, { isWhole: false }));
    expect(core.routes().length).toBe(100);
    core.hear(factsRead(2_000));
    goOn(core, 2_001);
    expect(core.routes()).toEqual(keys(many(600)).sort());
    expect([...core.timers]).toEqual([]);
  });

  it('lets nothing come up that was rising', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '1s']);
    core.hear(served(many(600)));
    goOn(core, 1_001);
    core.fire(2_000);
    core.hear(factsRead(2_001));
    core.hear(failed(2_002));
    goOn(core, 2_003);
    expect(core.routes().length).toBe(100);
    expect(core.standing(`${address(599)}/32`)).toBe('discovery-failing');
    core.hear(factsRead(2_500));
    goOn(core, 2_501);
    expect(core.routes().length).toBe(600);
  });

  it('counts for nothing while something rises', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '1s']);
    core.hear(served([address(1)]));
    core.hear(failed(1_500));
    core.fire(2_000);
    core.hear(failed(2_000));
    core.hear(factsRead(2_499));
    expect([core.routes(), [...core.timers.values()]]).toEqual([[], [2_999]]);
    core.fire(2_999);
    core.hear(factsRead(2_999));
    expect(core.routes()).toEqual(keys([address(1)]));
  });
});

describe('a stall', () => {
  it('between two goes counts neither for nor against what was not looked at yet', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '2s']);
    core.hear(served(many(600)));
    core.hear(stalled(11_000, 10_000));
    goOn(core, 11_001);
    const last = `${address(599)}/32`;
    expect(core.standing(last)).toBe('announce-delay');
    core.fire(11_002);
    core.hear(factsRead(11_002));
    goOn(core, 11_003);
    expect(core.routes()).toEqual([]);
    core.fire(13_100);
    core.hear(factsRead(13_100));
    goOn(core, 13_101);
    expect(core.routes().length).toBe(600);
  });

  it('leaves the limit of a full accept queue where it is: so much longer it may be full', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '0', '--accept-queue-full', '2s']);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: added(facts.listener(address(1), 80, { queueFull: true })) }));
    expect([...core.timers.values()]).toEqual([4_000]);
    core.hear(stalled(13_000, 10_000));
    core.fire(13_000);
    core.hear(factsRead(13_000));
    expect(core.routes()).toEqual(keys([address(1)]));
    expect([...core.timers.values()]).toEqual([14_000]);
    core.fire(14_000);
    core.hear(factsRead(14_000));
    expect(core.routes()).toEqual([]);
    expect([...core.timers]).toEqual([]);
  });

  it('moves that limit on for what rises as well, and not only the end of its delay', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '10s', '--accept-queue-full', '2s']);
    core.hear({ ...served([address(1)]), listeners: added(facts.listener(address(1), 80, { queueFull: true })) });
    expect([...core.timers.values()]).toEqual([3_000]);
    core.hear(stalled(2_000, 600));
    expect([...core.timers.values()]).toEqual([3_600]);
    core.fire(3_600);
    core.hear(factsRead(3_600));
    expect(core.standing(`${address(1)}/32`)).toBe('accept-queue-full');
    expect([...core.timers]).toEqual([]);
  });

  it('between the end of that limit and the reading that it asks for loses nothing', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '0', '--accept-queue-full', '2s']);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: added(facts.listener(address(1), 80, { queueFull: true })) }));
    expect(only(core.fire(4_000), 'lookNow').length).toBe(1);
    core.hear(stalled(5_000, 1_000));
    core.hear(factsRead(5_000));
    for (let at = 5_000; at <= 9_000; at += 500) {
      if (core.fire(at).length > 0) core.hear(factsRead(at));
    }
    expect(core.routes()).toEqual([]);
  });

  it('moves the end of every delay on, and none when it was asked for already', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '2s', '--withdraw-delay', '1s']);
    core.hear(served([address(1)]));
    core.hear(stalled(2_500, 1_000));
    expect([...core.timers.values()]).toEqual([4_000]);
    core.fire(4_000);
    core.hear(factsRead(4_000));
    expect(core.routes()).toEqual(keys([address(1)]));
    core.hear(factsRead(5_000, { listeners: removed(listenerKey(facts.listener(address(1), 80))) }));
    expect([...core.timers.values()]).toEqual([6_000]);
    core.hear(stalled(8_000, 2_500));
    expect([...core.timers.values()]).toEqual([8_500]);
    expect(core.standing(`${address(1)}/32`)).toBe('leaving no-listener');
  });
});

describe('facts that nobody can check', () => {
  const words = [...AT_ONCE, '--stale-after', '10s'];
  const prefix = `${address(1)}/32`;

  function failing(more: readonly string[]): Core {
    const core = coreOf([...words, ...more]);
    core.hear(served([address(1)]));
    core.hear(failed(2_000));
    return core;
  }

  it('have one timer, which asks for one more look', () => {
    const core = failing([]);
    expect([...core.timers]).toEqual([['facts stale', 12_000]]);
    core.hear(failed(3_000));
    expect([...core.timers]).toEqual([['facts stale', 12_000]]);
    expect(only(core.fire(12_000), 'lookNow').length).toBe(1);
  });

  it('are held for good, and that is said once more', () => {
    const core = failing([]);
    expect(said(core.hear(failed(11_999)))).toEqual([]);
    expect(said(core.hear(failed(12_000)))).toEqual(['kernel still cannot be read']);
    expect(said(core.hear(failed(13_000)))).toEqual([]);
    expect([core.routes(), core.standing(prefix)]).toEqual([[prefix], 'announced']);
  });

  it('are void where that was asked for, and come up anew afterwards', () => {
    const core = failing(['--on-discovery-error', 'withdraw']);
    core.hear(failed(11_999));
    expect(core.routes()).toEqual([prefix]);
    const actions = core.hear(failed(12_000));
    expect(only(actions, 'setRoutes').map(({ changed }) => [...changed])).toEqual([[prefix]]);
    expect([core.routes(), core.standing(prefix)]).toEqual([[], 'facts-stale']);
    core.hear(factsRead(13_000, { isWhole: false, listeners: added(facts.listener(address(1), 443)) }));
    expect(core.routes()).toEqual([]);
    expect(said(core.hear(factsRead(14_000)))).toEqual(['kernel read again', 'to be announced']);
    expect([core.routes(), core.standing(prefix)]).toEqual([[prefix], 'announced']);
  });

  it('leave no timer when they are void: of none of the delays', () => {
    const core = coreOf([...NETWORK, '--stale-after', '10s', '--on-discovery-error', 'withdraw']);
    core.hear(served([address(1), address(2)]));
    core.fire(7_000);
    core.hear(factsRead(7_000));
    core.hear(
      factsRead(7_500, {
        listeners: removed(listenerKey(facts.listener(address(1), 80))),
        addresses: added(facts.assigned(address(3))),
      }),
    );
    core.hear(factsRead(7_600, { listeners: added(facts.listener(address(3), 80)) }));
    expect(core.timers.size).toBe(2);
    core.hear(failed(8_000));
    core.fire(13_600);
    core.hear(failed(13_601));
    expect([core.routes(), core.state.due.size]).toEqual([[`${address(2)}/32`], 1]);
    core.fire(18_000);
    core.hear(failed(18_000));
    expect([core.routes(), [...core.timers], core.state.services.size, core.state.due.size]).toEqual([[], [], 0, 0]);
  });

  it('are good for longer after a stall', () => {
    const core = failing(['--on-discovery-error', 'withdraw']);
    core.hear(stalled(8_000, 5_000));
    expect([...core.timers]).toEqual([['facts stale', 17_000]]);
    core.hear(failed(16_999));
    expect(core.routes()).toEqual([prefix]);
    core.hear(failed(17_000));
    expect(core.routes()).toEqual([]);
  });

  it('clear their timer when they can be read again', () => {
    const core = failing([]);
    core.hear(factsRead(3_000));
    expect([...core.timers]).toEqual([]);
  });

  it('let a withdraw that is due go out, and not sooner', () => {
    const core = coreOf([...words, '--withdraw-delay', '3s']);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: removed(listenerKey(facts.listener(address(1), 80))) }));
    core.hear(failed(3_000));
    expect(core.routes()).toEqual([prefix]);
    expect(only(core.fire(5_000), 'lookNow').length).toBe(1);
    core.hear(failed(5_001));
    expect(core.routes()).toEqual([]);
  });

  it.each([
    ['under a wildcard', '10.0.0.1/32', [facts.assigned('10.0.0.1')], '0.0.0.0'],
    ['that is declared', '10.7.0.0/24', [facts.assigned('10.7.0.1')], '10.7.0.1'],
    ['of an administrator', '10.0.7.0/24', [facts.localRoute('10.0.7.0/24', { by: 'admin' })], '10.0.7.1'],
  ])('keep a prefix %s waiting for whole ones too', (_name, wanted, addresses, at) => {
    const core = coreOf([...words, '--anyip', '--announce', '10.7.0.0/24']);
    core.hear(factsRead(1_000, { devices: LO, addresses: added(...addresses) }));
    core.hear(failed(2_000));
    core.hear(factsRead(3_000, { isWhole: false, listeners: added(facts.listener(at, 80)) }));
    expect(core.routes()).toEqual([]);
    core.hear(factsRead(4_000));
    expect(core.routes()).toContain(wanted);
  });

  it('keep what came up meanwhile waiting for whole ones', () => {
    const core = failing([]);
    const part = {
      isWhole: false,
      addresses: added(facts.assigned(address(2))),
      listeners: added(facts.listener(address(2), 80)),
    };
    core.hear(factsRead(3_000, part));
    expect(core.routes()).toEqual([prefix]);
    core.hear(factsRead(4_000));
    expect(core.routes()).toEqual([prefix, `${address(2)}/32`]);
  });
});

describe('a full accept queue', () => {
  const words = [...AT_ONCE, '--withdraw-delay', '1s', '--accept-queue-full', '2s'];
  const full = added(facts.listener(address(1), 80, { queueFull: true }));
  const free = added(facts.listener(address(1), 80));
  const prefix = `${address(1)}/32`;

  it('is looked at again when it has been full for long, though no fact changes', () => {
    const core = coreOf(words);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: full }));
    expect(core.standing(prefix)).toBe('announced');
    expect(only(core.fire(4_000), 'lookNow').length).toBe(1);
    core.hear(factsRead(4_000));
    expect(core.standing(prefix)).toBe('leaving accept-queue-full');
    core.fire(5_000);
    core.hear(factsRead(5_000));
    expect([core.routes(), [...core.timers]]).toEqual([[], []]);
  });

  it('that empties in time is nothing, and leaves no timer', () => {
    const core = coreOf(words);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: full }));
    core.hear(factsRead(3_000, { listeners: free }));
    expect([...core.timers]).toEqual([]);
    core.hear(factsRead(3_500, { listeners: full }));
    expect([...core.timers.values()]).toEqual([5_500]);
  });

  it('keeps a service that rises from coming up', () => {
    const core = coreOf([...NETWORK, '--announce-delay', '3s', '--accept-queue-full', '2s']);
    core.hear({ ...served([address(1)]), listeners: full });
    expect([...core.timers.values()]).toEqual([3_000]);
    core.fire(3_000);
    core.hear(factsRead(3_000));
    expect(core.standing(prefix)).toBe('accept-queue-full');
    expect([...core.timers]).toEqual([]);
    core.hear(factsRead(3_500, { listeners: free }));
    expect(core.standing(prefix)).toBe('announce-delay');
  });
});

describe('the first reading', () => {
  it('says what was found, and names a device that is not there', () => {
    const core = coreOf([...AT_ONCE, '--device', 'eth7']);
    expect(said(core.hear(served([address(1)])))).toEqual(
      expect.arrayContaining(['first facts read', 'device not found']),
    );
    expect(said(core.hear(factsRead(2_000)))).toEqual([]);
  });

  it('is awaited: nothing is known before it', () => {
    const core = coreOf(AT_ONCE);
    expect(core.standing('10.0.0.1/32')).toBe('facts-not-read');
    core.hear(wentOn(0));
    expect(core.standing('10.0.0.1/32')).toBe('facts-not-read');
  });

  it('that is a part announces nothing', () => {
    const core = coreOf(AT_ONCE);
    core.hear({ ...served([address(1)]), isWhole: false });
    core.hear(failed(1_000));
    expect([core.routes(), core.standing('10.0.0.0/32')]).toEqual([[], 'facts-not-read']);
    core.hear(factsRead(2_000));
    expect(core.routes()).toEqual(keys([address(1)]));
  });
});

describe('an address that goes with its listener there', () => {
  it('is withdrawn by its own delay, and the earlier one of two counts', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '5s', '--address-withdraw-delay', '2s']);
    core.hear(served([address(1)]));
    core.hear(factsRead(2_000, { listeners: removed(listenerKey(facts.listener(address(1), 80))) }));
    core.hear(factsRead(6_500, { addresses: removed(hostAddressKey(facts.assigned(address(1)))) }));
    expect([...core.timers.values()]).toEqual([7_000]);
  });
});

describe('what an earlier process announced', () => {
  const found = (words: readonly string[], ...announced: readonly Route[]): Core => {
    const core = coreOf([...NETWORK, ...words]);
    core.hear({ type: 'routesFound', at: ms(0), announced, doubtful: [] });
    return core;
  };
  const route: Route = { prefix: '10.0.0.0/32' as Prefix, attributes: { nextHop: 'self' } };

  it('to other neighbors is told anew, and the sinks hear of both', () => {
    const core = found(['--neighbor', '192.0.2.7'], route);
    const [told] = only(core.hear(served(many(1))), 'setRoutes');
    expect([...(told?.changed ?? [])].sort()).toEqual(['10.0.0.0/32', '10.0.0.0/32 to 192.0.2.7']);
    expect(core.routes()).toEqual(['10.0.0.0/32 to 192.0.2.7']);
  });

  it('and is wanted as it is, is looked at once', () => {
    const core = found([], route);
    const [told] = only(core.hear(served(many(1))), 'setRoutes');
    expect([...(told?.changed ?? [])]).toEqual(['10.0.0.0/32']);
    expect(core.routes()).toEqual(['10.0.0.0/32']);
  });
});

describe('a service that falls while it is suppressed', () => {
  it('is not said to be announced when its penalty has decayed before its withdraw delay is over', () => {
    const core = coreOf([...AT_ONCE, '--dampening-penalty', '4000', '--dampening-half-life', '10s']);
    const [one = ''] = many(1);
    const prefix = `${one}/32`;
    const { listeners, addresses, devices } = served([one]);
    core.hear(factsRead(1_000, { listeners, addresses, devices }));
    const key = listenerKey(listeners.added[0] as never);
    const gone = (at: number) => factsRead(at, { listeners: removed(key) });
    const back = (at: number) => factsRead(at, { listeners });
    core.hear(gone(2_000));
    core.fire(5_000);
    core.hear(factsRead(5_000));
    core.hear(back(6_000));
    expect(core.standing(prefix)).toBe('dampened');
    // 4,000 has decayed to 1,000 after 20 s.
    core.hear(gone(24_000));
    core.fire(25_500);
    core.hear(factsRead(25_500));
    expect(core.routes()).toEqual([]);
    expect(core.standing(prefix)).toBe('no-listener');
  });
});

describe('a service that was suppressed by an earlier process', () => {
  it('is announced by the next one: penalties are in memory alone', () => {
    const words = [...AT_ONCE, '--withdraw-delay', '0', '--dampening-penalty', '4000'];
    const [before, after] = [coreOf(words), coreOf(words)];
    const [one = ''] = many(1);
    const { listeners, addresses, devices } = served([one]);
    const key = listenerKey(listeners.added[0] as never);
    before.hear(factsRead(1_000, { listeners, addresses, devices }));
    before.hear(factsRead(2_000, { listeners: removed(key) }));
    before.hear(factsRead(3_000, { listeners }));
    expect([before.routes(), before.standing(`${one}/32`)]).toEqual([[], 'dampened']);
    // What it withdrew is in no ledger, or in doubt.
    const route: Route = { prefix: `${one}/32` as Prefix, attributes: { nextHop: 'self' } };
    after.hear({ type: 'routesFound', at: ms(3_500), announced: [], doubtful: [route] });
    after.hear(factsRead(4_000, { listeners, addresses, devices }));
    expect(after.routes()).toEqual([`${one}/32`]);
  });
});

describe('a service that comes up while it is suppressed', () => {
  it('is said to, each time, and that it is suppressed for longer when it goes again', () => {
    const core = coreOf([...AT_ONCE, '--withdraw-delay', '0', '--dampening-penalty', '4000']);
    const [one = ''] = many(1);
    const { listeners, addresses, devices } = served([one]);
    core.hear(factsRead(1_000, { listeners, addresses, devices }));
    const key = listenerKey(listeners.added[0] as never);
    const gone = (at: number) => core.hear(factsRead(at, { listeners: removed(key) }));
    const back = (at: number) => core.hear(factsRead(at, { listeners }));
    expect(said(gone(2_000))).toContain('suppressed');
    expect(said(back(3_000))).toEqual(['up, but suppressed']);
    expect(said(gone(4_000))).toContain('suppressed for longer');
    expect(said(back(5_000))).toEqual(['up, but suppressed']);
    expect(core.routes()).toEqual([]);
  });
});
