/** Where the log of `run` goes. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { makeDev } from '../helpers/private-dev.ts';
import { listen, run, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

let place: string;
let file: string;

const startLogged = (words: readonly string[], via: readonly string[] = []): Daemon =>
  startDaemon(['-n', '127.97.0.0/16', '-l', 'sport = :8790', ...words], {}, via);
const read = (from = file): string => (fs.existsSync(from) ? fs.readFileSync(from, 'utf8') : '');
const has = (text: string, from = file): Promise<boolean> =>
  until(`${text} in ${from}`, () => read(from).includes(text));

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  file = path.join(place, 'log');
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

describe('--log-to', () => {
  it('a file has all of it, opens it anew at SIGUSR2, and leaves stderr alone', async () => {
    const daemon = startLogged(['--log-to', `file:${file}`]);
    await has('first facts read');
    fs.renameSync(file, `${file}.1`);
    daemon.child.kill('SIGUSR2');
    await until('the new file', () => fs.existsSync(file));
    expect(await daemon.stop()).toBe(0);
    const messages = [...read(`${file}.1`).split('\n'), ...read().split('\n')]
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages[0]).toBe('started');
    expect(messages.at(-1)).toBe('stopped');
    expect(read()).toContain('"stopped"');
    expect(daemon.stderr()).toBe('');
  });

  it('a file as text has the day', async () => {
    const named = ['--service', 'a,prefixes=127.1.0.1/32', '--service', 'b,prefixes=127.1.0.2/32'];
    const daemon = startLogged(['--log-to', `file:${file}`, '--log-format', 'text', ...named]);
    await has('first facts read');
    await daemon.stop();
    expect(read()).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] INFO: started version=.* services="?a,b"?$/m);
  });

  it('a file that cannot be had is said, once, and is no reason not to run', async () => {
    const daemon = startLogged([
      '--log-to',
      `file:${place}/nowhere/log`,
      '--log-level',
      'debug',
      '--announce-delay',
      '0',
    ]);
    await daemon.logged('--log-to: ENOENT');
    fs.mkdirSync(path.join(place, 'nowhere'));
    await has('first facts read', path.join(place, 'nowhere/log'));
    expect(await daemon.stop()).toBe(0);
    expect(daemon.count('--log-to')).toBe(1);
  });

  it('a full disk makes lines wait, and nothing else; the rest of them follow when there is room', async () => {
    const disk = `mkdir ${place}/disk; mount -t tmpfs -o size=4k tmpfs ${place}/disk; exec "$@"`;
    const who = process.getuid?.() === 0 ? [] : ['--map-root-user'];
    const via = ['unshare', '--mount', ...who, 'sh', '-e', '-c', disk, 'sh'];
    const daemon = startLogged(['--log-to', `file:${place}/disk/log`, '--announce-delay', '0'], via);
    const log = `/proc/${daemon.pid}/root${place}/disk/log`;
    await has('first facts read', log);
    const addresses = Array.from({ length: 60 }, (_, index) => `127.97.0.${index + 1}`);
    await listen(addresses.map((address) => `${address}:8790`));
    await daemon.announces(...addresses.map((address) => `${address}/32`));
    await daemon.logged('--log-to: ENOSPC');
    expect(read(log)).toHaveLength(4_096);
    await run('nsenter', [`--target=${daemon.pid}`, '--mount', 'mount', '-o', 'remount,size=1m', `${place}/disk`]);
    await until('every address', () => addresses.every((address) => read(log).includes(`"${address}/32"`)));
    for (const line of read(log).trimEnd().split('\n')) JSON.parse(line);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.count('--log-to')).toBe(1);
  });

  it('syslog has the facility and the fields', async () => {
    const { via, log } = makeDev(place);
    const daemon = startLogged(['--log-to', 'syslog', '--syslog-facility', 'local0'], via);
    const said: string[] = [];
    const what = (): string => `the first facts\n${said.join('\n')}\n${daemon.stderr()}`;
    await until(what, () => {
      if (daemon.child.exitCode !== null) throw new Error(daemon.stderr());
      said.push(...log.take().map(String));
      return said.some((text) => /first facts read listeners=\d+ addresses=\d+$/.test(text));
    });
    expect(await daemon.stop()).toBe(0);
    said.push(...log.take().map(String));
    log.close();
    // 16 (local0) * 8 + 6 (informational)
    expect(said[0]).toMatch(new RegExp(`^<134>.{15} ha2bgp\\[${daemon.pid}\\]: INFO: started version=`));
    expect(said.at(-1)).toContain('stopped');
    expect(daemon.stderr()).toBe('');
  });

  it('none says nothing, but why it cannot run', async () => {
    const daemon = startLogged(['--log-to', 'none', '--announce-delay', '0']);
    await listen(['127.97.1.1:8790']);
    await daemon.announces('127.97.1.1/32');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toBe('');
    const refused = startLogged(['--log-to', 'none', '--record', '/dev/null'], []);
    refused.child.stdin?.end();
    expect(await refused.ended).toBe(1);
    expect(refused.stderr()).toContain('ha2bgp: /dev/null is no regular file');
  });

  it.each([
    ['file:/nowhere/log', "ENOENT: no such file or directory, access '/nowhere'"],
    ['file:/tmp', '/tmp is no regular file'],
  ])('%s is questioned by check, which is not refused for it', async (to, text) => {
    const check = startDaemon(['check', '-n', '192.0.2.0/24', '--log-to', to]);
    expect(await check.ended).toBe(0);
    expect(check.stderr()).toContain(`ha2bgp: --log-to: ${text}\n`);
  });
});
