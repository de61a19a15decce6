/** Bad settings through bin/: all of them together, the right exit status, and no crash-loop under ExaBGP. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bin, cleanEnvironment, root, startDaemon } from '../helpers/daemon.ts';
import { listen, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

afterEach(stopAll);

async function ends(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const daemon = startDaemon(args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  return { status: await daemon.ended, stdout: daemon.stdout(), stderr: daemon.stderr() };
}

describe('bad settings', () => {
  it('are reported all together, each with its place, and end run and check with 1', async () => {
    const bad = ['-n', '10.0.0.1/8', '-n', 'x/8', '--announce-delay', '6', '--nexthop', 'me', '--max-routes', '-1'];
    for (const command of [[], ['run'], ['check']]) {
      const { status, stdout, stderr } = await ends([...command, ...bad], { HA2BGP_INTERVAL: '1y' });
      expect(status).toBe(1);
      expect(stdout).toBe('');
      for (const place of [
        '"10.0.0.1/8"',
        '"x/8"',
        '--announce-delay',
        '--nexthop',
        '--max-routes',
        'HA2BGP_INTERVAL',
      ]) {
        expect(stderr).toContain(place);
      }
      expect(stderr).toContain('10.0.0.0/8');
    }
  });

  it('end with 2 when a flag is unknown, whatever else is wrong; the nearest known one is named', async () => {
    for (const command of [[], ['check']]) {
      const { status, stderr } = await ends([...command, '--netwrok', '10.0.0.0/8', '--announce-delay', '6']);
      expect(status).toBe(2);
      expect(stderr).toContain('--netwrok: unknown flag; did you mean --network?');
      expect(stderr).toContain(`usage: see ha2bgp ${[...command, '--help'].join(' ')}`);
      expect(stderr).toContain('--announce-delay');
    }
  });

  it('never reach the terminal with their control characters', async () => {
    const { stderr } = await ends(['check', '-n', '\u001b[31m', '--device', 'a\nb', '\u0007']);
    expect([...stderr].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(4);
  });

  it('stay for 20 s where ExaBGP would start it again at once, and go when asked', async () => {
    const startedAt = performance.now();
    const waiting = startDaemon(['--netwrok', 'x']);
    const stopped = startDaemon(['--netwrok', 'x']);
    const left = startDaemon(['--network', 'x']);
    const other = startDaemon(['--network', 'x', '--bgp-backend', 'test']);
    expect(await other.ended).toBe(1);
    await stopped.logged('unknown flag');
    expect(await stopped.stop()).toBe(2);
    await left.logged('expected a prefix');
    left.child.stdin?.end();
    expect(await left.ended).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    waiting.child.stdin?.write('done\n'.repeat(50_000)); // far more than a pipe holds: it has to be read
    expect(await waiting.ended).toBe(2);
    expect(performance.now() - startedAt).toBeGreaterThan(19_500);
  });
});

describe('an installation that is not whole', () => {
  it('is a failure like any other: said, and no crash-loop under ExaBGP', async () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    for (const name of ['bin', 'dist', 'package.json'])
      fs.cpSync(path.join(root, name), path.join(place, name), { recursive: true });
    const broken = start(process.execPath, [path.join(place, 'bin/ha2bgp.js')], { env: cleanEnvironment() });
    await until('the error', () => broken.stderr().includes('Cannot find package'));
    const at = performance.now();
    await until('still there', () => performance.now() - at > 2_000);
    expect(broken.child.exitCode).toBeNull();
    expect(await broken.stop()).toBe(1);
    fs.rmSync(place, { recursive: true });
  });
});

describe('a Node that is too old', () => {
  it('is said, and nothing is started', async () => {
    const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.10.0" } })';
    const args = [
      '--import',
      `data:text/javascript,${older}`,
      bin,
      '-n',
      '127.95.0.0/16',
      '-l',
      'sport = :8796',
      '--announce-delay',
      '0',
    ];
    await listen(['127.95.0.1:8796']);
    const old = start(process.execPath, args, { env: cleanEnvironment() });
    await until('the error', () => old.stderr().includes('needs Node.js 20.19 or later, and this is 20.10.0'));
    old.child.stdin?.end();
    expect(await old.ended).toBe(1);
    expect(old.stdout()).toBe('');
  });
});

describe('check', () => {
  it('prints each effective setting and where it comes from', async () => {
    const env = { HA2BGP_LISTEN_FILTER: 'sport=:53', HA2BGP_DEVICE: '', HA2BGP_NETWORK: '10.0.0.0/8' };
    const { status, stdout, stderr } = await ends(
      ['check', '--network', '192.0.2.0/24', '-network=2001:db8::/32', '-d'],
      env,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^network +192\.0\.2\.0\/24,2001:db8::\/32 +--network$/m);
    expect(stdout).toMatch(/^listen-filter +sport = :53 +HA2BGP_LISTEN_FILTER$/m);
    expect(stdout).toMatch(/^device +\(not given\) +default$/m);
    expect(stdout).toMatch(/^announce-delay +6s +default$/m);
    expect(stdout).toMatch(/^debug +true +--debug$/m);
    expect(stdout).toMatch(/^log-level +debug +--debug$/m);
    expect(stderr).toContain(
      'HA2BGP_NETWORK: has no effect: this release knows no such name; did you mean HA2BGP_NETWORK_FILTER?',
    );
  });

  it('refuses an environment that would narrow what is announced, if only it were known', async () => {
    const { status, stderr } = await ends(['check'], { HA2BGP_NEIGHBOR: 'sport = :80' });
    expect(status).toBe(1);
    expect(stderr).toContain('HA2BGP_NEIGHBOR');
  });

  it.each([
    ['--record', '/etc/passwd', '/etc/passwd is there, and is something else than a recording'],
    ['--netns', '/etc/passwd', 'needs CAP_SYS_ADMIN and the file of a network namespace'],
    ['--state-dir', 'run/ha2bgp', '"run/ha2bgp": expected a path that begins with "/", or "none"'],
  ])('refuses what run would be refused: %s %s', async (flag, value, text) => {
    for (const command of ['check', 'run']) {
      const { status, stderr } = await ends([command, '-n', '192.0.2.0/24', flag, value]);
      expect([command, status]).toEqual([command, 1]);
      expect(stderr).toContain(text);
    }
  });

  it('judges hints that are asked for as run does, and leaves none behind', async () => {
    // As nobody: root may have them or not, by host.
    const words = ['--reuid', '65534', '--clear-groups', process.execPath, bin];
    const said = [];
    for (const command of ['check', 'run']) {
      const daemon = start('setpriv', [...words, command, '-n', '192.0.2.0/24', '--hints', 'tracefs'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: cleanEnvironment(),
      });
      expect([command, await daemon.ended]).toEqual([command, 1]);
      said.push(/tracefs[^"\n]*/.exec(daemon.stderr())?.[0]);
    }
    expect(said[0]).toMatch(/^tracefs/);
    expect(said[0]).toBe(said[1]);
  });

  it('says of a network namespace that is not there yet that run would wait, and passes', async () => {
    const { status, stderr } = await ends(['check', '-n', '192.0.2.0/24', '--netns', 'ha2bgp-not-there']);
    expect(stderr).toContain('the network namespace is not there yet');
    expect(status).toBe(0);
  });

  it('says that a dry run keeps nothing', async () => {
    const { status, stderr } = await ends([
      'check',
      '-n',
      '192.0.2.0/24',
      '--on-exit',
      'keep',
      '--dry-run',
      '--state-dir',
      '/x',
    ]);
    expect(stderr).toContain('--on-exit: keep: has no effect with --dry-run');
    expect(status).toBe(0);
  });
});

describe('--help and --version', () => {
  it('go to stdout and end with 0', async () => {
    for (const words of [['--help'], ['-h'], ['-help'], ['help'], ['run', '--help'], ['check', '--help']]) {
      const { status, stdout } = await ends(words);
      expect(status).toBe(0);
      expect(stdout).toContain('--network');
    }
    const { version } = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await ends(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});
