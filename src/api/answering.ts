/** SHELL: from a request to its answer: the door, the route, who asks, what was sent, and what comes of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OperationError } from '../runtime/operator.ts';
import { hasBody, readBody } from './body.ts';
import { type Caller, callerOf, type Via } from './caller.ts';
import type { Credentials } from './credentials.ts';
import { enter } from './door.ts';
import { type Fields, readFields, type ValuesOf } from './field.ts';
import type { ApiPorts } from './ports.ts';
import { ApiProblem, type PartProblem } from './problem.ts';
import { respondAtOnce, respondInPieces, respondWithProblem } from './respond.ts';
import type { Answer, Route } from './route.ts';
import type { Router } from './router.ts';
import type { Streams } from './streams.ts';
import type { Turns } from './turns.ts';

export interface AnsweringPorts {
  readonly router: Router;
  readonly streams: Streams;
  readonly turns: Turns;
  readonly log: ApiPorts['log'];
}

/** Never throws, and never rejects. */
export type Answering = (
  request: IncomingMessage,
  response: ServerResponse,
  via: Via,
  credentials: Credentials,
  expectsContinue: boolean,
) => Promise<void>;

export function createAnswering({ router, streams, turns, log }: AnsweringPorts): Answering {
  let guesses = 0;
  /** The first, the tenth, the hundredth …: whoever guesses does not fill the log. */
  const refused = ({ socket }: IncomingMessage): void => {
    if (!Number.isInteger(Math.log10(++guesses))) return;
    log.warn({ from: socket.remoteAddress, times: guesses }, 'a token that is not good');
  };

  return async (request, response, via, credentials, expectsContinue) => {
    try {
      const { path, query } = enter(knockOf(request, via));
      const { route, path: fields } = router(request.method ?? '', path);
      const caller = await callerOf(request, via, route, credentials);
      const isChange = route.method === 'POST';
      if (!isChange && hasBody(request)) throw new ApiProblem(400, 'Nothing is read of a body here: expected none.');
      const attempt = async (): Promise<Answer> => {
        const body = isChange ? await readBody(request, () => expectsContinue && response.writeContinue()) : new Map();
        const asked = { ...readAll(route, fields, query, body), caller, header: headerOf(request) };
        // However many ask at once.
        await turns.next();
        const answer = await route.act(asked);
        if (answer.type === 'events') streams.add(response, answer.types);
        else if (answer.type === 'pieces') await respondInPieces(response, answer, turns);
        else respondAtOnce(response, answer);
        return answer;
      };
      if (isChange) await logged(log, route, caller, attempt);
      else await attempt();
    } catch (error) {
      const problem = problemOf(error, log);
      if (problem.status === 401 && request.headers.authorization !== undefined) refused(request);
      fail(response, problem);
    }
  };
}

const headerOf =
  ({ headers }: IncomingMessage) =>
  (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };

const knockOf = ({ method = '', url = '', headersDistinct }: IncomingMessage, via: Via) => ({
  ...{ method, url, via },
  header: (name: string): readonly string[] => headersDistinct[name] ?? [],
});

function readAll(
  { pathFields, query, body }: Route,
  path: ReadonlyMap<string, string>,
  asked: ReadonlyMap<string, string>,
  sent: ReadonlyMap<string, unknown>,
): { readonly path: ValuesOf<Fields>; readonly query: ValuesOf<Fields>; readonly body: ValuesOf<Fields> } {
  const problems: PartProblem[] = [];
  const read = (fields: Fields, given: ReadonlyMap<string, unknown>, where: string): ValuesOf<Fields> => {
    const found = readFields(fields, given, where);
    if ('values' in found) return found.values;
    problems.push(...found.problems);
    return {};
  };
  const all = {
    path: read(pathFields, path, 'path'),
    query: read(query, asked, 'query'),
    body: read(body, sent, 'body'),
  };
  if (problems.length > 0) throw new ApiProblem(400, textOf(problems), { problems });
  return all;
}

const textOf = (problems: readonly PartProblem[]): string =>
  problems.map(({ place, text }) => `${place}: ${text}`).join('; ');

/** Whoever changes something is found in the log, and whoever tried to. */
async function logged(log: ApiPorts['log'], route: Route, caller: Caller, act: () => Promise<Answer>): Promise<void> {
  const fields = { what: route.name, by: caller.by, from: caller.from };
  try {
    const answer = await act();
    const level = answer.type === 'json' && answer.isOldNews ? 'debug' : 'info';
    log[level]({ ...fields, outcome: 'done' }, 'asked by hand');
  } catch (error) {
    const outcome = error instanceof ApiProblem || error instanceof OperationError ? error.message : 'our mistake';
    log.info({ ...fields, outcome }, 'asked by hand');
    throw error;
  }
}

const STATUS_OF = { 'not-found': 404, conflict: 409, 'not-possible': 422 } as const;

function problemOf(error: unknown, log: ApiPorts['log']): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof OperationError) return new ApiProblem(STATUS_OF[error.code], error.message);
  log.error(
    { detail: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'request not answered',
  );
  return new ApiProblem(500, 'Something went wrong here that nobody foresaw; the log says what.');
}

/** Half an answer is none: whoever reads it must not take it for a whole one. */
function fail(response: ServerResponse, problem: ApiProblem): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else respondWithProblem(response, problem);
}
