/**
 * SHELL: the API: what a running daemon shows of itself, and takes by hand, over HTTP: on a control socket, and on TCP where
 * asked for.
 *
 * What it does: reads the one view (`runtime/operator`) and hands on what people ask for. What it does not: own anything,
 * decide anything, or hold anything up: no listener that fails, no reader that is slow and no crowd is a reason to announce
 * later, or less.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint } from '../model/peer.ts';
import type { Change } from '../model/view.ts';
import type { Answering } from './answering.ts';
import type { Via } from './caller.ts';
import { controlSocket } from './control-socket.ts';
import { credentialsWith } from './credentials.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import type { ApiKeys } from './keys.ts';
import { LIMITS } from './limits.ts';
import { createListener, type Listener, type Place } from './listener.ts';
import type { ApiPorts } from './ports.ts';
import { tcpPlace } from './tcp-place.ts';

export interface ApiWish {
  /** `undefined` for none. */
  readonly controlSocket: { readonly file: string; readonly isAskedFor: boolean } | undefined;
  /** On TCP: with TLS where `keys` have it. */
  readonly listen: readonly Endpoint[];
  /** As `readKeys` found them. */
  readonly keys: ApiKeys;
}

export interface Api {
  /**
   * Other keys from now on: who is connected by TCP is cut off, and has to show what is good now. Whether there is TLS at
   * all, and whether there are authorities of certificates, stays as it was.
   */
  renew(keys: ApiKeys): void;
  /** At once; idempotent. `last`: what those hear who listen for changes, before they are cut off. */
  close(last?: Change): void;
}

export function openApi(wish: ApiWish, ports: ApiPorts): Api {
  const { log, clock } = ports;
  let { keys } = wish;
  let credentials = credentialsWith(keys.token);
  let loading: Promise<Loaded> | undefined;
  let loaded: Loaded | undefined;
  const listeners: Listener[] = [];
  const onTcp = new Set<HttpServer>();

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    via: Via,
    expectsContinue: boolean,
  ): Promise<void> {
    try {
      loading ??= load(ports);
      loaded = await loading;
      await loaded.answer(request, response, via, credentials, expectsContinue);
    } catch (error) {
      // The installation is not whole; that is no reason to end what is announced.
      loading = undefined;
      log.error({ detail: String(error) }, 'request not answered');
      response.destroy();
    }
  }

  async function createTcpServer(): Promise<HttpServer> {
    const most = Math.max(1, Math.floor(LIMITS.connections / wish.listen.length));
    const { tls } = keys;
    const created = await createHttpServer({
      most,
      answer,
      ...(tls === undefined ? { via: 'tcp' } : { via: 'tls', tls }),
    });
    // One that never listens never closes.
    created.server.on('listening', () => onTcp.add(created));
    created.server.on('close', () => onTcp.delete(created));
    return created;
  }

  function keep(place: Place, isAskedFor: boolean): void {
    const where = place.name;
    listeners.push(
      createListener(place, {
        clock,
        opened: () => log[isAskedFor ? 'info' : 'debug']({ where }, 'asked here'),
        failed: (detail) => log[isAskedFor ? 'error' : 'info']({ where, detail }, 'nobody can ask here'),
      }),
    );
  }

  if (wish.controlSocket !== undefined) {
    const { file, isAskedFor } = wish.controlSocket;
    const create = (): Promise<HttpServer> => createHttpServer({ via: 'socket', most: LIMITS.connections, answer });
    keep(controlSocket(file, create), isAskedFor);
  }
  for (const endpoint of wish.listen) keep(tcpPlace(endpoint, createTcpServer), true);

  return {
    renew(fresh) {
      keys = fresh;
      credentials = credentialsWith(keys.token);
      for (const server of onTcp) {
        if (keys.tls !== undefined) server.renew(keys.tls);
        server.cutOff();
      }
    },
    close(last) {
      loaded?.close(last);
      for (const listener of listeners) listener.close();
      // One that is being loaded.
      void loading?.then((late) => late.close());
    },
  };
}

interface Loaded {
  readonly answer: Answering;
  close(last?: Change): void;
}

/** What nobody asks for is not loaded. */
async function load(ports: ApiPorts): Promise<Loaded> {
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
