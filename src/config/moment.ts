/** A moment as people name it: so long ago, a time of day, or a date. All times are UTC, unless they say otherwise. */
import { type Millis, ms, parseDuration } from '../model/millis.ts';

export type Moment =
  | { readonly type: 'ago'; readonly length: Millis }
  /** The last time that it was so late: since midnight. */
  | { readonly type: 'ofDay'; readonly sinceMidnight: Millis }
  /** Since 1970. */
  | { readonly type: 'at'; readonly at: number };

const DAY_MS = 86_400_000;
const OF_DAY = String.raw`([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?`;
const TIME = new RegExp(`^${OF_DAY}Z?$`);
/** RFC 3339 §5.6, with a space for the T, too; without seconds, zone or time of day it is no less clear. */
const DATE = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)(?:[Tt ]${OF_DAY}(?:[Zz]|([+-])([01]\\d|2[0-3]):([0-5]\\d))?)?$`);

/** Reads `2h`, `03:00`, `2026-11-20`, `2026-11-20T03:00Z`, `2026-11-20T04:00:30.5+01:00`. */
export function parseMoment(text: string): Moment | undefined {
  const length = parseDuration(text);
  if (length !== undefined) return { type: 'ago', length };
  const time = TIME.exec(text);
  if (time !== null) return { type: 'ofDay', sinceMidnight: ms(sinceMidnight(time.slice(1))) };
  const [, date = '', ...rest] = DATE.exec(text) ?? [];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // There are days that no month has.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return undefined;
  const [sign, hours = '0', minutes = '0'] = rest.slice(4);
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return { type: 'at', at: midnight + sinceMidnight(rest) - ahead };
}

const sinceMidnight = ([hours = '0', minutes = '0', seconds = '0', fraction = '']: readonly (
  | string
  | undefined
)[]): number =>
  (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000 + Math.floor(Number(`0${fraction}`) * 1_000);

/** In milliseconds since 1970, as `now` is. */
export function momentAt(moment: Moment, now: number): number {
  switch (moment.type) {
    case 'ago':
      return now - moment.length;
    case 'ofDay': {
      const today = Math.floor(now / DAY_MS) * DAY_MS + moment.sinceMidnight;
      return today <= now ? today : today - DAY_MS;
    }
    case 'at':
      return moment.at;
    default:
      return moment satisfies never;
  }
}
