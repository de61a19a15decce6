import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/core/view.ts';
import { listenerKey } from '../../../src/model/facts.ts';
import { ms } from '../../../src/model/millis.ts';
import { added, type Core, coreOf, factsRead, only, policyOf, removed, said } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden, set } from '../../helpers/overrides.ts';

const BASE = ['--network', '10.0.0.0/24', '--withdraw-delay', '3s'];
const QUICK = [...BASE, '--announce-delay', '0'];
const ONE = facts.listener('10.0.0.1', 80);
const TWO = facts.listener('10.0.0.2', 443);
const HOST = added(facts.assigned('10.0.0.1'), facts.assigned('10.0.0.2'), facts.assigned('10.0.0.3'));
const LO = added(facts.device('lo'));

const everything = (at: number, ...listeners: ReturnType<typeof facts.listener>[]) =>
  factsRead(at, { resync: true, addresses: HOST, devices: LO, listeners: added(...listeners) });
const changed = (at: number, words: readonly string[]) =>
  ({ type: 'settingsChanged', at: ms(at), policy: policyOf(words), settings: {} }) as const;
const failed = (at: number) => ({ type: 'discoveryFailed', at: ms(at), detail: 'EBUSY' }) as const;

/** Both are announced. */
function served(words: readonly string[] = QUICK): Core {
  const core = coreOf(words);
  core.hear({ type: 'started', at: ms(0) });
  core.hear(everything(10, ONE, TWO));
  return core;
}

