/**
 * What a screen reader is told of changes: seldom, and together when there are many.
 */
import { byId } from './element.js';
import { lookOf } from './standing.js';
import { count } from './words.js';

/** @import { Prefix } from '../src/model/address.ts' */
/** @import { Store } from './store.js' */

const SELDOM_MS = 5_000;
const GATHER_MS = 500;
/** More of them are told by number. */
const MOST_BY_NAME = 3;

/** @param {Store} store */
export function createAnnouncer(store) {
  const region = byId('announcer', HTMLElement);
  /** @type {Set<Prefix>} */
  let changed = new Set();
  /** @type {string[]} */
  let said = [];
  let isWaiting = false;
  let lastAt = Number.NEGATIVE_INFINITY;

  function later() {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(say, Math.max(GATHER_MS, lastAt + SELDOM_MS - Date.now()));
  }

  function say() {
    isWaiting = false;
    lastAt = Date.now();
    region.textContent = [...said, ...wordsOf([...changed])].join('. ');
    changed = new Set();
    said = [];
  }

  /** @param {readonly Prefix[]} prefixes */
  function wordsOf(prefixes) {
    const services = prefixes.map((prefix) => store.service(prefix)).filter((each) => each !== undefined);
    if (services.length <= MOST_BY_NAME) {
      return services.map((each) => `${each.name ?? each.prefix} ${lookOf(each).word}`);
    }
    /** @type {Map<string, number>} */
    const words = new Map();
    for (const each of services) words.set(lookOf(each).word, (words.get(lookOf(each).word) ?? 0) + 1);
    return [
      `${count(services.length, 'service')} changed: ${[...words].map(([word, n]) => `${n} ${word}`).join(', ')}`,
    ];
  }

  return {
    /** @param {string} text */
    say(text) {
      said.push(text);
      later();
    },
    /** @param {Prefix} prefix */
    changed(prefix) {
      changed.add(prefix);
      later();
    },
  };
}
