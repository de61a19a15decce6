/** The place of the control socket: taken where nobody has it, never from anybody, and no reason not to announce. */
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../helpers/api-client.ts';
import { loopbackNet } from '../helpers/asked-daemon.ts';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { json } from '../helpers/json.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, run, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const NET = loopbackNet(104);
let place: string;
let last = 0;

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-socket-'));
  fs.chmodSync(place, 0o755);
});

afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

const WORDS = [
  ...['--network', `${NET}.0/24`, '--listen-filter', 'sport = :8081', '--bgp-backend', 'test', '--interval', '50ms'],
  ...['--announce-delay', '0', '--withdraw-delay', '0', '--no-dampening', '--log-format', 'json'],
];
const inPlace = (name: string): string => path.join(place, name);
const startAt = (file: string, ...more: string[]): Daemon => startDaemon([...WORDS, '--control-socket', file, ...more]);
const isAnswered = async (file: string, by?: Daemon): Promise<boolean> => {
  const reply = await ask({ socketPath: file }, '/v1/summary').catch(() => undefined);
  return reply?.status === 200 && (by === undefined || reply.body.process.pid === by.pid);
};
/** What is announced is so with or without a socket. */
async function announces(...daemons: readonly Daemon[]): Promise<void> {
  const address = `${NET}.${++last}`;
  const service = await listen([`${address}:8081`]);
  for (const daemon of daemons) await daemon.announces(`${address}/32`);
  await service.stop();
  for (const daemon of daemons) await daemon.announces();
}
/** What it said of its socket: level and detail. */
const said = (daemon: Daemon): [string, string][] =>
  daemon
    .stderr()
    .split('\n')
    .map(json)
    .filter((line) => line?.component === 'api')
    .map(({ level, msg, detail }) => [level, detail ?? msg]);

