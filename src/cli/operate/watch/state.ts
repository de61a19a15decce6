/**
 * What `ha2bgp watch` shows at a moment, and what a key makes of it, PURE.
 *
 * The daemon's status comes whole, each time; what is selected is a prefix, so that it stays so when the rows move.
 */
import type { Prefix } from '../../../model/address.ts';
import type { OverrideView, ServiceStateName, ServiceView, Status } from '../../../model/view.ts';
import { orderKey } from '../order.ts';
import { hasEffect } from '../words.ts';
import type { Key } from './keys.ts';

export const SORTS = ['prefix', 'state', 'since'] as const;
export type Sort = (typeof SORTS)[number];

/** What is given to the daemon after a confirmation. */
export interface Order {
  readonly command: 'drain' | 'undrain';
  readonly target: string;
}

export type Mode =
  | { readonly type: 'table' }
  | { readonly type: 'filter'; readonly before: string }
  | { readonly type: 'confirm'; readonly order: Order }
  | { readonly type: 'help' }
  /** Lines of `explain`, from `top` on. */
  | { readonly type: 'explain'; readonly prefix: Prefix; readonly top: number };

export interface Message {
  readonly text: string;
  readonly isBad: boolean;
}

export type Link =
  | { readonly type: 'connected' }
  /** `since`: as `Date.now`. */
  | { readonly type: 'lost'; readonly since: number; readonly why: string };

export interface WatchState {
  readonly status: Status | undefined;
  readonly link: Link;
  readonly sort: Sort;
  readonly isReversed: boolean;
  readonly isDownOnly: boolean;
  readonly filter: string;
  readonly mode: Mode;
  readonly message: Message | undefined;
  /** Those that are shown, in their order. */
  readonly rows: readonly ServiceView[];
  readonly selected: Prefix | undefined;
  /** Of the rows: the first on the screen. */
  readonly top: number;
}

export type Effect =
  | { readonly type: 'quit' | 'suspend' | 'redraw' }
  | { readonly type: 'give'; readonly order: Order }
  | { readonly type: 'explain'; readonly prefix: Prefix };

export interface Step {
  readonly state: WatchState;
  readonly effect?: Effect;
}

export const NEW_WATCH: WatchState = {
  ...{
    status: undefined,
    link: { type: 'connected' },
    sort: 'prefix',
    isReversed: false,
    isDownOnly: false,
    filter: '',
  },
  ...{ mode: { type: 'table' }, message: undefined, rows: [], selected: undefined, top: 0 },
};

/** What needs a look comes first. */
const STATE_ORDER: readonly ServiceStateName[] = [
  ...(['leaving', 'rising', 'suppressed', 'held', 'drained', 'set-down', 'down', 'announced'] as const),
];

export const withStatus = (state: WatchState, status: Status): WatchState => arranged({ ...state, status });

/** The rows that the rest asks for. What was selected and is gone gives way to its neighbour. */
function arranged(state: WatchState): WatchState {
  const { status, sort, isReversed, isDownOnly, selected } = state;
  const filter = state.filter.toLowerCase();
  const isShown = (service: ServiceView): boolean =>
    (!isDownOnly || !hasEffect(service)) &&
    (filter === '' || textsOf(service).some((text) => text.toLowerCase().includes(filter)));
  const keyed = (status?.services ?? []).filter(isShown).map((each) => [sortKey(each, sort), each] as const);
  const rows = keyed.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, each]) => each);
  if (isReversed) rows.reverse();
  const isThere = rows.some(({ prefix }) => prefix === selected);
  const before = Math.max(
    0,
    state.rows.findIndex(({ prefix }) => prefix === selected),
  );
  return { ...state, rows, selected: isThere ? selected : rows[Math.min(before, rows.length - 1)]?.prefix };
}

const textsOf = ({ prefix, name, state, reason }: ServiceView): readonly string[] => [
  ...[prefix, name ?? '', state, reason?.sentence ?? ''],
];

function sortKey({ prefix, state, since }: ServiceView, sort: Sort): string {
  const last = orderKey(prefix);
  switch (sort) {
    case 'prefix':
      return last;
    case 'state':
      return `${STATE_ORDER.indexOf(state)} ${last}`;
    case 'since':
      // The newest first.
      return `${String(Number.MAX_SAFE_INTEGER - Date.parse(since)).padStart(16, '0')} ${last}`;
    default:
      return sort satisfies never;
  }
}

export const selectedService = ({ rows, selected }: WatchState): ServiceView | undefined =>
  rows.find(({ prefix }) => prefix === selected);

/** `page`: rows that are on the screen at once. */
export function press(state: WatchState, key: Key, page: number): Step {
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
      return { state: pressInExplain(state, key, state.mode, page) };
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

/** The first row on the screen, so that the selected one is on it. */
export function topFor(top: number, selected: number, count: number, page: number): number {
  const most = Math.max(0, count - page);
  const least = Math.max(0, selected - page + 1);
  return Math.min(most, Math.max(least, Math.min(top, Math.max(0, selected))));
}

/** What would be done is asked about first. */
function asking(state: WatchState, command: Order['command']): WatchState {
  const service = selectedService(state);
  if (service === undefined) return state;
  if (state.link.type === 'lost') return { ...state, message: { text: 'there is no daemon to tell', isBad: true } };
  if (command === 'drain') return { ...state, mode: { type: 'confirm', order: { command, target: service.prefix } } };
  const drain = drainOf(service);
  if (drain === undefined) return { ...state, message: { text: `${service.prefix} is not drained`, isBad: true } };
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
): WatchState {
  const isLetter = key.type === 'char' && (key.char === 'j' || key.char === 'k');
  const type = isLetter ? (key.char === 'j' ? 'down' : 'up') : key.type;
  const by = ({ up: -1, down: 1, pageUp: -page, pageDown: page } as Partial<Record<Key['type'], number>>)[type];
  if (by === undefined) return { ...state, mode: { type: 'table' } };
  return { ...state, mode: { ...mode, top: Math.max(0, mode.top + by) } };
}
