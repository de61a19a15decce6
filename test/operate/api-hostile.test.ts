/** Bad input and hostile users of the API: each gets a clear answer or none, and what is announced does not notice. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, connect, exchange, type Where } from '../helpers/api-client.ts';
import { type AskedDaemon, loopbackNet, startAsked } from '../helpers/asked-daemon.ts';
import { start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const NET = loopbackNet(102);

const TOKEN = `token-of-${'x'.repeat(20)}`;
const KIB = 1_024;
let asked: AskedDaemon;
let tcp: Where;
const authorization = `Bearer ${TOKEN}`;

beforeAll(async () => {
  const file = path.join(fs.mkdtempSync('/tmp/ha2bgp-token-'), 'token');
  fs.writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
  asked = await startAsked(102, ['--api-listen', `${NET}.1:8080`, '--api-token-file', file]);
  tcp = { host: `${NET}.1`, port: 8080 };
  fs.rmSync(path.dirname(file), { recursive: true });
});

afterAll(async () => {
  await asked?.close();
  await stopAll();
});

const statusOf = (heard: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(heard)?.[1] ?? 0);
const get = (target: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${NET}.1\r\nConnection: close\r\n${more}\r\n`;
const descriptors = (): number => fs.readdirSync(`/proc/${asked.daemon.pid}/fd`).length;
const residentKib = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${asked.daemon.pid}/status`, 'utf8'))?.[1]);

describe('a wrong method', () => {
  afterAll(async () => await asked.stillAnnounces());

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'POST'])('%s on what is only read', async (method) => {
    const { status, headers } = await ask(asked.socket, '/v1/status', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('is told for each address which one is right', async () => {
    const { status, headers } = await ask(asked.socket, '/v1/drain');
    expect([status, headers.allow]).toEqual([405, 'POST']);
  });

  it('that nobody knows is no HTTP', async () => {
    expect(statusOf(await exchange(asked.socket, 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(400);
  });

  it('CONNECT gets no tunnel', async () => {
    expect(await exchange(asked.socket, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain(' 200 ');
  });
});

describe('a path with a trick in it', () => {
  afterAll(async () => await asked.stillAnnounces());

  it.each([
    ...['/v1/../v1/status', '/v1/%2e%2e/etc/passwd', '/v1/services/..%2f..%2fstatus', '/%2e/v1/status', '/v1/./status'],
    ...['//v1/status', '/v1//status', '/v1/services/%252e%252e', '/v1/services/192.0.2.0%252f24', '/v1/status%00'],
    ...['/v1/status%0d%0aX-Evil: 1', '/v1\\status', '/v1/%5c..%5cstatus', '/v1/%zz', '/v1/%', '/v1/%ff', '/v1/%c0%ae'],
    ...['*', 'v1/status', `http://${NET}.1/v1/status`, '/v1/status#x', '/v1/st\x01atus', '/v1/\xe9', '/%ED%A0%80'],
  ])('%j is refused', async (target) => {
    const heard = await exchange(tcp, get(target));
    expect(statusOf(heard)).toBe(400);
    expect(heard).toContain('application/problem+json');
    expect(heard.toLowerCase()).not.toContain('\r\nx-evil');
  });

  it.each([
    '/v1',
    '/page',
    '/v1/status/',
    '/V1/status',
    '/v1/statusx',
    '/v2/status',
    '/etc/passwd',
    '/v1/constructor',
    '/__proto__',
  ])('%s is no address of ours', async (target) => {
    expect(statusOf(await exchange(tcp, get(target)))).toBe(404);
  });

  it('that is too long is told so', async () => {
    expect(statusOf(await exchange(tcp, get(`/v1/services/${'1'.repeat(3 * KIB)}`)))).toBe(414);
    expect(statusOf(await exchange(tcp, get(`/v1/services/${'1'.repeat(20 * KIB)}`)))).toBe(431);
  });
});

describe('a body that is not good', () => {
  afterAll(async () => await asked.stillAnnounces());

  const post = (body: string | Buffer, headers: Record<string, string | number> = {}) =>
    ask(asked.socket, '/v1/drain', { method: 'POST', body: body as string, headers });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=iso-8859-1', 415],
    ['application/jsonx', 415],
    ['', 415],
    ['application/json;charset=UTF-8', 422],
  ])('of type %j: %i', async (type, status) => {
    const reply = await post('{"target":"all"}', { 'content-type': type });
    // 422 in a daemon that cannot drain, 200 in one that can: it was read.
    expect([status, status === 422 ? 200 : status]).toContain(reply.status);
    if (reply.status === 200) await ask(asked.socket, '/v1/undrain', { body: { target: 'all' } });
  });

  it.each(['gzip', 'br', 'x'])('in the encoding %s is not read', async (encoding) => {
    expect((await post('{"target":"all"}', { 'content-encoding': encoding })).status).toBe(415);
  });

  it.each([
    '',
    '{',
    '[]',
    '"all"',
    'null',
    '7',
    '{"target":"all"} x',
    '['.repeat(60_000),
    '{"target":all}',
    '{"a":1,}',
  ])('is told what was expected: %.20s', async (text) => {
    expect((await post(text)).status).toBe(400);
  });

  it.each([
    '{"__proto__":{"target":"all"}}',
    '{"constructor":"x"}',
    '{"target":["all"]}',
    '{"target":{}}',
    '{"target":null}',
  ])('has no keys and no values that are unknown: %s', async (text) => {
    expect((await post(text)).body.problems.length).toBeGreaterThan(0);
  });

  it('in another encoding than UTF-8 is refused', async () => {
    const head = `POST /v1/drain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const heard = await exchange(asked.socket, `${head}Content-Length: 16\r\n\r\n{"target":"\xff\xfe\xfd"}`);
    expect(statusOf(heard)).toBe(400);
    expect(heard).toContain('UTF-8');
  });

  it('of a gigabyte is refused before it is sent, and not waited for', async () => {
    const before = residentKib();
    const head = `POST /v1/drain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 30}\r\n\r\n`;
    const wire = await connect(asked.socket, head);
    const chunk = Buffer.alloc(64 * KIB, 0x20);
    let sent = 0;
    const send = (): void => {
      while (!wire.socket.destroyed && sent < 2 ** 30 && wire.socket.write(chunk)) sent += chunk.length;
    };
    wire.socket.on('drain', send);
    send();
    expect(statusOf(await wire.closed)).toBe(413);
    expect(sent).toBeLessThan(16 * KIB * KIB);
    expect(residentKib() - before).toBeLessThan(64 * KIB);
  });

  it('is waited for only when it may be sent: Expect: 100-continue', async () => {
    const head =
      'POST /v1/undrain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n';
    const wire = await connect(asked.socket, `${head}Content-Length: 7\r\n\r\n`);
    await until('to be told to go on', () => wire.heard().startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
    wire.socket.write('{"a":1}');
    expect(await wire.closed).toContain('HTTP/1.1 400 ');
    expect(statusOf(await exchange(asked.socket, `${head}Content-Length: 999999999\r\n\r\n`))).toBe(413);
  });

  it('that ends in the middle is a slip of who sent it, and no mistake of ours', async () => {
    const head =
      'POST /v1/undrain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"';
    const before = asked.daemon.count('asked by hand');
    const wire = await connect(asked.socket, head);
    wire.socket.destroy();
    await until('it is heard of', () => asked.daemon.count('asked by hand') > before);
    expect(asked.daemon.stderr()).not.toContain('request not answered');
  });

  it('of a question that has none is refused', async () => {
    expect((await ask(asked.socket, '/v1/status', { method: 'GET', body: { down: true } })).status).toBe(400);
  });

  it('in pieces without an end is refused at its limit', async () => {
    const head =
      'POST /v1/drain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const wire = await connect(asked.socket, head);
    const piece = `1000\r\n${' '.repeat(0x1000)}\r\n`;
    let sent = 0;
    const send = (): void => {
      while (!wire.socket.destroyed && sent < 2 ** 28 && wire.socket.write(piece)) sent += piece.length;
    };
    wire.socket.on('drain', send);
    send();
    expect(statusOf(await wire.closed)).toBe(413);
    expect(sent).toBeLessThan(16 * KIB * KIB);
  });

  it.each([
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n'],
    ['a length and pieces', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['a length that is none', 'Content-Length: -1\r\n'],
    ['pieces within pieces', 'Transfer-Encoding: chunked, identity\r\n'],
    ['pieces of a kind that nobody knows', 'Transfer-Encoding: xchunked\r\n'],
    ['pieces over two lines', 'Transfer-Encoding:\r\n chunked\r\n'],
    ['two lengths in one', 'Content-Length: 4, 4\r\n'],
    ['a length with a sign', 'Content-Length: +4\r\n'],
    ['a line that ends in LF alone', 'X: a\nContent-Length: 4\r\n'],
    ['a CR that ends no line', 'X: a\rContent-Length: 4\r\n'],
    ['a field over two lines', 'X: a\r\n b\r\n'],
    ['a field with a space in its name', 'Content-Length : 4\r\n'],
    ['a zero in a field', 'X: a\0b\r\n'],
  ])('whose end two readers could see in two places is refused: %s', async (_what, fields) => {
    const head = 'POST /v1/undrain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n';
    expect(statusOf(await exchange(asked.socket, `${head}${fields}\r\n{"a"`))).toBe(400);
  });
});

describe('what HTTP has besides', () => {
  afterAll(async () => await asked.stillAnnounces());

  it.each([
    [
      'another protocol',
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n',
    ],
    ['HTTP/2', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'],
    ['a part', 'Range: bytes=0-1\r\n'],
    ['a thousand parts', `Range: bytes=${Array.from({ length: 1_000 }, (_, each) => `${each}-${each}`).join()}\r\n`],
    ['another method', 'X-HTTP-Method-Override: POST\r\nX-Original-URL: /v1/drain\r\n'],
  ])('is not had for the asking: %s', async (_what, fields) => {
    const wire = await connect(tcp, `GET /v1/health HTTP/1.1\r\nHost: ${NET}.1\r\n${fields}\r\n`);
    await until('all of it', () => wire.heard().endsWith('{"ok":true}\n'));
    expect(statusOf(wire.heard())).toBe(200);
    wire.socket.destroy();
  });

  it('is no stranger who says that he is one of us', async () => {
    const headers = { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1', 'x-real-ip': '127.0.0.1' };
    expect((await ask(tcp, '/v1/drain', { body: { target: 'all' }, headers })).status).toBe(401);
  });

  it('is an error where nobody speaks it: HTTP/2, HTTP/0.9, an expectation that is unknown', async () => {
    expect(statusOf(await exchange(tcp, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))).toBe(400);
    expect(statusOf(await exchange(tcp, 'GET /v1/health\r\n\r\n'))).toBe(400);
    expect(statusOf(await exchange(tcp, get('/v1/health', 'Expect: 200-ok\r\n')))).toBe(417);
  });

  it('of a path says one thing: what is given twice, or encoded, is not taken for something else', async () => {
    for (const target of [
      '/v1/status?name=a&name=b',
      '/v1/status?n%61me=a&name=b',
      '/v1/status?x=1',
      '/v1/status??down',
    ]) {
      expect([target, statusOf(await exchange(tcp, get(target)))]).toEqual([target, 400]);
    }
    for (const target of ['/v1%2fstatus', '/v1/stat%75s', '/v1/status;x=1', '/page/main.js/']) {
      expect([target, statusOf(await exchange(tcp, get(target)))]).toEqual([target, 404]);
    }
    for (const target of [
      '/page/..%2fpackage.json',
      '/page/%2e%2e/package.json',
      '/page/main.js%00.html',
      '/page//main.js',
    ]) {
      expect([target, statusOf(await exchange(tcp, get(target)))]).toEqual([target, 400]);
    }
  });
});

describe('header fields', () => {
  afterAll(async () => await asked.stillAnnounces());

  it('that are too long are refused', async () => {
    expect(statusOf(await exchange(tcp, get('/v1/health', `X: ${'x'.repeat(20 * KIB)}\r\n`)))).toBe(431);
  });

  it('that come by thousands are refused', async () => {
    expect(statusOf(await exchange(tcp, get('/v1/health', 'X: y\r\n'.repeat(10_000))))).toBe(431);
  });

  it('are all looked at, however many there are', async () => {
    const many = 'a:\r\n'.repeat(3_000);
    expect(statusOf(await exchange(tcp, get('/v1/health', many)))).toBe(200);
    expect(statusOf(await exchange(tcp, get('/v1/health', `${many}Origin: http://evil.example\r\n`)))).toBe(403);
    expect(statusOf(await exchange(tcp, get('/v1/health', `${many}Host: evil.example\r\n`)))).toBe(400);
  });

  it('never come back: nothing of a request stands in the head of its answer', async () => {
    const evil = 'e%0d%0aSet-Cookie:%20a=b';
    for (const target of [`/v1/status?name=${evil}`, `/v1/explain/${evil}`, `/v1/status?${evil}=1`]) {
      const heard = await exchange(tcp, get(target));
      const [head = ''] = heard.split('\r\n\r\n');
      expect(statusOf(heard)).toBe(400);
      expect(head.toLowerCase()).not.toContain('cookie');
    }
  });

  it('of every answer keep a browser from taking it for something else', async () => {
    for (const target of ['/v1/status', '/v1/nothing', '/v1/status?name=%3Cscript%3E']) {
      const { headers } = await ask(tcp, target);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-type': expect.stringMatching(/^application\/(problem\+)?json$/),
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      });
      expect(Object.keys(headers).filter((name) => /^access-control-|^set-cookie$/.test(name))).toEqual([]);
    }
  });
});

describe('a page of somebody else', () => {
  afterAll(async () => await asked.stillAnnounces());

  it.each(['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'does not reach us by the name %s (DNS rebinding)',
    async (host) => {
      for (const path of ['/v1/status', '/v1/events']) {
        expect((await ask(tcp, path, { headers: { host } })).status).toBe(421);
      }
      const change = { body: { target: 'all' }, headers: { host, authorization } };
      expect((await ask(tcp, '/v1/drain', change)).status).toBe(421);
    },
  );

  it.each([`${NET}.1:8080`, 'localhost:8080', 'LOCALHOST', '[::1]:8080', '127.0.0.1'])('%s is us', async (host) => {
    expect((await ask(tcp, '/v1/health', { headers: { host } })).status).toBe(200);
  });

  it.each(['', 'a b', '127.0.0.1@evil', 'http://127.0.0.1', '127.0.0.1:port', '[::1', 'x/y'])(
    'a Host that is none is refused: %j',
    async (host) => {
      expect(
        statusOf(await exchange(tcp, `GET /v1/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)),
      ).toBe(400);
    },
  );

  it('no Host, or two of them', async () => {
    expect(statusOf(await exchange(tcp, 'GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
    expect(statusOf(await exchange(tcp, get('/v1/health', `Host: ${NET}.1\r\n`)))).toBe(400);
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `https://${NET}.1:8080.evil.example` },
    { origin: `http://${NET}.1:9999` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  ])('changes nothing, even with the token: %j', async (headers) => {
    const reply = await ask(tcp, '/v1/drain', { body: { target: 'all' }, headers: { ...headers, authorization } });
    expect(reply.status).toBe(403);
  });

  it.each([
    { origin: 'http://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ])('reads nothing: %j', async (headers) => {
    for (const path of ['/v1/status', '/v1/events']) expect((await ask(tcp, path, { headers })).status).toBe(403);
  });

  it('may link to us, and our own page may ask', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const own = { origin: `http://${NET}.1:8080`, host: `${NET}.1:8080`, 'sec-fetch-site': 'same-origin' };
    for (const headers of [link, own]) expect((await ask(tcp, '/v1/health', { headers })).status).toBe(200);
  });

  it('gets no answer to a preflight', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    expect((await ask(tcp, '/v1/drain', { method: 'OPTIONS', headers })).status).toBe(403);
  });
});

describe('who has no token', () => {
  afterAll(async () => await asked.stillAnnounces());

  it.each([
    ['none', {}],
    ['a beginning of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['it and more', { authorization: `Bearer ${TOKEN}x` }],
    ['it in capitals', { authorization: `Bearer ${TOKEN.toUpperCase()}` }],
    ['it as a password', { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }],
    ['it without a word before', { authorization: TOKEN }],
    ['it as a cookie', { cookie: `token=${TOKEN}` }],
  ])('changes nothing: %s', async (_what, headers) => {
    const reply = await ask(tcp, '/v1/drain', { body: { target: 'all' }, headers });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, 'Bearer realm="ha2bgp"']);
    expect(reply.text).not.toContain(TOKEN);
  });

  it('finds it neither in the address', async () => {
    const reply = await ask(tcp, `/v1/drain?token=${TOKEN}`, { body: { target: 'all' } });
    expect(reply.status).toBe(401);
  });

  it('is not believed with a second one beside a good one', async () => {
    const heard = await exchange(
      tcp,
      get('/v1/health', `Authorization: ${authorization}\r\nAuthorization: Bearer x\r\n`),
    );
    expect(statusOf(heard)).toBe(400);
  });

  it('and whoever has it is let in, under that name', async () => {
    const reply = await ask(tcp, '/v1/undrain', { body: { target: `${NET}.7` }, headers: { authorization } });
    expect(reply.status).not.toBe(401);
    await asked.daemon.logged('"by":"token"');
    expect(asked.daemon.stderr()).not.toContain(TOKEN);
    // However many were not good: the first, and the tenth.
    expect(asked.daemon.count('a token that is not good')).toBeLessThan(3);
    expect(asked.daemon.count('a token that is not good')).toBeGreaterThan(0);
  });
});

describe('somebody who is slow', () => {
  afterAll(async () => await asked.stillAnnounces());

  it('is cut off: with headers, with a body, and with nothing at all', { timeout: 60_000 }, async () => {
    const wires = await Promise.all([
      connect(tcp),
      connect(asked.socket),
      connect(tcp, `GET /v1/health HTTP/1.1\r\nHost: ${NET}.1\r\nX: `),
      connect(
        asked.socket,
        'POST /v1/undrain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n',
      ),
    ]);
    // One octet now and then: it is the whole that has a limit.
    const drip = setInterval(() => {
      for (const { socket } of wires.slice(2)) if (!socket.destroyed) socket.write('x');
    }, 500);
    const heard = await Promise.all(wires.map(({ closed }) => closed)).finally(() => clearInterval(drip));
    expect(heard.slice(2).map(statusOf)).toEqual([408, 408]);
    // Also whoever was cut off before all of the time for it was over.
    expect(heard[2]).toContain('expected its head within 5 s, all of it within 10 s');
    for (const each of heard.slice(0, 2)) expect([0, 408]).toContain(statusOf(each));
  });
});

describe('many at once', () => {
  afterAll(async () => await asked.stillAnnounces());

  it('requests sent ahead are not begun by thousands', async () => {
    const heard = await exchange(asked.socket, 'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    expect(heard.split('HTTP/1.1 200').length - 1).toBeLessThan(10);
    expect((await ask(asked.socket, '/v1/health')).status).toBe(200);
  });

  it('streams are 200, and the next one is told to come again', async () => {
    const stream = 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n';
    const wires = await Promise.all(Array.from({ length: 200 }, () => connect(asked.socket, stream)));
    await until('all of them', () => wires.every(({ heard }) => heard().includes(' 200 OK')));
    const { status, headers } = await ask(asked.socket, '/v1/events');
    expect([status, headers['retry-after']]).toEqual([503, '10']);
    expect((await ask(asked.socket, '/v1/health')).status).toBe(200);
    for (const { socket } of wires) socket.destroy();
    await until(
      'they are gone',
      async () => (await ask(asked.socket, '/v1/events', { method: 'HEAD' })).status === 200,
    );
  });

  it('10,000 connections: some hundred are kept, and services come and go meanwhile', {
    timeout: 120_000,
  }, async () => {
    const before = descriptors();
    const crowds = [tcp, { path: asked.socketPath }].map((where) =>
      start(process.execPath, [path.join(import.meta.dirname, '../helpers/crowd.mjs'), JSON.stringify([where, 5_000])]),
    );
    await until('a crowd', () => descriptors() > before + 300);
    await asked.stillAnnounces();
    expect(descriptors() - before).toBeLessThan(2 * 256 + 64);
    const tried = (): number[] => crowds.map(({ stdout }) => Number(/.*tried (\d+)/s.exec(stdout())?.[1] ?? 0));
    await until(
      () => `all have tried: ${tried()}`,
      () => tried().every((count) => count === 5_000),
      60_000,
    );
    await asked.stillAnnounces();
    for (const crowd of crowds) await crowd.stop('SIGKILL');
    await until('it answers again', async () => (await ask(tcp, '/v1/health').catch(() => undefined))?.status === 200);
    await until('their descriptors are free', () => descriptors() < before + 16);
  });
});
