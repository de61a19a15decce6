/**
 * Keeps the store level with the daemon: everything once, then what changes as it is pushed, and what a change does not tell
 * is asked for. Says whether what is shown is live, and when the daemon was heard last.
 *
 * The stream of events alone does not tell a daemon where nothing happens from one that is gone: the summary is asked for
 * every few seconds besides, and a tab that nobody looks at lets go of its stream, since a browser has few connections.
 */
import { ANSWER_LIMIT_MS, ProblemError, read, stream } from './client.js';
import { hearMessages } from './event-stream.js';
import { pause } from './pause.js';

/** @import { Store } from './store.js' */
/** @import { Change, HistoryView, ServiceView, Status, Summary } from '../src/model/view.ts' */
/** @import { Prefix } from '../src/model/address.ts' */

/** Together: when it is noticed that the daemon does not answer. */
const POLL_MS = 4_000;
const POLL_LIMIT_MS = 5_000;
/** What several changes need is asked for together. */
const GATHER_MS = 100;
/** Services that are asked for one by one; of more, all are. */
const MOST_SINGLE = 20;
/** All of them, though nothing is known to have changed: so long for each, and at least. */
const WHOLE_MS_EACH = 60;
const WHOLE_MS_LEAST = 30_000;
/** All of them, at most so often, for each. */
const PAUSE_MS_EACH = 0.6;
/** What is on its way is asked for again. */
const UNSETTLED_MS = 2_000;
const HIDDEN_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Of the daemon's history, for the timelines. */
const HISTORY = 2_000;

/**
 * @typedef {(
 *   | { readonly type: 'connecting' }
 *   | { readonly type: 'live' }
 *   | { readonly type: 'lost', readonly why: string, readonly retryAt: number }
 *   | { readonly type: 'refused', readonly why: string }
 *   | { readonly type: 'paused' }
 * )} State `refused`: it wants a token, or another one. `retryAt`: of `Date.now()`.
 */

/** @typedef {{ readonly by: string, readonly mayChange: boolean }} Caller Of `v1/caller`. */

/**
 * @typedef {object} Ears
 * @property {() => void} onChange Something in the store is another.
 * @property {(prefix: Prefix) => void} onMove A service came into another state, just now.
 *
 * @param {Store} store
 * @param {Ears} ears
 */
