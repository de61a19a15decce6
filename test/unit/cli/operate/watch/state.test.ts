import { describe, expect, it } from 'vitest';
import { keysOf } from '../../../../../src/cli/operate/watch/keys.ts';
import { type Effect, press } from '../../../../../src/cli/operate/watch/press.ts';
import { NEW_WATCH, topFor, type WatchState, withStatus } from '../../../../../src/cli/operate/watch/state.ts';
import { DRAIN, SERVICES, STATUS, service } from '../../../../helpers/views.ts';

const START = withStatus(NEW_WATCH, STATUS);
const PAGE = 3;
const EXPLAINED = 12;

/** All keys one after the other; what they asked for. */
function type(keys: string, state: WatchState = START): { state: WatchState; effects: Effect[] } {
  const effects: Effect[] = [];
  let now = state;
  for (const key of keysOf(keys)) {
    const step = press(now, key, PAGE, EXPLAINED);
    now = step.state;
    if (step.effect !== undefined) effects.push(step.effect);
  }
  return { state: now, effects };
}
const shown = (state: WatchState): string[] => state.rows.map(({ prefix }) => prefix);
const IN_ORDER = [
  ...['192.0.2.2/32', '192.0.2.3/32', '192.0.2.4/32', '192.0.2.5/32', '192.0.2.10/32', '2001:db8::1/128'],
];

describe('the rows', () => {
  it('are in the order of their numbers, the first of them selected', () => {
    expect([shown(START), START.selected]).toEqual([IN_ORDER, IN_ORDER[0]]);
  });

  it('are sorted by state, what needs a look first, by time, and the other way round', () => {
    expect(type('s').state.rows.map(({ state }) => state)).toEqual([
      ...['leaving', 'rising', 'suppressed', 'down', 'announced', 'announced'],
    ]);
    expect(shown(type('ss').state)).toEqual([
      ...['192.0.2.3/32', '192.0.2.2/32', '192.0.2.4/32', '192.0.2.10/32', '2001:db8::1/128', '192.0.2.5/32'],
    ]);
    expect(shown(type('sss').state)).toEqual(IN_ORDER);
    expect(shown(type('r').state)).toEqual(IN_ORDER.toReversed());
  });

  it.each([
    ['DNS', ['192.0.2.5/32']],
    ['db8', ['2001:db8::1/128']],
    ['listens', ['192.0.2.2/32']],
    ['announced', ['192.0.2.3/32', '192.0.2.10/32', '2001:db8::1/128']],
    ['nothing like it', []],
  ])('are filtered by %s', (filter, prefixes) => {
    expect(shown(type(`/${filter}\r`).state)).toEqual(prefixes);
  });

  it('have their filter back when it is given up, and none after Esc', () => {
    const filtered = type('/dns\r/xyz').state;
    expect([filtered.filter, shown(filtered)]).toEqual(['dnsxyz', []]);
    expect(type('\x1b', filtered).state).toMatchObject({ filter: 'dns', mode: { type: 'table' } });
    expect(type('\x7f\x7f\x7f\x7f', filtered).state.filter).toBe('dn');
    expect(type('/dns\r\x1b').state).toMatchObject({ filter: '', rows: { length: 6 } });
  });

  it('are only those that are not announced, when that is asked for', () => {
    expect(shown(type('o').state)).toEqual(['192.0.2.2/32', '192.0.2.3/32', '192.0.2.5/32']);
    expect(shown(type('oo').state)).toEqual(IN_ORDER);
  });
});

describe('what is selected', () => {
  it('moves with the keys, and no further than the rows', () => {
    expect(type('j').state.selected).toBe('192.0.2.3/32');
    expect(type('jjk').state.selected).toBe('192.0.2.3/32');
    expect(type('k').state.selected).toBe('192.0.2.2/32');
    expect(type('\x1b[6~').state.selected).toBe('192.0.2.5/32');
    expect(type('G').state.selected).toBe('2001:db8::1/128');
    expect(type('Gj').state.selected).toBe('2001:db8::1/128');
    expect(type('Gg').state.selected).toBe('192.0.2.2/32');
    expect(type('\x1b[F\x1b[H').state.selected).toBe('192.0.2.2/32');
  });

  it('stays when rows move, and gives way to its neighbour when it goes', () => {
    const at = type('jj').state;
    const moved = withStatus(at, { ...STATUS, services: [service('10.0.0.1/32'), ...SERVICES] });
    expect(moved.selected).toBe('192.0.2.4/32');
    const without = withStatus(at, { ...STATUS, services: SERVICES.filter(({ prefix }) => prefix !== '192.0.2.4/32') });
    expect(without.selected).toBe('192.0.2.5/32');
    expect(withStatus(at, { ...STATUS, services: [] }).selected).toBeUndefined();
    expect(type('jkdu\r', withStatus(at, { ...STATUS, services: [] })).effects).toEqual([]);
  });

  it('is on the screen', () => {
    expect(type('jj').state.top).toBe(0);
    expect(type('jjj').state.top).toBe(1);
    expect(type('G').state.top).toBe(3);
    expect(type('Gkkk').state.top).toBe(2);
    expect([topFor(5, 2, 10, 3), topFor(0, 9, 10, 3), topFor(9, 9, 10, 3), topFor(0, -1, 0, 3)]).toEqual([2, 7, 7, 0]);
  });
});

