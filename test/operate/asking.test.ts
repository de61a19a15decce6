/** Commands that ask a stand-in for the daemon: what is printed as it came, what is refused, what is cut short. */
import type { SpawnOptions } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlSocket, leaveSocket, openControlSocket, type Replies } from '../helpers/control-socket.ts';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';
import { ago, PROCESS, SERVICES, STATUS, TRANSITIONS } from '../helpers/views.ts';

let socket: ControlSocket;
/** A name, and a sentence, that would act upon a terminal. */
const HOSTILE = 'x\x1b[2J\x07\n';
const REFUSAL = {
  ...{ status: 422, title: 'The new settings are not good.', detail: 'the old ones stay in force' },
  problems: [
    { place: `/etc/a.yaml:3:4${HOSTILE}`, text: 'expected a prefix' },
    { place: '/etc/a.yaml:9:1', text: 'unknown key' },
  ],
};
/** Not as we would write it. */
const AS_IT_IS = '{ "peers" :[ ], "new": 1.50 }';
const REPLIES: Replies = {
  'GET /v1/status': { ...STATUS, services: SERVICES.map((each) => ({ ...each, name: HOSTILE })) },
  'GET /v1/peers': AS_IT_IS,
  'GET /v1/health': { ok: true },
  'GET /v1/history': () => undefined,
  'POST /v1/reload': { refusal: REFUSAL },
};

beforeEach(async () => {
  socket = await openControlSocket(REPLIES);
});
afterEach(async () => {
  await stopAll();
  await socket.close();
});

const begin = (words: readonly string[], options: SpawnOptions = {}) =>
  start(process.execPath, [bin, ...words, '--control-socket', socket.path], { env: cleanEnvironment(), ...options });
async function ask(...words: readonly string[]) {
  const started = begin(words);
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}

