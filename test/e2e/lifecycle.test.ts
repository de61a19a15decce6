/** How it starts and ends, and what it does with descriptors that others hold. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { aloneEnvironment, root, startDaemon } from '../helpers/daemon.ts';
import { isAlive, listen, run, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const onPort = (port: number): string[] => [
  ...['--network', '127.90.0.0/16', '--listen-filter', `sport = :${port}`],
  ...['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '20ms'],
];

afterEach(stopAll);

/** Octets: without a bound V8 of Node 20 lets it have 16 MiB. */
const YOUNG_AT_MOST = 8 * 1_024 ** 2;

describe('memory', () => {
  // What is alive there is moved in one go, and everything waits for that.
  it('has a young generation that does not grow, where V8 lets us say so', async () => {
    const preload = `--import=${root}/test/helpers/young-generation.mjs`;
    const daemon = startDaemon(onPort(8769), { env: { NODE_OPTIONS: preload } });
    const [, most] = await until('it is known', () => /^young generation: (\d+)$/m.exec(daemon.stderr()) ?? undefined);
    expect(Number(most)).toBeGreaterThan(0);
    // That of Node 24, 13.6, grows whatever is said, also on its command line.
    expect(Number(most) < YOUNG_AT_MOST).toBe(Number.parseInt(process.versions.v8, 10) < 13);
  });
});

