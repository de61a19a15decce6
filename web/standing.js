/**
 * What a state looks like: a word, a shape and a colour, so that none of them has to be told from the others by colour alone.
 */
import { drawn } from './element.js';

/** @import { ServiceStateName, ServiceView } from '../src/model/view.ts' */

/**
 * `bad`: it should be announced and is not; `busy`: something runs; `hand`: somebody said so; `fine`; `aside`: the settings
 * never let it be announced, and nobody waits for it.
 *
 * @typedef {'bad' | 'busy' | 'hand' | 'fine' | 'aside'} Tone
 * @typedef {readonly [filled: string, line: string]} Shape Paths in 12 × 12.
 * @typedef {{ word: string, tone: Tone, rank: number, shape: Shape, height: number, timer: string }} Look
 *   `rank`: the first ones ask for attention. `height`: in a timeline, of 1. `timer`: what happens when its time has run out.
 */

const CIRCLE = 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z';
/** @type {Readonly<Record<'cross' | 'disc' | 'half' | 'ring' | 'up' | 'downward' | 'diamond' | 'bars' | 'dash', Shape>>} */
const SHAPES = {
  cross: ['', 'M2.5 2.5l7 7M9.5 2.5l-7 7'],
  disc: [CIRCLE, ''],
  half: ['M6 1.5a4.5 4.5 0 1 0 0 9z', CIRCLE],
  ring: ['', `${CIRCLE}M2.9 9.1l6.2-6.2`],
  up: ['M6 1.5l5 9h-10z', ''],
  downward: ['M6 10.5l5-9h-10z', ''],
  diamond: ['M6 .8l5.2 5.2l-5.2 5.2l-5.2-5.2z', ''],
  bars: ['M2.5 1.5h2.5v9h-2.5zM7 1.5h2.5v9h-2.5z', ''],
  dash: ['', 'M1.5 6h9'],
};

/** @type {Readonly<Record<ServiceStateName, Look>>} */
export const LOOKS = {
  down: { word: 'down', tone: 'bad', rank: 0, shape: SHAPES.cross, height: 0.14, timer: 'ends in' },
  suppressed: { word: 'suppressed', tone: 'bad', rank: 1, shape: SHAPES.diamond, height: 0.4, timer: 'again in' },
  held: { word: 'held', tone: 'bad', rank: 2, shape: SHAPES.bars, height: 0.4, timer: 'ends in' },
  leaving: { word: 'leaving', tone: 'busy', rank: 3, shape: SHAPES.half, height: 0.8, timer: 'withdrawn in' },
  rising: { word: 'rising', tone: 'busy', rank: 4, shape: SHAPES.up, height: 0.55, timer: 'announced in' },
  'set-down': { word: 'set down', tone: 'hand', rank: 5, shape: SHAPES.ring, height: 0.26, timer: 'ends in' },
  drained: { word: 'drained', tone: 'hand', rank: 6, shape: SHAPES.downward, height: 0.26, timer: 'ends in' },
  announced: { word: 'announced', tone: 'fine', rank: 7, shape: SHAPES.disc, height: 1, timer: 'ends in' },
};

/** Of services that no setting ever announces. */
const ASIDE = { ...LOOKS.down, tone: /** @type {const} */ ('aside'), rank: 8, shape: SHAPES.dash };

/**
 * @param {Pick<ServiceView, 'state' | 'reason'>} of
 * @returns {Look}
 */
export const lookOf = ({ state, reason }) =>
  state === 'down' && reason?.stage === 'candidates' ? ASIDE : (LOOKS[state] ?? ASIDE);

/** What other things look like: a peer, a stage, a telling. @type {Readonly<Record<Tone, Shape>>} */
const MARKS = { bad: SHAPES.cross, busy: SHAPES.half, hand: SHAPES.downward, fine: SHAPES.disc, aside: SHAPES.dash };

/**
 * A sign, which says nothing by itself: a word stands beside it.
 *
 * @param {Tone} tone
 * @param {Shape} [shape]
 */
export function sign(tone, [filled, line] = MARKS[tone]) {
  return drawn(
    'svg',
    { class: `sign ${tone}`, viewBox: '0 0 12 12', 'aria-hidden': 'true', focusable: 'false' },
    ...(filled === '' ? [] : [drawn('path', { class: 'filled', d: filled })]),
    ...(line === '' ? [] : [drawn('path', { class: 'line', d: line })]),
  );
}
