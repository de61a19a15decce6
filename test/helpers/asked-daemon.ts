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
  /** Of its `loopbackNet`. */
  readonly at: (last: number) => string;
  /** A service comes and goes: it is announced, and withdrawn, and nothing but commands is on stdout. */
  stillAnnounces(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The first three numbers of addresses on loopback: `part` tells test files apart, and our pid two copies of this that run
 * beside one another.
 */
export const loopbackNet = (part: number): string => `127.${part}.${process.pid % 256}`;

/** Resolves when it can be asked, wherever `words` say. */
export async function startAsked(part: number, words: readonly string[] = []): Promise<AskedDaemon> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-api-'));
  const socketPath = path.join(place, 'a.sock');
  const net24 = loopbackNet(part);
  const at = (last: number): string => `${net24}.${last}`;
  const daemon = startDaemon([
    ...[
      '--network',
      `${net24}.0/24`,
      '--listen-filter',
      'sport = :8081',
      '--bgp-backend',
      'test',
      '--interval',
      '50ms',
    ],
    ...[
      '--announce-delay',
      '0',
      '--withdraw-delay',
      '0',
      '--no-dampening',
      '--reannounce',
      '0',
      '--log-format',
      'json',
    ],
    ...['--control-socket', socketPath],
    ...words,
  ]);
  await daemon.logged('first facts read');
  const places = 1 + words.filter((word) => word === '--api-listen').length;
  await until('its listeners', () => daemon.count('"msg":"asked here"') === places);
  let last = 100;
  return {
    ...{ daemon, place, socket: { socketPath }, socketPath, at },
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
