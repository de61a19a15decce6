/**
 * Overrides as lines of a file: a header that says how many follow, then one a line, in JSON; and behind these what was said
 * since, of which the last word counts: an override in place of the one of its key, or the end of one. Times are those of the
 * wall, RFC 3339 in UTC: the file outlives this process's clock. What is whole of a damaged file is found.
 */
import { type Prefix, parsePrefix } from '../model/address.ts';
import { ms } from '../model/millis.ts';
import { type Drain, type Override, type OverrideKey, overrideKeyOf, type SetByHand } from '../model/override.ts';
import type { ServiceId } from '../model/service.ts';

export const OVERRIDES_FORMAT = 1;

/** `toWall`: milliseconds since 1970 of a moment of our clock. */
export type ToWall = (at: number) => number;

export const headerLine = (count: number): string =>
  `${JSON.stringify({ 'ha2bgp-overrides': OVERRIDES_FORMAT, count })}\n`;

export function overrideLine(override: Override, toWall: ToWall): string {
  const { kind, by, why, at, until } = override;
  const said = { by, why, at: wallText(at, toWall), ...(until !== undefined && { until: wallText(until, toWall) }) };
  const line =
    kind === 'drain'
      ? { kind, target: override.target, ...said, withdrawAt: wallText(override.withdrawAt, toWall) }
      : { kind, prefix: override.prefix, ...said };
  return `${JSON.stringify(line)}\n`;
}

export const endedLine = (key: OverrideKey): string => `${JSON.stringify({ ended: key })}\n`;

export interface FoundOverrides {
  /** In the order of the lines; the last one of a key. */
  readonly overrides: readonly Override[];
  /** What is wrong with the file, for people; `undefined` when it is whole. */
  readonly damage: string | undefined;
}

/** `fromWall`: what our clock says of milliseconds since 1970. */
export function parseOverrides(text: string, fromWall: ToWall): FoundOverrides {
  const lines = text.split('\n');
  const isEnded = lines.pop() === '';
  const count = countIn(lines[0] ?? '');
  const found = new Map<OverrideKey, Override>();
  let damaged = 0;
  let firstDamaged: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (index === 0 && count !== undefined) continue;
    const override = parseLine(line, fromWall);
    const ended = parsed(line)?.['ended'];
    if (override !== undefined) found.set(overrideKeyOf(override), override);
    else if (typeof ended === 'string') found.delete(ended as OverrideKey);
    else {
      damaged++;
      firstDamaged ??= index + 1;
    }
  }
  const overrides = [...found.values()];
  if (damaged > 0) return { overrides, damage: `line ${firstDamaged} says nothing, ${damaged} such in all` };
  if (count === undefined) return { overrides, damage: 'there is no first line that says what it is' };
  if (!isEnded || count > lines.length - 1) {
    const least = count > lines.length - 1 ? `of ${count}` : 'and a part of one';
    return { overrides, damage: `it is cut: ${lines.length - 1} whole lines ${least} are there` };
  }
  return { overrides, damage: undefined };
}

function countIn(line: string): number | undefined {
  const header = parsed(line);
  const count = header?.['count'];
  return header?.['ha2bgp-overrides'] === OVERRIDES_FORMAT && Number.isInteger(count) ? Number(count) : undefined;
}

function parseLine(line: string, fromWall: ToWall): Override | undefined {
  const fields = parsed(line);
  if (fields === undefined) return undefined;
  const { kind, by, why, until, target, prefix } = fields;
  const at = moment(fields['at'], fromWall);
  const ends = until === undefined ? undefined : moment(until, fromWall);
  if (typeof by !== 'string' || typeof why !== 'string' || at === undefined) return undefined;
  if (until !== undefined && ends === undefined) return undefined;
  const said = { by, why, at: ms(at), until: ends === undefined ? undefined : ms(ends) };
  if (kind === 'drain') {
    const of = drainTarget(target);
    const withdrawAt = moment(fields['withdrawAt'], fromWall);
    return of === undefined || withdrawAt === undefined
      ? undefined
      : ({ kind, ...said, target: of, withdrawAt: ms(withdrawAt) } satisfies Drain);
  }
  if ((kind !== 'up' && kind !== 'down') || !isPrefix(prefix)) return undefined;
  return { kind, ...said, prefix } satisfies SetByHand;
}

function drainTarget(value: unknown): Drain['target'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, prefix, service } = value as Readonly<Record<string, unknown>>;
  if (type === 'all') return { type };
  if (type === 'prefix') return isPrefix(prefix) ? { type, prefix } : undefined;
  return type === 'service' && typeof service === 'string' ? { type, service: service as ServiceId } : undefined;
}

const isPrefix = (value: unknown): value is Prefix => typeof value === 'string' && parsePrefix(value) === value;

function moment(value: unknown, fromWall: ToWall): number | undefined {
  const wall = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(wall) ? undefined : fromWall(wall);
}

const LATEST_WALL = 8_640_000_000_000_000;
/** The last moment that the calendar knows is late enough for one that is later, and the first early enough. */
const wallText = (at: number, toWall: ToWall): string =>
  new Date(Math.min(LATEST_WALL, Math.max(-LATEST_WALL, Math.round(toWall(at))))).toISOString();

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
