/**
 * What stands below a service when it is opened: the five stages that decided, what each sink and peer was told, what was
 * said by hand, and what became of it. Asked for when it is opened, and again when it changes.
 */
import { read } from './client.js';
import { element } from './element.js';
import { age, nothing, row, stateWord, table } from './pieces.js';
import { TELLINGS } from './service-row.js';
import { lookOf } from './standing.js';
import { clockTime, clockWords, fullTime, millisOf, momentWords } from './time.js';
import { drawTimeline, piecesOf, wordsOf } from './timeline.js';

/** @import { App } from './app.js' */
/** @import { Tone } from './standing.js' */
/** @import { Explanation, PrefixExplanation, ServiceView, StageView, TellingView, Transition } from '../src/model/view.ts' */

/** While it is open it is asked for again. */
const AGAIN_MS = 5_000;
const MOST_TRANSITIONS = 30;
const MOST_TELLINGS = 50;
const COLUMNS = 7;

/** @param {App} app */
export function createDetails(app) {
  const tr = element('tr', { role: 'row', class: 'details' });
  const place = element('td', { role: 'cell', colspan: COLUMNS });
  tr.append(place);
  /** @type {ServiceView | undefined} */
  let service;
  /** @type {PrefixExplanation | undefined} */
  let explained;
  let failure = '';
  let askedAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let shown = '';

  async function ask() {
    if (service === undefined || isAsking || !app.isLive()) return;
    isAsking = true;
    askedAt = Date.now();
    const { prefix } = service;
    try {
      /** @type {Explanation} */
      const { prefixes } = await read(`explain/${encodeURIComponent(prefix)}`);
      if (service?.prefix === prefix) explained = prefixes.find((each) => each.service.prefix === prefix);
      failure = explained === undefined ? 'the daemon has nothing to say of it' : '';
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    isAsking = false;
    draw();
    if (service !== undefined && service.prefix !== prefix) void ask();
  }

  function draw() {
    if (service === undefined) return;
    const of = service;
    const key = JSON.stringify([
      of,
      explained?.stages,
      explained?.tellings,
      explained?.history[0]?.number,
      failure,
      app.choice.spanMs,
      Math.floor(app.seenAt() / 60_000),
    ]);
    if (key === shown) return;
    shown = key;
    const parts = [whole(app, of, explained), overridesOf(app, of)];
    if (failure !== '') parts.push(nothing(`Why it is so could not be asked: ${failure}.`));
    if (explained !== undefined)
      parts.push(stagesOf(explained.stages), tellingsOf(app, explained.tellings), historyOf(app, explained.history));
    else if (failure === '') parts.push(nothing('Asking the daemon why…'));
    place.replaceChildren(...parts.filter((part) => part !== undefined));
  }

  return {
    /**
     * @param {ServiceView} of
     * @returns {HTMLTableRowElement}
     */
    rowOf(of) {
      const isOther = service?.prefix !== of.prefix;
      const isChanged = service !== of;
      service = of;
      if (isOther) [explained, failure, shown] = [undefined, '', ''];
      if (isChanged) void ask();
      tr.setAttribute('aria-label', `Details of ${of.prefix}`);
      draw();
      return tr;
    },
    close() {
      service = undefined;
    },
    /** Once a second. */
    tick() {
      if (service !== undefined && Date.now() - askedAt >= AGAIN_MS) void ask();
    },
  };
}

/**
 * @param {App} app
 * @param {ServiceView} service
 * @param {PrefixExplanation | undefined} explained
 */
function whole(app, service, explained) {
  const to = app.seenAt();
  const within = { from: to - app.choice.spanMs, to };
  const known = app.store.historyOf(service.prefix);
  const transitions =
    explained === undefined || explained.history.length < known.length ? known : [...explained.history].reverse();
  const pieces = piecesOf(service, transitions, { ...within, knownSince: app.store.historySince() });
  const marks = [0, 0.25, 0.5, 0.75].map((part) => clockTime(within.from + part * app.choice.spanMs).slice(0, 5));
  return element(
    'div',
    { class: 'whole' },
    drawTimeline(pieces, within),
    element(
      'div',
      { class: 'marks', 'aria-hidden': 'true' },
      ...[...marks, 'now'].map((mark) => element('span', {}, mark)),
    ),
    element('p', { class: 'words' }, `${wordsOf(pieces, app.choice.spanMs)}.`),
  );
}

/**
 * @param {App} app
 * @param {ServiceView} service
 */
function overridesOf(app, { overrides }) {
  if (overrides.length === 0) return undefined;
  const lines = overrides.map(({ kind, target, by, why, at, until }) => {
    const end = until === undefined ? 'until somebody ends it' : `until ${clockWords(millisOf(until), app.seenAt())}`;
    const what = kind === 'drain' ? `drain of ${target}` : `set ${kind}`;
    return element(
      'li',
      {},
      `${what} by ${by} at ${clockWords(millisOf(at), app.seenAt())}, ${end}${why === '' ? '' : `: ${why}`}`,
    );
  });
  return element('div', {}, element('h3', {}, 'Said by hand'), element('ul', { class: 'lines' }, ...lines));
}

/** @type {Readonly<Record<StageView['answer'], readonly [Tone, string]>>} */
const ANSWERS = {
  yes: ['fine', 'yes'],
  no: ['bad', 'no'],
  waits: ['busy', 'waits'],
  'not-reached': ['aside', 'not reached'],
};

/** @param {readonly StageView[]} stages */
function stagesOf(stages) {
  if (stages.length === 0) return undefined;
  const items = stages.map(({ stage, answer, lines, reason }) => {
    const said = reason === undefined || lines.includes(reason.sentence) ? lines : [reason.sentence, ...lines];
    return element(
      'li',
      { class: ANSWERS[answer][0] },
      element('span', { class: 'stage' }, stage),
      stateWord(...ANSWERS[answer]),
      element('span', { class: 'found' }, ...said.map((line) => element('span', {}, line))),
    );
  });
  return element('div', {}, element('h3', {}, 'Why'), element('ol', { class: 'stages' }, ...items));
}

/** @type {Readonly<Record<TellingView['state'], Tone>>} */
const TELLING_TONES = {
  told: 'fine',
  waiting: 'busy',
  leaving: 'busy',
  refused: 'bad',
  'not-for-it': 'aside',
  'no-session': 'bad',
  none: 'aside',
};

/**
 * @param {App} app
 * @param {readonly TellingView[]} tellings
 */
function tellingsOf(app, tellings) {
  if (tellings.length === 0) return undefined;
  const rows = tellings
    .slice(0, MOST_TELLINGS)
    .map(({ to, state, at, detail }) =>
      row(to, stateWord(TELLING_TONES[state], TELLINGS[state]), at === undefined ? '–' : age(app, at), detail ?? ''),
    );
  const rest = tellings.length - rows.length;
  return element(
    'div',
    {},
    element('h3', {}, 'What each was told'),
    table('What each was told', ['To', 'State', 'Since', 'Detail'], rows),
    rest > 0 ? nothing(`and ${rest} more`) : undefined,
  );
}

/**
 * @param {App} app
 * @param {readonly Transition[]} history The newest first.
 */
function historyOf(app, history) {
  if (history.length === 0) return undefined;
  const items = history.slice(0, MOST_TRANSITIONS).map(({ at, from, to, reason }) => {
    const look = lookOf({ state: to, ...(reason && { reason }) });
    const when = millisOf(at);
    return element(
      'li',
      {},
      element('time', { datetime: at, title: fullTime(when) }, momentWords(when, app.seenAt())),
      element('span', { class: 'from' }, `${lookOf({ state: from }).word} →`),
      stateWord(look.tone, look.word, look.shape),
      element('span', { class: 'found' }, reason?.sentence ?? ''),
    );
  });
  return element(
    'div',
    {},
    element('h3', {}, 'What became of it (UTC)'),
    element('ol', { class: 'history' }, ...items),
  );
}
