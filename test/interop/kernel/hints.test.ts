/**
 * Hints for real. tracefs is mounted in a mount namespace of the test's own, but what it shows is the host's: tests ask
 * for a port that nobody else has, and know their instances by the process that made them. Needs root.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HintOptions } from '../../../src/discovery/hints/hints.ts';
import { root } from '../../helpers/daemon.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { mounted, WITH_TRACEFS, WITHOUT_TRACEFS } from '../../helpers/tracefs.ts';
import { until } from '../../helpers/until.ts';

const PORT = 20_000 + (process.pid % 10_000);
const ONLY_PORT = [{ from: PORT, to: PORT }];

type Asked = Pick<HintOptions, 'kind' | 'protocols' | 'ports'> & { uid?: number };
const TRACEFS: Asked = { kind: 'tracefs', protocols: ['tcp'], ports: ONLY_PORT };
const DESTROY: Asked = { kind: 'destroy', protocols: ['tcp'], ports: ONLY_PORT };

/** Prints what it hears, one word a line; closes when stdin ends, and ends when nothing keeps it. */
const HEAR = `
  const { openHints } = await import('${root}/dist/discovery/hints/hints.js');
  const { realClock } = await import('${root}/dist/runtime/clock.js');
  const { uid, ...asked } = JSON.parse(process.argv[1]);
  // The files may lie where nobody else may read: the privilege is dropped when they are loaded.
  if (uid !== undefined) { process.setgroups([]); process.setgid(uid); process.setuid(uid); }
  const told = {
    clock: realClock(),
    hint: () => console.log('hint'),
    lost: (reason) => console.log('lost: ' + reason.message),
  };
  try {
    const hints = openHints({ ...asked, ...told }, (error) => console.log(error ? error.message : 'proven'));
    process.stdin.resume().on('end', () => hints.close());
  } catch ({ name, message }) {
    console.log(name + ': ' + message);
  }`;

/** Opens and closes hints again and again, each time as soon as they are proven. */
const RESTART = `
  const { openHints } = await import('${root}/dist/discovery/hints/hints.js');
  const { realClock } = await import('${root}/dist/runtime/clock.js');
  const told = { clock: realClock(), hint: () => {}, lost: (reason) => { throw reason; } };
  for (let count = 0; count < 25; count++) {
    await new Promise((resolve, reject) => {
      const hints = openHints({ ...JSON.parse(process.argv[1]), ...told }, (error) => {
        hints.close();
        if (error) reject(error); else resolve();
      });
    });
  }`;

/** On a word, 2,000 connections to its own server, 20 at once, which the server ends as told; on another word it ends. */
const CONNECT = `
  const net = require('node:net');
  const [host, port, how] = process.argv.slice(1);
  let count = 0;
  const server = net.createServer((socket) => {
    count++;
    socket.on('error', () => {});
    if (how === 'RST') socket.resetAndDestroy(); else socket.end();
  });
  const connect = () => new Promise((resolve) => {
    net.connect({ host, port: Number(port) }).on('error', () => {}).on('close', resolve).resume();
  });
  const connectInTurn = async () => { for (let turn = 0; turn < 100; turn++) await connect(); };
  server.listen({ host, port: Number(port) }, () => console.log('listening'));
  process.stdin.once('data', async () => {
    await Promise.all(Array.from({ length: 20 }, connectInTurn));
    console.log('connected ' + count);
    process.stdin.once('data', () => process.exit());
  });`;

/** Listens and stops listening 3,000 times. */
const COME_AND_GO = `
  const net = require('node:net');
  let left = 3000;
  const next = () => {
    if (left-- === 0) return;
    const server = net.createServer().listen({ host: '127.0.0.1', port: Number(process.argv[1]) }, () => server.close(next));
  };
  next();`;

/** Those of processes that were killed would stay. */
const REMOVE_INSTANCES = `
  for pid; do
    for instance in /sys/kernel/tracing/instances/ha2bgp-$pid-*; do [ ! -d "$instance" ] || rmdir "$instance"; done
  done`;

