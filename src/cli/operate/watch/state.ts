/**
 * What `ha2bgp watch` shows at a moment, PURE.
 *
 * The daemon's status comes whole, each time; what is selected is a prefix, so that it stays so when the rows move.
 */
import type { Prefix } from '../../../model/address.ts';
import type { ServiceStateName, ServiceView, Status } from '../../../model/view.ts';
import { orderKey } from '../order.ts';
import { hasEffect } from '../words.ts';

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
  | { readonly type: 'explain'; readonly top: number };

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

/** With the rows that the rest asks for. What was selected and is gone gives way to its neighbour. */
export function arranged(state: WatchState): WatchState {
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

/** The first row on the screen, so that the selected one is on it. */
export function topFor(top: number, selected: number, count: number, page: number): number {
  const most = Math.max(0, count - page);
  const least = Math.max(0, selected - page + 1);
  return Math.min(most, Math.max(least, Math.min(top, Math.max(0, selected))));
}
