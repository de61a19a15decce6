/**
 * Prefixes as they stand on the wire, PURE: RFC 4271 §4.3, RFC 4760 §5, with path identifiers RFC 7911 §3. A peer may send a
 * million of them: they are checked and counted, and only taken apart for whoever asks.
 *
 *     +----------------------------+----------+---------------------+
 *     | path identifier, 4 octets, |  length, | as many octets as   |
 *     | only where it was agreed   |  in bits | the length needs    |
 *     +----------------------------+----------+---------------------+
 */
import { join, NO_BYTES, u32 } from '../../bytes/join.ts';
import { bitsOf, type Family, type Prefix } from '../../model/address.ts';
import { AFI, SAFI } from './codes.ts';
import { decodePrefix, encodePrefix, octetsOf } from './prefix.ts';
import type { Nlri } from './update.ts';

/** A prefix of an NLRI, and where in its octets. */
export interface NlriEntry {
  readonly offset: number;
  readonly prefix: Prefix;
  readonly pathId?: number;
}

export const PATH_ID_LENGTH = 4;

/** `undefined` for a family that is not ours. */
export function familyFrom(afi: number, safi: number): Family | undefined {
  if (safi !== SAFI.unicast) return undefined;
  return afi === AFI.ipv4 ? 'ipv4' : afi === AFI.ipv6 ? 'ipv6' : undefined;
}

/**
 * RFC 7606 §5.3: no length beyond those of the family, none beyond the end. Where that is not so, `badOffset` says where the
 * prefix begins; nothing behind it can be found.
 */
export function nlriFrom(family: Family, bytes: Uint8Array, hasPathId: boolean): Nlri | { readonly badOffset: number } {
  const count = countPrefixes(bytes, bitsOf(family), hasPathId ? PATH_ID_LENGTH : 0);
  if (count < 0) return { badOffset: -1 - count };
  return { afi: AFI[family], safi: SAFI.unicast, hasPathId, count, bytes };
}

/** How many, or -1 less the offset of the first that is wrong. */
function countPrefixes(bytes: Uint8Array, most: number, before: number): number {
  const end = bytes.length;
  let count = 0;
  for (let at = 0; at < end; count++) {
    // Behind the end of what is left there is no length, and `undefined` is not below anything.
    const bits = bytes[at + before] as number;
    const next = at + before + 1 + ((bits + 7) >>> 3);
    if (!(bits <= most) || next > end) return -1 - at;
    at = next;
  }
  return count;
}

/** Of an NLRI of a family of ours. */
export function* entriesOf({ afi, safi, hasPathId, bytes }: Nlri): Generator<NlriEntry, void> {
  const family = familyFrom(afi, safi);
  if (family === undefined) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = 0, at = 0; offset < bytes.length; offset = at) {
    const pathId = hasPathId ? view.getUint32(at) : undefined;
    if (hasPathId) at += PATH_ID_LENGTH;
    const bits = view.getUint8(at);
    const end = at + 1 + octetsOf(bits);
    const prefix = decodePrefix(family, bits, bytes.subarray(at + 1, end));
    at = end;
    yield { offset, prefix, ...(pathId !== undefined && { pathId }) };
  }
}

/** In their order; none for a family that is not ours. */
export const prefixesOf = (nlri: Nlri): Prefix[] => [...entriesOf(nlri)].map(({ prefix }) => prefix);

/** With `pathIds`, one for each prefix, each has its path identifier. */
export function encodeNlri(family: Family, prefixes: readonly Prefix[], pathIds?: readonly number[]): Nlri {
  const bytes = join(
    ...prefixes.map((prefix, index) =>
      join(pathIds === undefined ? NO_BYTES : u32(pathIds[index] ?? 0), encodePrefix(prefix)),
    ),
  );
  return { afi: AFI[family], safi: SAFI.unicast, hasPathId: pathIds !== undefined, count: prefixes.length, bytes };
}
