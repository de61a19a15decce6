/** The demo's own words, PURE: for its frames, and for whoever reads lines. */
import type { Standing } from '../../core/standing.ts';
import { networkAddress, type Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { sentence } from '../../model/reason.ts';
import { fitting, type Line, span, type Tone, textOf } from '../terminal/line.ts';
import type { Change, Step } from './story.ts';

const EFFECT_TONES: Readonly<Record<Change['effect'], Tone>> = {
  'session up': 'routed',
  announced: 'served',
  withdrawn: 'bad',
  unchanged: 'routed',
  suppressed: 'caution',
};
const WIDTH = { cause: 18, effect: 10, took: 7 } as const;
/** Columns for when, and between the columns: what there is room for. */
const LAYOUTS = [
  { from: 76, at: 7, gap: '  ' },
  { from: 45, at: 6, gap: ' ' },
  { from: 0, at: 0, gap: ' ' },
] as const;
type Layout = (typeof LAYOUTS)[number];
const layoutFor = (columns: number): Layout => LAYOUTS.find(({ from }) => columns >= from) ?? LAYOUTS[2];

/** `12.3 s`. */
export const seconds = (length: Millis): string => `${(Math.max(0, length) / 1_000).toFixed(1)} s`;
const millis = (length: Millis): string => `${Math.round(length)} ms`;

export function changeHeading(columns: number): Line {
  const { at, gap } = layoutFor(columns);
  const when = at === 0 ? '' : `${'at'.padStart(at)}${gap}`;
  const cause = `${'what was done'.padEnd(WIDTH.cause)}${gap}`;
  return [span(`${when}${cause}${'the router'.padEnd(WIDTH.effect)} ${'took'.padStart(WIDTH.took)}`, 'faint')];
}

/** `startedAt`: of the demo. What does not fit into so many columns is said in fewer words, or not at all. */
export function changeLine(change: Change, startedAt: Millis, columns: number): Line {
  const { at, cause, effect, took } = change;
  const layout = layoutFor(columns);
  const when = layout.at === 0 ? '' : `${seconds(ms(at - startedAt)).padStart(layout.at)}${layout.gap}`;
  const line = [
    span(when, 'faint'),
    span(`${cause.padEnd(WIDTH.cause)}${layout.gap}`),
    span(effect.padEnd(WIDTH.effect), EFFECT_TONES[effect]),
    span(` ${(took === undefined ? '–' : millis(took)).padStart(WIDTH.took)}`, 'strong'),
  ];
  const rest = fitting(restOf(change), columns - textOf(line).length - REST_GAP.length);
  return rest === undefined ? line : [...line, span(`${REST_GAP}${rest}`, 'faint')];
}

const REST_GAP = '  ';

/** From the longest on. */
function restOf({ took, delay, note, brief }: Change): string[] {
  if (took !== undefined && delay !== undefined) return sums(took, delay);
  return [note, brief].filter((text) => text !== undefined);
}

/** A delay counts from the beginning of the reading that saw the change, which may be a moment before the change itself. */
function sums(took: Millis, { name, length }: NonNullable<Change['delay']>): string[] {
  if (took < length) return [`${name} of ${millis(length)}`, `${millis(length)} delay`];
  const more = millis(ms(took - length));
  return [
    `${millis(length)} ${name} + ${more}`,
    `${millis(length)} delay + ${more}`,
    `${Math.round(length)} + ${more}`,
  ];
}

/** `at`: since the start. */
export const stepLine = ({ title, detail }: Step, at: Millis): Line => [
  span(`${seconds(at).padStart(LAYOUTS[0].at)}  `, 'faint'),
  span(`${title}: `, 'strong'),
  span(detail),
];

/** Why it is announced or not, in the words of the core, and until when. `dueIn`: until its delay is over. */
export function whyWords(prefix: Prefix, standing: Standing | undefined, dueIn: Millis | undefined): string {
  if (standing === undefined) return 'ha2bgp has stopped';
  const inTime = dueIn === undefined ? '' : ` in ${seconds(dueIn)}`;
  // The address stands above it.
  const said = (reason: Parameters<typeof sentence>[1]): string =>
    sentence(prefix, reason).replace(`${networkAddress(prefix)} `, '');
  if (standing.announced) {
    return standing.leaving === undefined
      ? 'announced'
      : `to be withdrawn${inTime}: ${sentence(prefix, standing.leaving)}`;
  }
  const { reason } = standing;
  return reason.code === 'announce-delay' ? `to be announced${inTime}: ${said(reason)}` : said(reason);
}

/** How often listeners are looked at, and what else says when. */
export const hintWords = (hints: string, interval: Millis): string =>
  hints === 'none'
    ? `listeners are looked at every ${millis(interval)}; as root, with tracefs, at once`
    : `listeners are looked at when ${hints} hints at one, and every ${millis(interval)}`;

/** What ended with an error, and what the daemon logged of it: alike lines once, without what counts them. */
export function withWarnings(message: string, warnings: readonly string[]): string {
  const kinds = new Set(
    warnings.map((line) => line.replace(/ - Local \([^)]*\)/, '').replace(/ (failures|again)=\S+/g, '')),
  );
  const logged = [...kinds].map((line) => `\nha2bgp: demo: the daemon logged: ${line}`).join('');
  // 127.0.0.0/8 is routed by the kernel's own table, as long as lo is up.
  const isUnrouted = warnings.some((line) => line.includes('ENETUNREACH'));
  return `${message}${isUnrouted ? ': is lo up?' : ''}${logged}`;
}
