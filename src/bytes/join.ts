/** Messages of parts, and parts of messages. */

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Two octets, big-endian. */
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);
/** Four octets, big-endian. */
export const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** Big-endian, of octets that were checked. */
export const u16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

export const u32At = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | u16At(bytes, at + 2)) >>> 0;

export const NO_BYTES = new Uint8Array(0);
