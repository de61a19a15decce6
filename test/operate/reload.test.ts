/** SIGHUP with a file: a daemon that runs, its log, and what it says to ExaBGP. */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bin, cleanEnvironment, type Daemon, startDaemon } from '../helpers/daemon.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { listen, start } from '../helpers/processes.ts';
import { REFUSED, RELOADED, reload } from '../helpers/reload.ts';
import { until } from '../helpers/until.ts';

const folder = ownFolder();
const file = (): string => folder('ha2bgp.yaml');

/** A line each; what is empty is left out. */
const settings = (given: Readonly<Record<string, string>>): string =>
  Object.entries({ 'bgp-backend': 'test', 'announce-delay': '0', 'withdraw-delay': '0', interval: '20ms', ...given })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
const write = (given: Readonly<Record<string, string>>): void => fs.writeFileSync(file(), settings(given));

const run = (...words: readonly string[]): Daemon =>
  startDaemon(['run', '--config', file(), '--log-format', 'json', ...words]);

const SERVED = { network: '127.96.0.0/24', 'listen-filter': 'sport = :8796' };

describe('a good file', () => {
  it('is in force at once: what is left out goes, what is new comes, what says something else is said anew', async () => {
    const service = await listen(['127.96.0.1:8796', '127.96.0.2:8796', '127.96.1.1:8797']);
    write({ ...SERVED, static: '[{prefixes: 198.51.100.0/24}]' });
    const daemon = run();
    await daemon.announces('198.51.100.0/24', '127.96.0.1/32', '127.96.0.2/32');
    const before = daemon.lines().length;

    write({
      network: '[127.96.0.1/32, 127.96.1.0/24]',
      'listen-filter': 'sport = :8796 or sport = :8797',
      static: '[{prefixes: 198.51.100.0/24}, {prefixes: 203.0.113.0/24, med: 4}]',
    });
    await reload(daemon, RELOADED);
    await daemon.announces('198.51.100.0/24', '127.96.0.1/32', '203.0.113.0/24', '127.96.1.1/32');
    expect(daemon.lines().slice(before).sort()).toEqual([
      'announce route 127.96.1.1/32 next-hop self',
      'announce route 203.0.113.0/24 next-hop self med 4',
      'withdraw route 127.96.0.2/32 next-hop self',
    ]);
    expect(daemon.stderr()).toContain(
      '"key":"network","before":"127.96.0.0/24","after":"127.96.0.1/32,127.96.1.0/24","msg":"setting changed"',
    );

    write({ network: '127.96.0.1/32', 'listen-filter': 'sport = :8796', med: '9' });
    await reload(daemon, RELOADED);
    await daemon.told('announce route 127.96.0.1/32 next-hop self med 9');
    await daemon.announces('127.96.0.1/32');
    expect(daemon.lines()).not.toContain('withdraw route 127.96.0.1/32 next-hop self');

    // Read in another way: nothing moves for that.
    const said = daemon.lines().length;
    write({
      network: '127.96.0.1/32',
      'listen-filter': 'sport = :8796',
      med: '9',
      protocol: '[tcp, udp]',
      interval: '30ms',
    });
    await reload(daemon, RELOADED);
    write({ network: '127.96.0.1/32', 'listen-filter': 'sport = :8796', med: '9', 'discovery-source': 'proc' });
    await reload(daemon, RELOADED);
    await reload(daemon, RELOADED);
    expect(daemon.stderr()).toContain('"changed":0,"msg":"reloaded"');
    expect(daemon.stderr()).not.toContain('"level":"debug"');
    write({
      ...{ network: '127.96.0.1/32', 'listen-filter': 'sport = :8796', med: '9', 'discovery-source': 'proc' },
      'log-level': 'debug',
    });
    await reload(daemon, 'reloaded');
    expect(daemon.stderr()).toContain('"key":"log-level","before":"info","after":"debug"');
    expect(daemon.lines()).toHaveLength(said);
    // What is logged at this level alone.
    await service.stop();
    await daemon.logged('"msg":"flapped"');
    expect(await daemon.stop()).toBe(0);
  });

  it('has flags and the environment win over it, as at the start', async () => {
    await listen(['127.96.2.1:8798']);
    write({ network: '127.96.2.0/24', 'listen-filter': 'sport = :8798', med: '1' });
    const daemon = run('--med', '2');
    await daemon.told('announce route 127.96.2.1/32 next-hop self med 2');
    write({ network: '127.96.2.0/24', 'listen-filter': 'sport = :8798', med: '3', 'local-preference': '50' });
    await reload(daemon, RELOADED);
    await daemon.told('announce route 127.96.2.1/32 next-hop self med 2 local-preference 50');
    expect(daemon.stderr()).not.toContain('"key":"med"');
  });

  it('that is large is judged as a small one, with the flags, and puts forward what changed alone', async () => {
    const prefixes = Array.from({ length: 6_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    const writeAll = (more: string): void =>
      write({ static: `[{prefixes: [${prefixes.join(', ')}]}${more}]`, med: '3' });
    writeAll('');
    expect(fs.statSync(file()).size).toBeGreaterThan(65_536);
    const daemon = run('--med', '2');
    // Many at a time.
    await until('all of them', () => daemon.lines().some((line) => line.endsWith(' 10.23.111.0/24')));
    const before = daemon.lines().length;
    writeAll(', {prefixes: 10.0.1.0/24}');
    await reload(daemon, REFUSED);
    expect(daemon.stderr()).toContain('10.0.1.0/24: is in two groups');
    writeAll(', {prefixes: 198.51.100.0/24}');
    await reload(daemon, RELOADED);
    await daemon.told('announce route 198.51.100.0/24 next-hop self med 2');
    expect(daemon.lines()).toHaveLength(before + 1);
    expect(await daemon.stop()).toBe(0);
  });

  it('is played from a recording, action for action', async () => {
    const recording = folder('recording');
    await listen(['127.96.3.1:8799', '127.96.3.2:8800']);
    write({ network: '127.96.3.0/24', 'listen-filter': 'sport = :8799', record: recording });
    const daemon = run();
    await daemon.announces('127.96.3.1/32');
    write({ network: '127.96.3.0/24', 'listen-filter': 'sport = :8800', record: recording });
    await reload(daemon, RELOADED);
    await daemon.announces('127.96.3.2/32');
    expect(await daemon.stop()).toBe(0);
    const played = start(process.execPath, [bin, 'replay', recording, '--format', 'json'], { env: cleanEnvironment() });
    expect(await played.ended).toBe(0);
    expect(played.stderr()).toBe('');
    const lines = played
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(lines[0]).toMatchObject({
      type: 'run',
      reloads: [{ settings: { 'listen-filter': { text: 'sport = :8800' } } }],
    });
    const services = lines.filter(({ type }) => type === 'service');
    expect(services).toMatchObject([
      { prefix: '127.96.3.1/32', recorded: { announced: 1, withdrawn: 1 } },
      { prefix: '127.96.3.2/32', recorded: { announced: 1, withdrawn: 0 } },
    ]);
  });
});

describe('a bad file', () => {
  it('is refused with all that is wrong with it, and nothing moves', async () => {
    await listen(['127.96.4.1:8801']);
    const good = { network: '127.96.4.0/24', 'listen-filter': 'sport = :8801' };
    write(good);
    const daemon = run();
    await daemon.announces('127.96.4.1/32');
    const before = daemon.lines();

    fs.writeFileSync(file(), `${settings({ network: 'x', nonsense: '1' })}`);
    await reload(daemon, REFUSED);
    for (const problem of [
      `"place":"${file()}:5:10","detail":"network: \\"x\\": expected`,
      `"place":"${file()}:6:1","detail":"\\"nonsense\\": expected a setting`,
      `"problems":2,"msg":"${REFUSED}"`,
    ]) {
      expect(daemon.stderr()).toContain(problem);
    }
    // Half written, and gone.
    fs.writeFileSync(file(), settings(good).slice(0, -10));
    await reload(daemon, REFUSED);
    fs.writeFileSync(file(), '');
    await reload(daemon, REFUSED);
    fs.rmSync(file());
    await reload(daemon, REFUSED);
    expect(daemon.stderr()).toContain('cannot be read: ENOENT');
    // Good in itself, and not while it runs.
    write({ ...good, med: '7', 'bgp-backend': 'exabgp', 'no-color': 'true' });
    await reload(daemon, REFUSED);
    expect(daemon.stderr()).toContain(`"place":"${file()}:1:1: bgp-backend","detail":"needs a restart to change: `);
    expect(daemon.stderr()).toContain(`"place":"${file()}:8:1: no-color","detail":"needs a restart to change: `);
    // Good, and nothing for this host.
    write({ ...good, med: '7', hints: 'destroy', 'discovery-source': 'proc' });
    await reload(daemon, REFUSED);
    expect(daemon.lines()).toEqual(before);
    expect(daemon.stderr()).not.toContain('setting changed');

    write({ ...good, med: '7' });
    await reload(daemon, RELOADED);
    await daemon.told('announce route 127.96.4.1/32 next-hop self med 7');
    expect(await daemon.stop()).toBe(0);
  });
});

describe('ha2bgp reload', () => {
  const ha2bgp = async (...words: readonly string[]) => {
    const env = { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: folder('a.sock') };
    const started = start(process.execPath, [bin, ...words], { env });
    const status = await started.ended;
    return { status, stdout: started.stdout(), stderr: started.stderr() };
  };

  it('says what changed, or all that is wrong; whoever asks meanwhile is answered, too', async () => {
    await listen(['127.96.8.1:8805']);
    const good = { network: '127.96.8.0/24', 'listen-filter': 'sport = :8805' };
    write(good);
    const daemon = run('--control-socket', folder('a.sock'));
    await daemon.announces('127.96.8.1/32');
    await until('the control socket', () => fs.existsSync(folder('a.sock')));
    expect(await ha2bgp('reload')).toEqual({ status: 0, stdout: 'read again: nothing changed\n', stderr: '' });

    write({ ...good, med: '7' });
    const all = await Promise.all([1, 2, 3, 4].map(() => ha2bgp('reload')));
    expect(all.map(({ status, stderr }) => [status, stderr])).toEqual(all.map(() => [0, '']));
    expect(all.filter(({ stdout }) => stdout === 'read again; changed:\n  med: nothing → 7\n').length).toBeGreaterThan(
      0,
    );
    await daemon.told('announce route 127.96.8.1/32 next-hop self med 7');

    fs.writeFileSync(file(), settings({ network: 'x', nonsense: '1' }));
    const { status, stdout, stderr } = await ha2bgp('reload');
    expect([status, stdout, stderr.split('\n')]).toEqual([
      ...[1, ''],
      [
        'ha2bgp: reload: The new settings are not good: the old ones stay in force.',
        expect.stringMatching(/^ha2bgp: .*ha2bgp\.yaml:5:10: network: "x": expected/),
        expect.stringMatching(/^ha2bgp: .*ha2bgp\.yaml:6:1: "nonsense": expected a setting/),
        '',
      ],
    ]);
    expect((await ha2bgp('status')).stdout).toMatch(/^The last reload, .* was refused: 2 problems, see the log$/m);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.lines().filter((line) => line.startsWith('withdraw'))).toHaveLength(1);
  });
});

describe('reloads', () => {
  it('that come in a storm are one after another, and the last file is what counts', async () => {
    await listen(['127.96.5.1:8802']);
    const good = { network: '127.96.5.0/24', 'listen-filter': 'sport = :8802' };
    write(good);
    const daemon = run();
    await daemon.announces('127.96.5.1/32');
    for (let round = 1; round <= 60; round++) {
      // Every third is no file at all.
      if (round % 3 === 0) fs.writeFileSync(file(), 'network: [');
      else write({ ...good, med: String(round) });
      for (let again = 0; again < 5; again++) daemon.child.kill('SIGHUP');
      if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    write({ ...good, med: '1000' });
    daemon.child.kill('SIGHUP');
    await daemon.told('announce route 127.96.5.1/32 next-hop self med 1000');
    expect(daemon.lines().filter((line) => line.startsWith('withdraw'))).toEqual([]);
    expect(daemon.stderr()).not.toContain('reload failed');
    expect(await daemon.stop()).toBe(0);
  });

  it('that are asked for before it is ready are made good, and none ends it', async () => {
    await listen(['127.96.6.1:8803']);
    write({ network: '127.96.6.0/24', 'listen-filter': 'sport = :8803' });
    const daemon = run();
    // From when it hears of signals on: SigCgt of proc(5), SIGHUP is the first bit.
    await until('hears SIGHUP', () => {
      const [, caught = '0'] = /^SigCgt:\s+(\w+)/m.exec(fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8')) ?? [];
      return (Number.parseInt(caught.slice(-1), 16) & 1) === 1;
    });
    daemon.child.kill('SIGHUP');
    await daemon.announces('127.96.6.1/32');
    await daemon.logged('"msg":"reloaded"');
    expect(await daemon.stop()).toBe(0);
  });

  it('end a daemon that has no file, and withdraw', async () => {
    await listen(['127.96.7.1:8804']);
    const words = [
      '--network',
      '127.96.7.0/24',
      '-l',
      'sport = :8804',
      '--announce-delay',
      '0',
      '--bgp-backend',
      'test',
    ];
    const daemon = startDaemon(words);
    await daemon.announces('127.96.7.1/32');
    expect(await daemon.stop('SIGHUP')).toBe(0);
    expect(daemon.announced()).toEqual([]);
  });
});
