/** What needs attention besides the services: a sentence each. */
import { byId, element } from './element.js';
import { sign } from './standing.js';
import { clockWords, millisOf } from './time.js';
import { count, number, period } from './words.js';

/** @import { App } from './app.js' */
/** @import { Rest } from './glance.js' */
/** @import { Tone } from './standing.js' */

const LAG_LIMIT_MS = 500;
const MOST_PEERS = 5;

/** @typedef {readonly [Tone, string]} Alert */

/** @param {App} app */
export function createAlerts(app) {
  const place = byId('alerts', HTMLElement);
  let shown = '';
  return {
    update() {
      const summary = app.store.summary();
      const alerts = summary === undefined ? [] : alertsOf(summary, app.seenAt());
      const key = JSON.stringify(alerts);
      if (key === shown) return;
      shown = key;
      place.hidden = alerts.length === 0;
      place.replaceChildren(
        ...alerts.map(([tone, words]) => element('li', { class: tone }, sign(tone), element('span', {}, words))),
      );
    },
  };
}

/**
 * @param {Rest} summary
 * @param {number} now
 * @returns {Alert[]}
 */
export function alertsOf({ discovery, sinks, overrides, process }, now) {
  /** @type {Alert[]} */
  const alerts = [];
  if (discovery.failingSince !== undefined) {
    const since = clockWords(millisOf(discovery.failingSince), now);
    alerts.push([
      'bad',
      `The kernel cannot be read since ${since}${of(discovery.failure)}. What stands here rests on older facts, and nothing new is announced.`,
    ]);
  } else if (discovery.factsAgeMs === undefined) alerts.push(['busy', 'The kernel has not been read yet.']);
  for (const { target, by, why, until } of overrides.filter((each) => each.kind === 'drain' && each.target === 'all')) {
    const end = until === undefined ? '' : ` until ${clockWords(millisOf(until), now)}`;
    alerts.push(['hand', `Everything is drained by ${by}${end}${of(why)}. (${target})`]);
  }
  const gone = sinks.flatMap((sink) => sink.peers ?? []).filter(({ state }) => state !== 'established');
  for (const { name, last } of gone.slice(0, MOST_PEERS)) alerts.push(['bad', `${name} has no session${of(last)}.`]);
  if (gone.length > MOST_PEERS) alerts.push(['bad', `${number(gone.length - MOST_PEERS)} more peers have no session.`]);
  for (const { name, refused } of sinks.filter((sink) => sink.refused > 0)) {
    alerts.push(['bad', `${name} refused ${count(refused, 'route')}.`]);
  }
  if (process.loopLagMs > LAG_LIMIT_MS) {
    alerts.push(['busy', `The process stood still for ${period(process.loopLagMs)} within the last minute.`]);
  }
  if (process.droppedLogLines > 0)
    alerts.push(['busy', `${count(process.droppedLogLines, 'log line')} were dropped: nobody takes them.`]);
  if (process.lastReload?.ok === false) {
    const { at, problems } = process.lastReload;
    const when = clockWords(millisOf(at), now);
    alerts.push([
      'bad',
      `The last reload, at ${when}, was refused: ${count(problems, 'problem')}, see the log. Older settings are in force.`,
    ]);
  }
  if (process.lost !== undefined)
    alerts.push(['bad', `Something that was said by hand before is lost${of(process.lost)}.`]);
  if (process.notKept !== undefined)
    alerts.push(['busy', `What is said by hand is not kept over a restart${of(process.notKept)}.`]);
  return alerts;
}

/** @param {string | undefined} detail */
const of = (detail) => (detail === undefined || detail === '' ? '' : `: ${detail.replace(/\.$/, '')}`);
