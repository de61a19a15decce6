/** The real API before a play of `stage`, on TCP on loopback and with a token. */
import net from 'node:net';
import { openApi } from '../../src/api/api.ts';
import type { ApiKeys } from '../../src/api/keys.ts';
import type { IpAddress } from '../../src/model/address.ts';
import { secretOf } from '../../src/model/peer.ts';
import { realClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

export const TOKEN = 'a-good-token-of-the-page';

export interface PageServer {
  readonly url: string;
  /** Whoever is connected is cut off. */
  close(): void;
}

/** An address of this process's own, so that tests beside it may have the same port. */
export const OWN_ADDRESS = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}` as IpAddress;
const PORT = 7_780;

const ONLY_TOKEN: ApiKeys = { token: secretOf(TOKEN), tls: undefined };

export async function servePage({ operator }: Stage, keys: ApiKeys = ONLY_TOKEN): Promise<PageServer> {
  const log = createLog({ level: 'error', to: [] });
  const metrics = async () => ({ contentType: 'text/plain', pieces: [] });
  const settings = () => [{ name: '--drain-time', value: '1m', from: 'default' }];
  const api = openApi(
    {
      controlSocket: undefined,
      listen: [{ address: OWN_ADDRESS, device: '', port: PORT }],
      keys,
    },
    { operator, clock: realClock(), log, version: '0.1.0', settings, metrics },
  );
  await until('the API listens', isOpen);
  return { url: `${keys.tls === undefined ? 'http' : 'https'}://${OWN_ADDRESS}:${PORT}/`, close: api.close };
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(PORT, OWN_ADDRESS, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
