/** What the keys do, and what the signs mean. */
import { cancelButton, openDialog } from './dialog.js';
import { element } from './element.js';
import { stateWord } from './pieces.js';
import { LOOKS } from './standing.js';

/** @type {readonly (readonly [string, string])[]} */
const KEYS = [
  ['/', 'find a service'],
  ['↓ ↑ or j k', 'next and previous service'],
  ['Home End', 'first and last service'],
  ['Enter', 'why: open and close the details'],
  ['Escape', 'close, or clear what is searched for'],
  ['d u', 'drain and undrain the service, with a token or a certificate'],
  ['?', 'this help'],
];

/** @type {Readonly<Record<keyof typeof LOOKS, string>>} */
const MEANINGS = {
  announced: 'it is announced',
  leaving: 'announced, and a withdraw is on its way',
  rising: 'up, and its announce delay runs',
  suppressed: 'up, and came and went too often',
  held: 'up, and cannot be announced at present',
  drained: 'drained by hand',
  'set-down': 'set down by hand',
  down: 'not fit to be announced',
};

export function openHelpDialog() {
  const close = cancelButton('Close');
  openDialog(
    'Keys and signs',
    [
      element(
        'dl',
        { class: 'keys' },
        ...KEYS.map(([key, words]) =>
          element('div', {}, element('dt', {}, element('kbd', {}, key)), element('dd', {}, words)),
        ),
      ),
      element(
        'dl',
        { class: 'keys' },
        ...Object.values(LOOKS)
          .toReversed()
          .map((look) => {
            const [state = 'down'] = /** @type {(keyof typeof LOOKS)[]} */ (Object.keys(LOOKS)).filter(
              (each) => LOOKS[each] === look,
            );
            return element(
              'div',
              {},
              element('dt', {}, stateWord(look.tone, look.word, look.shape)),
              element('dd', {}, MEANINGS[state]),
            );
          }),
      ),
      element('p', { class: 'nothing' }, 'Times are UTC, by the clock of the daemon.'),
      element('div', { class: 'buttons' }, close),
    ],
    { focus: close },
  );
}
