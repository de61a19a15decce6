/** What `ha2bgp history` prints, and `watch --events`, PURE. */
import type { SaidByHand } from '../../model/override.ts';
import type { Change, HistoryEntry, HistoryView, PeerEntry, ProcessEntry, Transition } from '../../model/view.ts';
import { columnsOf, type Line, span, widthOf, wrap } from '../terminal/line.ts';
import { ago, moment, type Now, overrideTexts, plural, shown, stateTone } from './words.ts';

/**
 * The newest last, as in a log. `room`: columns of the terminal; Infinity where there is none. `now`: for how long ago; left
 * out for none.
 */
export const historyLines = (history: HistoryView, room: number, now?: Now): Line[] =>
  historyEntries(history, room, now).flat();

/** The lines of each. */
export function historyEntries({ transitions, process, peers }: HistoryView, room: number, now?: Now): Line[][] {
  const entries: HistoryEntry[] = [...transitions, ...process, ...peers].sort((a, b) => a.number - b.number);
  const widest = Math.max(0, ...entries.map((each) => aboutOf(each).length));
  return entries.map((each) =>
    'prefix' in each ? transitionLines(each, widest, room, now) : [newsLine(each, widest, now)],
  );
}

/** Where there is no room for the reason, it stands below. */
function transitionLines(of: Transition, widest: number, room: number, now?: Now): Line[] {
  const line = transitionLine(of, widest, now);
  const { reason, ...bare } = of;
  if (reason === undefined || widthOf(line) <= room) return [line];
  const below = wrap(shown(reason.sentence), room - BELOW.length);
  return [transitionLine(bare, widest, now), ...below.map((text) => [span(BELOW), span(text)])];
}

const BELOW = '    ';

/** What stands where a service's prefix does. */
const OURSELVES = 'ha2bgp';
function aboutOf(entry: HistoryEntry): string {
  if ('prefix' in entry) return entry.prefix;
  if ('peer' in entry) return shown(entry.peer);
  return entry.type === 'by-hand' ? shown(entry.target) : OURSELVES;
}

function newsLine(entry: ProcessEntry | PeerEntry, widest: number, now?: Now): Line {
  return [
    span(`${moment(entry.at)}  `, 'faint'),
    ...(now === undefined ? [] : [span(`${ago(entry.at, now).padEnd(AGO)}  `, 'faint')]),
    span(`${aboutOf(entry).padEnd(widest)}  `, 'strong'),
    ...('peer' in entry ? peerWords(entry) : processWords(entry)),
  ];
}

function peerWords({ type, why, unnoted }: PeerEntry): Line {
  const isUp = type === 'peer-up';
  const before = unnoted === undefined ? '' : `, after ${plural(unnoted, 'change')} that had no line of their own`;
  return [
    isUp ? span('session up', 'served') : span('session down', 'bad'),
    span(`${why === undefined ? '' : `: ${shown(why)}`}${before}`),
  ];
}

function processWords(entry: ProcessEntry): Line {
  switch (entry.type) {
    case 'started': {
      const { version, pid, lastSignOfBefore: last } = entry;
      const before = `; the run before ended without a word after ${last && moment(last)}: killed, or the power failed`;
      return [
        span('started', 'served'),
        span(`, version ${shown(version)}, pid ${pid}`),
        ...(last === undefined ? [] : [span(before, 'bad')]),
      ];
    }
    case 'stopped': {
      const { why, withdrawn, left } = entry;
      const parts = [
        ...(withdrawn > 0 ? [`${plural(withdrawn, 'route')} withdrawn`] : []),
        ...(left > 0 ? [`${plural(left, 'route')} not withdrawn`] : []),
      ];
      const what = parts.length === 0 ? 'nothing was announced' : parts.join(', ');
      return [span('stopped', 'bad'), span(` (${shown(why)}): ${what}`)];
    }
    case 'reloaded':
      return reloadWords(entry.changed);
    case 'reload-refused':
      return refusalWords(entry.problems);
    case 'by-hand': {
      const { what, by, why } = entry;
      return [span(SAID[what](shown(by)), 'routed'), span(why === '' ? '' : `: "${shown(why)}"`)];
    }
    default:
      return entry satisfies never;
  }
}

const SAID: Readonly<Record<SaidByHand['what'], (by: string) => string>> = {
  drained: (by) => `drained by ${by}`,
  undrained: (by) => `undrained by ${by}`,
  'drain-over': (by) => `drain by ${by} is over`,
  'set-up': (by) => `set up by ${by}`,
  'set-down': (by) => `set down by ${by}`,
  'set-auto': (by) => `set to auto by ${by}`,
  'set-over': (by) => `what ${by} set is over`,
};

function reloadWords(changed: readonly string[]): Line {
  const what = changed.length === 0 ? 'nothing changed' : changed.map(shown).join(', ');
  return [span('settings read again', 'strong'), span(`: ${what}`)];
}

const refusalWords = (problems: number): Line => [
  span('reload refused', 'caution'),
  span(`: ${plural(problems, 'problem')}, see the log`),
];

/** `widest`: of the prefixes that stand one below the other. */
export function transitionLine({ at, prefix, from, to, reason }: Transition, widest = 0, now?: Now): Line {
  const change = from === to ? to : `${from} → ${to}`;
  return [
    span(`${moment(at)}  `, 'faint'),
    ...(now === undefined ? [] : [span(`${ago(at, now).padEnd(AGO)}  `, 'faint')]),
    span(`${prefix.padEnd(widest)}  `, 'strong'),
    ...(from === to ? [] : [span(`${from} → `)]),
    span(to, stateTone(to)),
    ...(reason === undefined
      ? []
      : [span(' '.repeat(Math.max(0, CHANGE - columnsOf(change)))), span(`  ${shown(reason.sentence)}`)]),
  ];
}

const AGO = '23h 59m ago'.length;
const CHANGE = 'announced → suppressed'.length;

/** In one line. */
const MOST_BY_HAND = 5;

/** A change of any kind, as a line of a log. */
export function changeLine(change: Change, now: Now): Line {
  const at = span(`${moment(change.at)}  `, 'faint');
  switch (change.type) {
    case 'transition':
      return transitionLine(change);
    case 'peer': {
      const { name, as, state, last, told } = change.peer;
      const tone = state === 'established' ? 'served' : 'caution';
      const why = state === 'established' || last === '' ? '' : `  ${shown(last)}`;
      return [
        at,
        span(`peer ${shown(name)}${as === undefined ? '' : ` AS ${as}`}  `, 'strong'),
        span(state, tone),
        span(`, told ${told}${why}`),
      ];
    }
    case 'overrides': {
      const texts = overrideTexts(change.overrides, MOST_BY_HAND, now);
      return [
        at,
        span('by hand  ', 'strong'),
        span(texts.length === 0 ? 'nothing is in force' : texts.join('; '), 'routed'),
      ];
    }
    case 'discovery': {
      const { source, hints, failure, failingSince } = change.discovery;
      return [
        at,
        span('discovery  ', 'strong'),
        failingSince === undefined
          ? span(`${source}, hints ${hints}`)
          : span(`the kernel cannot be read: ${shown(failure ?? 'unknown')}`, 'bad'),
      ];
    }
    case 'reloaded':
      return [at, ...reloadWords(change.changed)];
    case 'reload-refused':
      return [at, ...refusalWords(change.problems)];
    case 'stopping':
      return [
        at,
        span('stopping', 'bad'),
        span(` (${shown(change.why)}), ${plural(change.announced, 'route')} announced`),
      ];
    default:
      return change satisfies never;
  }
}