describe('other settings', () => {
  it('have other static prefixes while a drain of all is on its way through them', () => {
    const named = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, index) => `172.16.${(from + index) >> 8}.${(from + index) & 255}/32`);
    const all = { added: [drain('all', { at: 1, withdrawAt: 1 })] };
    const drained = (): Core => {
      const core = coreOf(['--static', named(0, 3_000).join(' ')]);
      core.hear({ type: 'started', at: ms(0) });
      core.hear(overridden(1, all));
      expect(core.routes()).toHaveLength(1_000);
      return core;
    };
    const none = drained();
    none.hear(changed(2, BASE));
    none.hear({ type: 'wentOn', at: ms(3) });
    expect(none.routes()).toEqual([]);
    // What comes first now was not there when the drain came by.
    const more = drained();
    let actions = more.hear(changed(2, ['--static', [...named(3_000, 9_000), ...named(0, 3_000)].join(' ')]));
    while (only(actions, 'goOn').length > 0) actions = more.hear({ type: 'wentOn', at: ms(3) });
    expect(more.routes()).toEqual([]);
  });

  describe('and a hundred thousand static prefixes, of which each has its turn', () => {
    const MANY = Array.from({ length: 12_000 }, (_, index) => `172.${16 + (index >> 8)}.${index & 255}.0/24`);
    const LAST = MANY.at(-1) as string;
    const words = (prefixes: readonly string[], ...more: string[]) => [
      ...QUICK,
      '--static',
      prefixes.join(' '),
      ...more,
    ];

    /** Each turn: the keys that changed, and what was noted. */
    function turnsOf(core: Core, first: ReturnType<Core['hear']>, at: number, most = Number.POSITIVE_INFINITY) {
      const changedIn = (actions: typeof first) => only(actions, 'setRoutes').flatMap(({ changed }) => [...changed]);
      const notes: string[] = [];
      const turns: string[][] = [];
      for (let actions = first; ; actions = core.hear({ type: 'wentOn', at: ms(at) })) {
        turns.push(changedIn(actions));
        notes.push(
          ...only(actions, 'noteTransition').map(({ prefix, from, to }) => `${prefix} ${from} > ${to} since ${at}`),
        );
        if (only(actions, 'goOn').length === 0 || turns.length === most) return { turns, notes };
      }
    }
    function started(of: readonly string[], others = 2): Core {
      const core = coreOf(of);
      turnsOf(core, core.hear({ type: 'started', at: ms(0) }), 0);
      turnsOf(core, core.hear(everything(10, ONE, TWO)), 10);
      expect(core.routes()).toHaveLength(MANY.length + others);
      return core;
    }

    it('tell of what is other and of nothing else, and withdraw first', () => {
      const core = started(words(MANY));
      const next = ['198.51.100.0/24', ...MANY.slice(0, -1)];
      const { turns, notes } = turnsOf(core, core.hear(changed(20, words(next))), 20);
      expect(turns.findIndex((keys) => keys.includes(LAST))).toBeLessThan(2);
      expect(turns.flat().sort()).toEqual([LAST, '198.51.100.0/24'].sort());
      expect(core.routes()).not.toContain(LAST);
      expect(notes.sort()).toEqual([`${LAST} announced > down since 20`, '198.51.100.0/24 down > announced since 20']);
      // And 10.0.0.3, where nothing listens.
      expect(countsOf(core.state)).toMatchObject({ announced: MANY.length + 2, down: 2 });
    });

    it('bring the first ones there are, since then and not since the start', () => {
      const core = coreOf(QUICK);
      core.hear({ type: 'started', at: ms(0) });
      const { notes } = turnsOf(core, core.hear(changed(20, words(['198.51.100.0/24']))), 20);
      expect(notes).toEqual(['198.51.100.0/24 down > announced since 20']);
      expect(core.state.standings.of.get('198.51.100.0/24' as never)?.since).toBe(20);
    });

    it('say something else of all of them some thousand at a time', () => {
      const core = started(words(MANY));
      const { turns, notes } = turnsOf(core, core.hear(changed(20, words(MANY, '--med', '5'))), 20);
      expect(Math.max(...turns.map(({ length }) => length))).toBeLessThanOrEqual(2_002);
      expect(turns.flat()).toHaveLength(MANY.length + 2);
      expect(new Set([...core.state.desired.routes.values()].map(({ attributes }) => attributes.med))).toEqual(
        new Set([5]),
      );
      expect(notes).toEqual([]);
    });

    it('begin anew in the middle, and lose nothing of what was begun', () => {
      const core = started(words(MANY));
      const half = MANY.slice(0, 6_000);
      turnsOf(core, core.hear(changed(20, words(half, '--med', '5'))), 20, 2);
      expect(core.routes().length).toBeGreaterThan(half.length + 2);
      turnsOf(core, core.hear(changed(30, words([...half, '198.51.100.0/24'], '--med', '6'))), 30);
      expect(core.routes()).toHaveLength(half.length + 3);
      expect(new Set([...core.state.desired.routes.values()].map(({ attributes }) => attributes.med))).toEqual(
        new Set([6]),
      );
      expect(countsOf(core.state)).toMatchObject({ announced: half.length + 3 });
    });

    it('come while the first ones come up, and each of these is counted once', () => {
      const core = coreOf(words(MANY));
      core.hear({ type: 'started', at: ms(0) });
      const all = [...core.hear({ type: 'wentOn', at: ms(1) })];
      for (
        let some = core.hear(changed(2, words(MANY, '--med', '5')));
        ;
        some = core.hear({ type: 'wentOn', at: ms(3) })
      ) {
        all.push(...some);
        if (only(some, 'goOn').length === 0) break;
      }
      expect(only(all, 'log').map(({ message, fields }) => [message, fields['prefixes']])).toEqual([
        ['static prefixes to be announced', MANY.length],
      ]);
      expect(only(all, 'noteTransition')).toEqual([]);
      expect(new Set([...core.state.desired.routes.values()].map(({ attributes }) => attributes.med))).toEqual(
        new Set([5]),
      );
    });

    it('have a withdraw by hand, and one for what the host has lost, go out in between', () => {
      const core = started(words([...MANY, '10.0.0.3/32']), 3);
      core.hear(changed(20, words(MANY, '--med', '5')));
      expect(core.state.sweep.former.size).toBeGreaterThan(0);
      core.hear(overridden(21, { added: [set('down', LAST, { at: 21 }), set('down', '10.0.0.1/32', { at: 21 })] }));
      expect([LAST, '10.0.0.1/32'].some((prefix) => core.routes().includes(prefix))).toBe(false);
      // It was static until now, and something listens there.
      core.hear(everything(22, ONE, facts.listener('10.0.0.3', 80)));
      core.fire(4_000);
      core.hear(factsRead(4_001));
      expect(core.state.sweep.former.size + core.state.sweep.left).toBeGreaterThan(0);
      expect(core.routes()).not.toContain(LAST);
      expect(core.standing('10.0.0.2/32')).toBe('no-listener');
      expect(core.standing('10.0.0.3/32')).toBe('announced');
      const { turns } = turnsOf(core, core.hear({ type: 'wentOn', at: ms(4_002) }), 4_002);
      expect(turns.flat()).not.toContain('10.0.0.3/32');
      expect(core.routes()).not.toContain(LAST);
      expect(core.routes()).toHaveLength(MANY.length);
    });

    it('hold those for which there is no place any more, the newest, and say of all of them together how many', () => {
      const core = started(words(MANY));
      const actions: ReturnType<Core['hear']>[number][] = [];
      for (
        let some = core.hear(changed(20, words(MANY, '--max-routes', '5000')));
        ;
        some = core.hear({ type: 'wentOn', at: ms(20) })
      ) {
        actions.push(...some);
        if (only(some, 'goOn').length === 0) break;
      }
      expect(said(actions, 'warn')).toEqual(['static prefixes held']);
      expect(only(actions, 'log').find(({ level }) => level === 'warn')?.fields['prefixes']).toBe(7_000);
      expect(core.routes()).toHaveLength(5_002);
      expect(core.standing(MANY[4_999] as string)).toBe('announced');
      expect(core.standing(MANY[5_000] as string)).toBe('max-routes');
      expect(countsOf(core.state)).toMatchObject({ announced: 5_002, held: 7_000 });
    });
  });

  it('have what is left out go at once, and what is new come after its delay, on facts that were read for them', () => {
    const core = served();
    const wide = [
      '--network',
      '10.0.0.2/31',
      '--withdraw-delay',
      '3s',
      '--announce-delay',
      '2s',
      '-l',
      'sport = :443 or sport = :53',
    ];
    const actions = core.hear(changed(20, wide));
    expect(said(actions)).toEqual(['withdrawn']);
    expect(core.routes()).toEqual(['10.0.0.2/32']);
    // What was read by the old filter says nothing of port 53; what is left over from it is not judged.
    core.hear({ type: 'wentOn', at: ms(25) });
    core.hear(factsRead(30, { listeners: removed(listenerKey(TWO)) }));
    expect(core.standing('10.0.0.2/32')).toBe('announced');
    core.hear(everything(40, TWO, facts.listener('10.0.0.3', 53)));
    expect(core.standing('10.0.0.3/32')).toBe('announce-delay');
    core.fire(2_040);
    core.hear(factsRead(2_041));
    expect(core.routes()).toEqual(['10.0.0.2/32', '10.0.0.3/32']);
  });

  it('withdraw what they leave out while the kernel cannot be read, and nothing else', () => {
    const core = served();
    core.hear(failed(20));
    core.hear(changed(30, ['--network', '10.0.0.2/31', '--announce-delay', '0', '-l', 'sport = :53']));
    expect(core.routes()).toEqual(['10.0.0.2/32']);
    core.hear(failed(40));
    core.hear(factsRead(50, { isWhole: false, listeners: removed(listenerKey(TWO)) }));
    expect(core.routes()).toEqual(['10.0.0.2/32']);
    core.hear(everything(60, facts.listener('10.0.0.3', 53)));
    expect(core.routes()).toEqual(['10.0.0.2/32', '10.0.0.3/32']);
    expect(core.standing('10.0.0.2/32')).toBe(
      'leaving listener-not-matched'.replace('listener-not-matched', 'no-listener'),
    );
  });

  it('say what they say anew over what was said before, and the same not at all', () => {
    const core = served();
    const [told] = only(core.hear(changed(20, [...QUICK, '--med', '5'])), 'setRoutes');
    expect([...(told?.changed ?? [])].sort()).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
    expect([...(told?.desired.values() ?? [])].map(({ attributes }) => attributes.med)).toEqual([5, 5]);
    expect(core.hear(changed(30, [...QUICK, '--med', '5']))).toEqual([]);
    expect(only(core.hear(everything(40, ONE, TWO)), 'setRoutes')).toEqual([]);
  });

  it('move the end of a delay that runs', () => {
    const rising = coreOf([...BASE, '--announce-delay', '10s']);
    rising.hear(everything(0, ONE));
    rising.hear(changed(1_000, [...BASE, '--announce-delay', '2s']));
    expect([...rising.timers.values()]).toEqual([2_000]);
    rising.hear(everything(1_010, ONE));
    expect([...rising.timers.values()]).toEqual([2_000]);

    const falling = served();
    falling.hear(factsRead(1_000, { listeners: removed(listenerKey(ONE)) }));
    expect([...falling.timers.values()]).toEqual([4_000]);
    falling.hear(changed(2_000, ['--network', '10.0.0.0/24', '--announce-delay', '0', '--withdraw-delay', '20s']));
    falling.hear(everything(2_010, TWO));
    expect([...falling.timers.values()]).toEqual([21_000]);
    expect(falling.standing('10.0.0.1/32')).toBe('leaving no-listener');
    // Over by now: it goes with the next facts, or when there are none.
    falling.hear(changed(5_000, QUICK));
    expect([...falling.timers.values()]).toEqual([4_000]);
    falling.fire(5_000);
    falling.hear(failed(5_010));
    expect(falling.routes()).toEqual(['10.0.0.2/32']);
  });

  it('keep penalties, let them decay anew, and end suppression when there is no dampening', () => {
    const dampened = [
      ...['--network', '10.0.0.0/24', '--announce-delay', '0', '--withdraw-delay', '0'],
      ...['--dampening-suppress', '900', '--dampening-reuse', '300', '--dampening-max-suppress', '5m'],
    ];
    const core = served(dampened);
    core.hear(factsRead(1_000, { listeners: removed(listenerKey(ONE)) }));
    core.hear(factsRead(1_010, { listeners: added(ONE) }));
    expect(core.standing('10.0.0.1/32')).toBe('dampened');
    core.hear(changed(21_000, [...dampened, '--dampening-half-life', '60s']));
    expect(core.state.dampening.services.get('10.0.0.1/32' as never)?.penalty).toBeCloseTo(500, -1);
    core.hear(everything(21_010, ONE, TWO));
    expect(core.standing('10.0.0.1/32')).toBe('dampened');
    core.hear(changed(22_000, [...QUICK, '--no-dampening']));
    core.hear(everything(22_010, ONE, TWO));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
  });

  it('hold what there is no place for any more, the newest first, and give places that are new', () => {
    const core = served();
    core.hear(changed(20, [...QUICK, '--max-routes', '1']));
    expect(core.routes()).toEqual(['10.0.0.1/32']);
    expect(core.standing('10.0.0.2/32')).toBe('max-routes');
    core.hear(everything(30, ONE, TWO));
    expect(core.routes()).toEqual(['10.0.0.1/32']);
    core.hear(changed(40, QUICK));
    core.hear(everything(50, ONE, TWO));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
  });

  it('give no place to who waits for one before they have judged it', () => {
    const many = Array.from({ length: 150 }, (_, index) => `10.0.0.${index + 1}`);
    const host = {
      addresses: added(...many.map((address) => facts.assigned(address))),
      listeners: added(...many.map((address) => facts.listener(address, 443))),
    };
    const core = coreOf([...QUICK, '--max-routes', '1']);
    core.hear(factsRead(10, { resync: true, devices: LO, ...host }));
    for (let at = 11; core.state.marked.size > 0; at++) core.hear({ type: 'wentOn', at: ms(at) });
    expect(core.state.desired.held.size).toBe(149);
    core.hear(changed(100, [...QUICK, '-l', 'sport = :80']));
    core.hear(factsRead(110, { resync: true, devices: LO, ...host, listeners: added() }));
    expect(core.state.marked.size).toBeGreaterThan(0);
    expect(core.routes()).toEqual(['10.0.0.1/32']);
    for (let at = 111; core.state.marked.size > 0; at++) core.hear({ type: 'wentOn', at: ms(at) });
    expect(core.standing('10.0.0.1/32')).toBe('leaving no-listener');
    expect(core.routes()).toEqual(['10.0.0.1/32']);
  });

  it('leave a delay to what the host has lost: that is not their doing', () => {
    const words = [...QUICK, '--anyip', '--address-withdraw-delay', '10s'];
    const route = facts.localRoute('10.0.0.16/28', { by: 'admin' });
    const inside = facts.listener('10.0.0.17', 80);
    const read = (at: number, isThere: boolean) =>
      factsRead(at, {
        resync: true,
        devices: LO,
        addresses: isThere ? added(route) : added(),
        listeners: added(inside),
      });
    const core = coreOf(words);
    core.hear(read(10, true));
    expect(core.routes()).toContain('10.0.0.16/28');
    core.hear(read(20, false));
    core.hear(changed(30, [...words, '--med', '4']));
    expect(core.routes()).toContain('10.0.0.16/28');
    core.hear(changed(40, QUICK));
    core.hear(read(50, false));
    expect(core.routes()).not.toContain('10.0.0.16/28');
  });

  it('make a service of a static prefix and a static prefix of a service, and withdraw neither', () => {
    const core = served();
    const withdraws: string[] = [];
    const hear = (event: Parameters<Core['hear']>[0]): void => {
      for (const { desired, changed: keys } of only(core.hear(event), 'setRoutes')) {
        for (const key of keys) if (!desired.has(key)) withdraws.push(key);
      }
    };
    const STATIC = [...QUICK, '--static', '10.0.0.1/32,med=3', '--static', '192.0.2.0/24'];
    hear(changed(20, STATIC));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32', '192.0.2.0/24']);
    hear(everything(30, TWO));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32', '192.0.2.0/24']);
    hear(changed(40, STATIC.slice(0, -2)));
    expect(withdraws).toEqual(['192.0.2.0/24']);
    hear(changed(50, QUICK));
    expect(core.standing('10.0.0.1/32')).toBe('announced');
    hear(everything(60, ONE, TWO));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
    expect(withdraws).toEqual(['192.0.2.0/24']);
    // Nobody serves it now.
    hear(changed(70, STATIC));
    hear(changed(80, QUICK));
    hear(everything(90, TWO));
    expect(core.standing('10.0.0.1/32')).toBe('leaving no-listener');
  });

  it('hold what is a next hop now, and what has none', () => {
    const v6 = ['--network', '10.0.0.0/24', '--static', '2001:db8::/48 10.0.0.7/32', '--announce-delay', '0'];
    const core = served([...v6, '--nexthop', '2001:db8:1::1']);
    expect(core.routes()).toContain('2001:db8::/48');
    core.hear(changed(20, [...v6, '--nexthop', '10.0.0.7']));
    expect(core.standing('2001:db8::/48')).toBe('next-hop-missing');
    expect(core.standing('10.0.0.7/32')).toBe('own-next-hop');
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32']);
    core.hear(changed(30, [...v6, '--nexthop', '2001:db8:1::1']));
    expect(core.routes()).toEqual(['10.0.0.1/32', '10.0.0.2/32', '10.0.0.7/32', '2001:db8::/48']);
  });

  it('say what becomes of facts that are stale already', () => {
    const core = served([...QUICK, '--stale-after', '5s']);
    core.hear(failed(1_000));
    core.hear(failed(7_000));
    expect(core.routes()).toHaveLength(2);
    core.hear(changed(8_000, [...QUICK, '--stale-after', '5s', '--on-discovery-error', 'withdraw']));
    expect(core.routes()).toEqual([]);
    expect(core.standing('10.0.0.1/32')).toBe('facts-stale');
  });
});
