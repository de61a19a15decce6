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

<<<<<<< HEAD
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
=======
/** An address of this process's own, so that tests beside it may have the same port. */
export const OWN_ADDRESS = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}` as IpAddress;
const PORT = 7_780;

export async function servePage({ operator }: Stage): Promise<PageServer> {
  const log = createLog({ format: 'json', level: 'error', color: false, isSilent: true });
  const settings = () => [{ name: '--drain-time', value: '1m', from: 'default' }];
  const api = openApi(
    {
      controlSocket: undefined,
      listen: [{ address: OWN_ADDRESS, device: '', port: PORT }],
      keys: { token: secretOf(TOKEN), tls: undefined },
    },
    { operator, clock: realClock(), log, version: '0.1.0', settings },
  );
  await until('the API listens', isOpen);
  return { url: `http://${OWN_ADDRESS}:${PORT}/`, close: api.close };
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(PORT, OWN_ADDRESS, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
>>>>>>> 3aa32c7 (wip)
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
