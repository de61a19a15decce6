/** SHELL: writes an answer, as fast as the reader takes it and no faster. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { hasBody } from './body.ts';
import { LIMITS } from './limits.ts';
import { type ApiProblem, PROBLEM_TYPE, problemDocument } from './problem.ts';
import type { Answer } from './route.ts';
import type { Turns } from './turns.ts';

/** What goes with every answer; a route may say otherwise. No CORS: only our own page reads by script what stands here. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

export function respondWithProblem(response: ServerResponse, problem: ApiProblem): void {
  const text = `${JSON.stringify(problemDocument(problem))}\n`;
  respond(response, problem.status, { 'Content-Type': PROBLEM_TYPE, ...problem.headers }, text);
}

/** Of answers that are not walked. */
export function respondAtOnce(response: ServerResponse, answer: Exclude<Answer, { type: 'pieces' | 'events' }>): void {
  switch (answer.type) {
    case 'json':
      respond(response, 200, { 'Content-Type': 'application/json' }, `${JSON.stringify(answer.body)}\n`);
      return;
    case 'text':
      respond(response, 200, { 'Content-Type': answer.contentType, ...answer.headers }, answer.text);
      return;
    case 'unchanged':
      response.writeHead(304, { ...SAFE_HEADERS, ...answer.headers }).end();
      return;
    default:
      answer satisfies never;
  }
}

function respond(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string | Uint8Array,
): void {
  const all = { ...SAFE_HEADERS, ...headers, 'Content-Length': Buffer.byteLength(text) };
  if (response.req.complete || !hasBody(response.req)) {
    response.writeHead(status, all).end(text);
    return;
  }
  // Most of the request may be on its way yet. It is not read, and the answer has to arrive all the same: to close now would
  // take it from the other side again (TCP resets a connection that is closed with something unread).
  response.writeHead(status, { ...all, Connection: 'close' }).write(text);
  const { socket } = response;
  const timer = setTimeout(() => socket?.destroy(), LIMITS.lingerMs);
  response.on('close', () => clearTimeout(timer));
}

/** Begins a stream that has no end of its own. */
export function beginStream(response: ServerResponse, contentType: string): void {
  response.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': contentType });
}

/** The pieces are made when there is room for them, some milliseconds at a time. */
export async function respondInPieces(
  response: ServerResponse,
  answer: Extract<Answer, { type: 'pieces' }>,
  turns: Turns,
): Promise<void> {
  response.on('close', () => answer.over?.());
  if (response.destroyed) answer.over?.();
  beginStream(response, answer.contentType);
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  const tooLong = setTimeout(() => response.destroy(), LIMITS.answerMs);
  response.on('close', () => clearTimeout(tooLong));
  const walk = answer.pieces[Symbol.iterator]();
  for (let isDone = false; !isDone; ) {
    const hasTime = await turns.next();
    if (response.destroyed) {
      walk.return?.();
      return;
    }
    let text = '';
    while (text.length < LIMITS.piece && hasTime()) {
      const { value, done = false } = walk.next();
      isDone = done;
      if (done) break;
      text += value;
    }
    if (text !== '' && !response.write(text)) await drained(response);
  }
  response.end();
}

/** Or nobody reads any more. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return;
  const over = new AbortController();
  const end = { signal: over.signal };
  try {
    await Promise.race([once(response, 'drain', end), once(response, 'close', end)]);
  } finally {
    over.abort();
  }
}
