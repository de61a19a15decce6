/** The real API before a play of `stage`, on TCP on loopback and with a token. */
import type { AddressInfo } from 'node:net';
import { createAnswering } from '../../src/api/answering.ts';
import { credentialsWith } from '../../src/api/credentials.ts';
import { createHttpServer } from '../../src/api/http-server.ts';
import { LIMITS } from '../../src/api/limits.ts';
import { createRouter } from '../../src/api/router.ts';
import { routesFor } from '../../src/api/routes.ts';
import { createStreams } from '../../src/api/streams.ts';
import { createTurns } from '../../src/api/turns.ts';
import { secretOf } from '../../src/model/peer.ts';
import { realClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { Stage } from './stage.ts';

export const TOKEN = 'a-good-token-of-the-page';

export interface PageServer {
  readonly url: string;
  readonly port: number;
  /** Whoever is connected is cut off. */
  close(): Promise<void>;
}

/** `port`: 0 for one that is free. */
export async function servePage({ operator }: Stage, port = 0): Promise<PageServer> {
  const log = createLog({ format: 'json', level: 'error', color: false, name: 'test', isSilent: true });
  const clock = realClock();
  const ports = {
    ...{ operator, clock, log, version: '0.1.0' },
    settings: () => [{ name: '--drain-time', value: '1m', from: 'default' }],
  };
  const turns = createTurns(LIMITS.turnMs);
  const streams = createStreams({ operator, clock, turns, dropped: () => {} });
  const answer = createAnswering({ router: createRouter(routesFor(ports)), streams, turns, log });
  const credentials = credentialsWith(secretOf(TOKEN));
  const server = await createHttpServer({
    via: 'tcp',
    most: LIMITS.connections,
    answer: (request, response, via, expectsContinue) => answer(request, response, via, credentials, expectsContinue),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${given}/`,
    port: given,
    close() {
      streams.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
