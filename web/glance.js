/**
 * The first thing to see: is all well, and if not, where to look. Four tiles, each a link to what it sums up, and the buttons
 * that show the services of one state.
 */
import { byId, element } from './element.js';
import { was } from './pieces.js';
import { LOOKS, lookOf, sign } from './standing.js';
import { ticks } from './ticking.js';
import { lengthOf, millisOf } from './time.js';
import { count, number } from './words.js';

/** @import { App } from './app.js' */
/** @import { Child } from './element.js' */
/** @import { Tone } from './standing.js' */
/** @import { ServiceStateName, Summary } from '../src/model/view.ts' */

/** @typedef {Omit<Summary, 'services'>} Rest */

const STATES = /** @type {readonly ServiceStateName[]} */ (Object.keys(LOOKS));

/** @param {App} app */
export function createGlance(app) {
  const place = byId('glance', HTMLElement);
  const states = byId('states', HTMLElement);
  /** @type {Map<ServiceStateName | undefined, HTMLButtonElement>} */
  const buttons = new Map();
  for (const state of [undefined, ...STATES]) buttons.set(state, buttonOf(state));
  states.replaceChildren(...buttons.values());
  let shown = '';

  /** @param {ServiceStateName | undefined} state */
  function buttonOf(state) {
    const choose = () => {
      app.choice.state = app.choice.state === state ? undefined : state;
      app.redraw();
    };
    const look = state === undefined ? undefined : LOOKS[state];
    return element(
      'button',
      { type: 'button', class: 'state-button', click: choose },
      look === undefined ? undefined : sign(look.tone, look.shape),
      `${look?.word ?? 'all'} `,
      element('span', { class: 'number' }),
    );
  }

  function updateStates() {
    const counts = countStates(app);
    for (const [state, button] of buttons) {
      const n = state === undefined ? app.store.services().size : (counts.get(state) ?? 0);
      const { lastElementChild: last } = button;
      if (last !== null && last.textContent !== number(n)) last.textContent = number(n);
      button.hidden = n === 0 && state !== undefined && app.choice.state !== state;
      button.setAttribute('aria-pressed', String(app.choice.state === state));
    }
  }

  return {
    update() {
      updateStates();
      const summary = app.store.summary();
      if (summary === undefined) return;
      const counts = countsOf(app);
      const key = JSON.stringify([
        counts,
        summary.sinks,
        summary.overrides,
        summary.discovery.failingSince,
        summary.discovery.factsAgeMs === undefined,
        app.isLive(),
      ]);
      if (key === shown) return;
      shown = key;
      place.replaceChildren(
        tile('services', 'Services', ...servicesWords(counts)),
        tile('peers', ...peersWords(summary)),
        tile('overrides', 'Said by hand', ...handWords(summary)),
        tile('discovery', 'This host', ...kernelWords(app, summary)),
      );
    },
  };
}

/** @typedef {{ all: number, announced: number, unheard: number, bad: number, aside: number }} Counts */

/**
 * @param {App} app
 * @returns {Counts}
 */
export function countsOf(app) {
  const counts = { all: 0, announced: 0, unheard: 0, bad: 0, aside: 0 };
  for (const service of app.store.services().values()) {
    const { tone } = lookOf(service);
    counts.all++;
    const { state, told } = service;
    if (state === 'announced' || state === 'leaving') {
      counts.announced++;
      if (told.told === 0 && told.of > 0) counts.unheard++;
    }
    if (tone === 'bad') counts.bad++;
    if (tone === 'aside') counts.aside++;
  }
  return counts;
}

/**
 * What a tab is called by that nobody looks at; nothing when all is well.
 *
 * @param {App} app
 */
export function troublesOf(app) {
  const { bad, unheard } = countsOf(app);
  return [
    app.store.summary()?.discovery.failingSince === undefined ? '' : 'kernel unreadable',
    bad === 0 ? '' : `${number(bad)} down`,
    unheard === 0 ? '' : `${number(unheard)} told to nobody`,
  ].filter((words) => words !== '');
}

