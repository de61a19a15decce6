/** Asks for the token with which changes are made, and lets it be forgotten. */
import { ProblemError, read } from './client.js';
import { cancelButton, closeDialog, openDialog } from './dialog.js';
import { element } from './element.js';
import { forgetToken, isTokenLike, keepToken, token } from './token.js';

/**
 * @param {(isNew: boolean) => void} changed
 * @param {string} [why] Why it is asked for.
 */
export function openTokenDialog(changed, why = '') {
  // No password field: browsers offer to save those.
  const field = element('input', {
    ...{
      type: 'text',
      id: 'token',
      class: 'hidden-text',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
    },
    ...{ 'aria-describedby': 'token-note token-problem' },
  });
  const problem = element('p', { id: 'token-problem', class: 'problem', role: 'alert' }, why);
  const use = element('button', { type: 'submit', class: 'main' }, 'Use it');

  async function submit() {
    const text = field.value.trim();
    if (!isTokenLike(text)) {
      problem.textContent =
        text === '' ? 'Enter the token.' : 'A token has no spaces, and only visible ASCII characters.';
      return field.focus();
    }
    const before = token();
    keepToken(text);
    use.disabled = true;
    try {
      await read('summary');
      closeDialog();
      changed(true);
    } catch (error) {
      if (before === undefined) forgetToken();
      else keepToken(before);
      const isRefused = error instanceof ProblemError && (error.status === 401 || error.status === 403);
      const words = error instanceof Error ? error.message : String(error);
      problem.textContent = isRefused
        ? `The daemon does not take this token: ${words}`
        : `It could not be tried: ${words}`;
      use.disabled = false;
      field.select();
    }
  }

  const forget = element(
    'button',
    {
      type: 'button',
      click: () => {
        forgetToken();
        closeDialog();
        changed(false);
      },
    },
    'Forget it',
  );
  openDialog(
    'Token',
    [
      element(
        'p',
        { id: 'token-note' },
        'With the token of --api-token-file you can drain and undrain here. It stays in this tab until you close it.',
      ),
      element('label', { for: 'token' }, 'Token'),
      field,
      problem,
      element('div', { class: 'buttons' }, use, ...(token() === undefined ? [] : [forget]), cancelButton()),
    ],
    { focus: field, submit },
  );
}
