/** All that is no service: sinks and peers, what was said by hand, how this host is read, and the process. */
import { byId, element } from './element.js';
import { age, fact, nothing, row, stateWord, table, timer } from './pieces.js';
import { ticks } from './ticking.js';
import { clockWords, lengthOf, millisOf } from './time.js';
import { count, megabytes, number, period } from './words.js';

/** @import { App } from './app.js' */
/** @import { Rest } from './glance.js' */
/** @import { Tone } from './standing.js' */
/** @import { OverrideView, PeerView, SinkView } from '../src/model/view.ts' */

const MOST_OVERRIDES = 100;

/** @param {App} app */
export function createRail(app) {
  /** @type {Map<string, string>} */
  const shown = new Map();

  /**
   * Only when it is something else: a table that is replaced loses the place of whoever reads it.
   *
   * @param {string} id
   * @param {unknown} of
   * @param {() => readonly Node[]} draw
   */
  function put(id, of, draw) {
    const key = JSON.stringify(of);
    if (shown.get(id) === key) return;
    shown.set(id, key);
    const place = byId(id, HTMLElement);
    const label = place.contains(document.activeElement)
      ? document.activeElement?.getAttribute('aria-label')
      : undefined;
    place.replaceChildren(...draw());
    if (typeof label === 'string') {
      for (const button of place.querySelectorAll('button'))
        if (button.getAttribute('aria-label') === label) button.focus();
    }
  }

  return {
    update() {
      const summary = app.store.summary();
      if (summary === undefined) return;
      const { sinks, overrides, discovery, process } = summary;
      put('peers-table', sinks, () => sinks.flatMap((sink) => sinkOf(app, sink)));
      put('overrides-table', [overrides, app.mayChange()], () => overridesOf(app, overrides));
      put('discovery-facts', [discovery, summary.at], () => discoveryOf(app, summary));
      put('process-facts', process, () => processOf(app, summary));
    },
  };
}

/** @type {Readonly<Record<PeerView['state'], Tone>>} */
const PEER_TONES = { established: 'fine', connecting: 'busy', idle: 'bad' };

/**
 * @param {App} app
 * @param {SinkView} sink
 */
function sinkOf(app, { name, told, leaving, waiting, refused, peers }) {
  const counts = [
    // What it has for its peers was told to those whose session is up: their rows say how much.
    `${count(told, 'route')}${peers === undefined ? ' told' : ''}`,
    leaving === 0 ? '' : `${number(leaving)} leaving`,
    waiting === 0 ? '' : `${number(waiting)} waiting`,
    refused === 0 ? '' : `${number(refused)} refused`,
  ].filter((text) => text !== '');
  const line = element('p', { class: 'sink' }, element('strong', {}, name), ` ${counts.join(', ')}`);
  if (peers === undefined) return [line];
  if (peers.length === 0) return [line, nothing('It has no peers.')];
  const rows = peers.flatMap((peer) => peerRows(app, peer));
  return [line, table(`Peers of ${name}`, ['Peer', 'Session', 'Routes'], rows)];
}

/**
 * What there is to say besides stands in a row of its own.
 *
 * @param {App} app
 * @param {PeerView} peer
 */
function peerRows(app, { name, as, state, since, last, told, isLevel, unsaid, received, holdTimeMs, families }) {
  const isUp = state === 'established';
  const about = [
    isUp && families !== undefined && families.length > 0 ? families.join(', ') : '',
    isUp && holdTimeMs !== undefined ? (holdTimeMs === 0 ? 'no hold time' : `hold time ${period(holdTimeMs)}`) : '',
    received !== undefined && received.ipv4 + received.ipv6 > 0
      ? `sent us ${number(received.ipv4)} IPv4, ${number(received.ipv6)} IPv6 routes`
      : '',
  ].filter((text) => text !== '');
  const remarks = [
    !isUp && last !== '' ? last : '',
    isUp && isLevel === false ? 'not all is written to it yet' : '',
    ...(unsaid ?? []),
    about.join(' · '),
  ].filter((text) => text !== '');
  const first = row(
    [
      element('span', { class: 'peer' }, name),
      ...(as === undefined ? [] : [' ', element('span', { class: 'name' }, `AS ${as}`)]),
    ],
    [stateWord(PEER_TONES[state], isUp ? 'up' : state), ' ', age(app, since)],
    element('span', { class: 'figure' }, number(told)),
  );
  if (remarks.length === 0) return [first];
  const more = element('td', { role: 'cell', colspan: 3 });
  more.append(...remarks.map((text) => element('span', { class: 'remark' }, text)));
  return [first, element('tr', { role: 'row', class: 'more-row' }, more)];
}

