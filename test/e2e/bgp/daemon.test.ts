/** ha2bgp itself with the speaker: signals, and what it shows of a password. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import { ownLoopback, PORT } from '../../helpers/besieged.ts';
import { bin, startDaemon } from '../../helpers/daemon.ts';
import { run, stopAll } from '../../helpers/processes.ts';
import { awaitConnections, type Conversation, establish, openOf, type Waiting } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';

const IDENTITY = { as: 65_001, routerId: '10.0.0.1', holdTime: 3 };
const MARKER = 'ff'.repeat(16);
const GOODBYE = `${MARKER}00220306020c${Buffer.from('ha2bgp stops').toString('hex')}`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let us: string;
let address: string;
let waiting: Waiting;
const open: Conversation[] = [];

/** Connections that are being opened to the peer (/proc/net/tcp: SYN_SENT). */
function attempts(): number {
  const bytes = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  const to = `${bytes.reverse().join('')}:${PORT.toString(16).padStart(4, '0')} 02`.toUpperCase();
  return fs.readFileSync('/proc/net/tcp', 'utf8').split(to).length - 1;
}

beforeEach(async () => {
  us = ownLoopback();
  address = ownLoopback();
  waiting = await awaitConnections(address, PORT);
});
afterEach(async () => {
  await stopAll();
  waiting.close();
  for (const { socket } of open.splice(0)) socket.destroy();
});

const speaker = (peer = ''): string[] => [
  ...['--network', '127.90.0.0/16', '--bgp-backend', 'speaker', '--local-as', '65000', '--router-id', '10.0.0.254'],
  ...['--peer', `${address},as=65001,port=${PORT},local-address=${us},hold-time=3s${peer}`],
];
const session = async (): Promise<Conversation> =>
  establish(await until('it connects', () => waiting.came[0]), IDENTITY);

describe('ha2bgp with the speaker', () => {
  it('says goodbye on SIGTERM, and exits with 0', async () => {
    const daemon = startDaemon(speaker());
    const peer = await session();
    await daemon.logged('session up');
    const ended = daemon.stop();
    await peer.isTold();
    expect(hex(peer.last())).toBe(GOODBYE);
    peer.socket.end();
    expect(await ended).toBe(0);
    expect(daemon.stderr()).not.toMatch(/WARN.*session down/i);
  });

  it('ends in time on SIGTERM although a peer neither reads nor closes', async () => {
    const daemon = startDaemon(speaker());
    const peer = await session();
    peer.socket.pause();
    await daemon.logged('session up');
    expect(await daemon.stop()).toBe(0);
  });

  it('keeps the session of a peer that went on when it was stopped itself for longer than the hold time', async () => {
    const daemon = startDaemon(speaker());
    const peer = await until('it connects', () => waiting.came[0]);
    peer.send(openOf(IDENTITY), encodeKeepalive());
    peer.keepAlive(200);
    await daemon.logged('session up');
    daemon.child.kill('SIGSTOP');
    const began = performance.now();
    await until('twice the hold time', () => performance.now() - began > 6_000);
    const before = peer.heard.length;
    daemon.child.kill('SIGCONT');
    // Two KEEPALIVEs are more than a hold timer that had run out would have let through.
    await until('its KEEPALIVEs', () => peer.heard.length >= before + 4);
    expect(peer.heard.map(({ type }) => type)).not.toContain('notification');
    expect(daemon.count('session up')).toBe(1);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('a password', () => {
  it('is nowhere to be seen: log, check, recording, command line, errors', async () => {
    const secret = `hunter-${process.pid}-${Date.now()}`;
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-password-'));
    try {
      const file = path.join(place, 'password');
      fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
      const record = path.join(place, 'recording');
      const words = speaker(`,password-file=${file}`);
      const daemon = startDaemon([...words, '--log-level', 'debug', '--record', record]);
      await daemon.logged('started');
      // Its peer has none: the attempt stands.
      await until('its attempt', () => attempts() > 0);
      const shown = ['cmdline', 'environ'].map((each) => fs.readFileSync(`/proc/${daemon.pid}/${each}`, 'utf8'));
      expect(await daemon.stop()).toBe(0);
      const checked = await run(process.execPath, [bin, 'check', ...words]);
      const recorded = fs
        .readdirSync(place)
        .filter((name) => name !== 'password')
        .map((name) => fs.readFileSync(path.join(place, name), 'latin1'));
      expect(recorded.join('').length).toBeGreaterThan(0);
      for (const text of [...shown, daemon.stderr(), daemon.stdout(), checked, ...recorded])
        expect(text).not.toContain(secret);
      fs.writeFileSync(file, `${secret.repeat(10)}\n`);
      const refused = startDaemon(words);
      expect(await refused.ended).toBe(1);
      expect(refused.stderr()).toContain('octets');
      expect(refused.stderr()).not.toContain(secret);
    } finally {
      fs.rmSync(place, { recursive: true });
    }
  });
});
