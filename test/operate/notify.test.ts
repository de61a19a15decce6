/** What a service manager is told, whoever it is: NOTIFY_SOCKET, sd_notify(3). */
import fs from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { startDaemon } from '../helpers/daemon.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { stopAll } from '../helpers/processes.ts';
import { receiveAt, type UnixReceiver } from '../helpers/unix-receiver.ts';
import { until } from '../helpers/until.ts';

const name = `@ha2bgp-notify-${process.pid}`;
const SETTINGS = 'network: 127.98.0.0/16\nlisten-filter: sport = :8791\nbgp-backend: test\n';
const WORDS = ['-n', '127.98.0.0/16', '-l', 'sport = :8791'];
const folder = ownFolder();
let receiver: UnixReceiver;

afterEach(async () => {
  receiver.close();
  await stopAll();
});

it('hears of the start, the status, the life, a reload and the end of a daemon that is its own', async () => {
  receiver = receiveAt(name);
  const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: '200000' };
  const file = folder('ha2bgp.yaml');
  fs.writeFileSync(file, SETTINGS);
  const daemon = startDaemon(['--config', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const heard = (): readonly string[] => {
    said.push(...receiver.take().map(String));
    return said;
  };
  const hears = (text: string): Promise<boolean> => until(text, () => heard().includes(text));
  await hears('READY=1\nSTATUS=0 of 0 services announced');
  await hears('WATCHDOG=1');
  fs.writeFileSync(file, SETTINGS.replace('/16', '/24'));
  daemon.child.kill('SIGHUP');
  await until('a reload begun', () => heard().some((text) => /^RELOADING=1\nMONOTONIC_USEC=\d+$/.test(text)));
  const isReady = (text: string): boolean => text.startsWith('READY=1');
  await until('a reload that is over', () => heard().filter(isReady).length === 2);
  expect(said.findIndex((text) => text.startsWith('RELOADING=1'))).toBeLessThan(said.findLastIndex(isReady));
  expect(await daemon.stop()).toBe(0);
  await hears('STOPPING=1\nSTATUS=stopping: SIGTERM');
  expect(said.at(-1)).toContain('STOPPING=1');
  expect(daemon.stderr()).not.toContain('service manager');
});

it('hears nothing of one that is ExaBGP’s', async () => {
  receiver = receiveAt(name);
  const daemon = startDaemon(WORDS, { env: { NOTIFY_SOCKET: name, WATCHDOG_USEC: '200000' } });
  await daemon.logged('first facts read');
  expect(await daemon.stop()).toBe(0);
  expect(receiver.take()).toEqual([]);
});

it('that is gone is missed once, and changes nothing', async () => {
  receiver = receiveAt(name);
  receiver.close();
  const words = [...WORDS, '--bgp-backend', 'test'];
  const daemon = startDaemon(words, { env: { NOTIFY_SOCKET: name }, stdio: ['ignore', 'pipe', 'pipe'] });
  await daemon.logged('first facts read');
  expect(await daemon.stop()).toBe(0);
  expect(daemon.count('the service manager cannot be told how things stand')).toBe(1);
});
