/** What `ha2bgp replay` prints of a run: a timeline and totals for each service, then the totals of all. */
import { OPTIONS, type OptionName } from '../config/options.ts';
import { addTotals, NO_TOTALS, type ServiceTimeline, type TimelineEntry, type Totals } from '../core/timeline.ts';
import type { Prefix } from '../model/address.ts';
import { formatDuration, type Millis, ms } from '../model/millis.ts';
import type { RecordingHeader } from '../model/recording.ts';

export type ReportFormat = 'text' | 'json';

export interface PlayedRun {
  readonly header: RecordingHeader;
  /** Why it ended; `undefined` when the recording does not say. */
  readonly ending: string | undefined;
  readonly from: Millis;
  readonly until: Millis;
  readonly wallAt: (at: Millis) => Date;
  /** Other settings that were put in force while it ran. */
  readonly reloads: readonly { readonly at: Millis; readonly settings: RecordingHeader['settings'] }[];
  /** Settings other than those of the recording. */
  readonly instead: Readonly<Partial<Record<OptionName, readonly string[]>>>;
  readonly recorded: readonly ServiceTimeline[];
  /** What the other settings would have made of it. */
  readonly whatIf?: readonly ServiceTimeline[];
}

interface Row {
  readonly prefix: Prefix;
  readonly timeline: readonly TimelineEntry[];
  readonly recorded: Totals;
  readonly whatIf?: Totals;
}

export function* printRun(run: PlayedRun, format: ReportFormat): Generator<string> {
  const rows = rowsOf(run);
  const all = (which: 'recorded' | 'whatIf'): Totals =>
    rows.reduce((sum, row) => addTotals(sum, row[which] ?? NO_TOTALS), NO_TOTALS);
  const totals = { recorded: all('recorded'), ...(run.whatIf && { whatIf: all('whatIf') }) };
  if (format === 'json') yield* printJson(run, rows, totals);
  else yield* printText(run, rows, totals);
}

/** One for each service of either. The timeline is that of what was asked for. */
function rowsOf({ recorded, whatIf }: PlayedRun): Row[] {
  if (whatIf === undefined) {
    return recorded.map(({ prefix, entries, totals }) => ({ prefix, timeline: entries, recorded: totals }));
  }
  const [then, now] = [recorded, whatIf].map((services) => new Map(services.map((each) => [each.prefix, each])));
  return [...new Set([...(then?.keys() ?? []), ...(now?.keys() ?? [])])].map((prefix) => ({
    prefix,
    timeline: now?.get(prefix)?.entries ?? [],
    recorded: then?.get(prefix)?.totals ?? NO_TOTALS,
    whatIf: now?.get(prefix)?.totals ?? NO_TOTALS,
  }));
}

interface BothTotals {
  readonly recorded: Totals;
  readonly whatIf?: Totals;
}

function* printJson(run: PlayedRun, rows: readonly Row[], totals: BothTotals): Generator<string> {
  const { header, ending, from, until, wallAt, instead } = run;
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  yield line({
    type: 'run',
    from: wallAt(from),
    until: wallAt(until),
    ha2bgp: header.ha2bgp,
    ending: ending ?? null,
    settings: header.settings,
    ...(run.reloads.length > 0 && {
      reloads: run.reloads.map(({ at, settings }) => ({ at: wallAt(at), settings })),
    }),
    ...(run.whatIf && {
      instead: Object.fromEntries(Object.entries(instead).map(([name, texts]) => [flagOf(name), texts])),
    }),
  });
  for (const { timeline, ...row } of rows) {
    const entries = timeline.map(({ at, message, fields }) => ({ at: wallAt(at), message, ...fields }));
    yield line({ type: 'service', ...row, timeline: entries });
  }
  yield line({ type: 'total', services: rows.length, ...totals });
}

function* printText(run: PlayedRun, rows: readonly Row[], totals: BothTotals): Generator<string> {
  const { header, ending, from, until, wallAt, instead } = run;
  yield `run from ${wallAt(from).toISOString()} to ${wallAt(until).toISOString()}, ha2bgp ${shown(header.ha2bgp)}, ${
    ending === undefined ? 'its end is not recorded' : `ended: ${shown(ending)}`
  }\n`;
  yield `recorded with ${givenIn(header.settings)}\n`;
  for (const { at, settings } of run.reloads) yield `from ${wallAt(at).toISOString()} with ${givenIn(settings)}\n`;
  if (run.whatIf !== undefined) {
    const words = Object.entries(instead).flatMap(([name, texts]) =>
      texts.map((text) => `--${flagOf(name)} ${shown(text)}`),
    );
    yield `what if ${words.join(' ')}\n`;
  }
  for (const { prefix, timeline, ...both } of rows) {
    yield `\n${prefix}\n`;
    for (const entry of timeline) yield `  ${wallAt(entry.at).toISOString()}  ${entryText(entry)}\n`;
    yield table(both);
  }
  yield `\nall services: ${rows.length}\n${table(totals)}\n`;
}

const givenIn = (settings: RecordingHeader['settings']): string =>
  Object.entries(settings)
    .filter(([, { from: origin }]) => origin !== 'default')
    .map(([flag, { text }]) => `--${flag} ${shown(short(text))}`)
    .join(' ') || 'no settings';

function entryText({ message, fields: { reason, ...fields } }: TimelineEntry): string {
  const rest = Object.entries(fields).map(([name, value]) => `${name} ${shown(String(value))}`);
  const because = reason === undefined ? '' : `: ${String(reason)}`;
  return printable(`${message}${because}${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`);
}

const COLUMNS = {
  announced: 'announced',
  withdrawn: 'withdrawn',
  announcedFor: 'announced for',
  suppressedFor: 'suppressed for',
  changes: 'changes',
} as const satisfies Record<keyof Totals, string>;

function table({ recorded, whatIf }: BothTotals): string {
  const names = Object.keys(COLUMNS) as (keyof Totals)[];
  const rows = [
    ['', ...names.map((name) => COLUMNS[name])],
    ['recorded', ...names.map((name) => cell(name, recorded))],
    ...(whatIf === undefined ? [] : [['what if', ...names.map((name) => cell(name, whatIf))]]),
  ];
  const widths = ['', ...names].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((text, column) => align(text, widths[column] ?? 0, column)).join('  ')}\n`)
    .join('');
}

const align = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);

function cell(name: keyof Totals, totals: Totals): string {
  return name === 'announcedFor' || name === 'suppressedFor'
    ? formatDuration(ms(Math.round(totals[name])))
    : String(totals[name]);
}

const flagOf = (name: string): string => OPTIONS[name as OptionName].flag;

/** What comes from a file must not move a terminal's cursor. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
const shown = (text: string): string => (/^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text));

/** A hundred thousand static prefixes are a setting, too. */
const LONGEST_SETTING = 1_000;
const short = (text: string): string =>
  text.length <= LONGEST_SETTING ? text : `${text.slice(0, LONGEST_SETTING)}… (${text.length} characters)`;
