/**
 * A good message made a bad one: octets anywhere, or a part of it that its structure shows, so that the damage gets past
 * whatever checks come first. Several in a row, and mostly behind a header that fits.
 */
import { join } from '../../src/bytes/join.ts';
import {
  ATTRIBUTE_FLAGS,
  type Attribute,
  type OpenLayout,
  type Piece,
  readOpen,
  readUpdate,
  type UpdateLayout,
  withLength,
  writeAttribute,
  writeOpen,
  writeUpdate,
} from './layout.ts';
import { anywhere, OCTETS, overwritten, spliced } from './octets.ts';
import type { Random } from './random.ts';

const LONGEST = 65_535;
const LIES = [-256, -16, -4, -3, -2, -1, 1, 2, 3, 4, 16, 255, 256, 4_096, 65_535];
/** Codes of attributes and capabilities, those of the RFCs more often than others. */
const ATTRIBUTES = [...Array.from({ length: 19 }, (_, code) => code), 22, 23, 25, 26, 29, 32, 33, 35, 40, 128];
const CAPABILITIES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 65, 66, 67, 68, 69, 70, 71, 73, 128, 131];
/** `donor`: another message, of which parts may be taken. */
export function damaged(random: Random, original: Uint8Array, donor: Uint8Array): Uint8Array {
  let bytes: Uint8Array = original;
  for (let left = 1 + Math.min(random.below(3), random.below(3)); left > 0; left--) {
    bytes = (random.isOneIn(4) ? undefined : inStructure(random, bytes, donor)) ?? anywhere(random, bytes, donor);
  }
  if (bytes.length > LONGEST) bytes = bytes.subarray(0, LONGEST);
  const copy = bytes.slice();
  if (!random.isOneIn(32)) withLength(copy);
  return copy;
}

function inStructure(random: Random, bytes: Uint8Array, donor: Uint8Array): Uint8Array | undefined {
  const update = readUpdate(bytes);
  if (update !== undefined) return writeUpdate(damagedUpdate(random, update, donor));
  const open = readOpen(bytes);
  if (open !== undefined) return writeOpen(damagedOpen(random, open, donor));
  return undefined;
}

function damagedUpdate(random: Random, layout: UpdateLayout, donor: Uint8Array): UpdateLayout {
  const { attributes } = layout;
  const other = readUpdate(donor);
  const at = random.below(attributes.length + 1);
  const here = attributes[at];
  const set = (...put: readonly Attribute[]): UpdateLayout => ({
    ...layout,
    attributes: attributes.toSpliced(at, 1, ...put),
  });
  const insert = (...put: readonly Attribute[]): UpdateLayout => ({
    ...layout,
    attributes: attributes.toSpliced(at, 0, ...put),
  });
  switch (random.below(16)) {
    case 0:
      return here === undefined ? layout : set({ ...here, flags: here.flags ^ (1 << random.below(8)) });
    case 1:
      return here === undefined ? layout : set({ ...here, code: codeOf(random, ATTRIBUTES) });
    case 2: {
      const code = codeOf(random, ATTRIBUTES);
      return here === undefined ? layout : set({ ...here, code, flags: ATTRIBUTE_FLAGS[code] ?? 0x80 });
    }
    case 3:
    case 4:
    case 5:
      return here === undefined ? layout : set({ ...here, value: otherValue(random, here.value, donor) });
    case 6:
      return here === undefined ? layout : set({ ...here, lie: random.pick(LIES) });
    case 7:
      return set();
    case 8:
      return here === undefined ? layout : insert(...Array.from({ length: random.isOneIn(40) ? 120 : 1 }, () => here));
    case 9: {
      if (other === undefined || other.attributes.length === 0) return layout;
      return insert(random.pick(other.attributes));
    }
    case 10: {
      const code = codeOf(random, ATTRIBUTES);
      const value = random.bytes(random.pick(OCTETS));
      return insert({ flags: ATTRIBUTE_FLAGS[code] ?? 0xc0, code, value, lie: 0 });
    }
    case 11:
      // An attribute inside another one.
      return here === undefined ? layout : set({ ...here, value: writeAttribute(here) });
    case 12:
      return { ...layout, nlri: prefixesOf(random, layout.nlri, other?.nlri ?? donor) };
    case 13:
      return { ...layout, withdrawn: prefixesOf(random, layout.withdrawn, other?.withdrawn ?? donor) };
    case 14:
      return { ...layout, [random.isOneIn(2) ? 'withdrawnLie' : 'attributesLie']: random.pick(LIES) };
    default:
      return { ...layout, attributes: attributes.toReversed() };
  }
}

