/** AS numbers: 32 bits (RFC 6793 §3). */

export const LAST_AS_NUMBER = 0xffff_ffff;
const LAST_HALF = 0xffff;

/** Reads `4200000000` (asplain) and `64086.59904` (asdot), RFC 5396 §2. `undefined` for anything else, and for 0 (RFC 7607). */
export function parseAsNumber(text: string): number | undefined {
  const [, high, low] = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/.exec(text) ?? [];
  if (high !== undefined && low !== undefined) {
    if (Number(high) > LAST_HALF || Number(low) > LAST_HALF) return undefined;
    return Number(high) * (LAST_HALF + 1) + Number(low) || undefined;
  }
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  return Number(text) <= LAST_AS_NUMBER ? Number(text) : undefined;
}
