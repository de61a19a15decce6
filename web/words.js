/** Numbers and plurals. */

const grouped = new Intl.NumberFormat('en-GB');

/** @param {number} of */
export const number = (of) => grouped.format(of);

/**
 * `1 service`, `5,000 services`.
 *
 * @param {number} of
 * @param {string} one
 * @param {string} [many]
 */
export const count = (of, one, many = `${one}s`) => `${number(of)} ${of === 1 ? one : many}`;

/** @param {number} bytes */
export const megabytes = (bytes) => `${number(Math.round(bytes / 1_000_000))} MB`;

/**
 * A length of time that does not run: `250 ms`, `30 s`, `1 min 30 s`.
 *
 * @param {number} ms
 */
export function period(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
