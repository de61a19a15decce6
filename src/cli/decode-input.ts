/** The octets that `ha2bgp decode` is given: digits, a file of digits, a file of octets, stdin. */
import fs from 'node:fs';
import type { Problem } from '../config/place.ts';
import { quote, visible } from '../config/quote.ts';

/** Far more than anybody looks at, and little enough to hold. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What may stand between digits; a `0x` may stand before them. */
const SEPARATORS = /0x(?=[\da-f])|[\s:,]/gi;

export async function readInput(
  words: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<Uint8Array | Problem> {
  const [only] = words;
  if (only === undefined || (only === '-' && words.length === 1)) return octetsOf(await readAll(stdin), 'stdin');
  const digits = words.map(withoutSeparators);
  if (digits.every((text) => /^[\da-f]+$/i.test(text))) return fromDigits(digits.join(''), 'HEX');
  if (words.length > 1) {
    const strange = words.find((_, index) => !/^[\da-f]+$/i.test(digits[index] ?? '')) ?? '';
    return { place: quote(strange), text: 'expected hexadecimal digits, or one file alone' };
  }
  try {
    // A device or a pipe may never end.
    if (!fs.statSync(only).isFile()) return { place: visible(only), text: 'expected a regular file' };
    return octetsOf(fs.readFileSync(only), visible(only));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return { place: visible(only), text: `cannot be read: ${message}` };
    return { place: quote(only), text: 'neither hexadecimal digits nor a file' };
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

/** Of a file: text of digits, or the octets themselves. */
function octetsOf(content: Uint8Array | undefined, place: string): Uint8Array | Problem {
  if (content === undefined || content.length > MOST_BYTES) return { place, text: 'more than 64 MiB' };
  if (content.length === 0) return { place, text: 'is empty' };
  const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
  const digits = withoutSeparators(text);
  return /^[\da-f]+$/i.test(digits) ? fromDigits(digits, place) : content;
}

const withoutSeparators = (text: string): string => text.replace(SEPARATORS, '');

function fromDigits(digits: string, place: string): Uint8Array | Problem {
  if (digits.length % 2 !== 0) {
    return { place, text: `${digits.length} hexadecimal digits, which is no whole number of octets` };
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
