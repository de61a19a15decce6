/**
 * SHELL: the API: what a running daemon shows of itself, and takes by hand, over HTTP: on a control socket, and on TCP where
 * asked for.
 *
 * What it does: reads the one view (`runtime/operator`) and hands on what people ask for. What it does not: own anything,
 * decide anything, or hold anything up: no listener that fails, no reader that is slow and no crowd is a reason to announce
 * later, or less.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answering } from './answering.ts';
import type { Via } from './caller.ts';
import { controlSocket } from './control-socket.ts';
import { type Credentials, credentialsWith } from './credentials.ts';
import { createHttpServer } from './http-server.ts';
import { LIMITS } from './limits.ts';
import { createListener, type Listener } from './listener.ts';
import type { ApiPorts } from './ports.ts';

export interface ApiWish {
  /** `undefined` for none. */
  readonly controlSocket: { readonly file: string; readonly isAskedFor: boolean } | undefined;
}

export interface Api {
  /** At once; idempotent. */
  close(): void;
}

export function openApi(wish: ApiWish, ports: ApiPorts): Api {
  const { log, clock } = ports;
  const listeners: Listener[] = [];
  let loading: Promise<{ readonly answer: Answering; close(): void }> | undefined;
  const credentials: Credentials = credentialsWith(undefined);

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    via: Via,
    expectsContinue: boolean,
  ): Promise<void> {
    loading ??= load(ports);
    await (await loading).answer(request, response, via, credentials, expectsContinue);
  }

  if (wish.controlSocket !== undefined) {
    const { file, isAskedFor } = wish.controlSocket;
    const place = controlSocket(file, () => createHttpServer({ via: 'socket', most: LIMITS.connections, answer }));
    listeners.push(
      createListener(place, {
        clock,
        opened: () => log.debug({ file }, 'control socket open'),
        failed: (detail) => log[isAskedFor ? 'error' : 'info']({ detail }, 'no control socket'),
      }),
    );
  }
  return {
    close() {
      for (const listener of listeners) listener.close();
      void loading?.then((loaded) => loaded.close());
    },
  };
}

/** What nobody asks for is not loaded. */
async function load(ports: ApiPorts): Promise<{ readonly answer: Answering; close(): void }> {
  const [{ createRouter }, { routesFor }, { createAnswering }, { createTurns }, { createStreams }] = await Promise.all([
    import('./router.ts'),
    import('./routes.ts'),
    import('./answering.ts'),
    import('./turns.ts'),
    import('./streams.ts'),
  ]);
  const { log, operator, clock } = ports;
  const turns = createTurns(LIMITS.turnMs);
  const streams = createStreams({
    ...{ operator, clock, turns },
    dropped: (backlog) => log.warn({ backlog }, 'a reader of events was too slow: dropped'),
  });
  const answer = createAnswering({ router: createRouter(routesFor(ports)), streams, turns, log });
  return { answer, close: streams.close };
}