describe('the control socket', () => {
  it('is for its user and group, and goes with the daemon', async () => {
    const file = inPlace('a.sock');
    const daemon = startAt(file);
    await until('an answer', () => isAnswered(file, daemon));
    expect(fs.statSync(file).mode & 0o7777).toBe(0o660);
    expect(await daemon.stop()).toBe(0);
    expect(fs.readdirSync(place)).toEqual([]);
  });

  it('that a killed daemon left is taken over', async () => {
    const file = inPlace('a.sock');
    const killed = startAt(file);
    await until('an answer', () => isAnswered(file, killed));
    await killed.stop('SIGKILL');
    expect(fs.statSync(file).isSocket()).toBe(true);
    const daemon = startAt(file);
    await until('an answer', () => isAnswered(file, daemon));
    expect(said(daemon)).toEqual([['info', 'asked here']]);
  });

  it('that another one has stays with it, and is taken when that one goes', async () => {
    const file = inPlace('a.sock');
    const first = startAt(file);
    await until('an answer', () => isAnswered(file, first));
    const second = startAt(file);
    await second.logged('nobody can ask here');
    expect(said(second)).toEqual([['error', `${file}: another ha2bgp has it`]]);
    await announces(first, second);
    expect(await isAnswered(file, first)).toBe(true);
    await first.stop();
    await until('an answer of the other', () => isAnswered(file, second));
  });

  it('goes to one of those that start at once', async () => {
    const file = inPlace('a.sock');
    const daemons = Array.from({ length: 4 }, () => startAt(file));
    await until('each to say so', () => daemons.every((daemon) => said(daemon).length > 0));
    expect(daemons.filter((daemon) => said(daemon)[0]?.[0] === 'info')).toHaveLength(1);
    await until('an answer', () => isAnswered(file));
    await announces(...daemons);
  });

  it('on which somebody else listens is not taken, nor is a file that is none', async () => {
    const [live, plain] = [inPlace('live.sock'), inPlace('plain.sock')];
    const server = net.createServer();
    await once(server.listen(live), 'listening');
    fs.writeFileSync(plain, 'mine');
    const daemons = [startAt(live), startAt(plain)];
    for (const daemon of daemons) await daemon.logged('nobody can ask here');
    expect(daemons.map((daemon) => said(daemon)[0])).toEqual([
      ['error', `${live}: another process listens on it`],
      ['error', `${plain}: is there, and no socket`],
    ]);
    await announces(...daemons);
    expect(fs.readFileSync(plain, 'utf8')).toBe('mine');
    expect(fs.statSync(live).isSocket()).toBe(true);
    await once(server.close(), 'close');
    for (const daemon of daemons) await daemon.stop();
    expect(fs.readFileSync(plain, 'utf8')).toBe('mine');
  });

  it('that somebody deletes is made again', async () => {
    const file = inPlace('a.sock');
    const daemon = startAt(file);
    await until('an answer', () => isAnswered(file, daemon));
    fs.rmSync(file);
    await until('an answer again', () => isAnswered(file, daemon));
  });

  it('is made in a folder that is not there yet, and not where there is nowhere to make it', async () => {
    const [good, bad] = [inPlace('new/a.sock'), inPlace('no/such/a.sock')];
    const daemons = [startAt(good), startAt(bad)];
    await until('an answer', () => isAnswered(good));
    await daemons[1]?.logged('nobody can ask here');
    await announces(...daemons);
  });

  // Only root may become another.
  describeInterop('of another user', () => {
    it('is not to be had in a folder that we may not write: an error where it was asked for, else a remark', async () => {
      fs.mkdirSync(inPlace('root'), { mode: 0o755 });
      const as = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      const asked = startDaemon([...WORDS, '--control-socket', inPlace('root/a.sock')], {}, as);
      const quiet = startDaemon(WORDS, { env: { HA2BGP_CONTROL_SOCKET: '', RUNTIME_DIRECTORY: inPlace('root') } }, as);
      for (const daemon of [asked, quiet]) await daemon.logged('nobody can ask here');
      expect([said(asked)[0]?.[0], said(quiet)[0]?.[0]]).toEqual(['error', 'info']);
      await announces(asked, quiet);
      // Once for each reason.
      expect([said(asked).length, said(quiet).length]).toEqual([1, 1]);
    });
  });

  it('has its default place by the name, in the runtime directory', async () => {
    const daemon = startDaemon([...WORDS, '--name', 'dns'], {
      env: { HA2BGP_CONTROL_SOCKET: '', RUNTIME_DIRECTORY: `${place}:/run/other` },
    });
    await until('an answer', () => isAnswered(inPlace('dns.sock'), daemon));
    const dry = startDaemon([...WORDS, '--dry-run', '--name', 'dry'], {
      env: { HA2BGP_CONTROL_SOCKET: '', RUNTIME_DIRECTORY: place },
    });
    await until('an answer of a dry run', () => isAnswered(inPlace('dry.sock'), dry));
    const none = startDaemon([...WORDS, '--control-socket', 'none'], { env: { RUNTIME_DIRECTORY: place } });
    await announces(none);
    expect(fs.readdirSync(place).sort()).toEqual(['dns.sock', 'dns.sock.lock', 'dry.sock', 'dry.sock.lock']);
  });

  it('with a path that no socket takes is a bad setting', async () => {
    const daemon = startAt(`/run/${'x'.repeat(104)}`);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain('--control-socket: has 109 octets: expected 107 at most');
  });

  // Only root may become another.
  describeInterop('for other users', () => {
    it('knows who asks by the process at its other end', async () => {
      const file = inPlace('a.sock');
      const daemon = startAt(file);
      await until('an answer', () => isAnswered(file, daemon));
      fs.chmodSync(file, 0o666);
      for (const [uid, name] of [
        ['65534', 'nobody'],
        ['54321', 'uid 54321'],
      ] as const) {
        await run('setpriv', [
          ...[`--reuid=${uid}`, '--regid=65534', '--clear-groups', 'curl', '-sS', '--unix-socket', file],
          ...['--json', `{"target":"${NET}.200"}`, 'http://x/v1/undrain'],
        ]);
        await daemon.logged(`"by":"${name}"`);
      }
    });
  });
});

describe('a port of the API that is taken', () => {
  it('is tried again, and kept from nobody meanwhile', async () => {
    const holder = start(process.execPath, ['-e', `require('net').createServer().listen(8080, '${NET}.241')`]);
    await until('it listens', async () => {
      const socket = net.connect(8080, `${NET}.241`);
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      return isOpen;
    });
    const daemon = startDaemon([...WORDS, '--api-listen', `${NET}.241:8080`, '--api-listen', `${NET}.242:8080`]);
    await daemon.logged('nobody can ask here');
    expect(said(daemon)).toContainEqual(['error', expect.stringContaining('EADDRINUSE')]);
    await announces(daemon);
    expect((await ask({ host: `${NET}.242`, port: 8080 }, '/v1/health')).status).toBe(200);
    await holder.stop('SIGKILL');
    await until(
      'an answer',
      async () => (await ask({ host: `${NET}.241`, port: 8080 }, '/v1/health').catch(() => undefined))?.status === 200,
    );
    expect(await daemon.stop()).toBe(0);
  });
});
