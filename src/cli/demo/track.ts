/** What was when, as a row of marks on an axis of seconds, PURE. */
import { type Millis, ms } from '../../model/millis.ts';
import { type Line, type Span, span, type Tone } from '../terminal/line.ts';
import { levelIn, type Turn } from './story.ts';

/** What part of time a track shows, and how. */
export interface Extent {
  /** Of the demo: where its seconds begin. */
  readonly startedAt: Millis;
  /** How many marks are left out before the first that is shown. */
  readonly first: number;
  readonly until: Millis;
  /** One mark's part of it. */
  readonly mark: Millis;
}

/** Columns before the first mark. */
export const LABEL = 15;
/** A mark of the usual length. */
export const MARK = ms(500);
const MARKS = { up: '▇', mixed: '▄', down: '▁' } as const;
/** Seconds between two figures of an axis, and the fewest columns between them. */
const DIVISIONS = [1, 2, 5, 10, 20, 60];
const NEAREST = 5;

export const label = (text: string): string => `   ${text.padEnd(LABEL - 3)}`;

/** All of it in so many columns; marks are no shorter than usual. */
export function whole(startedAt: Millis, until: Millis, columns: number): Extent {
  const mark = Math.max(MARK, Math.ceil((until - startedAt) / Math.max(1, columns - LABEL)));
  return { startedAt, first: 0, until, mark: ms(mark) };
}

const marksOf = ({ startedAt, first, until, mark }: Extent): number =>
  Math.max(0, Math.ceil((until - startedAt) / mark) - first);

export function track(name: string, turns: readonly Turn[], tone: Tone, extent: Extent): Line {
  const spans: Span[] = [span(label(name))];
  for (let index = 0; index < marksOf(extent); index++) {
    const from = ms(extent.startedAt + (extent.first + index) * extent.mark);
    const level = levelIn(turns, from, ms(Math.min(extent.until, from + extent.mark)));
    const last = spans.at(-1) as Span;
    const markTone = level === 'down' ? 'faint' : tone;
    if (spans.length > 1 && last.tone === markTone) spans[spans.length - 1] = span(last.text + MARKS[level], last.tone);
    else spans.push(span(MARKS[level], markTone));
  }
  return spans;
}

/** Each figure begins at the mark of its second. */
export function axis(extent: Extent): Line {
  const { first, mark } = extent;
  const marks = marksOf(extent);
  const division = DIVISIONS.find((each) => (each * 1_000) / mark >= NEAREST) ?? 60;
  let text = '';
  for (let second = 0; ; second += division) {
    const column = Math.floor((second * 1_000) / mark) - first;
    if (column >= marks) break;
    // No figure in part: neither at the beginning nor beyond the end.
    if (column >= 0 && column + String(second).length <= marks) text = text.padEnd(column) + second;
  }
  return [span(`${label('seconds')}${text}`, 'faint')];
}

export const legend = (mark: Millis): Line => [
  ...[
    span(label('marks'), 'faint'),
    span(MARKS.up, 'served'),
    span(` all of ${Number((mark / 1_000).toFixed(2))} s   `, 'faint'),
  ],
  ...[
    span(MARKS.mixed, 'served'),
    span(' part of it   ', 'faint'),
    span(MARKS.down, 'faint'),
    span(' none of it', 'faint'),
  ],
];
