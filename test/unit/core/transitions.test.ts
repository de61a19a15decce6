import { describe, expect, it } from 'vitest';
import { MOST_GONE } from '../../../src/core/transitions.ts';
import { countsOf, prefixesOf, serviceView } from '../../../src/core/view.ts';
import type { Action } from '../../../src/model/action.ts';
import type { Prefix } from '../../../src/model/address.ts';
import { listenerKey } from '../../../src/model/facts.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Instant } from '../../../src/model/view.ts';
import { added, type Core, coreOf, factsRead, only, removed } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden } from '../../helpers/overrides.ts';

const WORDS = ['--network', '10.0.0.0/8', '--announce-delay', '0', '--withdraw-delay', '0', '--no-dampening'];
const P = '10.0.0.1/32' as Prefix;
const LISTENER = facts.listener('10.0.0.1', 80);

/** `10.0.0.1/32 down > announced`, with the reason where there is one. */
const notes = (actions: readonly Action[]): string[] =>
  only(actions, 'noteTransition').map(
    ({ prefix, from, to, reason }) => `${prefix} ${from} > ${to}${reason === undefined ? '' : ` ${reason.code}`}`,
  );

/** With all that is left over. */
function hear(core: Core, ...[event]: Parameters<Core['hear']>): readonly Action[] {
  const all = [...core.hear(event)];
  for (let more = only(all, 'goOn').length > 0; more; ) {
    const actions = core.hear({ type: 'wentOn', at: event.at });
    all.push(...actions);
    more = only(actions, 'goOn').length > 0;
  }
  return all;
}

function served(words = WORDS): Core {
  const core = coreOf(words);
  hear(core, { type: 'started', at: ms(0) });
  hear(core, factsRead(1, { devices: added(facts.device('lo')), addresses: added(facts.assigned('10.0.0.1')) }));
  return core;
}

describe('a transition', () => {
  it('is noted of each step, with why; not of what was never up and goes on being down', () => {
    const core = coreOf(WORDS);
    const address = { devices: added(facts.device('lo')), addresses: added(facts.assigned('10.0.0.1')) };
    expect(notes(hear(core, factsRead(1, address)))).toEqual([]);
    expect(core.state.standings.of.get(P)).toMatchObject({ state: 'down', code: 'no-listener', since: 1 });
    const other = factsRead(2, { listeners: added(facts.listener('10.0.0.1', 99)) });
    expect(notes(hear(core, other))).toEqual([]);
    expect(core.state.standings.of.get(P)).toMatchObject({ state: 'down', code: 'listener-not-matched', since: 1 });
    expect(notes(hear(core, factsRead(3, { listeners: added(LISTENER) })))).toEqual([`${P} down > announced`]);
    expect(notes(hear(core, factsRead(4)))).toEqual([]);
    expect(notes(hear(core, factsRead(5, { listeners: removed(listenerKey(LISTENER)) })))).toEqual([
      `${P} announced > down listener-not-matched`,
    ]);
    expect(notes(hear(core, factsRead(6, { listeners: removed('tcp/ipv4 10.0.0.1:99') })))).toEqual([
      `${P} down > down no-listener`,
    ]);
    expect(core.state.standings.of.get(P)?.since).toBe(6);
  });

  it('is what a service stands so since; what nobody ever asked for is down since the start', () => {
    const core = served();
    hear(core, factsRead(5, { listeners: added(LISTENER) }));
    const sinceOf = (prefix: string): string =>
      serviceView(core.state, prefix as Prefix, ms(9), (at) => String(at) as Instant, []).since;
    expect([P, '10.0.0.77/32', '192.0.2.1/32'].map(sinceOf)).toEqual(['5', '0', '0']);
  });

  it('is none for what an earlier process announced, and goes on', () => {
    const core = coreOf(WORDS);
    const route = { prefix: P, attributes: { nextHop: 'self' as const } };
    expect(notes(hear(core, { type: 'routesFound', at: ms(0), announced: [route], doubtful: [] }))).toEqual([]);
    expect(core.standing(P)).toBe('announced');
    hear(core, { type: 'started', at: ms(1) });
    const facts1 = {
      ...{ devices: added(facts.device('lo')), addresses: added(facts.assigned('10.0.0.1')) },
      listeners: added(LISTENER),
    };
    expect(notes(hear(core, factsRead(2, facts1)))).toEqual([]);
    expect(core.state.standings.of.get(P)).toMatchObject({ state: 'announced', since: 0 });
  });
});

