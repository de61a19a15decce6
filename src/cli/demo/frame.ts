/**
 * What the terminal shows at a moment, PURE. Every line has a rank: where there are too few rows, those of the highest ranks
 * are left out, the newest changes being the last of them to go.
 */
import type { Standing } from '../../core/standing.ts';
import type { Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { cut, fitting, type Line, type Size, type Span, span, type Tone, textOf, wrap } from '../terminal/line.ts';
import { isUpNow, type ServiceName, type Story } from './story.ts';
import type { TableEntry } from './table.ts';
import { axis, type Extent, LABEL, label, legend, MARK, track } from './track.ts';
import { changeHeading, changeLine, seconds, whyWords } from './words.ts';

export interface View {
  readonly now: Millis;
  readonly story: Story;
  /** How many steps there will be. */
  readonly steps: number;
  readonly services: readonly ServiceView[];
  readonly table: ReadonlyMap<Prefix, TableEntry>;
  /** From the longest on: the first that has room. */
  readonly session: readonly string[];
  readonly hints: string;
}

export interface ServiceView {
  readonly name: ServiceName;
  readonly endpoint: string;
  readonly prefix: Prefix;
  /** None once the daemon has stopped. */
  readonly standing: Standing | undefined;
  readonly dueIn: Millis | undefined;
}

interface Ranked {
  readonly line: Line;
  readonly rank: number;
}

/** Lines longer than that are hard to read. */
const WIDEST = 100;
/** What goes first where there is no room: the oldest changes but some, blank lines, then one after the other. */
const RANK = {
  needed: 0,
  table: 1,
  track: 2,
  why: 3,
  heading: 4,
  newest: 5,
  footer: 6,
  blank: 7,
  axis: 8,
  legend: 9,
  older: 10,
} as const;
const NEWEST = 4;

/** As many lines as there are rows, or fewer; none is wider than the columns. */
export function frame(view: View, { columns, rows }: Size): Line[] {
  const width = Math.min(columns, WIDEST);
  const ranked: Ranked[] = [
    ...opening(view, width),
    ...view.services.flatMap((service) => serviceBlock(service, view, width)),
    ...tableBlock(view, width),
    ...changesBlock(view, width),
    BLANK,
    { line: legend(MARK), rank: RANK.legend },
    ...wrap(view.hints, width - 1).map((text) => ({ line: [span(` ${text}`, 'faint')], rank: RANK.footer })),
  ];
  const chosen = new Set(
    ranked
      .map(({ rank }, index) => ({ rank, index }))
      .sort((one, other) => one.rank - other.rank || one.index - other.index)
      .slice(0, rows)
      .map(({ index }) => index),
  );
  return ranked.filter((_, index) => chosen.has(index)).map(({ line }) => cut(line, width));
}

function opening({ story, now, steps }: View, width: number): Ranked[] {
  const step = story.steps.at(-1);
  const left: Span[] = [span(' ha2bgp demo', 'strong')];
  const right = `${seconds(ms(now - story.startedAt))}   Ctrl-C ends it`;
  const title = spread(left, [span(right, 'faint')], width - 1);
  if (step === undefined) return [{ line: title, rank: RANK.needed }, BLANK];
  const [first = '', ...others] = wrap(step.detail, width - 4);
  return [
    { line: title, rank: RANK.needed },
    BLANK,
    {
      line: [span(` ▶ ${story.steps.length}/${steps} `, 'caution'), span(step.title, 'strong')],
      rank: RANK.needed,
    },
    { line: [span(`   ${first}`)], rank: RANK.needed },
    ...(others.length === 0 ? [BLANK] : others.map((text) => ({ line: [span(`   ${text}`)], rank: RANK.why }))),
  ];
}

const BLANK: Ranked = { line: [], rank: RANK.blank };

function serviceBlock(
  { name, endpoint, prefix, standing, dueIn }: ServiceView,
  { story, now }: View,
  width: number,
): Ranked[] {
  const { listens, routed } = story.tracks[name];
  const isOpen = isUpNow(listens);
  const [first = '', ...others] = wrap(whyWords(prefix, standing, dueIn), width - LABEL);
  const tone = whyTone(standing);
  const extent = recent(story, now, width);
  return [
    {
      line: [
        span(isOpen ? ' ● ' : ' ○ ', isOpen ? 'served' : 'faint'),
        span(name.padEnd(LABEL - 3), 'strong'),
        span(`${endpoint}  `),
        span(isOpen ? 'listens' : 'closed', isOpen ? 'served' : 'faint'),
      ],
      rank: RANK.needed,
    },
    { line: track('listens', listens, 'served', extent), rank: RANK.track },
    { line: track('routed', routed, 'routed', extent), rank: RANK.track },
    { line: axis(extent), rank: RANK.axis },
    { line: [span(label('why')), span(first, tone)], rank: RANK.why },
    ...(others.length === 0
      ? [BLANK]
      : others.map((text) => ({ line: [span(label('')), span(text, tone)], rank: RANK.why }))),
  ];
}

function whyTone(standing: Standing | undefined): Tone {
  if (standing === undefined) return 'faint';
  if (standing.announced) return standing.leaving === undefined ? 'routed' : 'caution';
  return standing.reason.code === 'dampened' || standing.reason.code === 'announce-delay' ? 'caution' : 'faint';
}

/** The last marks, where there are more of them than columns. */
function recent({ startedAt }: Story, now: Millis, width: number): Extent {
  const all = Math.ceil((now - startedAt) / MARK);
  const first = all - Math.max(0, Math.min(all, width - LABEL));
  return { startedAt, first, until: now, mark: MARK };
}

function tableBlock({ table, services, session }: View, width: number): Ranked[] {
  const rows = services.map(({ prefix }): Ranked => {
    const entry = table.get(prefix);
    const line: Line =
      entry === undefined
        ? [span(`   ${prefix}`.padEnd(22), 'faint'), span('not in the table', 'faint')]
        : [
            span(`   ${prefix}`.padEnd(22), 'routed'),
            span(`next hop ${entry.nextHop ?? '?'}   AS path ${entry.asPath.join(' ')}`),
          ];
    return { line, rank: RANK.table };
  });
  const title = " The router's table  ";
  const heading: Line = [span(title, 'strong'), span(fitting(session, width - title.length) ?? '', 'faint')];
  return [{ line: heading, rank: RANK.table }, ...rows, BLANK];
}

function changesBlock({ story: { changes, startedAt } }: View, width: number): Ranked[] {
  return [
    { line: changeHeading(width), rank: RANK.heading },
    ...changes.map((change, index): Ranked => {
      const age = changes.length - 1 - index;
      return {
        line: changeLine(change, startedAt, width),
        rank: age < NEWEST ? RANK.newest + age / NEWEST : RANK.older + age,
      };
    }),
  ];
}

function spread(left: Line, right: Line, width: number): Line {
  const gap = width - textOf(left).length - textOf(right).length;
  return gap < 1 ? left : [...left, span(' '.repeat(gap)), ...right];
}
