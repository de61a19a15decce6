/** Pieces that several parts of the page are made of. */
import { element } from './element.js';
import { sign } from './standing.js';
import { ticks } from './ticking.js';
import { countdown, fullTime, lengthOf, millisOf } from './time.js';
/** @import { App } from './app.js' */
/** @import { Child } from './element.js' */
/** @import { Shape, Tone } from './standing.js' */
/** @import { Instant } from '../src/model/view.ts' */

/** Seen while what is shown is not live. */
export const was = () => element('span', { class: 'was' }, 'was ');

/**
 * A state: sign and word.
 *
 * @param {Tone} tone
 * @param {string} word
 * @param {Shape} [shape]
 */
export const stateWord = (tone, word, shape) =>
  element('span', { class: `state ${tone}` }, sign(tone, shape), element('span', {}, was(), word));

/**
 * How long it has been so.
 *
 * @param {App} app
 * @param {Instant} since
 */
export const age = (app, since) =>
  ticks(element('time', { datetime: since, title: fullTime(millisOf(since)), class: 'age' }), () =>
    lengthOf(app.seenAt() - millisOf(since)),
  );

/**
 * What is left until then. While nobody tells whether it still runs, it does not.
 *
 * @param {App} app
 * @param {Instant} until
 * @param {string} words
 */
export const timer = (app, until, words) =>
  element(
    'span',
    { class: 'timer', title: fullTime(millisOf(until)) },
    `${words} `,
    ticks(element('time', { datetime: until, class: 'countdown' }), () =>
      app.isLive() ? countdown(millisOf(until) - app.seenAt()) : '?',
    ),
  );

/**
 * A table that stays one for screen readers when narrow screens lay it out otherwise.
 *
 * @param {string} label
 * @param {readonly Child[]} headings
 * @param {readonly HTMLTableRowElement[]} rows
 */
export const table = (label, headings, rows) =>
  element(
    'table',
    { role: 'table', 'aria-label': label },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        ...headings.map((heading) => element('th', { role: 'columnheader', scope: 'col' }, heading)),
      ),
    ),
    element('tbody', { role: 'rowgroup' }, ...rows),
  );

/** @param {...(Child | readonly Child[])} cells The first one names the row. */
export const row = (...cells) =>
  element(
    'tr',
    { role: 'row' },
    ...cells.map((cell, index) => {
      const children = Array.isArray(cell) ? cell : [/** @type {Child} */ (cell)];
      return index === 0
        ? element('th', { role: 'rowheader', scope: 'row' }, ...children)
        : element('td', { role: 'cell' }, ...children);
    }),
  );

/** @param {string} text */
export const nothing = (text) => element('p', { class: 'nothing' }, text);

/**
 * @param {string} term
 * @param {...Child} children
 */
export const fact = (term, ...children) => element('div', {}, element('dt', {}, term), element('dd', {}, ...children));
