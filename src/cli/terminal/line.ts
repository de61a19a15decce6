/** A line for a terminal, PURE: pieces of text, each with a tone, and what becomes of them where there is little room. */

export type Tone = 'plain' | 'strong' | 'faint' | 'served' | 'routed' | 'caution' | 'bad' | 'alarm' | 'selected';
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}
export type Line = readonly Span[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Select Graphic Rendition of ECMA-48 §8.3.117: colours by name, or the two exchanged, which every terminal fits to its background. */
const SGR: Readonly<Record<Tone, string>> = {
  plain: '',
  strong: '1',
  faint: '2',
  served: '32',
  routed: '36',
  caution: '33',
  bad: '31',
  alarm: '31;7',
  selected: '7',
};

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });
export const textOf = (line: Line): string => line.map(({ text }) => text).join('');

export function render(line: Line, hasColor: boolean): string {
  if (!hasColor) return textOf(line).trimEnd();
  return line.map(({ text, tone }) => (SGR[tone] === '' ? text : `\x1b[${SGR[tone]}m${text}\x1b[0m`)).join('');
}

/** What a terminal shows in two columns: UAX #11, the blocks that are wide throughout, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const MARK = /\p{M}/u;
const columnsOfOne = (char: string): number => (MARK.test(char) ? 0 : WIDE.test(char) ? 2 : 1);
// biome-ignore lint/suspicious/noControlCharactersInRegex: where all is ASCII, there is nothing to look for
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** How many columns the text takes, which has no control characters. */
export function columnsOf(text: string): number {
  if (isAscii(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += columnsOfOne(char);
  return columns;
}

export const widthOf = (line: Line): number => line.reduce((sum, { text }) => sum + columnsOf(text), 0);

/** As much of the text as has room. */
function head(text: string, room: number): string {
  if (isAscii(text)) return text.slice(0, room);
  let kept = '';
  let columns = 0;
  for (const char of text) {
    columns += columnsOfOne(char);
    if (columns > room) break;
    kept += char;
  }
  return kept;
}

/** No more than so many columns; what is cut off shows as `…`. */
export function cut(line: Line, columns: number): Line {
  if (widthOf(line) <= columns) return line;
  // Spaces at the end are nothing that is missed.
  const isWhole = columnsOf(textOf(line).trimEnd()) <= columns;
  const kept: Span[] = [];
  let room = Math.max(0, isWhole ? columns : columns - 1);
  for (const { text, tone } of line) {
    if (room === 0) break;
    const part = head(text, room);
    kept.push({ text: part, tone });
    // What is left of a wide character that has no room stays empty.
    room = part === text ? room - columnsOf(part) : 0;
  }
  if (isWhole) return kept;
  return columns > 0 ? [...kept, span('…', 'faint')] : [];
}

/** The first that has room; `undefined` where none has. From the longest on. */
export const fitting = (texts: readonly string[], columns: number): string | undefined =>
  texts.find((text) => text.length <= columns);

/** Lines of no more than so many columns, broken at spaces. */
export const wrap = (text: string, columns: number): string[] => fill(text.split(' '), columns);

/** Pieces in lines of no more than so many columns. One that is longer stays whole. */
export function fill(pieces: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && line.length + 1 + piece.length > columns) {
      lines.push(line);
      line = piece;
    } else line = line === '' ? piece : `${line} ${piece}`;
  }
  return [...lines, line];
}

/**
 * A command of no more than so many columns, as a shell takes it: broken before flags, and between a flag and its value
 * where both have no room. `pieces`: a flag and its value each.
 */
export function shellLines(pieces: readonly string[], columns: number): string[] {
  const room = columns - ' \\'.length;
  const parts = pieces.flatMap((piece) => (piece.length <= room ? [piece] : splitOnce(piece)));
  return fill(parts, room).map((line, index, { length }) => (index < length - 1 ? `${line} \\` : line));
}

function splitOnce(piece: string): string[] {
  const at = piece.indexOf(' ');
  return at < 0 ? [piece] : [piece.slice(0, at), piece.slice(at + 1)];
}