describe('what is asked', () => {
  it('is printed with --json as it came', async () => {
    expect(await ask('peers', '--json')).toEqual({ status: 0, stdout: `${AS_IT_IS}\n`, stderr: '' });
  });

  it('has nothing in it that acts upon a terminal', async () => {
    const { status, stdout } = await ask('status');
    expect(status).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
    expect(stdout.split('x\\u001b[2J\\u0007\\u000a')).toHaveLength(1 + SERVICES.length);
  });

  it('is refused in the words of the daemon, every problem in a line', async () => {
    expect(await ask('reload')).toEqual({
      ...{ status: 1, stdout: '' },
      stderr:
        'ha2bgp: reload: the old ones stay in force\n' +
        'ha2bgp: /etc/a.yaml:3:4x\\u001b[2J\\u0007\\u000a: expected a prefix\n' +
        'ha2bgp: /etc/a.yaml:9:1: unknown key\n',
    });
    const { status, stdout } = await ask('reload', '--json');
    expect([status, JSON.parse(stdout)]).toEqual([1, REFUSAL]);
  });

  it('is no success while nobody was told of what is announced', async () => {
    await socket.close();
    const untold = { told: 0, of: 1, except: [{ to: 'r1', state: 'no-session' }] };
    const services = SERVICES.filter(({ state }) => state === 'announced').map((each) => ({ ...each, told: untold }));
    socket = await openControlSocket({ 'GET /v1/status': { ...STATUS, services } });
    const { status, stdout } = await ask('status', '192.0.2.10');
    expect([status, stdout]).toEqual([3, expect.stringContaining('nobody was told: r1 no session')]);
  });

  it.each([
    ['those that are not announced are listed', 'announced', 0],
    ['one of them is not announced', 'down', 3],
  ] as const)('has a status of all that was asked about, though only %s', async (_, state, status) => {
    await socket.close();
    const services = SERVICES.slice(0, 2).map((each, at) => ({
      ...each,
      state: at === 0 ? ('announced' as const) : state,
    }));
    socket = await openControlSocket({
      'GET /v1/status': ({ url }) => ({ ...STATUS, services: url.includes('down=') ? [] : services }),
    });
    expect((await ask('status', '192.0.2.0/24', '--down')).status).toBe(status);
  });

  it('of a daemon of before an upgrade, and not understood, is said to be', async () => {
    await socket.close();
    const summary = { ...STATUS, process: { ...STATUS.process, version: '0.0.9' } };
    socket = await openControlSocket({ 'GET /v1/history': {}, 'GET /v1/summary': summary });
    const { status, stderr } = await ask('history');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^ha2bgp: history: the daemon that runs is ha2bgp 0\.0\.9, and this is \S+, which .*\n$/),
    ]);
  });

  it('and answered by something else is said to be', async () => {
    await socket.close();
    socket = await openControlSocket({ 'GET /v1/status': '<html>' });
    expect(await ask('status')).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: 'ha2bgp: status: what answers on the control socket is no ha2bgp\n',
    });
  });

  it('has to be asked of one of several, which are told apart', async () => {
    const settings = [{ name: 'network', value: '192.0.2.0/24', from: 'flag' }];
    const replies = { 'GET /v1/summary': STATUS, 'GET /v1/settings': { settings } };
    const both = await Promise.all(['dns', 'web2'].map((name) => openControlSocket(replies, name, socket.folder)));
    const env = { ...cleanEnvironment(), RUNTIME_DIRECTORY: socket.folder };
    const started = start(process.execPath, [bin, 'peers'], { env });
    expect(await started.ended).toBe(1);
    for (const each of both) await each.close();
    const about = `pid ${STATUS.process.pid}, --network 192.0.2.0/24`;
    expect(started.stderr()).toContain('daemons run here; name one with --name: dns, web, web2');
    expect(started.stderr()).toContain(`ha2bgp: dns: ${about}\n`);
    expect(started.stderr()).toContain('ha2bgp: web: There is nothing here.\n');
  });

  it('is not asked of another daemon without a word, nor told it, where one has died', async () => {
    const dead = await leaveSocket(socket.folder, 'dns');
    const env = { ...cleanEnvironment(), RUNTIME_DIRECTORY: socket.folder };
    const askAny = async (...words: readonly string[]) => {
      const started = start(process.execPath, [bin, ...words], { env });
      return { status: await started.ended, stdout: started.stdout(), stderr: started.stderr() };
    };
    // Others may lie in the directories that are looked into by default, which are further away.
    const gone = `${dead} is left over: .* gone, and web is another one`;
    expect(await askAny('peers', '--json')).toEqual({
      ...{ status: 0, stdout: `${AS_IT_IS}\n` },
      stderr: expect.stringMatching(`^ha2bgp: peers: ${gone}: this is what web says\n$`),
    });
    for (const words of [['drain', '--all'], ['undrain', '--all'], ['set', '192.0.2.1', 'down'], ['reload']]) {
      expect(await askAny(...words), words.join(' ')).toEqual({
        ...{ status: 1, stdout: '' },
        stderr: expect.stringMatching(`^ha2bgp: ${words[0]}: ${gone}: say --name web .*; nothing was done\n$`),
      });
    }
    expect(socket.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/peers']);
    expect(await askAny('reload', '--name', 'web')).toMatchObject({
      stderr: expect.stringContaining('the old ones stay in force'),
    });
  });

  it.each([
    { living: 'web', dead: 'dns', where: 'beside it', isSaid: true },
    { living: 'web', dead: 'dns', where: 'further away', isSaid: false },
    // Names that are made of settings, of daemons without one of their own.
    { living: 'web', dead: '3d14a6fbd8d0', where: 'beside it', isSaid: false },
    { living: 'af554c5cc211', dead: '3d14a6fbd8d0', where: 'beside it', isSaid: true },
  ])('is asked of $living, where $dead died $where: said is $isSaid', async ({ living, dead, where, isSaid }) => {
    const [near, far] = ['near', 'far'].map((each) => path.join(socket.folder, each)) as [string, string];
    for (const each of [near, far]) fs.mkdirSync(each);
    const daemon = await openControlSocket(REPLIES, living, near);
    const left = await leaveSocket(where === 'beside it' ? near : far, dead);
    const env = { ...cleanEnvironment(), RUNTIME_DIRECTORY: `${near}:${far}` };
    const started = start(process.execPath, [bin, 'peers', '--json'], { env });
    expect(await started.ended).toBe(0);
    await daemon.close();
    expect(started.stdout()).toBe(`${AS_IT_IS}\n`);
    expect(started.stderr()).toBe(
      isSaid
        ? `ha2bgp: peers: ${left} is left over: the daemon that listened on it is gone, and ${living} is another one: this is what ${living} says\n`
        : '',
    );
  });

  it('is sent in the words of the API', async () => {
    await ask('status', '192.0.2.0/24', '--state', 'held,down');
    await ask('status', '--down');
    await ask('status', 'a b&c');
    await Promise.all([
      ask('drain', '--all', '--for', '1h30m', '--reason', 'ä "b"'),
      ask('set', '2001:db8::1', 'down', '--ttl', '90s'),
    ]);
    const sent = socket.asked.map(({ method, url, body }) => `${method} ${url} ${body}`.trim());
    for (const request of [
      'GET /v1/status?state=held%2Cdown&within=192.0.2.0%2F24',
      'GET /v1/status?down=true',
      'GET /v1/status?name=a+b%26c',
      'POST /v1/drain {"target":"all","for":"1h30m","why":"ä \\"b\\""}',
      'POST /v1/set {"prefix":"2001:db8::1/128","to":"down","ttl":"1m30s"}',
    ]) {
      expect(sent).toContain(request);
    }
  });

  it.each([['status'], ['peers', '--json'], ['watch', '--events']])(
    'and cannot be printed is a sentence: %s',
    async (...words) => {
      await socket.close();
      const event = `event: transition\ndata: ${JSON.stringify({ type: 'transition', ...TRANSITIONS[0] })}\n\n`;
      socket = await openControlSocket({
        ...REPLIES,
        'GET /v1/events': (_asked, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(event);
          return undefined;
        },
      });
      const full = fs.openSync('/dev/full', 'w');
      try {
        const started = begin(words, { stdio: ['ignore', full, 'pipe'] });
        expect(await started.ended).toBe(1);
        expect(started.stderr()).toBe('ha2bgp: stdout: ENOSPC: no space left on device, write\n');
      } finally {
        fs.closeSync(full);
      }
    },
  );

  it('and cut short ends as a shell calls that', async () => {
    const waiting = begin(['history']);
    await until('asked', () => socket.asked.length > 0);
    expect(await waiting.stop('SIGINT')).toBe(130);
    expect(waiting.stderr()).toBe('');
  });
});

