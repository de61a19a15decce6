/**
 * A recording, PURE: the lines of the files that `run --record` writes and `replay` reads. JSON, a line each:
 *
 *     {"ha2bgp":"0.1.0","format":1,"run":…,"events":0,"wall":…,"at":…,"settings":{…}}   the header: begins every file and run
 *     {"snapshot":"services","kind":"map","of":[…]}                                     the core's state then, in parts
 *     {"snapshot":"end"}
 *     {"type":"factsRead","at":…}                                                       events, in the order of the core
 *     {"type":"settingsChanged","at":…,"settings":{…}}                                  an event, with settings for its policy
 *     {"clock":"2026-…","at":…}                                                         the wall clock was set, or we slept
 *     {"end":"SIGTERM","at":…}                                                          the run ended in order
 *
 * A header in the middle of a run tells by `events` how many the run had before: fewer than that were read when some are
 * missing, and then the snapshot stands for them.
 */
import type { Event, RecordedEvent } from './event.ts';
import { parseEvent } from './event-parser.ts';
import type { Millis } from './millis.ts';
import type { RecordedSetting } from './recorded-setting.ts';

export const RECORDING_FORMAT = 1;
/** How every file begins. */
export const RECORDING_START = '{"ha2bgp":"';
/** Characters. The longest that is written names some hundred facts, or all services that wait for one moment. */
export const LONGEST_LINE = 64 * 1024 * 1024;

/** The files of a ring: `FILE` for 0, which is the newest, `FILE.3` for 3. */
export const memberOf = (file: string, number: number): string => (number === 0 ? file : `${file}.${number}`);

export interface RecordingHeader {
  /** The version that wrote it. */
  readonly ha2bgp: string;
  readonly format: number;
  /** The same for all headers of one run, and for no other's. */
  readonly run: string;
  /** How many events this run had before. */
  readonly events: number;
  /** The wall clock, ISO 8601, at `at` of the monotonic clock that events carry. */
  readonly wall: string;
  readonly at: Millis;
  /** Every option by its flag, without dashes. */
  readonly settings: Readonly<Record<string, RecordedSetting>>;
}

/** Entries of one field of the core's state; a field with many has several parts, one with none has one. */
export interface SnapshotPart {
  readonly snapshot: string;
  readonly kind: 'map' | 'set' | 'prefixes' | 'value';
  readonly of: readonly unknown[];
}

export type RecordingLine =
  | { readonly type: 'header'; readonly header: RecordingHeader }
  | { readonly type: 'part'; readonly part: SnapshotPart }
  | { readonly type: 'snapshotEnd' }
  | { readonly type: 'event'; readonly event: RecordedEvent }
  /** The event `settingsChanged`, whose policy is to be made of them. */
  | { readonly type: 'settings'; readonly at: Millis; readonly settings: RecordingHeader['settings'] }
  | { readonly type: 'clock'; readonly wall: string; readonly at: Millis }
  | { readonly type: 'end'; readonly why: string; readonly at: Millis }
  /** `isCut`: no JSON at all, as when the process or the machine died in the middle of writing. */
  | { readonly type: 'damaged'; readonly expected: string; readonly isCut: boolean };

export const SNAPSHOT_END = { snapshot: 'end' } as const;

export function parseRecordingLine(text: string): RecordingLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { type: 'damaged', expected: 'a line of JSON', isCut: true };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return damaged('an object');
  const line = value as Readonly<Record<string, unknown>>;
  if ('ha2bgp' in line) return parseHeader(line);
  if (line['snapshot'] === SNAPSHOT_END.snapshot) return { type: 'snapshotEnd' };
  if ('snapshot' in line) return parsePart(line);
  if ('end' in line) {
    const { end: why, at } = line;
    return typeof why === 'string' && isNumber(at) ? { type: 'end', why, at: at as Millis } : damaged('why, and when');
  }
  if ('clock' in line) {
    const { clock: wall, at } = line;
    return isTime(wall) && isNumber(at) ? { type: 'clock', wall, at: at as Millis } : damaged('a time, and when');
  }
  if (line['type'] === ('settingsChanged' satisfies Event['type'])) return parseSettings(line);
  const parsed = parseEvent(value);
  return 'event' in parsed ? { type: 'event', event: parsed.event } : damaged(parsed.expected);
}

const damaged = (expected: string): RecordingLine => ({ type: 'damaged', expected, isCut: false });
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

function parseHeader(line: Readonly<Record<string, unknown>>): RecordingLine {
  const { ha2bgp, format, run, events, wall, at, settings } = line;
  if (format !== RECORDING_FORMAT) {
    const by = typeof ha2bgp === 'string' ? ` (written by ha2bgp ${JSON.stringify(ha2bgp).slice(1, -1)})` : '';
    return damaged(`a recording of format ${RECORDING_FORMAT}, not ${JSON.stringify(format) ?? 'none'}${by}`);
  }
  const isWhole =
    typeof ha2bgp === 'string' &&
    typeof run === 'string' &&
    Number.isSafeInteger(events) &&
    Number(events) >= 0 &&
    isTime(wall) &&
    isNumber(at) &&
    isSettings(settings);
  return isWhole ? { type: 'header', header: line as unknown as RecordingHeader } : damaged('a whole header');
}

function isSettings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((setting: unknown) => {
    const { text, from } = (setting ?? {}) as Partial<RecordedSetting>;
    return typeof text === 'string' && ['flag', 'environment', 'file', 'default'].some((known) => known === from);
  });
}

function parseSettings({ at, settings }: Readonly<Record<string, unknown>>): RecordingLine {
  if (!isNumber(at) || !isSettings(settings)) return damaged('when settings changed, and all of them');
  return { type: 'settings', at: at as Millis, settings: settings as RecordingHeader['settings'] };
}

/** As it is written down. */
export const recordedAs = (event: Event): object => {
  if (event.type !== 'settingsChanged') return event;
  const { type, at, settings } = event;
  return { type, at, settings };
};

function parsePart(line: Readonly<Record<string, unknown>>): RecordingLine {
  const { snapshot, kind, of } = line;
  const isWhole =
    typeof snapshot === 'string' &&
    ['map', 'set', 'prefixes', 'value'].some((known) => known === kind) &&
    Array.isArray(of);
  return isWhole ? { type: 'part', part: line as unknown as SnapshotPart } : damaged('a part of a snapshot');
}