describeInterop('hints', () => {
  let host: Namespace;
  let pids: string[];

  beforeEach(async () => {
    host = await addNamespace('hints');
    pids = [];
  });
  afterEach(async () => {
    await stopAll();
    await runWithTracefs('sh', '-c', REMOVE_INSTANCES, 'sh', ...pids);
    await host.remove();
  });

  function runWithTracefs(...words: readonly string[]): Promise<string> {
    const [command = '', ...args] = [...WITH_TRACEFS, ...words];
    return run(command, args);
  }

  function startNode(via: readonly string[], script: string, words: readonly string[]): Started {
    const type = script.includes('await import') ? ['--input-type=module'] : [];
    const [command = '', ...args] = [...host.enter, ...via, process.execPath, ...type, '-e', script, ...words];
    const started = start(command, args);
    pids.push(String(started.pid));
    return started;
  }

  const hear = (asked: Asked): Started =>
    startNode(asked.kind === 'tracefs' ? WITH_TRACEFS : [], HEAR, [JSON.stringify(asked)]);

  const countOf = (hearing: Started): number =>
    hearing
      .stdout()
      .split('\n')
      .filter((line) => line === 'hint').length;

  const said = (started: Started, words: string): Promise<unknown> =>
    until(`${words} (${started.stderr()})`, () => started.stdout().includes(words));

  /** The canary is one hint, or two when its birth was read before its death. */
  async function startHearing(asked: Asked): Promise<Started> {
    const hearing = hear(asked);
    await said(hearing, 'proven\nhint');
    return hearing;
  }

  /** Does something of which a hint has to come. */
  async function heard<T>(hearing: Started, act: () => Promise<T>): Promise<T> {
    const before = countOf(hearing);
    const result = await act();
    await until('a hint', () => countOf(hearing) > before);
    return result;
  }

  async function close(hearing: Started): Promise<void> {
    hearing.child.stdin?.end();
    expect(await hearing.ended, hearing.stderr()).toBe(0); // by itself: nothing keeps it
  }

  async function instancesOf(...makers: readonly Started[]): Promise<number[]> {
    const names = (await runWithTracefs('ls', '/sys/kernel/tracing/instances')).split('\n');
    return makers.map(({ pid }) => names.filter((name) => name.startsWith(`ha2bgp-${pid}-`)).length);
  }

  const service = (endpoint: string): Promise<Started> => listen([endpoint], host.enter);

  /** How many hints came of 2,000 connections: what there is of them comes before the hint of their listener's death. */
  async function hintsOfConnections(asked: Asked, at: string, how: string): Promise<number> {
    const hearing = await startHearing(asked);
    const connecting = startNode([], CONNECT, [at, String(PORT), how]);
    const isListening = (): Promise<unknown> => said(connecting, 'listening');
    await (asked.kind === 'tracefs' ? heard(hearing, isListening) : isListening());
    const before = countOf(hearing);
    connecting.child.stdin?.write('connect\n');
    await said(connecting, 'connected 2000');
    await heard(hearing, async () => connecting.child.stdin?.write('end\n'));
    await close(hearing);
    return countOf(hearing) - before - 1;
  }

  it.each([
    ['tracefs', '127.0.0.1', TRACEFS],
    ['tracefs', '::1', TRACEFS],
    ['tracefs', '0.0.0.0', { ...TRACEFS, ports: [{ from: 0, to: 65_535 }] }],
    ['destroy', '127.0.0.1', DESTROY],
    ['destroy', '::1', DESTROY],
    ['destroy', '::', { ...DESTROY, ports: [{ from: 0, to: 65_535 }] }],
  ])('%s: hears of a listener on %s', async (kind, at, asked) => {
    const hearing = await startHearing(asked);
    const birth = (): Promise<Started> => service(at.includes(':') ? `[${at}]:${PORT}` : `${at}:${PORT}`);
    const server = await (kind === 'tracefs' ? heard(hearing, birth) : birth());
    await heard(hearing, () => server.stop('SIGKILL'));
    await close(hearing);
  });

  it.each([
    ['tracefs', TRACEFS],
    ['destroy', DESTROY],
  ])('%s: does not hear of other ports', async (_kind, asked) => {
    const hearing = await startHearing(asked);
    const before = countOf(hearing);
    for (const port of [PORT - 1, PORT + 1]) await (await service(`127.0.0.1:${port}`)).stop();
    const server = await service(`127.0.0.1:${PORT}`);
    await heard(hearing, () => server.stop());
    await close(hearing);
    expect(countOf(hearing) - before).toBe(asked.kind === 'tracefs' ? 2 : 1);
  });

  it('tracefs: hears of a listener that is given its port by listen(2)', async () => {
    const hearing = await startHearing(TRACEFS);
    await heard(hearing, () => run('/usr/bin/python3', ['-c', 'import socket; socket.socket().listen()']));
  });

  it.each([
    ['tracefs', '127.0.0.1', 'FIN', TRACEFS],
    ['tracefs', '::1', 'RST', TRACEFS],
    ['tracefs', '127.0.0.1', 'RST', TRACEFS],
    ['destroy', '127.0.0.1', 'FIN', DESTROY],
    ['destroy', '127.0.0.1', 'RST', DESTROY],
    ['destroy', '::1', 'RST', DESTROY],
  ])('%s: does not hear of connections to %s that end with %s', async (_kind, at, how, asked) => {
    expect(await hintsOfConnections(asked, at, how)).toBe(0);
  });

  it('destroy: hears of UDP when it is asked to, and of TCP only when it is asked to', async () => {
    const both = await startHearing({ ...DESTROY, protocols: ['tcp', 'udp'] });
    const udp = await startHearing({ ...DESTROY, protocols: ['udp'] });
    const before = countOf(udp);
    const server = await service(`127.0.0.1:${PORT}`);
    await heard(both, () => server.stop());
    const bind = `require('node:dgram').createSocket('udp6').bind(${PORT}, '::1', function () { this.close(); })`;
    const [command = '', ...args] = [...host.enter, process.execPath, '-e', bind];
    await heard(both, () => heard(udp, () => run(command, args)));
    expect(countOf(udp) - before).toBe(1);
  });

  it('destroy: says that it is lost after an overrun', async () => {
    const hearing = await startHearing(DESTROY);
    hearing.child.kill('SIGSTOP');
    expect(await startNode([], COME_AND_GO, [String(PORT)]).ended).toBe(0);
    hearing.child.kill('SIGCONT');
    await said(hearing, 'lost: ');
    expect(hearing.stdout()).toContain('ENOBUFS');
    await close(hearing);
    expect(hearing.stdout().split('lost: ')).toHaveLength(2);
  });

  it('tracefs: takes its instance away when it closes', async () => {
    const hearing = await startHearing(TRACEFS);
    expect(await instancesOf(hearing)).toEqual([1]);
    await close(hearing);
    expect(await instancesOf(hearing)).toEqual([0]);
  });

  it('tracefs: removes at its start what a killed one left behind, and not what is in use', async () => {
    const killed = await startHearing(TRACEFS);
    const alive = await startHearing(TRACEFS);
    await killed.stop('SIGKILL');
    expect(await instancesOf(killed, alive)).toEqual([1, 1]);
    const next = await startHearing(TRACEFS);
    expect(await instancesOf(killed, alive, next)).toEqual([0, 1, 1]);
    await heard(alive, () => service(`127.0.0.1:${PORT}`));
    await close(alive);
    await close(next);
  });

  it('tracefs: starts beside others that start at the same time', async () => {
    const starting = Array.from({ length: 3 }, () => startNode(WITH_TRACEFS, RESTART, [JSON.stringify(TRACEFS)]));
    for (const each of starting) expect(await each.ended, each.stderr()).toBe(0);
    expect(await instancesOf(...starting)).toEqual([0, 0, 0]);
  });

  it.each([
    ['not mounted', WITHOUT_TRACEFS, {}],
    ['mounted read-only', mounted('mount -o ro -t tracefs t /sys/kernel/tracing'), {}],
    ['not permitted, root is needed', WITH_TRACEFS, { uid: 65_534 }],
  ])('tracefs: says so at once when it is %s', async (words, via, asked) => {
    const hearing = startNode(via, HEAR, [JSON.stringify({ ...TRACEFS, ...asked })]);
    expect(await hearing.ended, hearing.stderr()).toBe(0);
    expect(hearing.stdout()).toContain(`HintsError: tracefs is ${words}`);
  });

  it('destroy: needs no privilege', async () => {
    await close(await startHearing({ ...DESTROY, uid: 65_534 }));
  });

  it('has its canary on ::1 without 127.0.0.1, and none without either', async () => {
    await host.ip('address', 'delete', '127.0.0.1/8', 'dev', 'lo');
    await close(await startHearing(DESTROY));
    await host.ip('address', 'delete', '::1/128', 'dev', 'lo');
    const hearing = hear(DESTROY);
    expect(await hearing.ended, hearing.stderr()).toBe(0);
    expect(hearing.stdout()).toContain('HintsError: no loopback address to bind a canary to');
  });
});
