/** The text of a file in /proc, PURE: its lines, and the error for one that makes no sense. */
import { BytesError } from '../../bytes/reader.ts';

/**
 * Calls `take` with each line. seq_file (fs/seq_file.c) hands out whole records only, so that a text without its last line
 * feed was cut on the way. Throws `BytesError` then, and when `take` returns false: it does not know such a line.
 */
export function eachLine(text: string, take: (line: string) => boolean): void {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    if (end < 0) throw new BytesError('a line without its end', start);
    const line = text.slice(start, end);
    if (!take(line))
      throw new BytesError(`a line that makes no sense: ${JSON.stringify(line.slice(0, LONGEST_QUOTE))}`, start);
    start = end + 1;
  }
}
const LONGEST_QUOTE = 200;

/** As `eachLine`, behind the heading, which has to be there: without it this is another file than expected. */
export function eachRow(text: string, heading: RegExp, take: (line: string) => boolean): void {
  let isFirst = true;
  eachLine(text, (line) => {
    if (!isFirst) return take(line);
    isFirst = false;
    return heading.test(line);
  });
  if (isFirst) throw new BytesError('an empty text', 0);
}