function damagedOpen(random: Random, layout: OpenLayout, donor: Uint8Array): OpenLayout {
  const { capabilities } = layout;
  const at = random.below(capabilities.length + 1);
  const here = capabilities[at];
  const splice = (deleted: number, ...put: readonly Piece[]): OpenLayout => ({
    ...layout,
    capabilities: capabilities.toSpliced(at, deleted, ...put),
  });
  switch (random.below(12)) {
    case 0:
      return here === undefined ? layout : splice(1, { ...here, code: codeOf(random, CAPABILITIES) });
    case 1:
    case 2:
      return here === undefined
        ? layout
        : splice(1, { ...here, value: otherValue(random, here.value, donor).subarray(0, 255) });
    case 3:
      return here === undefined ? layout : splice(1, { ...here, lie: random.pick(LIES) });
    case 4:
      return splice(1);
    case 5:
      return here === undefined
        ? layout
        : splice(0, ...Array.from({ length: random.isOneIn(20) ? 60 : 1 }, () => here));
    case 6: {
      const other = readOpen(donor)?.capabilities ?? [];
      return other.length === 0 ? layout : splice(0, random.pick(other));
    }
    case 7: {
      const value = random.bytes(random.pick(OCTETS));
      return splice(0, { code: codeOf(random, CAPABILITIES), value, lie: 0 });
    }
    case 8:
      return { ...layout, fixed: overwritten(random, layout.fixed) };
    case 9:
      return { ...layout, isExtended: !layout.isExtended };
    case 10:
      return { ...layout, perParameter: random.below(4) };
    default:
      return random.isOneIn(2)
        ? { ...layout, lie: random.pick(LIES) }
        : { ...layout, parameterType: random.below(256) };
  }
}

/** The value of an attribute or a capability. */
function otherValue(random: Random, value: Uint8Array, donor: Uint8Array): Uint8Array {
  switch (random.below(8)) {
    case 7:
      // A segment of an AS_PATH, or something else, without members.
      return join(random.isOneIn(2) ? value : value.subarray(0, 0), Uint8Array.of(random.below(5), 0));
    case 0:
      return value.subarray(0, random.below(value.length + 1));
    case 1:
      return join(value, random.bytes(1 + random.below(8)));
    case 2:
      return join(value, value);
    case 3:
      return spliced(random, value, donor);
    case 4:
      return random.bytes(random.pick(OCTETS));
    default:
      return overwritten(random, value);
  }
}

/** Prefixes, their lengths mostly right. */
function prefixesOf(random: Random, bytes: Uint8Array, donor: Uint8Array): Uint8Array {
  switch (random.below(5)) {
    case 0: {
      const bits = random.isOneIn(4) ? random.below(256) : random.below(33);
      const paths = random.isOneIn(3) ? random.bytes(4) : new Uint8Array(0);
      return join(bytes, paths, Uint8Array.of(bits), random.bytes((bits + 7) >>> 3));
    }
    case 1:
      return join(bytes, donor.subarray(random.below(donor.length + 1)));
    case 2:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 3:
      return join(...Array.from({ length: random.isOneIn(200) ? 300 : 3 }, () => bytes));
    default:
      return overwritten(random, bytes);
  }
}

const codeOf = (random: Random, known: readonly number[]): number =>
  random.isOneIn(8) ? random.below(256) : random.pick(known);
