/**
 * Messages taken apart so that a part of them can be damaged and the rest still be read: of an UPDATE its fields and
 * attributes, of an OPEN its capabilities. No code of the decoder that is tried here serves it.
 */
import { join } from '../../src/bytes/join.ts';

const HEADER = 19;
const EXTENDED_LENGTH = 0x10;
const CAPABILITIES = 2;

/** Optional and transitive, as each RFC has them: RFC 4271 §5, 1997, 4456, 4760, 4360, 6793, 5701, 8092, 9234. */
export const ATTRIBUTE_FLAGS: Readonly<Record<number, number>> = {
  ...{ 1: 0x40, 2: 0x40, 3: 0x40, 4: 0x80, 5: 0x40, 6: 0x40, 7: 0xc0, 8: 0xc0, 9: 0x80, 10: 0x80, 14: 0x80 },
  ...{ 15: 0x80, 16: 0xc0, 17: 0xc0, 18: 0xc0, 25: 0xc0, 32: 0xc0, 35: 0xc0 },
};

export interface Attribute {
  readonly flags: number;
  readonly code: number;
  readonly value: Uint8Array;
  /** What the length says beyond what is there. */
  readonly lie: number;
}

export interface UpdateLayout {
  readonly withdrawn: Uint8Array;
  readonly attributes: readonly Attribute[];
  readonly nlri: Uint8Array;
  /** What the lengths of the fields say beyond what is there. */
  readonly withdrawnLie: number;
  readonly attributesLie: number;
}

export interface Piece {
  readonly code: number;
  readonly value: Uint8Array;
  readonly lie: number;
}

export interface OpenLayout {
  /** Version, AS, hold time, identifier. */
  readonly fixed: Uint8Array;
  readonly capabilities: readonly Piece[];
  /** RFC 9072. */
  readonly isExtended: boolean;
  /** Capabilities in a parameter: 0 for all in one. */
  readonly perParameter: number;
  readonly parameterType: number;
  readonly lie: number;
}

/** `undefined` for what is no UPDATE whose lengths fit. */
export function readUpdate(bytes: Uint8Array): UpdateLayout | undefined {
  if (bytes.length < HEADER + 4 || bytes[HEADER - 1] !== 2) return undefined;
  const attributesAt = HEADER + 2 + wordAt(bytes, HEADER);
  if (attributesAt + 2 > bytes.length) return undefined;
  const end = attributesAt + 2 + wordAt(bytes, attributesAt);
  if (end > bytes.length) return undefined;
  const attributes: Attribute[] = [];
  for (let at = attributesAt + 2; at < end; ) {
    const flags = octetAt(bytes, at);
    const isLong = (flags & EXTENDED_LENGTH) !== 0;
    const start = at + (isLong ? 4 : 3);
    const next = start + (isLong ? wordAt(bytes, at + 2) : octetAt(bytes, at + 2));
    if (next > end) return undefined;
    attributes.push({ flags, code: octetAt(bytes, at + 1), value: bytes.subarray(start, next), lie: 0 });
    at = next;
  }
  return {
    ...{ withdrawn: bytes.subarray(HEADER + 2, attributesAt), attributes, nlri: bytes.subarray(end) },
    ...{ withdrawnLie: 0, attributesLie: 0 },
  };
}

export function writeUpdate(layout: UpdateLayout): Uint8Array {
  const attributes = join(...layout.attributes.map(writeAttribute));
  return framed(2, [
    word(layout.withdrawn.length + layout.withdrawnLie),
    layout.withdrawn,
    word(attributes.length + layout.attributesLie),
    attributes,
    layout.nlri,
  ]);
}

export function writeAttribute({ flags, code, value, lie }: Attribute): Uint8Array {
  const isLong = (flags & EXTENDED_LENGTH) !== 0 || value.length > 0xff;
  const length = value.length + lie;
  const head = isLong ? [flags | EXTENDED_LENGTH, code, length >>> 8, length] : [flags, code, length];
  return join(Uint8Array.from(head), value);
}

/** `undefined` for what is no OPEN whose lengths fit. */
export function readOpen(bytes: Uint8Array): OpenLayout | undefined {
  if (bytes.length < HEADER + 10 || bytes[HEADER - 1] !== 1) return undefined;
  const isExtended = bytes.length >= HEADER + 13 && octetAt(bytes, HEADER + 9) > 0 && bytes[HEADER + 10] === 0xff;
  const capabilities: Piece[] = [];
  const wide = isExtended ? 1 : 0;
  for (let at = HEADER + (isExtended ? 13 : 10); at < bytes.length; ) {
    const start = at + 2 + wide;
    const end = start + (isExtended ? wordAt(bytes, at + 1) : octetAt(bytes, at + 1));
    if (bytes[at] !== CAPABILITIES || end > bytes.length) return undefined;
    for (at = start; at < end; ) {
      const next = at + 2 + octetAt(bytes, at + 1);
      if (next > end) return undefined;
      capabilities.push({ code: octetAt(bytes, at), value: bytes.subarray(at + 2, next), lie: 0 });
      at = next;
    }
  }
  return {
    ...{ fixed: bytes.subarray(HEADER, HEADER + 9), capabilities, isExtended, lie: 0 },
    ...{ perParameter: 0, parameterType: CAPABILITIES },
  };
}

export function writeOpen(layout: OpenLayout): Uint8Array {
  const { fixed, capabilities, isExtended, perParameter, parameterType, lie } = layout;
  const step = perParameter === 0 ? Math.max(1, capabilities.length) : perParameter;
  const parameters: Uint8Array[] = [];
  for (let at = 0; at < capabilities.length; at += step) {
    const value = join(
      ...capabilities.slice(at, at + step).map((each) => {
        return join(Uint8Array.of(each.code, each.value.length + each.lie), each.value);
      }),
    );
    const length = isExtended ? word(value.length) : Uint8Array.of(value.length);
    parameters.push(Uint8Array.of(parameterType), length, value);
  }
  const all = join(...parameters);
  const length = isExtended ? [Uint8Array.of(0xff, 0xff), word(all.length + lie)] : [Uint8Array.of(all.length + lie)];
  return framed(1, [fixed, ...length, all]);
}

/** Behind a header that fits. */
export function framed(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = join(...parts);
  const bytes = new Uint8Array(HEADER + body.length).fill(0xff, 0, 16);
  bytes.set(body, HEADER);
  bytes[HEADER - 1] = type;
  return withLength(bytes);
}

/** Its length set right, in place. */
export function withLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < HEADER) return bytes;
  bytes.fill(0xff, 0, 16);
  bytes[16] = bytes.length >>> 8;
  bytes[17] = bytes.length;
  return bytes;
}

const octetAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const wordAt = (bytes: Uint8Array, at: number): number => (octetAt(bytes, at) << 8) | octetAt(bytes, at + 1);
const word = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);
