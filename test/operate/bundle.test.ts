/** `ha2bgp bundle`, asked of a stand-in for the daemon: what is in it, what is named as missing, and what it leaves behind. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type ControlSocket, openControlSocket, type Replies } from '../helpers/control-socket.ts';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { describeInterop } from '../helpers/peers.ts';
import { run, type Started, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';
import { EXPLANATION, SERVICES, STATUS, service, TRANSITIONS } from '../helpers/views.ts';

const UNTOLD = service('192.0.2.77/32', { told: { told: 0, of: 2, except: [{ to: 'r1', state: 'no-session' }] } });
let socket: ControlSocket;
/** Where the archive goes, and what is made on the way. */
let place: string;

async function open(replies: Replies = {}, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const status = { ...STATUS, process: { ...STATUS.process, pid: process.pid }, services: [...SERVICES, UNTOLD] };
  const explained = Object.fromEntries(
    status.services.map(({ prefix }) => [`GET /v1/explain/${encodeURIComponent(prefix)}`, EXPLANATION]),
  );
  const views = Object.entries(settings).map(([name, value]) => ({ name, value, from: 'flag' }));
  socket = await openControlSocket({
    'GET /v1/status': status,
    'GET /v1/settings': { settings: views },
    'GET /v1/peers': { peers: [] },
    'GET /v1/overrides': { overrides: [] },
    'GET /v1/history': { transitions: TRANSITIONS },
    'GET /metrics': 'ha2bgp_up 1\n',
    ...{ ...explained, ...replies },
  });
  place = path.join(socket.folder, 'place');
  fs.mkdirSync(place);
}
afterEach(async () => {
  await stopAll();
  await socket.close();
});

const begin = (environment: NodeJS.ProcessEnv = {}): Started =>
  start(process.execPath, [bin, 'bundle', '-o', 'b.tar.gz', '--control-socket', socket.path], {
    cwd: place,
    env: { ...cleanEnvironment(), TMPDIR: place, ...environment },
  });
/** What is in it, by name. */
async function unpacked(environment: NodeJS.ProcessEnv = {}): Promise<ReadonlyMap<string, string>> {
  const started = begin(environment);
  expect([await started.ended, started.stderr()]).toEqual([0, '']);
  // Nothing of what was made on the way stays.
  expect(fs.readdirSync(place)).toEqual(['b.tar.gz']);
  await run('tar', ['-xzf', path.join(place, 'b.tar.gz'), '-C', place]);
  const folder = path.join(place, 'b');
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return new Map(files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}

it('explains what was told to nobody, and what is announced as well', async () => {
  await open();
  const files = await unpacked();
  expect([...files.keys()].filter((name) => name.startsWith('explain/')).sort()).toEqual(
    [...SERVICES, UNTOLD].map(({ prefix }) => `explain/${prefix.replace('/', '_')}.json`).sort(),
  );
  const asked = socket.asked.map(({ url }) => decodeURIComponent(url)).filter((url) => url.startsWith('/v1/explain/'));
  expect(asked.indexOf('/v1/explain/192.0.2.77/32')).toBeLessThan(asked.indexOf('/v1/explain/192.0.2.10/32'));
  expect(JSON.parse(files.get('history.json') ?? '')).toEqual({ transitions: TRANSITIONS });
  expect(files.get('README.txt')).toContain('not there: the log: it goes elsewhere');
  const words = ['bundle', '--json', '-o', 'c.tar.gz', '--control-socket', socket.path];
  const said = JSON.parse(await run(process.execPath, [bin, ...words], { cwd: place, env: cleanEnvironment() }));
  expect(said).toEqual({
    ...{ file: 'c.tar.gz', size: fs.statSync(path.join(place, 'c.tar.gz')).size },
    contents: expect.arrayContaining(['status.json: 7 services']),
    missing: [expect.stringMatching(/^the log: it goes elsewhere/)],
  });
});

it('has the log of a file, and the recording of where the daemon was started', async () => {
  const before = fs.mkdtempSync(path.join(process.cwd(), 'node_modules', '.bundle-'));
  try {
    fs.writeFileSync(path.join(before, 'log'), 'one line\n');
    for (const name of ['rec', 'rec.1', 'rec.old']) fs.writeFileSync(path.join(before, name), name);
    // The daemon is this process.
    const record = path.relative(process.cwd(), path.join(before, 'rec'));
    await open({}, { 'log-to': `file:${before}/log`, record });
    const files = await unpacked();
    expect(files.get('log.txt')).toBe('one line\n');
    expect([...files].filter(([name]) => name.startsWith('recording/')).sort()).toEqual([
      ['recording/rec', 'rec'],
      ['recording/rec.1', 'rec.1'],
    ]);
  } finally {
    fs.rmSync(before, { recursive: true });
  }
});

it('has the journal, as journalctl gives it, or says why not', async () => {
  await open({}, { 'log-to': 'journald' });
  const programs = path.join(socket.folder, 'programs');
  fs.mkdirSync(programs);
  const journal = (does: string): void =>
    fs.writeFileSync(path.join(programs, 'journalctl'), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
  const PATH = `${programs}:${process.env['PATH']}`;
  journal('echo "$@"');
  expect((await unpacked({ PATH })).get('log.txt')).toMatch(/--identifier=ha2bgp\n$/);
  fs.rmSync(place, { recursive: true });
  fs.mkdirSync(place);
  journal('exit 0');
  expect((await unpacked({ PATH })).get('README.txt')).toContain('not there: the log: the journal shows none of it');
});

it('does not wait again and again for a daemon that answers no more', async () => {
  await open({ 'GET /v1/peers': () => undefined });
  const files = await unpacked();
  expect(socket.asked.map(({ url }) => url)).toEqual(['/v1/status', '/v1/settings', '/v1/peers']);
  expect(files.get('README.txt')).toMatch(/not there: \/v1\/peers, and what is asked after it: .*does not answer/);
});

it('cut short leaves nothing behind', async () => {
  await open({ 'GET /v1/peers': () => undefined });
  const started = begin();
  await until('asked', () => socket.asked.length === 3);
  expect(fs.readdirSync(place)).toHaveLength(2);
  expect(await started.stop('SIGINT')).toBe(130);
  expect([fs.readdirSync(place), started.stderr()]).toEqual([[], '']);
});

// Mounts need root.
describeInterop('a bundle', () => {
  it('on a full disk is a sentence, and leaves nothing behind', async () => {
    // Such as cannot be made small.
    const settings = Object.fromEntries(Array.from({ length: 200 }, () => [randomUUID(), randomUUID()]));
    await open({}, settings);
    const small = 'mount -t tmpfs -o size=8k none "$0" && cd "$0" && "$@"; echo "$?"; ls';
    const words = ['--mount', 'sh', '-c', small, place, process.execPath, bin, 'bundle', '-o', 'b.tar.gz'];
    const started = start('unshare', [...words, '--control-socket', socket.path], { env: cleanEnvironment() });
    await started.ended;
    expect(started.stdout()).toBe('1\n');
    expect(started.stderr()).toMatch(/^ha2bgp: bundle: cannot be written: ENOSPC: .*\n$/);
  });
});

it('that cannot be written is a sentence, and leaves nothing behind', async () => {
  await open();
  const started = begin({ TMPDIR: '/nowhere' });
  expect(await started.ended).toBe(1);
  expect(started.stderr()).toMatch(/^ha2bgp: bundle: cannot be written: ENOENT: .*\/nowhere.*\n$/);
  expect(fs.readdirSync(place)).toEqual([]);
});
