/** Columns one beside the other, PURE: as wide as what stands in them, and the last with whatever room is left. */
import { columnsOf, cut, type Line, type Span, span, type Tone, widthOf } from './line.ts';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly isNumber?: true;
  /** Where there is no room for all, the columns of the highest ranks are left out first; without one it always stays. */
  readonly rank?: number;
}

export interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = 2;
/** What the last column needs at least, to stand in the same line. */
const LEAST_LAST = 24;

/** Which columns, and how wide each. */
export interface Layout {
  readonly shown: readonly number[];
  readonly widths: readonly number[];
  /** Of lines. */
  readonly room: number;
}

/** `room`: columns of the terminal; Infinity for none. */
export function layOut({ columns, rows }: Grid, room: number): Layout {
  const widths = columns.map(({ title }, index) => {
    let widest = columnsOf(title);
    for (const row of rows) widest = Math.max(widest, columnsOf(row[index]?.text ?? ''));
    return widest;
  });
  // A column that is empty throughout says nothing.
  let shown = columns.flatMap((_, index) => (rows.some((row) => (row[index]?.text ?? '') !== '') ? [index] : []));
  const last = columns.length - 1;
  const needed = (): number =>
    shown.reduce(
      (sum, index) => sum + (index === last ? Math.min(LEAST_LAST, widths[index] ?? 0) : (widths[index] ?? 0) + GAP),
      0,
    );
  while (needed() > room) {
    const [next] = shown
      .filter((index) => columns[index]?.rank !== undefined)
      .sort((one, other) => (columns[other]?.rank ?? 0) - (columns[one]?.rank ?? 0));
    if (next === undefined) break;
    shown = shown.filter((index) => index !== next);
  }
  return { shown, widths, room };
}

export const heading = ({ columns }: Grid, layout: Layout): Line =>
  lineOf(layout, columns, (index) => ({ text: columns[index]?.title ?? '', tone: 'faint' }));

export const rowLine = ({ columns }: Grid, layout: Layout, row: readonly Cell[]): Line =>
  lineOf(layout, columns, (index) => row[index] ?? { text: '' });

function lineOf({ shown, widths, room }: Layout, columns: readonly Column[], cellAt: (index: number) => Cell): Line {
  const spans: Span[] = [];
  shown.forEach((index, at) => {
    const { text, tone = 'plain' } = cellAt(index);
    const fill = ' '.repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(text)));
    const isLast = at === shown.length - 1;
    if (columns[index]?.isNumber) spans.push(span(fill), span(text, tone));
    else spans.push(span(text, tone), ...(isLast ? [] : [span(fill)]));
    if (!isLast) spans.push(span(' '.repeat(GAP)));
  });
  return Number.isFinite(room) && widthOf(spans) > room ? cut(spans, room) : spans;
}

/** Heading and rows. */
export function gridLines(grid: Grid, room: number): Line[] {
  const layout = layOut(grid, room);
  return [heading(grid, layout), ...grid.rows.map((row) => rowLine(grid, layout, row))];
}
