/** Pictures for the docs: a screenshot packed anew, since flat colours are smaller without PNG's filters. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = 8;
/** Eight bits a channel, no interlacing: what a browser's screenshot is. PNG, 11.2.2: colour type → channels. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** Width and height. */
export const sizeOf = (png: Buffer): readonly [number, number] => [png.readUInt32BE(16), png.readUInt32BE(20)];

export function withoutFilters(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const [, height] = sizeOf(png);
  const raw = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const channels = CHANNELS[png[25] ?? 0];
  if (channels === undefined || png[24] !== 8 || png[28] !== 0) throw new Error('another kind of PNG');
  const length = raw.length / height;
  for (let row = 0; row < height; row++) unfilter(raw, row * length, length, channels);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(0);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([png.subarray(0, SIGNATURE), ...parts]);
}

/** PNG, 9.2: each octet from those left of it, above it, and left of that. In place. */
function unfilter(raw: Buffer, start: number, length: number, channels: number): void {
  const filter = raw[start] ?? 0;
  const at = (index: number): number => raw[index] ?? 0;
  raw[start] = 0;
  for (let index = 1; index < length; index++) {
    const here = start + index;
    const left = index > channels ? at(here - channels) : 0;
    const above = start === 0 ? 0 : at(here - length);
    const corner = index > channels && start > 0 ? at(here - length - channels) : 0;
    raw[here] = at(here) + ([0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0);
  }
}

/** PNG, 9.4. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [guess - left, guess - above, guess - corner].map(Math.abs) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function chunksOf(png: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** PNG, 5.3: length, type, data, and a CRC over the last two. */
function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}