/**
 * @param {App} app
 * @param {readonly OverrideView[]} overrides
 */
function overridesOf(app, overrides) {
  if (overrides.length === 0) return [nothing('Nothing. Everything follows from what is found on this host.')];
  const rows = overrides.slice(0, MOST_OVERRIDES).map((each) => overrideRow(app, each));
  const rest = overrides.length - rows.length;
  return [table('Said by hand', ['What', 'Ends'], rows), ...(rest > 0 ? [nothing(`and ${number(rest)} more`)] : [])];
}

/**
 * @param {App} app
 * @param {OverrideView} override
 */
function overrideRow(app, { kind, target, by, why, at, until, withdrawAt }) {
  const isLeaving = withdrawAt !== undefined && millisOf(withdrawAt) > app.seenAt();
  const undrain = element(
    'button',
    { type: 'button', class: 'small', 'aria-label': `Undrain… ${target}`, click: () => app.askUndrain(target) },
    'Undrain…',
  );
  return row(
    [
      stateWord('hand', kind === 'drain' ? 'drain' : `set ${kind}`),
      ' ',
      element('span', { class: 'target' }, target === 'all' ? 'everything' : target),
      element(
        'span',
        { class: 'remark' },
        `by ${by}, ${clockWords(millisOf(at), app.seenAt())}${why === '' ? '' : `: ${why}`}`,
      ),
    ],
    element(
      'span',
      { class: 'ends' },
      isLeaving ? timer(app, withdrawAt, 'withdrawn in') : undefined,
      until === undefined ? 'by hand' : timer(app, until, 'in'),
      kind === 'drain' && app.mayChange() ? undrain : undefined,
    ),
  );
}

/**
 * @param {App} app
 * @param {Rest} summary
 */
function discoveryOf(app, { discovery, at }) {
  const { source, hints, intervalMs, factsAgeMs, listeners, addresses, failures, failingSince } = discovery;
  const readAt = factsAgeMs === undefined ? undefined : millisOf(at) - factsAgeMs;
  const read =
    readAt === undefined
      ? 'not yet'
      : ticks(element('span', { class: 'age' }), () =>
          app.isLive() ? readWords(app.seenAt() - readAt, intervalMs) : 'not known',
        );
  return [
    fact(
      'Last read',
      failingSince === undefined ? read : stateWord('bad', 'fails'),
      ...(failingSince === undefined ? [] : [' ', read]),
    ),
    fact('How', `${source}, every ${period(intervalMs)}`),
    fact('Hints', hints === 'none' ? 'none: only the interval' : hints),
    fact('Found', `${count(listeners, 'listener')}, ${count(addresses, 'address', 'addresses')}`),
    fact('Failures', number(failures)),
  ];
}

/**
 * We hear of it every few seconds, and it is read more often than that.
 *
 * @param {number} ms
 * @param {number} intervalMs
 */
const readWords = (ms, intervalMs) => (ms < Math.max(10_000, 3 * intervalMs) ? 'a moment ago' : `${lengthOf(ms)} ago`);

/**
 * @param {App} app
 * @param {Rest} summary
 */
function processOf(app, { process }) {
  const { version, node, pid, name, startedAt, loopLagMs, droppedLogLines, residentBytes, notKept } = process;
  return [
    fact('Name', name),
    fact('Version', `${version}, Node ${node.replace(/^v/, '')}`),
    fact('Process', `${pid}, ${megabytes(residentBytes)}`),
    fact('Up for', age(app, startedAt)),
    fact('Loop lag', `${period(loopLagMs)} at most`),
    fact('Log lines dropped', number(droppedLogLines)),
    fact('Kept over a restart', notKept === undefined ? 'yes' : 'no'),
  ];
}
