/** A process that hangs, seen by its accept queue: real servers, real connections. Needs root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { QUICK, startInside } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const [HANGING, OTHER] = ['10.0.1.1/32', '10.0.1.2/32'];
const WATCHED = ['-n', '10.0.0.0/8', '--accept-queue-full', '500ms'];

/** A server whose queue holds three connections more than it has accepted. */
const SERVE = `
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(('10.0.1.1', 80)); s.listen(2)
print('listening', flush=True)
while True:
    connection, _ = s.accept()
    connection.close()
`;

/** Connects so often, and keeps what it has: a connection that finds no room goes on trying, as a browser would. */
const CONNECT = `
import socket, sys, time
kept = []
for _ in range(int(sys.argv[1])):
    s = socket.socket(); s.setblocking(False); kept.append(s)
    s.connect_ex(('10.0.1.1', 80))
time.sleep(60)
`;

describeInterop('--accept-queue-full', () => {
  let host: Namespace;

  beforeEach(async () => {
    host = await addNamespace('queue');
    for (const address of [HANGING, OTHER]) await host.ip('address', 'add', address, 'dev', 'lo');
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  async function python(script: string, ...args: readonly string[]): Promise<Started> {
    const [command = '', ...words] = [...host.enter, '/usr/bin/python3', '-c', script, ...args];
    return start(command, words);
  }

  async function serve(): Promise<Started> {
    const server = await python(SERVE);
    await until('the server', () => server.stdout().includes('listening'));
    return server;
  }

  /** Connections that wait for each of the sockets on 10.0.1.1:80. */
  async function waiting(): Promise<number[]> {
    const [command = '', ...words] = [...host.enter, 'ss', '-Hltn', 'src 10.0.1.1:80'];
    const rows = (await run(command, words)).trim().split('\n');
    return rows.map((row) => Number(row.trim().split(/\s+/)[1])).sort();
  }

  it('withdraws a server that hangs, after the time of its queue and the withdraw delay; it comes back when it goes on', async () => {
    const delays = [
      '--announce-delay',
      '0',
      '--withdraw-delay',
      '700ms',
      '--interval',
      '50ms',
      '--bgp-backend',
      'test',
    ];
    const daemon = await startInside(host, [...WATCHED, ...delays]);
    const unwatched = await startInside(host, ['-n', '10.0.0.0/8', ...QUICK]);
    const server = await serve();
    await daemon.announces(HANGING);
    server.child.kill('SIGSTOP');
    const fullFrom = performance.now();
    await python(CONNECT, '8');
    await daemon.logged('the accept queue of 10.0.1.1:80 has been full for 500ms or longer');
    expect(performance.now() - fullFrom).toBeGreaterThanOrEqual(500);
    expect(daemon.count('down, withdraw delayed')).toBe(1);
    await daemon.announces();
    expect(performance.now() - fullFrom).toBeGreaterThanOrEqual(1_200);
    expect(await waiting()).toEqual([3]);
    server.child.kill('SIGCONT');
    await daemon.announces(HANGING);
    expect(daemon.lines()).toHaveLength(3);
    // Off by default: this one saw nothing but the server's birth.
    await listen(['10.0.1.2:80'], host.enter);
    await unwatched.announces(HANGING, OTHER);
    expect(unwatched.lines()).toHaveLength(2);
  });

  it('takes a queue that is not quite full, or not for long, for no sign of a hang', async () => {
    const daemon = await startInside(host, [...WATCHED, ...QUICK]);
    const server = await serve();
    await daemon.announces(HANGING);
    server.child.kill('SIGSTOP');
    await python(CONNECT, '2');
    await until('two waiting connections', async () => (await waiting())[0] === 2);
    const queuedAt = performance.now();
    await until('twice the time', () => performance.now() - queuedAt > 1_000);
    // Now it is full, but only until it has been seen so.
    await python(CONNECT, '1');
    await until('three waiting connections', async () => (await waiting())[0] === 3);
    server.child.kill('SIGCONT');
    await until('no waiting connection', async () => (await waiting())[0] === 0);
    // And once more: the time before does not count.
    server.child.kill('SIGSTOP');
    await python(CONNECT, '8');
    const fullFrom = performance.now();
    await until('three waiting connections again', async () => (await waiting())[0] === 3);
    expect(daemon.lines()).toHaveLength(1);
    await daemon.announces();
    expect(performance.now() - fullFrom).toBeGreaterThanOrEqual(400);
  });

  it('keeps an SO_REUSEPORT group while one of its members takes connections', async () => {
    const daemon = await startInside(host, [...WATCHED, ...QUICK]);
    const [one, two] = [await serve(), await serve()];
    await daemon.announces(HANGING);
    one.child.kill('SIGSTOP');
    const fullFrom = performance.now();
    await python(CONNECT, '40');
    await until('one full queue', async () => (await waiting()).join(' ') === '0 3');
    await until('twice the time', () => performance.now() - fullFrom > 1_000);
    await listen(['10.0.1.2:80'], host.enter);
    await daemon.announces(HANGING, OTHER);
    expect(await waiting()).toEqual([0, 3]);
    two.child.kill('SIGSTOP');
    await python(CONNECT, '40');
    await daemon.announces(OTHER);
    expect(daemon.lines()).toHaveLength(3);
  });
});
