/** A stand-in for a daemon's control socket: answers with what it is given, and remembers what it was asked. */
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

type Reply = object | string | { readonly refusal: { readonly status: number } };
/** `GET /v1/status` and the like, without the query, or a function of all of it. */
export type Replies = Readonly<
  Record<string, Reply | ((asked: Asked, response: http.ServerResponse) => Reply | undefined)>
>;

export interface ControlSocket {
  readonly folder: string;
  readonly path: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export async function openControlSocket(replies: Replies, name = 'web', within?: string): Promise<ControlSocket> {
  const folder = within ?? fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { method: request.method ?? '', url: request.url ?? '', body };
    asked.push(one);
    const found = replies[`${one.method} ${one.url.replace(/\?.*$/s, '')}`];
    const reply = typeof found === 'function' ? found(one, response) : found;
    if (reply === undefined && typeof found === 'function') return;
    const { refusal } = (reply ?? { refusal: { status: 404, title: 'There is nothing here.' } }) as {
      refusal?: { status: number };
    };
    response.writeHead(refusal?.status ?? 200, {
      'content-type': refusal === undefined ? 'application/json' : 'application/problem+json',
    });
    response.end(typeof reply === 'string' ? reply : JSON.stringify(refusal ?? reply));
  });
  const file = path.join(folder, `${name}.sock`);
  await new Promise<void>((resolve) => server.listen(file, resolve));
  return {
    folder,
    path: file,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (within === undefined) fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of a daemon that was killed: nobody listens on it any more. */
export async function leaveSocket(folder: string, name: string): Promise<string> {
  const [listening, file] = [path.join(folder, `${name}.listening`), path.join(folder, `${name}.sock`)];
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(listening, resolve));
  // Whoever closes it removes it where it was.
  fs.renameSync(listening, file);
  await new Promise((resolve) => server.close(resolve));
  return file;
}
