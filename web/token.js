/**
 * The token with which changes are made. It stays in this tab: in its session's storage, so that reloading the page does not
 * ask for it again; never in an address, never in a cookie.
 */

const KEY = 'ha2bgp-token';

/** Of what a header may carry (RFC 6750 §2.1, b64token, and what else is visible in ASCII). */
export const isTokenLike = (/** @type {string} */ text) => /^[\x21-\x7e]{1,4096}$/.test(text);

/** Of this tab's session; `undefined` where that is switched off. */
const storage = (() => {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
})();
/** Where there is no storage it is forgotten with the page. @type {string | undefined} */
let kept = storage?.getItem(KEY) ?? undefined;

export const token = () => kept;

/** @param {string} text */
export function keepToken(text) {
  kept = text;
  storage?.setItem(KEY, text);
}

export function forgetToken() {
  kept = undefined;
  storage?.removeItem(KEY);
}