export function createConnection(store, { onChange, onMove }) {
  /** @type {State} */
  let state = { type: 'connecting' };
  /** By the daemon's clock; `undefined` for never. @type {number | undefined} */
  let heardAt;
  /** As what the daemon takes us, of this session. */
  let caller = NOBODY;
  let aborter = new AbortController();
  /** @type {() => void} */
  let wake = () => {};
  /** @type {Set<Prefix>} */
  let wanted = new Set();
  let isAllWanted = false;
  let isAsking = false;
  let wholeAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;
  /** Nobody has looked for a while. */
  let isUnseen = false;

  /** @param {State} next */
  function become(next) {
    state = next;
    onChange();
  }

  const heard = () => {
    heardAt = store.now();
  };

  /** @param {'all' | readonly Prefix[]} of */
  function want(of) {
    if (of === 'all') isAllWanted = true;
    else for (const prefix of of) wanted.add(prefix);
    if (!isAsking && (isAllWanted || wanted.size > 0)) {
      isAsking = true;
      const isWhole = isAllWanted || wanted.size > MOST_SINGLE;
      const rest = wholeAt + store.services().size * PAUSE_MS_EACH - Date.now();
      setTimeout(askWanted, isWhole ? Math.max(GATHER_MS, rest) : GATHER_MS);
    }
  }

  async function askWanted() {
    const { signal } = aborter;
    const prefixes = wanted;
    const isWhole = isAllWanted || prefixes.size > MOST_SINGLE;
    wanted = new Set();
    isAllWanted = false;
    try {
      if (isWhole) await readAll(signal);
      else await Promise.all([...prefixes].map((prefix) => readOne(prefix, signal)));
    } catch (error) {
      aborter.abort(error);
    }
    isAsking = false;
    if (!signal.aborted) want([]);
  }

  /** @param {AbortSignal} signal */
  async function readAll(signal) {
    store.begin();
    /** @type {Status} */
    const status = await read('status', signal);
    if (signal.aborted) return;
    wholeAt = Date.now();
    const again = store.replaceAll(status);
    heard();
    onChange();
    want(again);
  }

  /**
   * @param {Prefix} prefix
   * @param {AbortSignal} signal
   */
  async function readOne(prefix, signal) {
    /** @type {ServiceView} */
    const view = await read(`services/${encodeURIComponent(prefix)}`, signal);
    // It moved again meanwhile: the next answer is the one.
    if (signal.aborted || wanted.has(prefix)) return;
    store.replaceService(view);
    onChange();
  }

  /**
   * A certificate may let us change something, as a token does, and of that only the daemon knows.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<Caller>}
   */
  const readCaller = (signal) => read('caller', signal);

  /** @param {AbortSignal} signal */
  async function readHistory(signal) {
    /** @type {HistoryView} */
    const { transitions } = await read(`history?most=${HISTORY}`, signal);
    if (!signal.aborted) store.replaceHistory(transitions, transitions.length < HISTORY);
  }

  /** @param {AbortSignal} signal */
  async function poll(signal) {
    let polledAt = Date.now();
    for (;;) {
      await pause(UNSETTLED_MS, signal);
      const now = Date.now();
      if (now - wholeAt > Math.max(WHOLE_MS_LEAST, store.services().size * WHOLE_MS_EACH)) want('all');
      else want(unsettled());
      if (now - polledAt < POLL_MS) continue;
      polledAt = now;
      /** @type {Summary} */
      const summary = await read('summary', signal, POLL_LIMIT_MS);
      store.replaceSummary(summary);
      heard();
      onChange();
    }
  }

  /** What is on its way, if it is not too much. @returns {readonly Prefix[]} */
  function unsettled() {
    const found = [];
    for (const { prefix, state, told, until } of store.services().values()) {
      const isDue = until !== undefined && Date.parse(until) < store.now();
      const isUnderWay = told.except.some((each) => each.state === 'waiting' || each.state === 'leaving');
      if (state === 'leaving' || isUnderWay || isDue) found.push(prefix);
      if (found.length > MOST_SINGLE) return [];
    }
    return found;
  }

  /** One session, until it is lost. @param {AbortSignal} signal */
  async function session(signal) {
    const opening = new AbortController();
    const limit = setTimeout(() => opening.abort(), ANSWER_LIMIT_MS);
    const events = await stream('events', AbortSignal.any([signal, opening.signal])).finally(() => clearTimeout(limit));
    const ended = hearMessages(events, (messages) => {
      heard();
      for (const { data } of messages) {
        /** @type {Change} */
        const change = JSON.parse(data);
        want(store.apply(change));
        if (change.type === 'transition') onMove(change.prefix);
      }
      if (messages.length > 0) onChange();
    }).then(() => {
      throw new ProblemError(0, 'the daemon ended the stream of events');
    });
    ended.catch(() => {}); // it is looked at below
    store.begin();
    // What changes meanwhile is asked for afterwards: of two whole answers the older one must not be the last.
    isAsking = true;
    try {
      [caller] = await Promise.all([readCaller(signal), readAll(signal), readHistory(signal)]);
    } finally {
      isAsking = false;
    }
    become({ type: 'live' });
    want([]);
    await Promise.race([ended, poll(signal), abortOf(signal)]);
  }

  async function run() {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      aborter = new AbortController();
      const { signal } = aborter;
      /** @type {unknown} */
      let failure;
      try {
        if (isUnseen) throw PAUSED;
        await session(signal);
      } catch (error) {
        failure = signal.aborted ? signal.reason : error;
      }
      if (state.type === 'live') wait = FIRST_WAIT_MS;
      aborter.abort(failure);
      [wanted, isAllWanted] = [new Set(), false];
      await afterLoss(failure, wait);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
  }

  /**
   * @param {unknown} failure
   * @param {number} wait
   */
  async function afterLoss(failure, wait) {
    // What browsers call a stream that broke is a TypeError, each in words of its own.
    const isKnown = failure instanceof Error && !(failure instanceof TypeError);
    const why = isKnown ? failure.message : 'the connection broke';
    if (failure === PAUSED) become({ type: 'paused' });
    else if (failure === ANEW) become({ type: 'connecting' });
    else if (failure instanceof ProblemError && failure.status === 401) become({ type: 'refused', why });
    else become({ type: 'lost', why, retryAt: Date.now() + wait });
    if (failure === ANEW) return;
    const isTimed = state.type === 'lost';
    await new Promise((resolve) => {
      wake = () => resolve(undefined);
      if (isTimed) setTimeout(resolve, wait);
    });
    if (state.type !== 'lost') become({ type: 'connecting' });
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.visibilityState === 'hidden') {
      hiding = setTimeout(() => {
        isUnseen = true;
        aborter.abort(PAUSED);
      }, HIDDEN_MS);
      return;
    }
    isUnseen = false;
    if (state.type !== 'refused') wake();
  });
  addEventListener('online', () => wake());

  return {
    state: () => state,
    heardAt: () => heardAt,
    caller: () => (state.type === 'live' ? caller : NOBODY),
    start: () => void run(),
    /** Now, instead of later. */
    retry: () => wake(),
    /** With another token. */
    anew() {
      aborter.abort(ANEW);
      wake();
    },
    want,
  };
}

/** @typedef {ReturnType<typeof createConnection>} Connection */

/** @type {Caller} */
const NOBODY = { by: '', mayChange: false };
const PAUSED = new Error('nobody looks');
const ANEW = new Error('another token');

/** @param {AbortSignal} signal @returns {Promise<never>} */
const abortOf = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
