/**
 * --hints through the daemon as it is run. tracefs is mounted in a mount namespace of the daemon's own; whatever is seen
 * sooner than the interval was heard. Needs root.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { AT_ONCE, holdOneByOne, type SocketHolder } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, stopAll } from '../../helpers/processes.ts';
import { mounted, WITH_TRACEFS, WITHOUT_TRACEFS } from '../../helpers/tracefs.ts';
import { until } from '../../helpers/until.ts';

/** One that nobody else on this host has, for tracefs shows them all. */
const PORT = 30_000 + (process.pid % 10_000);
const [FIRST, SECOND] = ['10.0.1.1/32', '10.0.1.2/32'];
const ARRIVE = 'hints at listeners arrive';
const SELDOM = ['--interval', '10s'];
/** Whatever waits for a reading takes longer, however busy this host is. */
const SOON_MS = 8_000;

/** NETLINK_SOCK_DIAG, in the second column of /proc/net/netlink; the ninth counts what was dropped. */
const SOCK_DIAG = '4';
/** More than a socket's buffer holds of what is heard of them. */
const COME_AND_GO = `
import socket, sys
for _ in range(3000):
    s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(); s.close()
`;

describeInterop('--hints', () => {
  let host: Namespace;
  let service: SocketHolder;
  let pids: number[];

  beforeEach(async () => {
    host = await addNamespace('hinted');
    for (const address of [FIRST, SECOND]) await host.ip('address', 'add', address, 'dev', 'lo');
    service = await holdOneByOne(host);
    pids = [];
  });
  afterEach(async () => {
    await stopAll();
    for (const pid of pids) await withTracefs(`rmdir /sys/kernel/tracing/instances/ha2bgp-${pid}-* 2>/dev/null; true`);
    await host.remove();
  });

  function startHinted(via: readonly string[], args: readonly string[]): Daemon {
    const words = ['-n', '10.0.0.0/8', '-l', `sport = :${PORT}`, '--debug', ...AT_ONCE, ...args];
    const daemon = startDaemon(words, {}, [...host.enter, ...via]);
    pids.push(daemon.pid);
    return daemon;
  }

  function withTracefs(script: string): Promise<string> {
    const [command = '', ...words] = [...WITH_TRACEFS, 'sh', '-c', script];
    return run(command, words);
  }

  async function instancesOf({ pid }: Daemon): Promise<number> {
    const names = (await withTracefs('ls /sys/kernel/tracing/instances')).split('\n');
    return names.filter((name) => name.startsWith(`ha2bgp-${pid}-`)).length;
  }

  it('auto: hears of births and deaths through tracefs where it is mounted, says so once, and takes its time', async () => {
    const daemon = startHinted(WITH_TRACEFS, []);
    await daemon.logged('"every":"250ms","hints":"tracefs"');
    expect([ARRIVE, 'no hints at listeners'].map(daemon.count)).toEqual([1, 0]);
    const seldom = startHinted(WITH_TRACEFS, SELDOM);
    await seldom.logged(ARRIVE);
    await seldom.logged('first facts read');
    const startedAt = performance.now();
    for (const endpoint of [`10.0.1.1:${PORT}`, `0.0.0.0:${PORT}`, `[::]:${PORT}`]) {
      await service.open(endpoint);
      await Promise.all(
        [daemon, seldom].map((each) => each.announces(...(endpoint[0] === '1' ? [FIRST] : [FIRST, SECOND]))),
      );
      await service.close(endpoint);
      await Promise.all([daemon, seldom].map((each) => each.announces()));
    }
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    expect(daemon.count(ARRIVE)).toBe(1);
  });

  it('auto: reads as often as without hints where UDP counts, of which there are none', async () => {
    const daemon = startHinted(WITH_TRACEFS, ['--protocol', 'tcp,udp']);
    await daemon.logged(ARRIVE);
    // Each is seen by a reading that began after the last one.
    for (const endpoint of [`10.0.1.1:${PORT}`, `10.0.1.2:${PORT}`]) {
      await service.open(endpoint, { protocol: 'udp' });
      await until(endpoint, () => daemon.announced().some((prefix) => prefix.startsWith(endpoint.split(':')[0] ?? '')));
    }
    expect(['"every":"100ms"', 'listeners are read'].map(daemon.count)).toEqual([1, 1]);
  });

  it('auto: does without where it is not mounted, says so once, and reads every 100 ms', async () => {
    const daemon = startHinted(WITHOUT_TRACEFS, []);
    await daemon.logged('"every":"100ms","hints":"none"');
    await service.open(`10.0.1.1:${PORT}`);
    await daemon.announces(FIRST);
    await service.close(`10.0.1.1:${PORT}`);
    await daemon.announces();
    expect(['no hints at listeners', 'tracefs is not mounted', 'listeners are read'].map(daemon.count)).toEqual([
      1, 1, 1,
    ]);
  });

  it.each([
    ['not mounted', WITHOUT_TRACEFS, 'tracefs is not mounted (mount -t tracefs tracefs /sys/kernel/tracing)'],
    ['mounted read-only', mounted('mount -o ro -t tracefs t /sys/kernel/tracing'), 'tracefs is mounted read-only'],
  ])('tracefs: ends with 1 where it is %s, and says so', async (_what, via, words) => {
    const daemon = startHinted(via, ['--hints', 'tracefs']);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain(words);
    expect(daemon.stderr()).not.toContain('    at '); // a stack is for mistakes of ours
    expect(daemon.lines()).toEqual([]);
  });

  it('destroy: hears of deaths, without tracefs; and of UDP', async () => {
    await service.open(`10.0.1.1:${PORT}`);
    await service.open(`10.0.1.2:${PORT}`, { protocol: 'udp' });
    const daemon = startHinted(WITHOUT_TRACEFS, ['--hints', 'destroy', ...SELDOM, '--protocol', 'tcp,udp']);
    await daemon.logged(ARRIVE);
    await daemon.announces(FIRST, SECOND);
    const startedAt = performance.now();
    await service.close(`10.0.1.2:${PORT}`);
    await daemon.announces(FIRST);
    await service.close(`10.0.1.1:${PORT}`);
    await daemon.announces();
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });

  it('none: hears nothing', async () => {
    const daemon = startHinted(WITH_TRACEFS, ['--hints', 'none']);
    await daemon.logged('"every":"100ms","hints":"none"');
    await service.open(`10.0.1.1:${PORT}`);
    await daemon.announces(FIRST);
    expect(await instancesOf(daemon)).toBe(0);
    expect(daemon.count(ARRIVE)).toBe(0);
  });

  it('never takes its own canary for a service', async () => {
    for (const [hints, via] of [
      ['tracefs', WITH_TRACEFS],
      ['destroy', []],
    ] as const) {
      const daemon = startDaemon(
        [
          '-n',
          '127.0.0.0/8',
          '-n',
          '::1/128',
          '-t',
          '2001:db8::1',
          '-l',
          'sport >= :1',
          '--debug',
          ...AT_ONCE,
          '--hints',
          hints,
        ],
        {},
        [...host.enter, ...via],
      );
      pids.push(daemon.pid);
      await daemon.logged(ARRIVE);
      await service.open(`127.0.0.9:${PORT}`);
      await daemon.announces('127.0.0.9/32');
      expect(daemon.lines()).toHaveLength(1);
      await service.close(`127.0.0.9:${PORT}`);
      await daemon.stop();
    }
  });

  it('takes away what one that was killed left behind, and its own when it ends', async () => {
    const killed = startHinted(WITH_TRACEFS, []);
    await killed.logged(ARRIVE);
    await killed.stop('SIGKILL');
    expect(await instancesOf(killed)).toBe(1);
    const next = startHinted(WITH_TRACEFS, []);
    await next.logged(ARRIVE);
    expect([await instancesOf(killed), await instancesOf(next)]).toEqual([0, 1]);
    await next.stop();
    expect(await instancesOf(next)).toBe(0);
  });

  it('destroy: says that hints are lost, goes on by its interval, and has them again later', async () => {
    const daemon = startHinted(WITHOUT_TRACEFS, ['--hints', 'destroy']);
    await daemon.logged('"every":"250ms","hints":"destroy"');
    daemon.child.kill('SIGSTOP');
    const [command = '', ...words] = [...host.enter, '/usr/bin/python3', '-c', COME_AND_GO, String(PORT)];
    await run(command, words);
    // A busy kernel tells of sockets some time after their end.
    await until('notifications that are dropped', async () => {
      const [cat = '', ...rest] = [...host.enter, 'cat', '/proc/net/netlink'];
      const sockets = (await run(cat, rest)).split('\n').map((line) => line.trim().split(/\s+/));
      return sockets.some((fields) => fields[1] === SOCK_DIAG && Number(fields[8]) > 0);
    });
    daemon.child.kill('SIGCONT');
    await daemon.logged('hints at listeners lost');
    await daemon.logged('"every":"100ms","hints":"none"');
    await service.open(`10.0.1.1:${PORT}`);
    await daemon.announces(FIRST);
    await until('hints again', () => daemon.count(ARRIVE) === 2);
    await service.close(`10.0.1.1:${PORT}`);
    await daemon.announces();
    expect(daemon.count('hints at listeners lost')).toBe(1);
    expect(daemon.lines()).toHaveLength(2);
  });
});
