/** The ways in which a message that was good may come damaged. */
import fc from 'fast-check';

export type Damage = (bytes: Uint8Array) => Uint8Array;
const put = fc.uint8Array({ minLength: 1, maxLength: 8 });
/** A bit flipped, the end cut off, octets put in, octets written over, octets behind the end. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(7)).map(
    ([at, bit]): Damage =>
      (bytes) => {
        const copy = bytes.slice();
        const index = at % copy.length;
        copy[index] = (copy[index] ?? 0) ^ (1 << bit);
        return copy;
      },
  ),
  fc.nat().map(
    (at): Damage =>
      (bytes) =>
        bytes.slice(0, at % bytes.length),
  ),
  fc.tuple(fc.nat(), put).map(
    ([at, extra]): Damage =>
      (bytes) => {
        const index = at % bytes.length;
        return join(bytes.slice(0, index), extra, bytes.slice(index));
      },
  ),
  fc.tuple(fc.nat(), put).map(
    ([at, extra]): Damage =>
      (bytes) => {
        const copy = bytes.slice();
        copy.set(extra.subarray(0, Math.max(0, copy.length - (at % copy.length))), at % copy.length);
        return copy;
      },
  ),
  put.map(
    (extra): Damage =>
      (bytes) =>
        join(bytes, extra),
  ),
);

/** One to three of them, one after the other. */
export const damaged = (original: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(original, fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([bytes, damages]) =>
      damages.reduce((spoilt, spoil) => (spoilt.length === 0 ? spoilt : spoil(spoilt)), bytes),
    );

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
