/** What `ha2bgp watch` has on the terminal at a moment, PURE. */
import type { ServiceView, Status } from '../../../model/view.ts';
import { cut, fitting, type Line, type Size, type Span, span, widthOf } from '../../terminal/line.ts';
import { type Cell, heading, layOut, rowLine } from '../../terminal/table.ts';
import { countLine, SERVICE_COLUMNS, serviceRow } from '../status-text.ts';
import { lengthWords, type Now, plural, shown, timeOfDay } from '../words.ts';
import { type Order, topFor, type WatchState } from './state.ts';

/** Above the rows: title, surroundings, a blank line or what is wrong, the heading; below them: a line for keys and words. */
const ABOVE = 4;
const BELOW = 1;
export const pageOf = ({ rows }: Size): number => Math.max(1, rows - ABOVE - BELOW);

const MARKER = '> ';

export const HELP: readonly (readonly [keys: string, does: string])[] = [
  ['arrows, j k, PgUp PgDn, g G', 'select a service'],
  ['Enter', 'explain it'],
  ['d', 'drain it, after a confirmation'],
  ['D', 'drain all that have its name, after a confirmation'],
  ['u', 'end its drain, after a confirmation'],
  ['/', 'filter: part of a prefix, name, state or reason; Esc ends it'],
  ['o', 'only what is not announced, or all'],
  ['s', 'sort by prefix, state (what needs a look first), since (the newest first)'],
  ['r', 'the other way round'],
  ['Ctrl-L', 'draw anew'],
  ['q, Ctrl-C', 'quit'],
];

/** `explained`: lines of `explain`, while that is shown. As many lines as there are rows, or fewer. */
export function frame(state: WatchState, now: Now, size: Size, explained: readonly Line[] = []): Line[] {
  const body =
    state.mode.type === 'help'
      ? helpLines()
      : state.mode.type === 'explain'
        ? explained.slice(Math.min(state.mode.top, Math.max(0, explained.length - 1)))
        : tableLines(state, now, size);
  const room = size.rows - (ABOVE - 1) - BELOW;
  const shownBody = body.slice(0, Math.max(0, room));
  const fill = Array.from({ length: Math.max(0, room - shownBody.length) }, (): Line => []);
  const lines = [...head(state, now, size), ...shownBody, ...fill, foot(state, size)];
  // Too few rows for all: what is at the bottom has the question, and stays.
  const kept = lines.length <= size.rows ? lines : [...lines.slice(0, Math.max(0, size.rows - 1)), foot(state, size)];
  return kept.map((line) => cut(line, size.columns));
}

function head({ status, link, filter, isDownOnly }: WatchState, now: Now, { columns }: Size): Line[] {
  const { process: daemon } = status ?? {};
  const name = daemon === undefined ? '' : ` ${shown(daemon.name)}`;
  const counts = status === undefined ? [span('asking')] : countLine(status);
  const known = link.type === 'connected' ? counts : [...lastSeen(status), ...counts.map(faint)];
  const filters = [
    ...(filter === '' ? [] : [`/${shown(filter)}`]),
    ...(isDownOnly ? ['only what is not announced'] : []),
  ];
  const title: Line = [span(` ha2bgp${name}  `, 'strong'), ...known];
  const right = `${filters.join(', ')} `;
  const gap = columns - widthOf(title) - right.length;
  return [
    gap < 1 ? title : [...title, span(' '.repeat(gap)), span(right, 'caution')],
    status === undefined ? [] : [span(` ${surroundings(status, columns - 1)}`, 'faint')],
    link.type === 'connected'
      ? []
      : [span(` NO ANSWER for ${lengthWords(now - link.since)}, trying again: ${shown(link.why)} `, 'alarm')],
  ];
}

/** What is shown held then, and nobody knows what holds now. */
const lastSeen = (status: Status | undefined): Line =>
  status === undefined ? [] : [span(`last seen ${timeOfDay(status.at)}`, 'alarm'), span('  ')];
const faint = ({ text }: Span): Span => span(text, 'faint');

