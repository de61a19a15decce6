/**
 * The token with which changes are made. It stays in this tab: in its session's storage, so that reloading the page does not
 * ask for it again; never in an address, never in a cookie.
 */

const KEY = 'ha2bgp-token';

/** Of what a header may carry (RFC 6750 §2.1, b64token, and what else is visible in ASCII). */
export const isTokenLike = (/** @type {string} */ text) => /^[\x21-\x7e]{1,4096}$/.test(text);

/** @returns {string | undefined} */
export function token() {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // storage is switched off
  }
}

/** @param {string} text */
export const keepToken = (text) => sessionStorage.setItem(KEY, text);

export const forgetToken = () => sessionStorage.removeItem(KEY);
