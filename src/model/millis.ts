/**
 * Time as a value. Milliseconds on a monotonic clock (`at`, `until`) and lengths of time share one brand: neither can be
 * confused with seconds, and both come from here.
 */
declare const millis: unique symbol;
export type Millis = number & { readonly [millis]: true };

export const ms = (value: number): Millis => value as Millis;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longest duration that any setting takes: a day. A longer one is a slip of the hand. */
export const LONGEST_DURATION = ms(86_400_000);

/**
 * Reads `250ms`, `3s`, `1.5s`, `1m30s`, or a bare `0`.
 * Returns `undefined` when the text is anything else: no unit, a sign, a unit twice or in rising order.
 */
export function parseDuration(text: string): Millis | undefined {
  if (text === '0') return ms(0);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    const size = UNITS[unit ?? ''] ?? Number.NaN;
    if (!(size < last)) return undefined;
    last = size;
    total += Number(number) * size;
  }
  return ms(Math.round(total * 1000) / 1000);
}

/** The shortest text that `parseDuration` reads back: `90000` → `1m30s`, `250` → `250ms`. */
export function formatDuration(duration: Millis): string {
  if (duration === 0) return '0s';
  let rest: number = duration;
  let text = '';
  for (const unit of ['h', 'm', 's'] as const) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${Math.round(rest * 1000) / 1000}ms` : text;
}