function surroundings({ sinks, overrides, discovery }: Status, columns: number): string {
  const peers = sinks.flatMap((sink) => sink.peers ?? []);
  const up = peers.filter(({ state }) => state === 'established').length;
  const missing = peers.filter(({ state }) => state !== 'established').map(({ name }) => shown(name));
  const parts = [
    peers.length === 0
      ? sinks.map(({ name, told }) => `${shown(name)} told ${told}`).join(', ')
      : `peers ${up}/${peers.length} up`,
    `${plural(discovery.listeners, 'listener')}`,
    ...(overrides.length === 0 ? [] : [`${overrides.length} by hand`]),
    ...(discovery.failingSince === undefined ? [] : ['THE KERNEL CANNOT BE READ']),
  ];
  const brief = parts.join(' · ');
  const long = missing.length === 0 ? brief : `${brief} · without ${missing.join(', ')}`;
  return fitting([long, brief], columns) ?? brief;
}

function tableLines(state: WatchState, now: Now, size: Size): Line[] {
  const { rows, selected, status } = state;
  if (rows.length === 0)
    return [[span(status === undefined ? '' : '  no service, or none that fits the filter', 'faint')]];
  const page = pageOf(size);
  const position = rows.findIndex(({ prefix }) => prefix === selected);
  const top = topFor(state.top, position, rows.length, page);
  const visible = rows.slice(top, top + page);
  // Without a daemon its clocks stand still.
  const { link } = state;
  const [at, isOld] = link.type === 'connected' ? [now, false] : [link.since, true];
  const cells = visible.map((each) => serviceRow(each, at));
  // Columns do not move as rows do.
  const grid = { columns: SERVICE_COLUMNS, rows: [...cells, WIDEST, [{ text: widestPrefix(rows) }]] };
  const layout = layOut(grid, size.columns - MARKER.length);
  return [
    [span(' '.repeat(MARKER.length)), ...heading(grid, layout)],
    ...cells.map((row, index): Line => {
      const isSelected = visible[index]?.prefix === selected;
      const line = rowLine(grid, layout, row);
      return isSelected
        ? [span(MARKER, 'selected'), ...line.map(({ text }) => span(text, 'selected'))]
        : [span(' '.repeat(MARKER.length)), ...(isOld ? line.map(faint) : line)];
    }),
  ];
}

const WIDEST: readonly Cell[] = [{ text: '' }, { text: '' }, { text: 'suppressed' }, { text: '23h 59m' }];
const widestPrefix = (rows: readonly ServiceView[]): string =>
  rows.reduce((widest, { prefix }) => (prefix.length > widest.length ? prefix : widest), '');

function helpLines(): Line[] {
  const widest = Math.max(...HELP.map(([keys]) => keys.length));
  return HELP.map(([keys, does]) => [span(`  ${keys.padEnd(widest)}  `, 'strong'), span(does)]);
}

function foot({ mode, message, filter, sort, isReversed }: WatchState, { columns }: Size): Line {
  switch (mode.type) {
    case 'filter':
      return [
        span(` filter: ${shown(filter)}`, 'strong'),
        span('_'),
        span('   Enter keeps it, Esc takes it back', 'faint'),
      ];
    case 'confirm':
      return confirmation(mode.order, columns);
    case 'help':
      return [span(' any key: back', 'faint')];
    case 'explain':
      return [span(' arrows, j k, PgUp PgDn: scroll, any other key: back', 'faint')];
    case 'table': {
      if (message !== undefined) return [span(` ${shown(message.text)}`, message.isBad ? 'bad' : 'served')];
      const by = `${sort}${isReversed ? ', reversed' : ''}`;
      const keys = fitting(
        [
          ` q quit  Enter explain  d drain  u undrain  / filter  o only down  s sort (${by})  ? help`,
          ` q quit  d drain  u undrain  / filter  s sort (${by})  ? help`,
          ' q quit  ? help',
        ],
        columns,
      );
      return [span(keys ?? '', 'faint')];
    }
    default:
      return mode satisfies never;
  }
}

/** What is asked, and which key says yes, as far as there is room for both. */
function confirmation({ command, target }: Order, columns: number): Line {
  const of = target === 'all' ? 'everything' : target.includes('/') ? shown(target) : `all of ${shown(target)}`;
  const keys = 'y: yes, any other key: no';
  const forms =
    command === 'drain'
      ? ([
          [`drain ${of}: tell the routers, then withdraw it?`, keys],
          [`drain ${of}?`, keys],
          [`drain ${of}?`, 'y: yes'],
        ] as const)
      : ([
          [`end the drain of ${of}?`, keys],
          [`undrain ${of}?`, 'y: yes'],
        ] as const);
  const lines = forms.map(([question, answer]): Line => [span(` ${question} `, 'caution'), span(answer, 'strong')]);
  return lines.find((line) => widthOf(line) <= columns) ?? lines.at(-1) ?? [];
}
