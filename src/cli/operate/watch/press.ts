/** What a key makes of what `ha2bgp watch` shows, PURE. */
import type { Prefix } from '../../../model/address.ts';
import type { OverrideView, ServiceView } from '../../../model/view.ts';
import type { Key } from './keys.ts';
import { arranged, type Mode, type Order, SORTS, selectedService, topFor, type WatchState } from './state.ts';

export type Effect =
  | { readonly type: 'quit' | 'suspend' | 'redraw' }
  | { readonly type: 'give'; readonly order: Order }
  | { readonly type: 'explain'; readonly prefix: Prefix };

export interface Step {
  readonly state: WatchState;
  readonly effect?: Effect;
}

/** `page`: rows that are on the screen at once; `explained`: lines of the explanation, while one is shown. */
export function press(state: WatchState, key: Key, page: number, explained = 0): Step {
  if (key.type === 'interrupt') return { state, effect: { type: 'quit' } };
  if (key.type === 'suspend') return { state, effect: { type: 'suspend' } };
  if (key.type === 'redraw') return { state, effect: { type: 'redraw' } };
  switch (state.mode.type) {
    case 'table':
      return pressInTable({ ...state, message: undefined }, key, page);
    case 'filter':
      return { state: pressInFilter(state, key, state.mode.before) };
    case 'confirm':
      return pressInConfirm(state, key, state.mode.order);
    case 'help':
      return { state: { ...state, mode: { type: 'table' } } };
    case 'explain':
      return { state: pressInExplain(state, key, state.mode, page, explained) };
    default:
      return state.mode satisfies never;
  }
}

function pressInTable(state: WatchState, key: Key, page: number): Step {
  switch (key.type) {
    case 'up':
      return { state: moved(state, -1, page) };
    case 'down':
      return { state: moved(state, 1, page) };
    case 'pageUp':
      return { state: moved(state, -page, page) };
    case 'pageDown':
      return { state: moved(state, page, page) };
    case 'home':
      return { state: moved(state, Number.NEGATIVE_INFINITY, page) };
    case 'end':
      return { state: moved(state, Number.POSITIVE_INFINITY, page) };
    case 'enter':
      return state.selected === undefined ? { state } : { state, effect: { type: 'explain', prefix: state.selected } };
    case 'escape':
      return { state: arranged({ ...state, filter: '' }) };
    case 'char':
      return pressChar(state, key.char, page);
    default:
      return { state };
  }
}

function pressChar(state: WatchState, char: string, page: number): Step {
  switch (char) {
    case 'q':
      return { state, effect: { type: 'quit' } };
    case '/':
      return { state: { ...state, mode: { type: 'filter', before: state.filter } } };
    case 's': {
      const sort = SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'prefix';
      return { state: arranged({ ...state, sort }) };
    }
    case 'r':
      return { state: arranged({ ...state, isReversed: !state.isReversed }) };
    case 'o':
      return { state: arranged({ ...state, isDownOnly: !state.isDownOnly }) };
    case 'j':
      return { state: moved(state, 1, page) };
    case 'k':
      return { state: moved(state, -1, page) };
    case 'g':
      return { state: moved(state, Number.NEGATIVE_INFINITY, page) };
    case 'G':
      return { state: moved(state, Number.POSITIVE_INFINITY, page) };
    case '?':
      return { state: { ...state, mode: { type: 'help' } } };
    case 'd':
    case 'u':
      return { state: asking(state, char === 'd' ? 'drain' : 'undrain') };
    case 'D':
      return { state: asking(state, 'drain', true) };
    default:
      return { state };
  }
}

function moved(state: WatchState, by: number, page: number): WatchState {
  const { rows, selected } = state;
  const at = Math.max(
    0,
    rows.findIndex(({ prefix }) => prefix === selected),
  );
  const next = Math.max(0, Math.min(rows.length - 1, at + by));
  return { ...state, selected: rows[next]?.prefix, top: topFor(state.top, next, rows.length, page) };
}

/** What would be done is asked about first. `isByName`: with all prefixes that have the name of the selected one. */
function asking(state: WatchState, command: Order['command'], isByName = false): WatchState {
  const service = selectedService(state);
  if (service === undefined) return state;
  if (state.link.type === 'lost') return { ...state, message: { text: 'there is no daemon to tell', isBad: true } };
  const { prefix, name } = service;
  if (isByName && name === undefined) return { ...state, message: { text: `${prefix} has no name`, isBad: true } };
  if (command === 'drain') {
    const target = isByName && name !== undefined ? name : prefix;
    return { ...state, mode: { type: 'confirm', order: { command, target } } };
  }
  const drain = drainOf(service);
  if (drain === undefined) return { ...state, message: { text: `${prefix} is not drained`, isBad: true } };
  return { ...state, mode: { type: 'confirm', order: { command, target: drain.target } } };
}

/** Of several the one of the prefix itself. */
function drainOf({ prefix, overrides }: ServiceView): OverrideView | undefined {
  const drains = overrides.filter(({ kind }) => kind === 'drain');
  return drains.find(({ target }) => target === prefix) ?? drains[0];
}

function pressInFilter(state: WatchState, key: Key, before: string): WatchState {
  switch (key.type) {
    case 'enter':
      return { ...state, mode: { type: 'table' } };
    case 'escape':
      return arranged({ ...state, filter: before, mode: { type: 'table' } });
    case 'backspace':
      return arranged({ ...state, filter: [...state.filter].slice(0, -1).join('') });
    case 'char':
      return arranged({ ...state, filter: state.filter + key.char });
    default:
      return state;
  }
}

function pressInConfirm(state: WatchState, key: Key, order: Order): Step {
  const back: WatchState = { ...state, mode: { type: 'table' } };
  if (key.type === 'char' && key.char === 'y') return { state: back, effect: { type: 'give', order } };
  return { state: { ...back, message: { text: `nothing done: no ${order.command}`, isBad: false } } };
}

function pressInExplain(
  state: WatchState,
  key: Key,
  mode: Extract<Mode, { type: 'explain' }>,
  page: number,
  lines: number,
): WatchState {
  const isLetter = key.type === 'char' && (key.char === 'j' || key.char === 'k');
  const type = isLetter ? (key.char === 'j' ? 'down' : 'up') : key.type;
  const by = ({ up: -1, down: 1, pageUp: -page, pageDown: page } as Partial<Record<Key['type'], number>>)[type];
  if (by === undefined) return { ...state, mode: { type: 'table' } };
  // The last line stays on the screen.
  return { ...state, mode: { ...mode, top: Math.max(0, Math.min(lines - 1, mode.top + by)) } };
}
