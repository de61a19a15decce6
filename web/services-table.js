/**
 * The table of services. It draws so many rows and no more, those first that ask for attention: with thousands of services
 * people search, and a page with thousands of rows stands still.
 */

import { createDetails } from './details.js';
import { element, write } from './element.js';
import { nothing } from './pieces.js';
import { chosen } from './service-list.js';
import { createServiceRow } from './service-row.js';
import { count, number } from './words.js';
/** @import { App } from './app.js' */
/** @import { ServiceRow } from './service-row.js' */
/** @import { Order } from './service-list.js' */
/** @import { Prefix } from '../src/model/address.ts' */

export const FIRST_ROWS = 100;
const MORE_ROWS = 200;

/** @type {readonly (readonly [string, Order | undefined])[]} */
const COLUMNS = [
  ['State', 'state'],
  ['Service', 'prefix'],
  ['Since', 'since'],
  ['Why, and until when', undefined],
  ['Told', undefined],
  ['Timeline', undefined],
  ['', undefined],
];

/**
 * @param {App} app
 * @param {HTMLElement} place
 */
export function createServicesTable(app, place) {
  /** @type {Map<Prefix, ServiceRow>} */
  let rows = new Map();
  /** The row that the keyboard is on. @type {Prefix | undefined} */
  let current;
  const details = createDetails(app);
  const headings = COLUMNS.map(([words, order]) => headingOf(words, order));
  const body = element('tbody', { role: 'rowgroup' });
  const caption = element('p', { class: 'caption', id: 'services-caption' });
  const empty = nothing('');
  const more = element('button', { type: 'button', class: 'more', click: showMore });
  place.replaceChildren(
    caption,
    element(
      'table',
      { role: 'table', class: 'services', 'aria-labelledby': 'services-title', 'aria-describedby': 'services-caption' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings)),
      body,
    ),
    empty,
    more,
  );

  /**
   * @param {string} words
   * @param {Order | undefined} order
   */
  function headingOf(words, order) {
    const attributes = { role: 'columnheader', scope: 'col' };
    if (order === undefined)
      return element('th', attributes, words === '' ? element('span', { class: 'unseen' }, 'Action') : words);
    const sort = () => {
      app.choice.isReversed = app.choice.order === order && !app.choice.isReversed;
      app.choice.order = order;
      app.redraw();
    };
    const made = element('th', attributes, element('button', { type: 'button', click: sort }, words));
    made.dataset['order'] = order;
    return made;
  }

  function showMore() {
    const last = [...rows.keys()].at(-1);
    app.choice.most += MORE_ROWS;
    current = last;
    update();
    move(1);
  }

  /** @param {Prefix} prefix */
  function toggle(prefix) {
    app.choice.open = app.choice.open === prefix ? undefined : prefix;
    current = prefix;
    update();
  }

  function update() {
    const { store, choice } = app;
    const all = chosen(store.services().values(), choice);
    const shown = all.slice(0, choice.most);
    const had = document.activeElement;
    const before = rows;
    rows = new Map();
    /** @type {Element[]} */
    const order = [];
    for (const service of shown) {
      const row = before.get(service.prefix) ?? createServiceRow(app, service.prefix, toggle);
      rows.set(service.prefix, row);
      row.update(service);
      order.push(row.tr);
      const isOpen = choice.open === service.prefix;
      row.button.setAttribute('aria-expanded', String(isOpen));
      if (isOpen) order.push(details.rowOf(service));
    }
    if (choice.open === undefined || !rows.has(choice.open)) details.close();
    arrange(body, order);
    if (had instanceof HTMLElement && had !== document.activeElement && had.isConnected)
      had.focus({ preventScroll: true });
    if (current === undefined || !rows.has(current)) current = shown[0]?.prefix;
    for (const row of rows.values()) row.button.tabIndex = row.prefix === current ? 0 : -1;
    tell(all.length, shown.length);
  }

  /**
   * @param {number} found
   * @param {number} shown
   */
  function tell(found, shown) {
    const { store, choice } = app;
    const all = store.services().size;
    const isPart = found < all;
    write(
      caption,
      `${isPart ? `${number(found)} of ${count(all, 'service')}` : count(all, 'service')}${shown < found ? `, the first ${number(shown)} shown` : ''}`,
    );
    more.hidden = shown >= found;
    write(more, `Show ${number(Math.min(MORE_ROWS, found - shown))} more`);
    empty.hidden = found > 0;
    write(
      empty,
      all > 0
        ? 'No service is like that.'
        : store.summary() === undefined
          ? 'Nothing is known yet.'
          : 'There is no service yet.',
    );
    for (const heading of headings) {
      const { order } = heading.dataset;
      if (order === undefined) continue;
      const isSorted = order === choice.order;
      heading.setAttribute('aria-sort', isSorted ? (choice.isReversed ? 'descending' : 'ascending') : 'none');
    }
  }

  /** @param {number} by Rows. */
  function move(by) {
    const prefixes = [...rows.keys()];
    const at = current === undefined ? -1 : prefixes.indexOf(current);
    go(prefixes[Math.max(0, Math.min(prefixes.length - 1, at + by))]);
  }

  /** @param {Prefix | undefined} prefix */
  function go(prefix) {
    if (prefix === undefined) return;
    if (current !== undefined) rows.get(current)?.button.setAttribute('tabindex', '-1');
    current = prefix;
    const button = rows.get(prefix)?.button;
    if (button === undefined) return;
    button.tabIndex = 0;
    button.focus();
  }

  return {
    update,
    move,
    first: () => go([...rows.keys()][0]),
    last: () => go([...rows.keys()].at(-1)),
    /** Returns whether there was something to close. */
    close() {
      if (app.choice.open === undefined) return false;
      current = app.choice.open;
      app.choice.open = undefined;
      update();
      go(current);
      return true;
    },
    /** The service of the row that has the focus. */
    focused() {
      const tr = document.activeElement?.closest('tr[data-prefix]');
      const prefix = tr instanceof HTMLElement ? /** @type {Prefix} */ (tr.dataset['prefix']) : undefined;
      return prefix === undefined ? undefined : app.store.service(prefix);
    },
    details,
  };
}

/**
 * Only what stands elsewhere is moved.
 *
 * @param {Element} parent
 * @param {readonly Element[]} children
 */
function arrange(parent, children) {
  const kept = new Set(children);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}
