/** A ha2bgp that can be asked, with a service that can be opened and closed: on loopback addresses that no other test has. */
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Where } from './api-client.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { until } from './until.ts';

export interface AskedDaemon {
  readonly daemon: Daemon;
  /** Of its own, removed with it. */
  readonly place: string;
  readonly socket: Where;
  readonly socketPath: string;
  /** `127.N.0.0/16`. */
  readonly network: string;
  /** Of the network: `at(1)` is 127.N.0.1. */
  readonly at: (last: number) => string;
  /** A service comes and goes: it is announced, and withdrawn, and nothing but commands is on stdout. */
  stillAnnounces(): Promise<void>;
  close(): Promise<void>;
}

/** `part`: the N above, one for each test file. */
export async function startAsked(part: number, words: readonly string[] = []): Promise<AskedDaemon> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-api-'));
  const socketPath = path.join(place, 'a.sock');
  const network = `127.${part}.0.0/16`;
  const at = (last: number): string => `127.${part}.0.${last}`;
  const daemon = startDaemon([
    ...['--network', network, '--listen-filter', 'sport = :8081', '--bgp-backend', 'test', '--interval', '50ms'],
    ...[
      '--announce-delay',
      '0',
      '--withdraw-delay',
      '0',
      '--no-dampening',
      '--log-format',
      'json',
      '--reannounce',
      '0',
    ],
    ...['--control-socket', socketPath],
    ...words.map((word) => word.replaceAll('PLACE', place)),
  ]);
  await daemon.logged('first facts read');
  if (!words.includes('--control-socket')) await until('its socket', () => fs.existsSync(socketPath));
  let last = 100;
  return {
    ...{ daemon, place, socket: { socketPath }, socketPath, network, at },
    async stillAnnounces() {
      const address = at(++last);
      const service = net.createServer();
      await once(service.listen(8081, address), 'listening');
      await daemon.announces(`${address}/32`);
      service.close();
      await daemon.announces();
      expect(daemon.lines().filter((line) => !/^(announce|withdraw) /.test(line))).toEqual([]);
      expect(daemon.stderr()).not.toContain('"msg":"failed"');
    },
    async close() {
      expect(await daemon.stop()).toBe(0);
      fs.rmSync(place, { recursive: true, force: true });
    },
  };
}
