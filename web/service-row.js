/**
 * One service in the table. The row and its button stay the same elements for as long as the service is listed, so that
 * neither the keyboard nor a screen reader loses its place.
 */
import { element } from './element.js';
import { age, stateWord, timer } from './pieces.js';
import { lookOf } from './standing.js';
import { drawTimeline, piecesOf } from './timeline.js';
import { number } from './words.js';

/** @import { App } from './app.js' */
/** @import { OverrideView, ServiceView } from '../src/model/view.ts' */
/** @import { Prefix } from '../src/model/address.ts' */

/** A part of the timeline that is drawn again when the time has gone on so far. */
const STEPS = 300;
const CHANGED = 'changed';

/**
 * @param {App} app
 * @param {Prefix} prefix
 * @param {(prefix: Prefix) => void} toggle
 */
export function createServiceRow(app, prefix, toggle) {
  const button = element(
    'button',
    { type: 'button', class: 'open', tabindex: '-1', 'aria-expanded': 'false', click: () => toggle(prefix) },
    prefix,
  );
  const cells = {
    state: cell('state-cell'),
    service: element('th', { role: 'rowheader', scope: 'row', class: 'service-cell' }, button),
    since: cell('since-cell'),
    why: cell('why-cell'),
    told: cell('told-cell'),
    timeline: cell('timeline-cell'),
    action: cell('action-cell'),
  };
  const tr = element('tr', { role: 'row' }, ...Object.values(cells));
  tr.dataset['prefix'] = prefix;
  /** @type {ServiceView | undefined} */
  let drawn;
  let wasAllowed = false;
  let timelineOf = '';

  /** @param {ServiceView} service */
  function draw(service) {
    const look = lookOf(service);
    // What has just changed goes on to be seen as that.
    tr.className = tr.classList.contains(CHANGED) ? `${look.tone} ${CHANGED}` : look.tone;
    cells.state.replaceChildren(stateWord(look.tone, look.word, look.shape));
    const name = service.name ?? (service.kind === 'discovered' ? undefined : service.kind);
    cells.service.replaceChildren(
      button,
      ...(name === undefined ? [] : [' ', element('span', { class: 'name' }, name)]),
    );
    cells.since.replaceChildren(age(app, service.since));
    cells.why.replaceChildren(...whyOf(app, service));
    cells.told.replaceChildren(...toldOf(service));
  }

  /** @param {ServiceView} service */
  function drawActions(service) {
    if (!app.mayChange()) return cells.action.replaceChildren();
    const drain = service.overrides.find(({ kind }) => kind === 'drain');
    const had = cells.action.contains(document.activeElement);
    const act = () =>
      drain === undefined ? app.askDrain(app.store.service(prefix) ?? service) : app.askUndrain(drain.target);
    const words = drain === undefined ? 'Drain…' : 'Undrain…';
    const made = element(
      'button',
      { type: 'button', class: 'small', 'aria-label': `${words} ${prefix}`, click: act },
      words,
    );
    cells.action.replaceChildren(made);
    if (had) made.focus({ preventScroll: true });
  }

  /** @param {ServiceView} service */
  function drawStrip(service) {
    const transitions = app.store.historyOf(prefix);
    const step = app.choice.spanMs / STEPS;
    const to = Math.ceil(app.seenAt() / step) * step;
    const key = [service.state, service.since, transitions.at(-1)?.number, to, step, app.store.historySince()].join();
    if (key === timelineOf) return;
    timelineOf = key;
    const within = { from: to - app.choice.spanMs, to };
    const pieces = piecesOf(service, transitions, { ...within, knownSince: app.store.historySince() });
    cells.timeline.replaceChildren(drawTimeline(pieces, within));
  }

  return {
    prefix,
    tr,
    button,
    /** @param {ServiceView} service */
    update(service) {
      const isAllowed = app.mayChange();
      if (drawn !== service || isAllowed !== wasAllowed) drawActions(service);
      if (drawn !== service) draw(service);
      if (drawn !== undefined && drawn.state !== service.state) flash(tr);
      [drawn, wasAllowed] = [service, isAllowed];
      drawStrip(service);
    },
  };
}