/** @param {App} app */
function countStates(app) {
  /** @type {Map<ServiceStateName, number>} */
  const counts = new Map();
  for (const { state } of app.store.services().values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/**
 * @param {string} to
 * @param {string} title
 * @param {Tone} tone
 * @param {Child} words
 * @param {Child} [more]
 */
const tile = (to, title, tone, words, more) =>
  element(
    'a',
    { href: `#${to}`, class: `tile ${tone}` },
    element('span', { class: 'tile-title' }, title),
    element('span', { class: 'tile-words' }, sign(tone), element('strong', {}, was(), words)),
    element('span', { class: 'tile-more' }, more),
  );

/**
 * @param {Counts} counts
 * @returns {[Tone, Child, Child]}
 */
function servicesWords({ all, announced, unheard, bad, aside }) {
  const words = `${number(announced)} of ${number(all - aside)} announced`;
  if (unheard > 0) return ['bad', words, `${number(unheard)} of them told to nobody`];
  if (bad > 0) return ['bad', words, `${number(bad)} should be and ${bad === 1 ? 'is' : 'are'} not`];
  return all === 0 ? ['aside', words, 'there is no service'] : ['fine', words, 'each that should be'];
}

/**
 * @param {Rest} summary
 * @returns {[string, Tone, Child, Child]}
 */
function peersWords({ sinks }) {
  const peers = sinks.flatMap((sink) => sink.peers ?? []);
  if (peers.length === 0) {
    const told = sinks.reduce((sum, sink) => sum + sink.told, 0);
    const refused = sinks.reduce((sum, sink) => sum + sink.refused, 0);
    const waiting = sinks.reduce((sum, sink) => sum + sink.waiting, 0);
    const more = refused > 0 ? `${number(refused)} refused` : waiting > 0 ? `${number(waiting)} waiting` : '';
    const tone = refused > 0 ? 'bad' : waiting > 0 ? 'busy' : 'fine';
    return [`Told to ${sinks.map(({ name }) => name).join(', ')}`, tone, count(told, 'route'), more];
  }
  const up = peers.filter(({ state }) => state === 'established').length;
  const gone = peers.filter(({ state }) => state !== 'established').map(({ name }) => name);
  const more = gone.length === 0 ? '' : `no session: ${gone.slice(0, 3).join(', ')}${gone.length > 3 ? ' …' : ''}`;
  return [
    'Peers',
    up === peers.length ? 'fine' : up === 0 ? 'bad' : 'busy',
    `${number(up)} of ${number(peers.length)} up`,
    more,
  ];
}

/**
 * @param {Rest} summary
 * @returns {[Tone, Child, Child]}
 */
function handWords({ overrides }) {
  if (overrides.length === 0) return ['fine', 'nothing', 'no drain, nothing set'];
  const drains = overrides.filter(({ kind }) => kind === 'drain');
  const sets = overrides.length - drains.length;
  const words = [drains.length === 0 ? '' : count(drains.length, 'drain'), sets === 0 ? '' : `${number(sets)} set`];
  const of = drains.map(({ target }) => target);
  return ['hand', words.filter((text) => text !== '').join(', '), of.slice(0, 3).join(', ')];
}

/**
 * @param {App} app
 * @param {Rest} summary
 * @returns {[Tone, Child, Child]}
 */
function kernelWords(app, { discovery }) {
  const { failingSince, factsAgeMs } = discovery;
  if (failingSince !== undefined) {
    const long = ticks(element('span'), () => `unreadable for ${lengthOf(app.seenAt() - millisOf(failingSince))}`);
    return ['bad', long, 'nothing new is announced'];
  }
  if (factsAgeMs === undefined) return ['busy', 'not read yet', ''];
  return [
    'fine',
    'readable',
    `${count(discovery.listeners, 'listener')}, ${count(discovery.addresses, 'address', 'addresses')}`,
  ];
}