describe('the end', () => {
  it('comes though what is done last fails, with status 1, and all of it is done', async () => {
    const words = `
      import { startLifecycle } from './dist/runtime/lifecycle.js';
      const lifecycle = startLifecycle();
      lifecycle.onEnd(() => { throw new Error('a mistake of ours'); });
      lifecycle.onEnd((why) => console.log(why));
      lifecycle.servesExabgp(false);
      setInterval(() => {}, 1_000);
      console.log('started');
    `;
    const started = start(process.execPath, ['--input-type=module', '-e', words], { cwd: root });
    await until('it runs', () => started.stdout() === 'started\n');
    expect(await started.stop()).toBe(1);
    expect(started.stdout()).toBe('started\nSIGTERM\n');
    expect(started.stderr()).toContain('a mistake of ours');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('withdraws on %s and exits with 0', async (signal) => {
    const daemon = startDaemon(onPort(8770));
    await listen(['127.90.0.1:8770']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    expect(await daemon.stop(signal)).toBe(0);
    expect(daemon.lines()).toEqual([
      'announce route 127.90.0.1/32 next-hop self',
      'withdraw route 127.90.0.1/32 next-hop self',
    ]);
  });

  it('is accepted during the announce delay, at once', async () => {
    const daemon = startDaemon(['--network', '127.90.0.0/16', '--listen-filter', 'sport = :8771']);
    await listen(['127.90.0.1:8771']);
    await daemon.logged('up, announce delayed');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.lines()).toEqual([]);
  });

  it('comes although nobody reads stdout, stdin or stderr', async () => {
    const full = fullPipe();
    const daemon = startDaemon(onPort(8772), { stdio: ['pipe', full.fd, full.fd] });
    await until('running', () => fs.readFileSync(`/proc/${daemon.pid}/cmdline`, 'utf8').includes('ha2bgp'));
    const service = await listen(['127.90.0.1:8772']);
    await until('a netlink socket', () => fs.readFileSync('/proc/net/netlink', 'utf8').includes(` ${daemon.pid} `));
    expect(await daemon.stop()).toBe(0);
    await service.stop();
    full.close();
  });

  it('withdraws in spite of --on-exit keep where nobody would know of what is kept', async () => {
    const words = ['-n', '127.79.0.0/16', '-l', 'sport = :8779', '--on-exit', 'keep', '--announce-delay', '0'];
    const daemon = startDaemon(words, { env: { HA2BGP_STATE_DIR: '/proc/ha2bgp' } });
    await daemon.logged('after a crash nothing is known of');
    await listen(['127.79.0.1:8779']);
    await daemon.told('announce route 127.79.0.1/32 next-hop self');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.lines().at(-1)).toBe('withdraw route 127.79.0.1/32 next-hop self');
  });

  it('comes with the end of stdin where ExaBGP would be', async () => {
    const daemon = startDaemon(onPort(8773));
    await daemon.logged('first facts read');
    daemon.child.stdin?.end();
    expect(await daemon.ended).toBe(0);
    expect(daemon.stderr()).toContain('ExaBGP is gone');
  });

  it('does not come with the end of stdin where stdout goes to a file', async () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    const file = fs.openSync(path.join(place, 'out'), 'w');
    const daemon = startDaemon(onPort(8774), { stdio: ['pipe', file, 'pipe'] });
    await daemon.logged('first facts read');
    daemon.child.stdin?.end();
    await listen(['127.90.0.1:8774']);
    await until('an announce after the end of stdin', () => fs.readFileSync(path.join(place, 'out'), 'utf8') !== '');
    expect(await daemon.stop()).toBe(0);
    // Whose answers are not to come is said once, and nobody is blamed for giving none.
    expect(['stdin has ended', 'the replies of ExaBGP cannot be read'].map(daemon.count)).toEqual([1, 1]);
    expect(daemon.count('ExaBGP answers nothing')).toBe(0);
    fs.closeSync(file);
    fs.rmSync(place, { recursive: true });
  });

  it('does not come with /dev/null as stdin, nor does /dev/zero keep it busy', async () => {
    for (const device of ['/dev/null', '/dev/zero']) {
      const stdin = fs.openSync(device, 'r');
      const daemon = startDaemon(onPort(8775), { stdio: [stdin, 'pipe', 'pipe'] });
      const service = await listen(['127.90.0.1:8775']);
      await daemon.told('announce route 127.90.0.1/32 next-hop self');
      await service.stop();
      await daemon.told('withdraw route 127.90.0.1/32 next-hop self');
      expect(Number(/^rchar: (\d+)/m.exec(fs.readFileSync(`/proc/${daemon.pid}/io`, 'utf8'))?.[1])).toBeLessThan(20e6);
      expect(await daemon.stop()).toBe(0);
      expect(['stdin is no pipe', 'the replies of ExaBGP cannot be read'].map(daemon.count)).toEqual([1, 1]);
      fs.closeSync(stdin);
    }
  });

  it('does not read stdin with the test backend, and stays when it ends', async () => {
    const daemon = startDaemon([...onPort(8776), '--bgp-backend', 'test', '--log-level', 'debug']);
    await daemon.logged('first facts read');
    daemon.child.stdin?.end('nonsense\n');
    await listen(['127.90.0.1:8776']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    expect(daemon.stderr()).not.toContain('stdin');
    expect(await daemon.stop()).toBe(0);
  });

  it('comes when nobody holds the other end of stdout any more', async () => {
    const daemon = startDaemon(onPort(8777));
    await daemon.logged('first facts read');
    daemon.child.stdout?.destroy();
    await listen(['127.90.0.1:8777']);
    expect(await daemon.ended).toBe(0);
  });
});

describe('a stdout that fails', () => {
  it('is a failure: said, and status 1', async () => {
    const full = fs.openSync('/dev/full', 'w');
    const daemon = startDaemon(onPort(8784), { stdio: ['ignore', full, 'pipe'] });
    await listen(['127.90.0.1:8784']);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain('stdout cannot be written');
    fs.closeSync(full);
  });
});

describe('signals that are none of ours', () => {
  it('opens no inspector on SIGUSR1, and lives through SIGUSR2', async () => {
    const daemon = startDaemon(onPort(8778));
    await daemon.logged('first facts read');
    process.kill(daemon.pid, 'SIGUSR1');
    process.kill(daemon.pid, 'SIGUSR2');
    await listen(['127.90.0.1:8778']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    expect(await canConnect(9229)).toBe(false);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('stdin', () => {
  it('may be garbage, or one line of 10 MB: counted, logged, and the work goes on', async () => {
    const daemon = startDaemon(onPort(8779));
    await daemon.logged('first facts read');
    daemon.child.stdin?.write('\u0000\u0001\u001b[31mgarbage\n\n{"exabgp": broken\n');
    daemon.child.stdin?.write(`${'x'.repeat(10_000_000)}\n`);
    await daemon.logged('oversized line passed over');
    await daemon.logged('unknown line passed over');
    expect(daemon.stderr()).not.toContain('\u001b[31m');
    await listen(['127.90.0.1:8779']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    expect(daemon.lines()).toHaveLength(1);
  });

  it('brings answers: a refused command is logged with its text and said again', async () => {
    const daemon = startDaemon(onPort(8780));
    await listen(['127.90.0.1:8780']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    daemon.child.stdin?.write('error\n');
    await daemon.logged('ExaBGP refused a command');
    await until('said again', () => daemon.lines().length === 2);
    expect(daemon.stderr()).toContain('announce route 127.90.0.1/32 next-hop self');
    expect(daemon.lines()[1]).toBe('announce route 127.90.0.1/32 next-hop self');
  });
});

describe('stderr', () => {
  it('may go unread: nothing stands still, and what is dropped is counted', async () => {
    const daemon = startDaemon([...onPort(8781), '--debug']);
    await daemon.logged('first facts read');
    daemon.child.stderr?.pause();
    // Each surplus answer is a line of the debug log: some 10 MB of it.
    for (let block = 0; block < 100; block++) daemon.child.stdin?.write('done\n'.repeat(1_000));
    await listen(['127.90.0.1:8781']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    daemon.child.stderr?.resume();
    await daemon.logged('log lines dropped');
  });

  it('is not made non-blocking for others who share it', async () => {
    const pipe = fullPipe({ isFull: false });
    const daemon = startDaemon(onPort(8782), { stdio: ['pipe', 'pipe', pipe.writeEnd] });
    await listen(['127.90.0.1:8782']);
    await daemon.told('announce route 127.90.0.1/32 next-hop self');
    const flags = /^flags:\s+(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${pipe.writeEnd}`, 'utf8'))?.[1] ?? '';
    expect(Number.parseInt(flags, 8) & fs.constants.O_NONBLOCK).toBe(0);
    expect(await daemon.stop()).toBe(0);
    pipe.close();
  });
});

describe('npm start', () => {
  it('has stdout for our lines alone, and SIGTERM reaches the daemon', async () => {
    const npm = start('npm', ['start', '--', ...onPort(8783)], {
      cwd: root,
      env: aloneEnvironment(),
    });
    await listen(['127.90.0.1:8783']);
    await until('the announce', () => npm.stdout().includes('announce'), 60_000);
    const [pid = -1] = (await descendants(npm.pid)).filter((child) => commandOf(child).includes('bin/ha2bgp.js'));
    expect(pid).toBeGreaterThan(0);
    npm.child.kill('SIGTERM');
    await npm.ended;
    await until('the daemon gone', () => !isAlive(pid));
    expect(npm.stdout()).toBe(
      'announce route 127.90.0.1/32 next-hop self\nwithdraw route 127.90.0.1/32 next-hop self\n',
    );
  });
});

/** A pipe that takes no more, kept by a name so that its ends can be opened one by one. */
function fullPipe({ isFull = true } = {}): { fd: number; writeEnd: number; close: () => void } {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  const name = path.join(place, 'pipe');
  execFileSync('mkfifo', [name]);
  const fd = fs.openSync(name, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  const writeEnd = fs.openSync(name, fs.constants.O_WRONLY);
  if (isFull) fill(fd);
  return {
    fd: writeEnd,
    writeEnd,
    close: () => {
      fs.closeSync(fd);
      fs.closeSync(writeEnd);
      fs.rmSync(place, { recursive: true });
    },
  };
}

function fill(fd: number): void {
  try {
    for (;;) fs.writeSync(fd, '.'.repeat(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

async function descendants(pid: number): Promise<number[]> {
  const table = (await run('ps', ['-eo', 'pid=,ppid=']))
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) {
    for (const [child = -1, of] of table) if (of === parent) found.push(child);
  }
  return found;
}

const commandOf = (pid: number): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};