describe('what is gone', () => {
  it('is remembered when it was up once, and forgotten when it never was', () => {
    const core = served();
    hear(core, factsRead(2, { listeners: added(LISTENER) }));
    hear(core, factsRead(3, { addresses: added(facts.assigned('10.0.0.2')) }));
    const gone = { listeners: removed(listenerKey(LISTENER)), addresses: removed('10.0.0.1/32 lo', '10.0.0.2/32 lo') };
    expect(notes(hear(core, factsRead(4, gone)))).toEqual([`${P} announced > down address-missing`]);
    expect([...prefixesOf(core.state)]).toEqual([P]);
    expect([...core.state.standings.gone]).toEqual([P]);
    const back = { addresses: added(facts.assigned('10.0.0.1')), listeners: added(LISTENER) };
    expect(notes(hear(core, factsRead(5, back)))).toEqual([`${P} down > announced`]);
    expect(core.state.standings.gone.size).toBe(0);
  });

  it('is bounded: the newest are remembered', () => {
    const core = served([...WORDS, '--max-routes', '5000']);
    const many = Array.from({ length: MOST_GONE + 500 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
    const on = many.map((address) => facts.assigned(address));
    const listening = many.map((address) => facts.listener(address, 80));
    hear(core, factsRead(2, { addresses: added(...on), listeners: added(...listening) }));
    expect(countsOf(core.state)).toMatchObject({ announced: many.length, down: 1 });
    const gone = (part: readonly string[]) => ({
      addresses: removed(...part.map((address) => `${address}/32 lo`)),
      listeners: removed(...part.map((address) => `tcp/ipv4 ${address}:80`)),
    });
    hear(core, factsRead(3, gone(many.slice(0, 700))));
    hear(core, factsRead(4, gone(many.slice(700))));
    const { standings } = core.state;
    expect([standings.gone.size, standings.of.size]).toEqual([MOST_GONE, MOST_GONE + 1]);
    expect([...standings.gone].includes('10.1.0.0/32' as Prefix)).toBe(false);
    expect(standings.gone.has(`${many.at(-1)}/32` as Prefix)).toBe(true);
    expect(countsOf(core.state)).toMatchObject({ announced: 0, down: MOST_GONE + 1 });
  });
});

describe('static prefixes', () => {
  const STATIC = ['192.0.2.0/24', '198.51.100.0/24'] as Prefix[];

  it('have no entry while they are announced, and are seen all the same, since they were started', () => {
    const core = coreOf(['--static', STATIC.join(' ')]);
    expect(countsOf(core.state)).toMatchObject({ announced: 0, down: 2 });
    expect(notes(hear(core, { type: 'started', at: ms(7) }))).toEqual([]);
    const { standings } = core.state;
    expect([standings.of.size, standings.staticsSince]).toEqual([0, 7]);
    expect(countsOf(core.state)).toMatchObject({ announced: 2, down: 0 });
    expect([...prefixesOf(core.state)]).toEqual(STATIC);
  });

  it('have their transitions when they are drained, from announced; and none when they begin drained', () => {
    const core = coreOf(['--static', STATIC.join(' ')]);
    hear(core, overridden(0, { added: [drain('192.0.2.0/24', { at: -99, withdrawAt: -9 })], isKept: true }));
    expect(notes(hear(core, { type: 'started', at: ms(1) }))).toEqual([]);
    expect(countsOf(core.state)).toMatchObject({ announced: 1, drained: 1 });
    const second = overridden(2, { added: [drain('198.51.100.0/24', { at: 2, withdrawAt: 60_002 })] });
    expect(notes(hear(core, second))).toEqual(['198.51.100.0/24 announced > leaving draining']);
    expect(notes(core.fire(60_002))).toEqual(['198.51.100.0/24 leaving > drained drained']);
    const over = overridden(70_000, { removed: ['drain 192.0.2.0/24', 'drain 198.51.100.0/24'] });
    expect(notes(hear(core, over)).sort()).toEqual([
      '192.0.2.0/24 drained > announced',
      '198.51.100.0/24 drained > announced',
    ]);
    expect(countsOf(core.state)).toMatchObject({ announced: 2, drained: 0, leaving: 0 });
  });
});

it('a queue that was full when it was read last is not taken for full since then, while nothing can be read', () => {
  const core = coreOf([
    ...['--network', '10.0.0.0/24', '--announce-delay', '0', '--withdraw-delay', '3s'],
    ...['--accept-queue-full', '1500ms'],
  ]);
  const prefix = '10.0.0.1/32' as Prefix;
  const read = (at: number, queueFull: boolean) =>
    factsRead(at, {
      resync: true,
      devices: added(facts.device('lo')),
      addresses: added(facts.assigned('10.0.0.1')),
      listeners: added(facts.listener('10.0.0.1', 80, { queueFull })),
    });
  hear(core, { type: 'started', at: ms(0) });
  hear(core, read(10, false));
  hear(core, read(1_000, true));
  hear(core, read(4_000, true));
  expect(core.standing(prefix)).toBe('leaving accept-queue-full');
  // Of the time in which it was full we have seen less.
  hear(core, { type: 'stalled', at: ms(4_100), lost: ms(3_000) });
  core.fire(10_000);
  hear(core, { type: 'discoveryFailed', at: ms(11_000), detail: 'ENOBUFS' });
  expect([core.standing(prefix), core.routes()]).toEqual(['announced', [prefix]]);
  expect(core.state.standings.of.get(prefix)?.state).toBe('announced');
});