describe('history', () => {
  const peers = [{ at: ago(20), number: 1_000, type: 'peer-up', sink: 'speaker', peer: 'r1' }];
  const HISTORY = { transitions: TRANSITIONS, process: PROCESS, peers };
  const at = (seconds: number): string => ago(seconds);
  const numbers = async (...words: readonly string[]) => {
    const { status, stdout, stderr } = await ask('history', ...words, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const { transitions, process, peers: sessions } = JSON.parse(stdout) as typeof HISTORY;
    return [...transitions, ...process, ...sessions].map(({ number }) => number).sort((one, other) => one - other);
  };
  const ofAll = (isAskedFor: (at: string) => boolean): number[] =>
    [...TRANSITIONS, ...PROCESS, ...peers]
      .filter((each) => isAskedFor(each.at))
      .map(({ number }) => number)
      .sort((one, other) => one - other);

  it('is of the time that is asked about, all of it', async () => {
    await socket.close();
    socket = await openControlSocket({ 'GET /v1/history': HISTORY });
    expect(await numbers('--since', at(192))).toEqual(ofAll((each) => each >= at(192)));
    expect(await numbers('--until', at(192))).toEqual(ofAll((each) => each <= at(192)));
    expect(await numbers('--since', at(300), '--until', at(10))).toEqual(
      ofAll((each) => each >= at(300) && each <= at(10)),
    );
    expect(await numbers('--since', at(300), '--most', '2')).toEqual(ofAll((each) => each >= at(300)).slice(-2));
    expect(await numbers('--since', '2100-01-01')).toEqual([]);
    const { stdout } = await ask('history', '--since', '2026-11-20T03:10Z', '192.0.2.2');
    expect(stdout).toBe('nothing is known to have changed since 2026-11-20 03:10:00.000Z\n');
    expect(socket.asked.map(({ url }) => url).at(-1)).toBe('/v1/history?prefix=192.0.2.2%2F32&most=10000');
  });

  it('has fifty changes where nothing is said, and none that end before they begin', async () => {
    await socket.close();
    socket = await openControlSocket({ 'GET /v1/history': HISTORY });
    await ask('history');
    expect(socket.asked.map(({ url }) => url)).toEqual(['/v1/history?most=50']);
    // Of all that happened, not of each kind.
    for (const most of [1, 3]) expect(await numbers('--most', String(most))).toEqual(ofAll(() => true).slice(-most));
    const { status, stderr } = await ask('history', '--since', '03:00', '--until', '2020-01-01');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^ha2bgp: --until: 2020-01-01 .* is before --since, /)]);
    expect((await ask('history', '--since', 'yesterday')).stderr).toContain(
      '--since: "yesterday": expected a time of day',
    );
  });
});
