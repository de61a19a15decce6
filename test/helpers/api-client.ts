/** Asks a running ha2bgp, on its control socket or over TCP: as a client would, or octet by octet. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { json } from './json.ts';

export type Where =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly tls?: https.RequestOptions };

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** Of a reply in JSON. */
  readonly body: ReturnType<typeof json>;
}

export interface Question {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: unknown;
}

/** A body that is no text is sent as JSON. */
export function ask(where: Where, path: string, { method, headers = {}, body }: Question = {}): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const isTls = 'tls' in where && where.tls !== undefined;
  const options: https.RequestOptions = {
    ...where,
    ...(isTls && where.tls),
    path,
    agent: false,
    method: method ?? (text === undefined ? 'GET' : 'POST'),
    headers: {
      ...('socketPath' in where && { host: 'x' }),
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request(options, (response) => {
      let heard = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        heard += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: heard, body: json(heard) }),
      );
    });
    request.on('error', reject);
    request.end(text);
  });
}

export interface Wire {
  readonly socket: net.Socket;
  /** All that came so far. */
  readonly heard: () => string;
  /** Resolves with all that came when the other side has closed, or reset. */
  readonly closed: Promise<string>;
}

export function connect(where: Where, sent = ''): Promise<Wire> {
  const socket = net.connect('socketPath' in where ? { path: where.socketPath } : where);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => {}); // said by 'close'
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(heard)));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.write(sent, 'latin1');
      resolve({ socket, heard: () => heard, closed });
    });
  });
}

/** What came back until the other side closed. */
export const exchange = async (where: Where, sent: string): Promise<string> => (await connect(where, sent)).closed;
