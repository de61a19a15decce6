import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Client,
  createClient,
  eventReader,
  RefusedError,
  type ServerEvent,
} from '../../../../src/cli/operate/client.ts';
import {
  findDaemon,
  NoDaemonError,
  runningDaemons,
  SeveralDaemonsError,
  SilentDaemonError,
  socketDirectories,
} from '../../../../src/cli/operate/find-daemon.ts';
import { leaveSocket, openControlSocket } from '../../../helpers/control-socket.ts';
import { until } from '../../../helpers/until.ts';

let folder: string;
const closers: (() => unknown)[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function serve(name: string, replies: Parameters<typeof openControlSocket>[0] = {}) {
  const socket = await openControlSocket(replies, name, folder);
  closers.push(socket.close);
  return socket;
}
/** A socket whose owner was killed. */
const stale = (name: string): Promise<string> => leaveSocket(folder, name);
const find = (wish: Partial<Parameters<typeof findDaemon>[0]> = {}, folders: readonly string[] = [folder]) =>
  findDaemon({ controlSocket: '', name: '', ...wish }, folders);
const why = (wish?: Parameters<typeof find>[0], folders?: readonly string[]): Promise<string> =>
  find(wish, folders).then(
    ({ file }) => `found ${file}`,
    (error: unknown) => {
      expect(error).toBeInstanceOf(NoDaemonError);
      return (error as Error).message;
    },
  );

describe('the daemon that is meant', () => {
  it('is looked for where sockets are', () => {
    expect(socketDirectories({})).toEqual(['/run/ha2bgp', '/run/exabgp']);
    expect(socketDirectories({ RUNTIME_DIRECTORY: '/run/a:/run/ha2bgp:' })).toEqual([
      ...['/run/a', '/run/ha2bgp', '/run/exabgp'],
    ]);
  });

  it('is the only one that is alive', async () => {
    const old = await stale('old');
    fs.writeFileSync(path.join(folder, 'file.sock'), '');
    const { path: file } = await serve('web');
    expect(await find()).toEqual({ file, leftOver: [old] });
    expect(await find({ name: 'web' })).toEqual({ file, leftOver: [] });
    expect(await find({ controlSocket: file }, [])).toEqual({ file, leftOver: [] });
  });

  it('has to be named where there are several', async () => {
    const web = await serve('web');
    await serve('dns');
    await stale('old');
    expect(await why()).toBe('2 daemons run here; name one with --name: dns, web');
    expect(await find().catch((error: unknown) => error)).toBeInstanceOf(SeveralDaemonsError);
    expect(await find({ name: 'web' })).toEqual({ file: web.path, leftOver: [] });
    expect(await why({ name: 'wbe' })).toBe('no daemon of the name wbe; there are dns, web');
  });

  it('is offered where a name is asked for', async () => {
    await stale('old');
    await Promise.all(['web', 'dns', 'a$(b)'].map((name) => serve(name)));
    expect(await runningDaemons([folder, '/nowhere'])).toEqual(['dns', 'web']);
  });

  it('that cannot be had is the one that is looked for first', async () => {
    const other = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    closers.push(() => fs.rmSync(other, { recursive: true }));
    const files = [await stale('a'), path.join(other, 'b.sock')] as const;
    fs.renameSync(await stale('b'), files[1]);
    const gone = 'are left over: the daemons that listened on them are gone';
    expect(await why({}, [folder, other])).toContain(`${files[0]} and ${files[1]} ${gone}`);
    expect(await why({}, [other, folder])).toContain(`${files[1]} and ${files[0]} ${gone}`);
    for (const name of ['c', 'd', 'e', 'f']) await stale(name);
    expect(await why({}, [folder, other])).toMatch(/\/a\.sock, .*\/c\.sock, .*\/d\.sock, .*\/e\.sock and 2 more are/);
  });

  it('is told apart from what one left behind', async () => {
    const file = await stale('web');
    for (const wish of [{}, { name: 'web' }, { controlSocket: file }]) {
      expect(await why(wish)).toMatch(/web\.sock is left over: the daemon that listened on it is gone/);
    }
  });

  it('is none: what to do then is said', async () => {
    expect(await why({ controlSocket: 'none' })).toBe('--control-socket none: such a daemon cannot be asked');
    expect(await why({}, [folder, '/nowhere'])).toBe(
      `no control socket in ${folder} or /nowhere: is a daemon running (ha2bgp run)? ` +
        'If it has a --control-socket of its own, name it here, too',
    );
    expect(await why({ name: 'web' })).toContain(`no control socket web.sock in ${folder}`);
    expect(await why({ controlSocket: `${folder}/x\x1b[2J` })).toContain('x\\u001b[2J: there is no such socket');
    fs.writeFileSync(path.join(folder, 'plain'), '');
    expect(await why({ controlSocket: folder })).toBe(`${folder} is not a socket`);
    expect(await why({ controlSocket: `${folder}/plain` })).toBe(`${folder}/plain is not a socket`);
    expect(await why({ controlSocket: `${folder}/${'x'.repeat(200)}` })).toContain('there is no such socket');
  });
});

describe('a request', () => {
  const clientOf = async (replies: Parameters<typeof openControlSocket>[0]): Promise<Client> =>
    createClient((await serve('web', replies)).path);

  it('is answered with the body as it is', async () => {
    const client = await clientOf({
      'GET /v1/x': '{ "a" : 1 }',
      'POST /v1/y': ({ body }) => JSON.parse(body) as object,
    });
    expect((await client.get('/v1/x?a=b')).toString()).toBe('{ "a" : 1 }');
    expect((await client.post('/v1/y', { ä: '✓' })).toString()).toBe('{"ä":"✓"}');
  });

  it('that is refused has the words of the daemon, and no control characters', async () => {
    const refusal = {
      status: 409,
      title: 'Not now.',
      detail: 'it is \x1b[31mbusy',
      problems: [{ place: 'a', text: 'b' }],
    };
    const client = await clientOf({ 'GET /v1/x': { refusal } });
    const error = await client.get('/v1/x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).message).toBe('it is \\u001b[31mbusy');
    expect((error as RefusedError).refusal).toMatchObject({ status: 409, problems: [{ place: 'a', text: 'b' }] });
  });

  it('that is wanted no more ends, and the daemon sees that', async () => {
    let isClosed = false;
    const end = new AbortController();
    const client = await clientOf({
      'GET /v1/x': (_asked, response) => {
        response.on('close', () => {
          isClosed = true;
        });
        end.abort();
        return undefined;
      },
    });
    const error = await client.get('/v1/x', end.signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoDaemonError);
    expect(error).not.toBeInstanceOf(SilentDaemonError);
    await until('closed', () => isClosed);
  });

  it.each(['oops', '"oops"', 'null', '[]', '{"title":5}'])('that is refused with %s is refused', async (text) => {
    const client = await clientOf({
      'GET /v1/x': (_asked, response) => {
        response.writeHead(503).end(text);
        return undefined;
      },
    });
    await expect(client.get('/v1/x')).rejects.toThrow('the daemon answered with 503, and gave no reason');
  });

  it.each<[string, (socket: net.Socket) => void, RegExp]>([
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-x\r\n'), /what listens there speaks no HTTP/],
    ['closes at once', (socket) => socket.destroy(), /the connection broke off/],
    [
      'breaks off in the middle',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{', () => socket.destroy()),
      /the connection broke off/,
    ],
  ])('to what %s fails with a sentence', async (_name, behave, says) => {
    const file = path.join(folder, 'x.sock');
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(file, resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const error = await createClient(file)
      .get('/')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoDaemonError);
    expect((error as Error).message).toMatch(says);
  });
});

describe('a daemon that is stopped', () => {
  it('is said to be, sooner than an answer that has begun is given up', async () => {
    let isAsked = false;
    let end = (): void => {};
    const { path: file } = await serve('web', {
      'POST /v1/drain': () => {
        isAsked = true;
        return undefined;
      },
      'GET /v1/status': (_asked, response) => {
        response.writeHead(200).write('{');
        end = () => response.end('}');
        return undefined;
      },
    });
    const client = createClient(file);
    const [slow, silent] = await Promise.all([
      client.get('/v1/status'),
      client.post('/v1/drain', {}).catch((error: unknown) => {
        end();
        return error;
      }),
    ]);
    expect([slow.toString(), isAsked]).toEqual(['{}', true]);
    expect(silent).toBeInstanceOf(SilentDaemonError);
    expect((silent as Error).message).toMatch(/does not answer: is it stopped, or very busy\? It may still do/);
  });
});

describe('a stream of events', () => {
  const STREAM =
    ': hello\n\nevent: peer\ndata: {"a":1}\n\n\ndata: one\ndata:two\n\nevent: x\n\nid: 3\nevent: ende\ndata: é\n\n';
  const EVENTS: readonly ServerEvent[] = [
    { type: 'peer', data: '{"a":1}' },
    { type: 'message', data: 'one\ntwo' },
    { type: 'ende', data: 'é' },
  ];

  it('is read in whatever pieces it comes', () => {
    for (let size = 1; size <= STREAM.length; size++) {
      const read = eventReader();
      const events: ServerEvent[] = [];
      for (let at = 0; at < STREAM.length; at += size) events.push(...read(STREAM.slice(at, at + size)));
      expect(events, String(size)).toEqual(EVENTS);
    }
  });

  it('is heard until the daemon ends it, or we do', async () => {
    const { path: file } = await serve('web', {
      'GET /v1/events': (_asked, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(STREAM);
        if (_asked.url.endsWith('?end')) response.end();
        return undefined;
      },
    });
    const heard: ServerEvent[] = [];
    let opened = 0;
    const listen = (url: string, end: AbortController, most: number) =>
      createClient(file).listen(
        url,
        (event) => {
          heard.push(event);
          if (heard.length === most) end.abort();
        },
        () => opened++,
        end.signal,
      );
    await listen('/v1/events?end', new AbortController(), 99);
    expect([heard, opened]).toEqual([EVENTS, 1]);
    await listen('/v1/events', new AbortController(), 6);
    expect(heard).toHaveLength(6);
  });
});
