/**
 * Which services are listed, and in what order: those that ask for attention first.
 */
import { lookOf } from './standing.js';
import { millisOf } from './time.js';
/** @import { ServiceStateName, ServiceView } from '../src/model/view.ts' */

/** @typedef {'state' | 'prefix' | 'since'} Order */
/**
 * @typedef {object} Choice
 * @property {string} text Words that all have to stand in it.
 * @property {ServiceStateName | undefined} state
 * @property {Order} order
 * @property {boolean} isReversed
 */

/**
 * @param {Iterable<ServiceView>} services
 * @param {Choice} choice
 * @returns {ServiceView[]}
 */
export function chosen(services, { text, state, order, isReversed }) {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = [];
  for (const each of services) {
    if (state !== undefined && each.state !== state) continue;
    if (words.length > 0) {
      const all = wordsOf(each);
      if (!words.every((word) => all.includes(word))) continue;
    }
    found.push(each);
  }
  found.sort(COMPARE[order]);
  return isReversed ? found.reverse() : found;
}

/** @type {Readonly<Record<Order, (a: ServiceView, b: ServiceView) => number>>} */
const COMPARE = {
  state: (a, b) => lookOf(a).rank - lookOf(b).rank || (isWell(a) ? 0 : bySince(a, b)) || byPrefix(a, b),
  prefix: (a, b) => byPrefix(a, b),
  since: (a, b) => bySince(a, b) || byPrefix(a, b),
};

/** @param {ServiceView} of */
const isWell = (of) => ['fine', 'aside'].includes(lookOf(of).tone);

/**
 * What is new first.
 *
 * @param {ServiceView} a
 * @param {ServiceView} b
 */
const bySince = (a, b) => millisOf(b.since) - millisOf(a.since);

/** @type {WeakMap<ServiceView, string>} */
const words = new WeakMap();

/** @param {ServiceView} of */
function wordsOf(of) {
  const known = words.get(of);
  if (known !== undefined) return known;
  const { prefix, name, kind, reason, overrides } = of;
  const by = overrides.flatMap(({ by, why }) => [by, why]);
  const made = [prefix, name, kind, lookOf(of).word, reason?.sentence, reason?.code, ...by].join('\n').toLowerCase();
  words.set(of, made);
  return made;
}

/** @type {Map<string, string>} */
const keys = new Map();
const MOST_KEYS = 20_000;

/**
 * @param {ServiceView} a
 * @param {ServiceView} b
 */
function byPrefix(a, b) {
  const [one, other] = [sortKey(a.prefix), sortKey(b.prefix)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * IPv4 before IPv6, each in the order of its numbers, the shorter of two prefixes first.
 *
 * @param {string} prefix
 */
export function sortKey(prefix) {
  const known = keys.get(prefix);
  if (known !== undefined) return known;
  const [address = '', length = ''] = prefix.split('/');
  const key = `${address.includes(':') ? groupsOf(address) : octetsOf(address)}/${length.padStart(3, '0')}`;
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(prefix, key);
  return key;
}

/**
 * Whether it is that prefix, or a part of it.
 *
 * @param {string} prefix
 * @param {string} of
 */
export const isInside = (prefix, of) => bitsOf(prefix).startsWith(bitsOf(of));

/**
 * Of a prefix, behind what tells its family.
 *
 * @param {string} prefix
 */
function bitsOf(prefix) {
  const [key = '', length = ''] = sortKey(prefix).split('/');
  const [family, address] = [key.slice(0, 1), key.slice(1)];
  const bits =
    family === '6'
      ? address.split(':').map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
      : address.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  return `${family}${bits.join('').slice(0, Number(length))}`;
}

/** @param {string} address */
const octetsOf = (address) =>
  `4${address
    .split('.')
    .map((octet) => octet.padStart(3, '0'))
    .join('.')}`;

/** @param {string} address As RFC 5952 writes it: `::` stands for the groups that are missing. */
function groupsOf(address) {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = tail === undefined ? before : [...before, ...missing, ...after];
  return `6${groups.map((group) => group.padStart(4, '0')).join(':')}`;
}
