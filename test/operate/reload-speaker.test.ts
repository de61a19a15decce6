/** Reloads of a daemon with the speaker: where it takes connections, and whom it lets in. */
import fs from 'node:fs';
import net from 'node:net';
import { expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { REFUSED, RELOADED, reload } from '../helpers/reload.ts';
import { until } from '../helpers/until.ts';

const PEER = '127.97.0.9';
const PORT = 17_997;

const folder = ownFolder();
const file = (): string => folder('ha2bgp.yaml');
let daemon: Daemon;

const write = (listen: readonly string[], more = ''): void =>
  fs.writeFileSync(
    file(),
    `network: 127.97.0.0/16
bgp-backend: speaker
static: [{prefixes: 198.51.100.0/24}]
bgp:
  local-as: 65000
  router-id: 10.1.1.1
  bgp-listen: [${listen.map((address) => `"${address}:${PORT}"`).join(', ')}]
  peers: [{address: ${PEER}, as: 65001, passive: true${more}}]
`,
  );

/** Whether who calls from the peer's address is sent an OPEN there. */
const isAnswered = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port: PORT, localAddress: PEER, timeout: 1_000 });
    const done = (is: boolean) => (): void => {
      socket.destroy();
      resolve(is);
    };
    // The marker of a BGP message.
    socket.once('data', (bytes) => done(bytes[0] === 0xff)());
    for (const event of ['timeout', 'error', 'close'] as const) socket.once(event, done(false));
  });
const answers = (host: string): Promise<unknown> =>
  until(
    () => `an answer at ${host}\n${daemon.stderr()}`,
    () => isAnswered(host),
  );

it('follows its addresses and passwords, and closes none that stays', async () => {
  const key = folder('key');
  write(['127.97.0.1']);
  daemon = startDaemon(['run', '--config', file(), '--log-format', 'json'], { env: { HA2BGP_STATE_DIR: undefined } });
  await answers('127.97.0.1');
  const inodeOf = (address: string): string | undefined => {
    const octets = address.split('.').map((octet) => Number(octet).toString(16).toUpperCase().padStart(2, '0'));
    const local = `${octets.reverse().join('')}:${PORT.toString(16).toUpperCase()}`;
    const rows = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n');
    return rows.map((row) => row.trim().split(/\s+/)).find((row) => row[1] === local && row[3] === '0A')?.[9];
  };
  const first = inodeOf('127.97.0.1');
  expect(first).toMatch(/^\d+$/);

  write(['127.97.0.1', '127.97.0.2']);
  await reload(daemon, RELOADED);
  await answers('127.97.0.1');
  await answers('127.97.0.2');
  expect(inodeOf('127.97.0.1')).toBe(first);

  // With one on all addresses there is room for no other at that port.
  write(['0.0.0.0']);
  await reload(daemon, RELOADED);
  await answers('127.97.0.3');

  // What this host has not: the one of before goes on, with all else.
  write(['203.0.113.99'], ', med: 7');
  await reload(daemon, REFUSED);
  expect(daemon.stderr()).toContain('it is no address of this host');
  await answers('127.97.0.3');
  write(['0.0.0.0'], `, password-file: ${key}`);
  await reload(daemon, REFUSED);
  expect(daemon.stderr()).toContain('password-file cannot be read');
  await answers('127.97.0.3');

  fs.writeFileSync(key, 'hunter2\n', { mode: 0o600 });
  const open = inodeOf('0.0.0.0');
  await reload(daemon, RELOADED);
  expect(await isAnswered('127.97.0.3')).toBe(false);
  fs.writeFileSync(key, 'hunter3\n', { mode: 0o600 });
  await reload(daemon, RELOADED);
  expect(daemon.stderr()).toContain(`"key":"peer ${PEER}: password","before":"***","after":"***"`);
  write(['0.0.0.0'], ', ttl-security: 1');
  await reload(daemon, RELOADED);
  write(['0.0.0.0']);
  await reload(daemon, RELOADED);
  await answers('127.97.0.3');
  expect(inodeOf('0.0.0.0')).toBe(open);
  expect(daemon.stderr()).not.toMatch(/hunter|listener failed/);
  expect(await daemon.stop()).toBe(0);
});
