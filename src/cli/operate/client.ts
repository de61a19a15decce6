/**
 * The client's side of the control socket: HTTP over a unix socket, one request at a time, and streams of events.
 *
 * What the daemon refuses is a `RefusedError` with its own words; what keeps it from answering at all is a `NoDaemonError`.
 */
import http from 'node:http';
import { plain, visible } from '../../config/quote.ts';
import { NoDaemonError, SilentDaemonError } from './find-daemon.ts';

export interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly problems?: readonly { readonly place: string; readonly text: string }[];
}

/** The daemon said no: RFC 9457. */
export class RefusedError extends Error {
  readonly refusal: Refusal;
  /** As it came. */
  readonly body: string;
  constructor(refusal: Refusal, body: string) {
    super(plain(refusal.detail ?? refusal.title));
    this.refusal = refusal;
    this.body = body;
  }
}

export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

export interface Client {
  /** The body, JSON. Throws `RefusedError`, `NoDaemonError`; also when `end` ends it. */
  get(path: string, end?: AbortSignal): Promise<Buffer>;
  post(path: string, body: object): Promise<Buffer>;
  /** Calls `hear` for each event until the daemon ends the stream, or `end` does. Throws as the others. */
  listen(
    path: string,
    hear: (event: ServerEvent) => Promise<void> | void,
    opened: () => void,
    end: AbortSignal,
  ): Promise<void>;
}

/** It answers within milliseconds. */
const BEGIN_WITHIN_MS = 3_000;
/** An explanation looks at processes for two seconds at most; a reload reads files; health is asked for again and again. */
const OTHERWISE: readonly (readonly [path: string, beginWithinMs: number])[] = [
  ['/v1/health', 1_500],
  ['/v1/explain/', 5_000],
  ['/v1/reload', 20_000],
];
/** The whole of it: there may be much. */
const ANSWER_WITHIN_MS = 20_000;
/** Three of the daemon's signs of life, and some. */
const SILENT_FOR_MS = 90_000;

export function createClient(socketPath: string): Client {
  const exchange = async (method: string, path: string, body?: object, end?: AbortSignal): Promise<Buffer> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { response, time } = await send(socketPath, method, path, text, 'application/json', end);
    try {
      return await answerOf(response, socketPath);
    } finally {
      clearTimeout(time);
    }
  };
  return {
    get: (path, end) => exchange('GET', path, undefined, end),
    post: (path, body) => exchange('POST', path, body),
    async listen(path, hear, opened, end) {
      const { response, time, request } = await send(socketPath, 'GET', path, undefined, 'text/event-stream', end);
      clearTimeout(time);
      if (response.statusCode !== 200) await answerOf(response, socketPath);
      response.setTimeout(SILENT_FOR_MS, () => request.destroy());
      opened();
      const take = eventReader();
      response.setEncoding('utf8');
      try {
        // Who hears slowly is waited for: the daemon bounds what that may cost it.
        for await (const chunk of response) for (const event of take(chunk as string)) await hear(event);
      } catch (error) {
        if (!end.aborted) throw gone(socketPath, error);
      }
    },
  };
}

async function send(
  socketPath: string,
  method: string,
  path: string,
  body: string | undefined,
  accept: string,
  signal?: AbortSignal,
) {
  const headers = {
    ...{ host: 'localhost', accept, connection: 'close' },
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const request = http.request({ socketPath, method, path, headers, ...(signal && { signal }) });
  // What it was sent it reads when it goes on.
  const later = method === 'POST' ? ' It may still do what it was told' : '';
  const late = new SilentDaemonError(
    `${visible(socketPath)}: the daemon does not answer: is it stopped, or very busy?${later}`,
  );
  const beginWithin = OTHERWISE.find(([begin]) => path.startsWith(begin))?.[1] ?? BEGIN_WITHIN_MS;
  let time = setTimeout(() => request.destroy(late), beginWithin);
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject).end(body);
    });
    clearTimeout(time);
    time = setTimeout(() => response.destroy(late), ANSWER_WITHIN_MS);
    // What comes later is the response's own.
    request.on('error', () => {});
    return { response, time, request };
  } catch (error) {
    clearTimeout(time);
    throw gone(socketPath, error);
  }
}

async function answerOf(response: http.IncomingMessage, socketPath: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw gone(socketPath, error);
  }
  const body = Buffer.concat(chunks);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return body;
  throw new RefusedError(refusalOf(status, body.toString()), body.toString());
}

function refusalOf(status: number, text: string): Refusal {
  try {
    const said = JSON.parse(text) as Partial<Refusal> | null;
    if (said !== null && typeof said.title === 'string') return { ...said, status, title: said.title };
  } catch {
    // Not ours: it answered with something else.
  }
  return { status, title: `the daemon answered with ${status}, and gave no reason` };
}

function gone(socketPath: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  // Ours, or of whoever hears.
  if (code === undefined) return error as Error;
  const why = code.startsWith('HPE_') ? 'what listens there speaks no HTTP' : `the connection broke off (${message})`;
  return new NoDaemonError(`${visible(socketPath)}: ${plain(why)}`);
}

/** Server-sent events, as the HTML standard has them (§9.2.6), of a server of ours: lines end in \n. Returns those that are whole. */
export function eventReader(): (chunk: string) => ServerEvent[] {
  let rest = '';
  let type = '';
  let data: string[] = [];
  return (chunk) => {
    const events: ServerEvent[] = [];
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ type: type === '' ? 'message' : type, data: data.join('\n') });
        type = '';
        data = [];
        continue;
      }
      const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'event') type = value;
      else if (field === 'data') data.push(value);
    }
    return events;
  };
}
