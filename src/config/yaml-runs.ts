/**
 * Long runs of prefixes in a YAML text, PURE: lines of one indentation that are `- PREFIX` and nothing else, taken out
 * before the text is parsed and put back into the list that the parser found around them. A parser of YAML looks at every
 * character in many ways, and a list of a hundred thousand prefixes is what a machine writes.
 *
 * The first and the last line of a run stay: what comes after may belong to the last, and if both are neighbours in one
 * list, everything between them was, too. Where they are not, the lines are part of a text, or a mistake, and the whole text
 * has to be parsed.
 */

/** In the shortened text the item after which the run was cut, and the one before which; and what stood between them. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly items: readonly { readonly at: number; readonly text: string }[];
}

export interface Shortened {
  readonly text: string;
  /** By `first`. */
  readonly runs: ReadonlyMap<number, Run>;
  /** The place in the whole text. */
  readonly placeOf: (at: number) => number;
}

const ITEM = /( *)- ([0-9A-Fa-f.:]+\/\d{1,3}) *\r?(?:\n|$)/y;

/** `shortest`: lines of a run, at least three. */
export function cutRuns(text: string, shortest: number): Shortened {
  const runs = new Map<number, Run>();
  const pieces: string[] = [];
  const cuts: { readonly at: number; readonly removed: number }[] = [];
  let kept = 0;
  let removed = 0;
  let run: { indent: number; lines: { start: number; at: number; text: string }[] } = { indent: 0, lines: [] };

  function finish(): void {
    const { lines } = run;
    const [first, second] = lines;
    const last = lines.at(-1);
    if (lines.length >= Math.max(3, shortest) && first !== undefined && second !== undefined && last !== undefined) {
      pieces.push(text.slice(kept, second.start));
      const at = first.at - removed;
      kept = last.start;
      removed += last.start - second.start;
      cuts.push({ at: last.start - removed, removed });
      runs.set(at, { first: at, last: last.at - removed, items: lines.slice(1, -1) });
    }
    run = { indent: 0, lines: [] };
  }

  for (let start = 0; start < text.length; ) {
    ITEM.lastIndex = start;
    const [line, indent = '', item = ''] = ITEM.exec(text) ?? [];
    if (line === undefined) {
      if (run.lines.length > 0) finish();
      const newline = text.indexOf('\n', start);
      start = newline < 0 ? text.length : newline + 1;
      continue;
    }
    if (run.lines.length > 0 && run.indent !== indent.length) finish();
    run.indent = indent.length;
    run.lines.push({ start, at: start + indent.length + 2, text: item });
    start += line.length;
  }
  finish();
  pieces.push(text.slice(kept));
  const placeOf = (at: number): number => at + (cuts.findLast((cut) => cut.at <= at)?.removed ?? 0);
  return { text: pieces.join(''), runs, placeOf };
}
