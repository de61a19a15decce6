/**
 * What became of a service in the last hours, as a strip: how high a piece is says how much of it was announced.
 */
import { drawn } from './element.js';
import { LOOKS, lookOf } from './standing.js';
import { lengthOf, millisOf } from './time.js';
import { count } from './words.js';

/** @import { ServiceView, Transition } from '../src/model/view.ts' */
/** @import { Tone } from './standing.js' */

/** @typedef {{ readonly from: number, readonly to: number, readonly word: string, readonly tone: Tone, readonly height: number }} Piece */

const WIDTH = 600;
const HEIGHT = 20;
const HOUR_MS = 3_600_000;
/** What was short is seen all the same. */
const LEAST_WIDTH = 5;

/**
 * Before its first transition a service may have been anything that is not announced, also nothing at all.
 *
 * @type {Partial<Record<ServiceView['state'], Pick<ServiceView, 'state' | 'reason'>>>}
 */
const BEFORE = { down: { state: 'down', reason: { code: '', stage: 'candidates', sentence: '' } } };

/**
 * @param {ServiceView} service
 * @param {readonly Transition[]} transitions The oldest first.
 * @param {{ readonly from: number, readonly to: number, readonly knownSince: number }} within Before `knownSince` nothing is
 *   known that no transition tells.
 * @returns {Piece[]} In their order, without what is not known.
 */
export function piecesOf(service, transitions, { from, to, knownSince }) {
  /** @type {Piece[]} */
  const pieces = [];
  /** @param {Pick<ServiceView, 'state' | 'reason'>} of @param {number} begin @param {number} end */
  const add = (of, begin, end) => {
    const [start, stop] = [Math.max(from, begin), Math.min(to, end)];
    const look = lookOf(of);
    const { tone, height } = look;
    const word = tone === 'aside' ? 'not announced' : look.word;
    const last = pieces.at(-1);
    if (!(start < stop)) return; // also where a time is none
    if (last?.word === word && last.tone === tone) pieces[pieces.length - 1] = { ...last, to: stop };
    else pieces.push({ from: start, to: stop, word, tone, height });
  };
  let at = Math.max(knownSince, from);
  /** @type {Pick<ServiceView, 'state' | 'reason'> | undefined} */
  let standing;
  for (const each of transitions) {
    const when = millisOf(each.at);
    if (Number.isNaN(when)) continue;
    add(standing ?? BEFORE[each.from] ?? { state: each.from }, at, when);
    standing = each.reason === undefined ? { state: each.to } : { state: each.to, reason: each.reason };
    at = when;
  }
  add(service, standing === undefined ? millisOf(service.since) : at, to);
  return pieces;
}

/**
 * @param {readonly Piece[]} pieces
 * @param {{ readonly from: number, readonly to: number }} within
 */
export function drawTimeline(pieces, { from, to }) {
  const place = (/** @type {number} */ at) => ((at - from) / (to - from)) * WIDTH;
  const last = pieces.at(-1);
  // What was short lies above what was long, and what is now above all.
  const short = [
    ...pieces.filter((piece) => piece.tone !== 'fine' && piece !== last),
    ...(last === undefined ? [] : [last]),
  ];
  const strips = pieces
    .filter((piece) => piece.tone === 'fine' && piece !== last)
    .map((piece) => strip(piece, place(piece.from), place(piece.to)));
  for (const piece of short) {
    const end = Math.min(WIDTH, Math.max(place(piece.to), place(piece.from) + LEAST_WIDTH));
    const start = Math.min(place(piece.from), end - LEAST_WIDTH);
    strips.push(drawn('rect', { class: 'gap', x: round(start), y: 0, width: round(end - start), height: HEIGHT }));
    strips.push(strip(piece, start, end));
  }
  return drawn(
    'svg',
    {
      class: 'timeline',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': wordsOf(pieces, to - from),
    },
    drawn('line', { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, class: 'ground' }),
    ...strips,
  );
}

/**
 * `last 6 hours: announced 99 %; down 2 times, 3 min at most`
 *
 * @param {readonly Piece[]} pieces
 * @param {number} span
 */
export function wordsOf(pieces, span) {
  const announced = pieces.filter(({ tone }) => tone === 'fine').reduce((sum, { from, to }) => sum + to - from, 0);
  const known = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  const percent = known === 0 ? '' : `announced ${Math.floor((100 * announced) / known)} %`;
  const down = pieces.filter(({ word }) => word === LOOKS.down.word);
  const longest = Math.max(0, ...down.map(({ from, to }) => to - from));
  const outages =
    down.length === 0
      ? ''
      : `; down ${down.length === 1 ? 'once' : `${down.length} times`}, ${lengthOf(longest)} at most`;
  return `last ${count(span / HOUR_MS, 'hour')}: ${percent === '' ? 'not known' : percent}${outages}`;
}

/**
 * @param {Piece} piece
 * @param {number} start
 * @param {number} end
 */
function strip({ tone, word, height }, start, end) {
  const tall = HEIGHT * height;
  const at = { x: round(start), y: round(HEIGHT - tall), width: round(end - start), height: round(tall) };
  return drawn('rect', { class: tone, ...at }, drawn('title', {}, word));
}

/** @param {number} of */
const round = (of) => Math.round(of * 10) / 10;
