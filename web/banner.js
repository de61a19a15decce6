/**
 * Whether what is shown is live: the mark in the header, and a banner when it is not. Old state is never shown as if it were
 * new: while this says that it is old, every state on the page says "was", and no timer runs.
 */
import { byId, element, write } from './element.js';
import { sign } from './standing.js';
import { ticks } from './ticking.js';
import { clockTime, lengthOf } from './time.js';

/** @import { App } from './app.js' */
/** @import { State } from './connection.js' */
/** @import { Tone } from './standing.js' */

/** @type {Readonly<Record<State['type'], readonly [Tone, string]>>} */
const MARKS = {
  connecting: ['busy', 'connecting'],
  live: ['fine', 'live'],
  lost: ['bad', 'disconnected'],
  refused: ['bad', 'token wanted'],
  paused: ['busy', 'paused'],
};

/**
 * @param {App} app
 * @param {(words: string) => void} say
 */
export function createBanner(app, say) {
  const banner = byId('banner', HTMLElement);
  const mark = byId('connection-mark', HTMLElement);
  const words = byId('connection-words', HTMLElement);
  const now = byId('now', HTMLElement);
  let shown = '';
  let wasLost = false;
  const retry = element('button', { type: 'button', click: () => app.connection.retry() }, 'Try now');
  const enter = element('button', { type: 'button', click: () => app.askToken() }, 'Enter a token…');
  const lostWords = element('span', {});

  /** @param {State} state */
  function lostText(state) {
    const { connection, store } = app;
    const heardAt = connection.heardAt();
    const old =
      heardAt === undefined
        ? 'Nothing is known yet.'
        : `What stands here is from ${clockTime(heardAt)} UTC, ${lengthOf(store.now() - heardAt)} ago. It may be otherwise now.`;
    switch (state.type) {
      case 'lost':
        return `Disconnected: ${state.why}. ${old}`;
      case 'refused':
        return `The daemon tells only those with a token: ${state.why} ${heardAt === undefined ? '' : old}`;
      case 'paused':
        return `Paused while nobody looked. ${old}`;
      case 'connecting':
        return `Connecting again. ${old}`;
      case 'live':
        return '';
      default:
        return /** @satisfies {never} */ (state);
    }
  }

  /** @param {State} state */
  function fill(state) {
    const words = ticks(lostWords, () => lostText(app.connection.state()));
    banner.replaceChildren(sign('bad'), words, ' ', state.type === 'refused' ? enter : retry);
  }

  return {
    update() {
      const state = app.connection.state();
      const isLive = state.type === 'live';
      // Before the first answer there is nothing old to be mistaken.
      const isOld = !isLive && (state.type === 'lost' || app.connection.heardAt() !== undefined);
      document.body.classList.toggle('stale', isOld);
      document.body.classList.toggle('connecting', state.type === 'connecting' && !isOld);
      const [tone, text] = MARKS[state.type];
      const key = `${state.type} ${isOld}`;
      if (key !== shown) {
        shown = key;
        mark.replaceChildren(sign(tone));
        write(words, text);
        banner.hidden = !(isOld || state.type === 'refused');
        banner.className = 'banner bad';
        fill(state);
      }
      const isLost = state.type === 'lost';
      if (isLost && !wasLost) say(lostText(state));
      if (isLive && wasLost) say('Live again');
      if (isLost || isLive) wasLost = isLost;
    },
    tick() {
      write(now, app.store.summary() === undefined ? '' : `${clockTime(app.seenAt())} UTC`);
    },
  };
}
