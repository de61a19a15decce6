/**
 * The one dialog of the page: it is filled anew each time, closes with Escape, and gives the focus back.
 */
import { byId, element } from './element.js';

/** @import { Child } from './element.js' */

const dialog = () => byId('dialog', HTMLDialogElement);

/** @type {() => void} */
let whenClosed = () => {};

export const isDialogOpen = () => dialog().open;

/**
 * @param {string} title
 * @param {readonly Child[]} children
 * @param {{ readonly focus?: HTMLElement, readonly submit?: () => void }} [how] `submit`: Enter in a field, or the button
 *   of type submit.
 */
export function openDialog(title, children, { focus, submit } = {}) {
  const place = dialog();
  const before = document.activeElement;
  if (place.open) place.close();
  const form = element('form', { novalidate: true }, element('h2', { id: 'dialog-title' }, title), ...children);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit?.();
  });
  place.replaceChildren(form);
  place.removeEventListener('close', whenClosed);
  whenClosed = () => {
    place.replaceChildren();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
  place.addEventListener('close', whenClosed, { once: true });
  place.showModal();
  focus?.focus();
}

export const closeDialog = () => dialog().close();

/** @param {string} [words] */
export const cancelButton = (words = 'Cancel') => element('button', { type: 'button', click: closeDialog }, words);