describe('a change by hand', () => {
  it('is asked about first, and given on y alone', () => {
    const asked = type('d').state;
    expect(asked.mode).toEqual({ type: 'confirm', order: { command: 'drain', target: '192.0.2.2/32' } });
    expect(type('y', asked).effects).toEqual([{ type: 'give', order: { command: 'drain', target: '192.0.2.2/32' } }]);
    for (const key of ['n', '\r', '\x1b', 'Y', ' ', 'd', '\x1b[A']) {
      const { state, effects } = type(key, asked);
      expect([effects, state.mode.type, state.message?.text]).toEqual([[], 'table', 'nothing done: no drain']);
    }
    // Whatever is typed ahead.
    expect(type('jdxy').effects).toEqual([]);
  });

  it('ends the drain that there is: of the prefix, or else the one around it', () => {
    expect(type('u').state.message).toEqual({ text: '192.0.2.2/32 is not drained', isBad: true });
    expect(type('jjuy').effects).toEqual([{ type: 'give', order: { command: 'undrain', target: '192.0.2.4/32' } }]);
    const wide = { ...DRAIN, target: 'all' };
    const drained = withStatus(NEW_WATCH, {
      ...STATUS,
      services: [service('192.0.2.4/32', { overrides: [{ ...DRAIN, kind: 'up' }, wide] })],
    });
    expect(type('uy', drained).effects).toEqual([{ type: 'give', order: { command: 'undrain', target: 'all' } }]);
  });

  it('is about all that have the name of the selected one with D', () => {
    expect(type('jjj').state.selected).toBe('192.0.2.5/32');
    expect(type('jjjDy').effects).toEqual([{ type: 'give', order: { command: 'drain', target: 'dns' } }]);
    expect(type('Dy')).toMatchObject({
      ...{ effects: [] },
      state: { message: undefined, mode: { type: 'table' } },
    });
    expect(type('D').state.message).toEqual({ text: '192.0.2.2/32 has no name', isBad: true });
  });

  it('needs a daemon', () => {
    const lost: WatchState = { ...START, link: { type: 'lost', since: 0, why: 'gone' } };
    expect(type('dy', lost).effects).toEqual([]);
    expect(type('d', lost).state.message?.isBad).toBe(true);
  });
});

describe('other keys', () => {
  it('quit, stop, draw anew, wherever one is', () => {
    for (const before of ['', '/ab', 'd', '?']) {
      const { state } = type(before);
      expect(type('\x03', state).effects).toEqual([{ type: 'quit' }]);
      expect(type('\x1a\x0c', state)).toEqual({ state, effects: [{ type: 'suspend' }, { type: 'redraw' }] });
    }
    expect(type('q').effects).toEqual([{ type: 'quit' }]);
    expect(type('/q').effects).toEqual([]);
  });

  it('explain, scroll in that, and go back', () => {
    expect(type('\r').effects).toEqual([{ type: 'explain', prefix: '192.0.2.2/32' }]);
    const explaining: WatchState = { ...START, mode: { type: 'explain', top: 0 } };
    expect(type('\x1b[B\x1b[B\x1b[A', explaining).state.mode).toMatchObject({ top: 1 });
    // No further than to the last line, and one back is one back.
    expect(type(`${'j'.repeat(99)}k`, explaining).state.mode).toMatchObject({ top: EXPLAINED - 2 });
    expect(type('jjk', explaining).state.mode).toMatchObject({ top: 1 });
    expect(type('\x1b[5~\x1b[6~', explaining).state.mode).toMatchObject({ top: PAGE });
    expect(type('x', explaining).state.mode.type).toBe('table');
    expect(type('?').state.mode.type).toBe('help');
    expect(type('?q')).toMatchObject({ state: { mode: { type: 'table' } }, effects: [] });
  });
});
