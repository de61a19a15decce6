/** The demo's own words, PURE: for its frames, and for whoever reads lines. */
import type { Standing } from '../../core/standing.ts';
import { networkAddress, type Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { sentence } from '../../model/reason.ts';
import { type Line, span, type Tone } from './line.ts';
import type { Change, Step } from './story.ts';

const EFFECT_TONES: Readonly<Record<Change['effect'], Tone>> = {
  'session up': 'routed',
  announced: 'served',
  withdrawn: 'bad',
  unchanged: 'routed',
  suppressed: 'caution',
};
const WIDTH = { at: 7, cause: 18, effect: 10, took: 7 } as const;

/** `12.3 s`. */
export const seconds = (length: Millis): string => `${(Math.max(0, length) / 1_000).toFixed(1)} s`;
const millis = (length: Millis): string => `${Math.round(length)} ms`;

export const CHANGE_HEADING: Line = [
  span(
    `${'at'.padStart(WIDTH.at)}  ${'what was done'.padEnd(WIDTH.cause)}  ${'the router'.padEnd(WIDTH.effect)} ${'took'.padStart(WIDTH.took)}`,
    'faint',
  ),
];

/** `startedAt`: of the demo. */
export function changeLine({ at, cause, effect, took, delay, note }: Change, startedAt: Millis): Line {
  const rest = took === undefined || delay === undefined ? note : sum(took, delay);
  return [
    span(`${seconds(ms(at - startedAt)).padStart(WIDTH.at)}  `, 'faint'),
    span(`${cause.padEnd(WIDTH.cause)}  `),
    span(effect.padEnd(WIDTH.effect), EFFECT_TONES[effect]),
    span(` ${(took === undefined ? '–' : millis(took)).padStart(WIDTH.took)}`, 'strong'),
    span(rest === undefined ? '' : `  ${rest}`, 'faint'),
  ];
}

/** A delay counts from the beginning of the reading that saw the change, which may be a moment before the change itself. */
const sum = (took: Millis, { name, length }: NonNullable<Change['delay']>): string =>
  took < length ? `${name} of ${millis(length)}` : `${millis(length)} ${name} + ${millis(ms(took - length))}`;

/** `at`: since the start. */
export const stepLine = ({ title, detail }: Step, at: Millis): Line => [
  span(`${seconds(at).padStart(WIDTH.at)}  `, 'faint'),
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
