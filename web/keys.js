/** The keyboard. Everything that it does can be done by a button too. */
import { isDialogOpen } from './dialog.js';
import { openHelpDialog } from './help-dialog.js';
/** @import { App } from './app.js' */

/**
 * @param {App} app
 * @param {{ readonly move: (by: number) => void, readonly first: () => void, readonly last: () => void, readonly close: () => boolean, readonly focused: () => import('../src/model/view.ts').ServiceView | undefined }} table
 * @param {HTMLInputElement} search
 */
export function listenToKeys(app, table, search) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return;
    const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    const act = event.target === search ? inSearch(event.key) : isWriting ? undefined : outside(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  /** @param {string} key */
  function inSearch(key) {
    if (key === 'Enter' || key === 'ArrowDown') return table.first;
    if (key !== 'Escape') return undefined;
    return () => {
      if (search.value === '') return search.blur();
      search.value = '';
      search.dispatchEvent(new Event('input'));
    };
  }

  /** @param {string} key */
  function outside(key) {
    switch (key) {
      case '/':
        return () => search.select();
      case '?':
        return openHelpDialog;
      case 'ArrowDown':
      case 'j':
        return () => table.move(1);
      case 'ArrowUp':
      case 'k':
        return () => table.move(-1);
      case 'Home':
        return isInTable() ? table.first : undefined;
      case 'End':
        return isInTable() ? table.last : undefined;
      case 'Escape':
        return () => void (table.close() || clear());
      case 'd':
      case 'u':
        return () => byKey(key);
      default:
        return undefined;
    }
  }

  const isInTable = () => document.activeElement?.closest('table.services') !== null;

  function clear() {
    if (search.value === '' && app.choice.state === undefined) return;
    search.value = '';
    app.choice.state = undefined;
    search.dispatchEvent(new Event('input'));
  }

  /** @param {'d' | 'u'} key */
  function byKey(key) {
    const service = table.focused();
    if (service === undefined || !app.mayChange()) return;
    const drain = service.overrides.find(({ kind }) => kind === 'drain');
    if (key === 'd') app.askDrain(service);
    else if (drain !== undefined) app.askUndrain(drain.target);
  }
}
