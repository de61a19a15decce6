/**
 * Times and lengths of time as people read them. Widths do not jump while a number runs: what runs is set in tabular figures.
 */
/** @import { Instant } from '../src/model/view.ts' */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, in its two greatest units: `4 s`, `12 min`, `2 h 05 min`, `3 d 04 h`.
 *
 * @param {number} ms
 */
export function lengthOf(ms) {
  const at = Math.max(0, ms);
  if (at < MINUTE) return `${Math.floor(at / SECOND)} s`;
  if (at < HOUR) return `${Math.floor(at / MINUTE)} min`;
  if (at < DAY) return `${Math.floor(at / HOUR)} h ${two((at % HOUR) / MINUTE)} min`;
  return `${Math.floor(at / DAY)} d ${two((at % DAY) / HOUR)} h`;
}

/**
 * What is left of a timer: `0:07`, `12:30`, `1:02:03`. It ends on `0:00`, and never below.
 *
 * @param {number} ms
 */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** @param {Instant} at */
export const millisOf = (at) => Date.parse(at);

/**
 * @param {number} at
 * @returns {Instant}
 */
export const instantOf = (at) => /** @type {Instant} */ (new Date(at).toISOString());

/**
 * `03:12:45`, of UTC: as the log has it.
 *
 * @param {number} at
 */
export const clockTime = (at) => iso(at).slice(11, 19);

/**
 * `03:12 UTC`, with the day when that is not today's.
 *
 * @param {number} at
 * @param {number} now
 */
export function clockWords(at, now) {
  const time = `${iso(at).slice(11, 16)} UTC`;
  return iso(at).slice(0, 10) === iso(now).slice(0, 10) ? time : `${iso(at).slice(0, 10)} ${time}`;
}

/**
 * `03:12:45`, of UTC, with the day when that is not today's.
 *
 * @param {number} at
 * @param {number} now
 */
export const momentWords = (at, now) =>
  iso(at).slice(0, 10) === iso(now).slice(0, 10) ? clockTime(at) : `${iso(at).slice(0, 10)} ${clockTime(at)}`;

/**
 * All of it: for a title.
 *
 * @param {number} at
 */
export const fullTime = (at) => `${iso(at).slice(0, 10)} ${clockTime(at)} UTC`;

/** @param {number} at */
const iso = (at) => (Number.isFinite(at) ? new Date(at).toISOString() : '0000-00-00T??:??:??');

/** @param {number} of */
const two = (of) => String(Math.floor(of)).padStart(2, '0');