/** @typedef {ReturnType<typeof createServiceRow>} ServiceRow */

/** @param {string} name */
const cell = (name) => element('td', { role: 'cell', class: name });

/** @param {Element} row */
function flash(row) {
  row.classList.remove(CHANGED);
  requestAnimationFrame(() => row.classList.add(CHANGED));
}

/**
 * @param {App} app
 * @param {ServiceView} service
 * @returns {(Node | string)[]}
 */
function whyOf(app, service) {
  const { until, told, reason, overrides } = service;
  const words = sentenceOf(service);
  const parts = words === undefined ? [] : [element('span', { class: 'sentence' }, words)];
  if (until !== undefined) {
    // A drain may end before it withdraws anything.
    const isShort = reason?.code === 'draining' && !overrides.some(({ withdrawAt }) => withdrawAt === until);
    parts.push(timer(app, until, isShort ? 'ends in' : lookOf(service).timer));
  }
  // That a peer has no session is said once, at the top.
  for (const each of told.except.filter(({ state }) => state !== 'no-session')) {
    const detail = each.detail === undefined ? '' : `: ${each.detail}`;
    parts.push(element('span', { class: 'except' }, `${each.to}: ${TELLINGS[each.state]}${detail}`));
  }
  return parts.flatMap((part, index) => (index === 0 ? [part] : [' ', part]));
}

/**
 * The reason's own, but where that has a length of time in it, which would stand still beside one that runs.
 *
 * @param {ServiceView} service
 */
function sentenceOf({ prefix, reason, penalty, overrides }) {
  const byHand = overrides.filter(({ kind }) => (reason?.code === 'set-down' ? kind === 'down' : kind === 'drain'));
  switch (reason?.code) {
    case 'dampened':
      if (penalty === undefined) return reason.sentence;
      return `came and went too often; announced again when its penalty is down to ${number(penalty.reuse)}`;
    case 'draining':
    case 'drained':
    case 'set-down':
      return byHand.length === 0 ? reason.sentence : byHand.map((each) => overrideWords(each, prefix)).join('; ');
    case undefined:
      return overrides.length === 0 ? undefined : overrides.map((each) => overrideWords(each, prefix)).join('; ');
    default:
      return reason?.sentence;
  }
}

/**
 * @param {OverrideView} override
 * @param {Prefix} prefix Of the service that it is about.
 */
function overrideWords({ kind, target, by, why }, prefix) {
  const of = target === prefix ? '' : target === 'all' ? ' with everything' : ` with ${target}`;
  return `${kind === 'drain' ? 'drained' : `set ${kind}`}${of} by ${by}${why === '' ? '' : `: ${why}`}`;
}

/** @type {Readonly<Record<import('../src/model/view.ts').TellingView['state'], string>>} */
export const TELLINGS = {
  told: 'told',
  waiting: 'not told yet',
  leaving: 'withdraw on its way',
  refused: 'refused it',
  'not-for-it': 'not for it',
  'no-session': 'no session',
  none: 'has nothing',
};

/**
 * @param {ServiceView} service
 * @returns {(Node | string)[]}
 */
function toldOf({ told, state }) {
  if (told.of === 0) return [element('span', { class: 'none' }, '–')];
  const isMeant = state === 'announced' || state === 'leaving';
  if (isMeant && told.told === 0) return [stateWord('bad', 'nobody')];
  const isLevel = told.told === (isMeant ? told.of : 0);
  const words = `${number(told.told)} of ${number(told.of)}`;
  return [element('span', { class: isLevel ? (isMeant ? 'level' : 'none') : 'unlevel' }, words)];
}
