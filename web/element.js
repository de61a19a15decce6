/**
 * Elements of the page. The one place where something becomes part of the document: text goes in as text, never as markup.
 */

/** @typedef {Node | string | undefined} Child */
/** @typedef {string | number | boolean | undefined | ((event: Event) => void)} Value */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, Value>>} [attributes] `false` and `undefined`: left out. A function listens to the event
 *   of that name.
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  give(made, attributes);
  made.append(...present(children));
  return made;
}

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, Value>>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  give(made, attributes);
  made.append(...present(children));
  return made;
}

/**
 * The element of index.html.
 *
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} #${id}`);
  return found;
}

/**
 * Only when it is another one: what did not change is not said again by a screen reader, and moves no layout.
 *
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} to
 * @param {Readonly<Record<string, Value>>} attributes
 */
function give(to, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') to.addEventListener(name, value);
    else to.setAttribute(name, value === true ? '' : String(value));
  }
}

/** @param {readonly Child[]} children */
const present = (children) => children.filter((child) => child !== undefined);
