/** Damage to octets, whatever they mean. */
import { join } from '../../src/bytes/join.ts';
import type { Random } from './random.ts';

const HEADER = 19;
/** Lengths and numbers at which something changes. */
export const OCTETS = [
  0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 20, 24, 31, 32, 33, 64, 127, 128, 129, 192, 224, 239, 240, 254, 255,
];
const WORDS = [0, 1, 2, 0xff, 0x100, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xfffe, 0xffff];

/** Whatever the octets mean; the header too. */
export function anywhere(random: Random, bytes: Uint8Array, donor: Uint8Array): Uint8Array {
  // The header is set right behind it but for one in some: mostly damage to the body is wanted.
  const start = random.isOneIn(8) ? 0 : Math.min(HEADER - 1, bytes.length);
  const [head, rest] = [bytes.subarray(0, start), bytes.subarray(start)];
  switch (random.below(7)) {
    case 0:
      return join(head, rest.subarray(0, random.below(rest.length + 1)));
    case 1:
      return join(bytes, random.bytes(1 + random.below(8)));
    case 2: {
      const at = random.below(rest.length + 1);
      return join(head, rest.subarray(0, at), random.bytes(1 + random.below(8)), rest.subarray(at));
    }
    case 3: {
      const at = random.below(rest.length + 1);
      return join(head, rest.subarray(0, at), rest.subarray(at + 1 + random.below(8)));
    }
    case 4:
      return join(head, spliced(random, rest, donor.subarray(Math.min(donor.length, HEADER))));
    case 5: {
      // Of another type: the body of one message under the name of another.
      const copy = bytes.slice();
      if (copy.length >= HEADER) copy[HEADER - 1] = random.isOneIn(8) ? random.below(256) : 1 + random.below(5);
      return copy;
    }
    default:
      return join(head, overwritten(random, rest));
  }
}

/** One to three places written over. */
export function overwritten(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(copy.length);
    switch (random.below(4)) {
      case 0:
        copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        copy[at] = random.pick(OCTETS);
        break;
      case 2: {
        const word = random.pick(WORDS);
        copy[at] = word >>> 8;
        if (at + 1 < copy.length) copy[at + 1] = word;
        break;
      }
      default:
        copy[at] = random.u32();
    }
  }
  return copy;
}

/** The beginning of one, and the end of the other. */
export const spliced = (random: Random, one: Uint8Array, other: Uint8Array): Uint8Array =>
  join(one.subarray(0, random.below(one.length + 1)), other.subarray(random.below(other.length + 1)));
