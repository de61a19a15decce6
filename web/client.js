/**
 * Asks the daemon, on the host that this page came from and nowhere else. An answer that is not what was asked for is a
 * `ProblemError` in the daemon's own words (RFC 9457).
 */
import { token } from './token.js';

/** So long an answer may take, which may be long; */
export const ANSWER_LIMIT_MS = 15_000;

export class ProblemError extends Error {
  /**
   * @param {number} status Of HTTP; 0 when there was no answer.
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = 'ProblemError';
    this.status = status;
  }
}

/**
 * @template Answer
 * @param {string} path Below `v1/`.
 * @param {AbortSignal} [signal]
 * @param {number} [limitMs]
 * @returns {Promise<Answer>}
 */
export const read = (path, signal, limitMs) => answerOf(ask(path, { signal: limited(signal, limitMs) }));

/**
 * @template Answer
 * @param {string} path Below `v1/`.
 * @param {object} body
 * @returns {Promise<Answer>}
 */
export const change = (path, body) =>
  answerOf(
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: limited(),
    }),
  );

/**
 * What never ends: the caller ends it.
 *
 * @param {string} path Below `v1/`.
 * @param {AbortSignal} signal
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
export async function stream(path, signal) {
  const response = await ask(path, { headers: { accept: 'text/event-stream' }, signal });
  if (!response.ok || response.body === null) throw await problemOf(response);
  return response.body;
}

/**
 * @param {string} path
 * @param {RequestInit} how
 */
async function ask(path, how) {
  const kept = token();
  const headers = { ...how.headers, ...(kept !== undefined && { authorization: `Bearer ${kept}` }) };
  try {
    // same-origin, not omit: a client's certificate counts as credentials. There are no cookies.
    return await fetch(`v1/${path}`, {
      ...how,
      headers,
      cache: 'no-store',
      redirect: 'error',
      credentials: 'same-origin',
    });
  } catch (error) {
    const isLate = error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
    throw new ProblemError(0, isLate ? 'the daemon does not answer' : 'the daemon cannot be reached');
  }
}

/**
 * @param {AbortSignal} [signal]
 * @param {number} [limitMs]
 */
function limited(signal, limitMs = ANSWER_LIMIT_MS) {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** @param {Promise<Response>} asked */
async function answerOf(asked) {
  const response = await asked;
  if (!response.ok) throw await problemOf(response);
  try {
    return await response.json();
  } catch {
    throw new ProblemError(0, 'the daemon broke off its answer');
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const { title, detail, problems } = await response.json().catch(() => ({}));
  const words = [detail ?? title ?? `the daemon answered ${response.status}`];
  if (Array.isArray(problems)) words.push(...problems.map(({ place, text }) => `${place}: ${text}`));
  return new ProblemError(response.status, words.join('; '));
}
