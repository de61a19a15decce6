/**
 * What this page knows: the services, all else of the view, and what became of the services in the last hours. Changes are
 * put in as they come; what a change does not tell is asked for by `connection`.
 */
import { instantOf, millisOf } from './time.js';
/** @import { Change, PeerView, ServiceView, SinkView, Status, Summary, Transition } from '../src/model/view.ts' */
/** @import { Prefix } from '../src/model/address.ts' */

/** Transitions that are kept, of all services together. */
export const MOST_TRANSITIONS = 10_000;

export function createStore() {
  /** @type {Map<Prefix, ServiceView>} */
  let services = new Map();
  /** Of each, the oldest first. @type {Map<Prefix, Transition[]>} */
  let history = new Map();
  /** Before it nothing is known of a service that has no transition. */
  let historySince = Number.NEGATIVE_INFINITY;
  let transitions = 0;
  /** @type {Omit<Summary, 'services'> | undefined} */
  let summary;
  /** What the daemon's clock is ahead of ours. */
  let ahead = 0;
  /** What moved since a whole answer was asked for, in its order. @type {Transition[]} */
  let fresh = [];

  const now = () => Date.now() + ahead;

  /** @param {Pick<Summary, 'at'>} of */
  function setClock({ at }) {
    const told = millisOf(at);
    if (Number.isFinite(told)) ahead = told - Date.now();
  }

  /**
   * @param {readonly Transition[]} of The newest first.
   * @param {boolean} isWhole Whether there were none before them.
   */
  function replaceHistory(of, isWhole) {
    history = new Map();
    transitions = 0;
    for (const each of [...of].reverse()) remember(each);
    for (const each of fresh) remember(each);
    const oldest = of.at(-1);
    historySince = isWhole || oldest === undefined ? Number.NEGATIVE_INFINITY : millisOf(oldest.at);
  }

  /**
   * Of what is suppressed we are told how long still, and want to know until when.
   *
   * @param {ServiceView} of
   * @returns {ServiceView}
   */
  function withUntil(of) {
    const { until, penalty } = of;
    if (until !== undefined || penalty?.reuseInMs === undefined) return of;
    return { ...of, until: instantOf(now() + penalty.reuseInMs) };
  }

  /** @param {Transition} of */
  function remember(of) {
    const before = history.get(of.prefix);
    if (before === undefined) history.set(of.prefix, [of]);
    else if ((before.at(-1)?.number ?? -1) < of.number) before.push(of);
    else return;
    transitions++;
    if (transitions > MOST_TRANSITIONS) forgetOldest();
  }

  /** A quarter at once: it walks over all of them. */
  function forgetOldest() {
    const all = [...history.values()].flat().sort((a, b) => b.number - a.number);
    replaceHistory(all.slice(0, (MOST_TRANSITIONS * 3) / 4), false);
  }

  /** @param {Extract<Change, { type: 'transition' }>} of */
  function move({ type: _, ...transition }) {
    fresh.push(transition);
    remember(transition);
    const before = services.get(transition.prefix);
    // An answer may be newer than what came to us before it.
    if (before === undefined || millisOf(transition.at) < millisOf(before.since)) return;
    // What ran before runs no longer; what runs now comes with the next answer.
    const { reason: _reason, until: _until, ...rest } = before;
    const { to, at, reason } = transition;
    services.set(transition.prefix, { ...rest, state: to, since: at, ...(reason && { reason }) });
  }

  return {
    now,
    services: () => services,
    summary: () => summary,
    /** @param {Prefix} prefix */
    service: (prefix) => services.get(prefix),
    /** @param {Prefix} prefix @returns {readonly Transition[]} The oldest first. */
    historyOf: (prefix) => history.get(prefix) ?? [],
    /** Of what was before this process nothing is known but what transitions tell. */
    historySince: () => Math.max(historySince, summary === undefined ? Number.NEGATIVE_INFINITY : startOf(summary)),
    replaceHistory,

    /** To be called when a whole answer is asked for: what moves until it is there is newer than it. */
    begin() {
      fresh = [];
    },

    /**
     * @param {Status} status
     * @returns {readonly Prefix[]} What has to be asked for anew: it moved meanwhile.
     */
    replaceAll(status) {
      const { services: all, counts: _, ...rest } = status;
      setClock(status);
      summary = rest;
      const before = services;
      const moved = new Set(fresh.map(({ prefix }) => prefix));
      services = new Map();
      for (const each of all) {
        const known = before.get(each.prefix);
        const isNewer = known !== undefined && moved.has(each.prefix);
        services.set(each.prefix, isNewer ? known : sameOr(known, withUntil(each)));
      }
      for (const prefix of moved) {
        const known = before.get(prefix);
        if (known !== undefined && !services.has(prefix)) services.set(prefix, known);
      }
      return [...moved];
    },

    /** @param {Summary} of */
    replaceSummary(of) {
      setClock(of);
      const { services: _, ...rest } = of;
      summary = rest;
    },

    /** @param {ServiceView} view */
    replaceService(view) {
      services.set(view.prefix, sameOr(services.get(view.prefix), withUntil(view)));
    },

    /**
     * @param {Change} change
     * @returns {'all' | readonly Prefix[]} Of which services more has to be asked.
     */
    apply(change) {
      switch (change.type) {
        case 'transition':
          move(change);
          return [change.prefix];
        case 'peer':
          if (summary !== undefined) summary = { ...summary, sinks: withPeer(summary.sinks, change.peer) };
          return 'all';
        case 'overrides':
          if (summary !== undefined) summary = { ...summary, overrides: change.overrides };
          return 'all';
        case 'discovery':
          if (summary !== undefined) summary = { ...summary, discovery: change.discovery };
          return [];
        case 'reloaded':
        case 'reload-refused':
          return 'all';
        case 'stopping': // the connection ends, and that says it
          return [];
        default:
          /** @satisfies {never} */ (change); // of a newer daemon
          return [];
      }
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** @param {Pick<Summary, 'process'>} of */
function startOf({ process }) {
  const at = millisOf(process.startedAt);
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at;
}

/**
 * The one that is known, when the other says the same: what is drawn of it stays.
 *
 * @param {ServiceView | undefined} known
 * @param {ServiceView} other
 */
function sameOr(known, other) {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(other) ? known : other;
}

/**
 * @param {readonly SinkView[]} sinks
 * @param {PeerView} peer
 */
function withPeer(sinks, peer) {
  return sinks.map((sink) =>
    sink.peers?.some(({ name }) => name === peer.name)
      ? { ...sink, peers: sink.peers.map((each) => (each.name === peer.name ? peer : each)) }
      : sink,
  );
}
