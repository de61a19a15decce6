/**
 * Texts that change with time alone: each is written anew once a second, and only where it is another one.
 */
import { write } from './element.js';

/** @type {Map<Element, () => string>} */
const ticking = new Map();

/**
 * @template {Element} Kind
 * @param {Kind} node Forgotten when it is no longer in the document.
 * @param {() => string} textOf
 * @returns {Kind}
 */
export function ticks(node, textOf) {
  ticking.set(node, textOf);
  write(node, textOf());
  return node;
}

export function tick() {
  for (const [node, textOf] of ticking) {
    if (node.isConnected) write(node, textOf());
    else ticking.delete(node);
  }
}
