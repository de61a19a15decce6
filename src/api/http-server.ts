/**
 * SHELL: a server of HTTP with our limits: on the control socket, or on TCP with TLS or without. It begins to read requests
 * at once; what answers them is loaded with the first one.
 */

import { constants } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type net from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Via } from './caller.ts';
import { LIMITS } from './limits.ts';
import { ApiProblem, PROBLEM_TYPE, type ProblemStatus, problemDocument } from './problem.ts';

export interface HttpServer {
  readonly server: http.Server;
  /** Other keys from now on, where there is TLS. */
  renew(tls: SecureContextOptions): void;
  /** Closes every connection at once, also those that have not said a word. */
  cutOff(): void;
}

export interface HttpServerPorts {
  readonly via: Via;
  /** Of `tls`. */
  readonly tls?: SecureContextOptions;
  readonly most: number;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    via: Via,
    expectsContinue: boolean,
  ) => Promise<void>;
}

export async function createHttpServer({ via, tls, most, answer }: HttpServerPorts): Promise<HttpServer> {
  const options: http.ServerOptions = {
    maxHeaderSize: LIMITS.headers,
    headersTimeout: LIMITS.headersMs,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    connectionsCheckingInterval: LIMITS.checkMs,
    insecureHTTPParser: false,
    // We say ourselves what is wrong with it.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? http.createServer(options)
      : (await import('node:https')).createServer({
          ...options,
          ...secured(tls),
          handshakeTimeout: LIMITS.headersMs,
          // Whoever has no certificate may have the token.
          requestCert: tls.ca !== undefined,
          rejectUnauthorized: false,
        });
  server.maxConnections = most;
  // Fields beyond a number of them would be passed over: it is their length that has a limit.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = LIMITS.requestsPerConnection;
  server.timeout = LIMITS.stalledMs;
  /** What is being answered, one on each connection. */
  const answers = new WeakMap<net.Socket, ServerResponse>();

  const hear =
    (expectsContinue: boolean) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const { socket } = request;
      // Requests sent ahead would each begin at once, and there is room for thousands of them in one packet.
      if (answers.has(socket)) {
        socket.destroy();
        return;
      }
      answers.set(socket, response);
      response.on('close', () => answers.delete(socket));
      // Said by 'close'.
      response.on('error', () => {});
      request.on('error', () => {});
      void answer(request, response, via, expectsContinue);
    };
  server.on('request', hear(false));
  server.on('checkContinue', hear(true));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: net.Socket) => {
    // Behind half an answer another one would be taken for the rest of it.
    if (answers.get(socket)?.headersSent === true || !socket.writable) socket.destroy();
    else socket.end(refusal(error), () => socket.destroy());
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  if (tls !== undefined) limitHandshakes(server);
  const connections = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  return {
    server,
    renew(fresh) {
      if ('setSecureContext' in server) (server as TlsServer).setSecureContext(secured(fresh));
    },
    cutOff() {
      for (const socket of connections) socket.destroy();
    },
  };
}

/** What is left out when keys are other ones is as Node has it, not as it was. */
const secured = (tls: SecureContextOptions): SecureContextOptions => ({
  ...tls,
  minVersion: 'TLSv1.2',
  // A session that is taken up again is one whose certificate nobody looks at: not after other authorities count, and with
  // TLS 1.3 not at all.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Beyond the limit the oldest is closed: whoever means it agrees within milliseconds, and whoever does not keeps nobody out. */
function limitHandshakes(server: http.Server): void {
  /** In the order in which they began. */
  const shaking = new Map<string, net.Socket>();
  const nameOf = ({ remoteAddress, remotePort }: net.Socket): string => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: net.Socket) => {
    const name = nameOf(socket);
    const [oldest] = shaking;
    if (oldest !== undefined && shaking.size >= LIMITS.handshakes) {
      shaking.delete(oldest[0]);
      oldest[1].destroy();
    }
    shaking.set(name, socket);
    socket.on('close', () => {
      if (shaking.get(name) === socket) shaking.delete(name);
    });
  });
  server.on('secureConnection', (socket: net.Socket) => shaking.delete(nameOf(socket)));
}

/** What Node has no answer for. */
const REFUSALS: Readonly<Record<string, readonly [ProblemStatus, string]>> = {
  HPE_HEADER_OVERFLOW: [431, `The header fields are too long: expected ${LIMITS.headers / 1_024} KiB at most.`],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    `The request took too long: expected its head within ${LIMITS.headersMs / 1_000} s, all of it within ${LIMITS.requestMs / 1_000} s.`,
  ],
};

function refusal({ code = '' }: NodeJS.ErrnoException): string {
  const [status, detail] = REFUSALS[code] ?? [400, 'This is no request of HTTP/1.1.'];
  const text = `${JSON.stringify(problemDocument(new ApiProblem(status, detail)))}\n`;
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
