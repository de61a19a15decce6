/** Files that a live daemon keeps for others: status, and metrics for node_exporter. Addresses inside 127.90.0.0/16. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../helpers/api-client.ts';
import { type Daemon, root, startDaemon } from '../helpers/daemon.ts';
import { readMetrics } from '../helpers/exposition.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

let directory = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-files-'));
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(directory, { recursive: true, force: true });
});

const watch = (subnet: number): string[] => [
  ...['--network', `127.90.${subnet}.0/24`, '--listen-filter', 'sport = :8790', '--no-dampening'],
  ...['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '20ms'],
];
const endpoint = (subnet: number, host = 1): string => `127.90.${subnet}.${host}:8790`;
const line = (verb: string, subnet: number, host = 1): string =>
  `${verb} route 127.90.${subnet}.${host}/32 next-hop self`;
const read = (file: string): string => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

describe('a status file', () => {
  it('tells what is announced, soon after it changed, and at the end that it is over', async () => {
    const [text, json] = [path.join(directory, 'status'), path.join(directory, 'status.json')];
    const files = ['--status-file', text, '--status-file', json, '--status-interval', '1s'];
    const daemon = startDaemon([...watch(1), ...files]);
    const service = await listen([endpoint(1)]);
    await daemon.told(line('announce', 1));
    await until('announced in the text', () => /^127\.90\.1\.1\/32 .* announced /m.test(read(text)));
    // Whenever it is read it is whole.
    const states = new Set<string>();
    const stateOf = (): string | undefined => {
      const { state, services } = JSON.parse(fs.readFileSync(json, 'utf8'));
      states.add(state);
      return services.find(({ prefix }: { prefix: string }) => prefix === '127.90.1.1/32')?.state;
    };
    await until('announced in JSON', () => stateOf() === 'announced');
    await service.stop();
    await daemon.told(line('withdraw', 1));
    await until('down in JSON', () => stateOf() !== 'announced');
    await until('down in the text', () => !/^127\.90\.1\.1\/32 .* announced /m.test(read(text)));
    expect(await daemon.stop()).toBe(0);
    expect([...states]).toEqual(['running']);
    expect(JSON.parse(read(json))).toMatchObject({ state: 'stopped', services: [], process: { pid: daemon.pid } });
    expect(read(text)).toMatch(/^ha2bgp .*: stopped\nwritten 20\S+Z\n$/);
    expect(fs.readdirSync(directory).sort()).toEqual(['status', 'status.json']);
  });

  it('that cannot be written is a warning of check, and no more', async () => {
    const words = ['--status-file', path.join(directory, 'gone', 'status'), '--status-file', directory];
    const checked = startDaemon(['check', ...watch(5), ...words, '--metrics-file', path.join(directory, 'm.prom')]);
    expect(await checked.ended).toBe(0);
    expect(
      checked
        .stderr()
        .split('\n')
        .filter((said) => said.includes('--status-file')),
    ).toEqual([
      `ha2bgp: --status-file: cannot be written now: ENOENT: no such file or directory, access '${directory}/gone'`,
      `ha2bgp: --status-file: cannot be written now: ${directory} is not a plain file`,
    ]);
    expect(checked.stderr()).not.toContain('m.prom');
  });

  it('and other places that cannot be used are warnings of check, too', async () => {
    const file = path.join(directory, 'file');
    fs.writeFileSync(file, '');
    const checked = startDaemon(['check', ...watch(6), '--data-dir', file, '--control-socket', directory]);
    expect(await checked.ended).toBe(0);
    expect(checked.stderr()).toContain(`--data-dir: cannot be used now: ${file} is not a directory`);
    expect(checked.stderr()).toContain(`--control-socket: cannot be used now: ${directory} is not a socket`);
    expect(fs.readFileSync(file, 'utf8')).toBe('');
  });

  it('without a directory is said once, and written when there is one', async () => {
    const file = path.join(directory, 'later', 'status');
    const daemon = startDaemon([...watch(2), '--status-file', file, '--status-interval', '1s']);
    await daemon.logged('file cannot be written');
    const service = await listen([endpoint(2)]);
    await daemon.told(line('announce', 2));
    fs.mkdirSync(path.dirname(file));
    await daemon.logged('file written again');
    await until('announced', () => read(file).includes(' announced '));
    expect(daemon.count('file cannot be written')).toBe(1);
    await service.stop();
    await daemon.told(line('withdraw', 2));
  });
});

// Mounts need root.
describeInterop('a file', () => {
  it('on a full disk is said and counted, and announcing goes on', async () => {
    const mount = `mount -t tmpfs -o size=64k none ${directory} && exec "$@"`;
    const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mount, 'sh'];
    const [file, metrics] = [path.join(directory, 'status'), path.join(directory, 'm.prom')];
    const words = [
      '--status-file',
      file,
      '--status-interval',
      '1s',
      '--metrics-file',
      metrics,
      '--metrics-interval',
      '1s',
    ];
    const daemon = startDaemon([...watch(3), ...words], {}, enter);
    const seen = (name: string): string => path.join(`/proc/${daemon.pid}/root`, name);
    await until('a status', () => read(seen(file)).includes('runs since'));
    await until('metrics', () => read(seen(metrics)).includes('ha2bgp_build_info'));
    const ballast = seen(path.join(directory, 'ballast'));
    fill(ballast);
    await daemon.logged('file cannot be written');
    const service = await listen([endpoint(3), endpoint(3, 2)]);
    await daemon.told(line('announce', 3));
    await daemon.told(line('announce', 3, 2));
    await service.stop();
    await daemon.told(line('withdraw', 3));
    // What was there last is there whole.
    expect(read(seen(file))).toMatch(/^ha2bgp .*\nwritten .*\n[\s\S]*\nkernel: .* addresses\n(.*\n)?$/);
    expect(readMetrics(read(seen(metrics))).get('ha2bgp_build_info')?.samples).toHaveLength(1);
    fs.rmSync(ballast);
    await daemon.logged('file written again');
    await until('counted', () => failuresIn(read(seen(metrics)), file) > 0);
    const hidden = fs.readdirSync(seen(directory)).filter((name) => name.startsWith('.'));
    expect(hidden.filter((name) => !name.endsWith('.lock'))).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });

  it('on a file system that hangs holds nobody up, not at the end either', async () => {
    const hanging = path.join(directory, 'hanging');
    fs.mkdirSync(hanging);
    const helper = path.join(root, 'test/helpers/hanging-filesystem.py');
    const enter = ['unshare', '--mount', '--propagation', 'private', 'python3', helper, hanging];
    const [file, metrics] = [path.join(directory, 'status'), path.join(directory, 'm.prom')];
    const stuck = path.join(hanging, 'status');
    const words = ['--status-file', stuck, '--status-file', file];
    const daemon = startDaemon(
      [...watch(6), ...words, '--status-interval', '1s', '--metrics-file', metrics, '--metrics-interval', '1s'],
      {},
      enter,
    );
    const service = await listen([endpoint(6)]);
    await daemon.told(line('announce', 6));
    await daemon.logged(`file=${stuck} detail="writing has not ended`);
    await service.stop();
    await daemon.told(line('withdraw', 6));
    // Others are kept.
    await until('counted', () => failuresIn(read(metrics), stuck) > 0);
    expect(await daemon.stop()).toBe(0);
    expect(read(file)).toContain(': stopped\n');
    expect(daemon.stderr()).toContain('INFO: stopped ');
  });
});

describeInterop('the data directory', () => {
  it('on a file system that hangs keeps nothing from being announced and withdrawn, nor the process at its end', async () => {
    const hanging = path.join(directory, 'hanging');
    fs.mkdirSync(hanging);
    const helper = path.join(root, 'test/helpers/hanging-filesystem.py');
    const enter = ['unshare', '--mount', '--propagation', 'private', 'python3', helper, hanging];
    const daemon = startDaemon([...watch(7), '--data-dir', hanging], {}, enter);
    const service = await listen([endpoint(7)]);
    await daemon.told(line('announce', 7));
    expect(daemon.stderr()).toContain('does not answer: what was said by hand before is not known');
    await service.stop();
    await daemon.told(line('withdraw', 7));
    expect(await daemon.stop()).toBe(0);
  });

  it('whose disk hangs later holds nobody up at the end', async () => {
    const data = path.join(directory, 'data');
    fs.mkdirSync(data);
    // Whoever opens it waits for a reader.
    execFileSync('mkfifo', [path.join(data, 'edge.overrides.new')]);
    const socket = path.join(directory, 'edge.sock');
    const daemon = startDaemon([...watch(8), '--data-dir', data, '--name', 'edge', '--control-socket', socket]);
    await listen([endpoint(8)]);
    await daemon.told(line('announce', 8));
    await daemon.logged('asked here');
    // It is answered when the disk has had its time.
    const answer = ask({ socketPath: socket }, '/v1/set', { body: { prefix: '127.90.8.1', to: 'down' } });
    await daemon.told(line('withdraw', 8));
    expect((await answer).text).toContain('not kept over a restart: the disk takes its time');
    expect(await daemon.stop()).toBe(0);
  });
});

describeInterop('the log', () => {
  it('in a file on a file system that hangs holds nobody up, not at the end either', async () => {
    const hanging = path.join(directory, 'hanging');
    fs.mkdirSync(hanging);
    const helper = path.join(root, 'test/helpers/hanging-filesystem.py');
    const enter = ['unshare', '--mount', '--propagation', 'private', 'python3', helper, hanging];
    const daemon = startDaemon([...watch(9), '--log-to', `file:${path.join(hanging, 'log')}`], {}, enter);
    const service = await listen([endpoint(9)]);
    await daemon.told(line('announce', 9));
    await service.stop();
    await daemon.told(line('withdraw', 9));
    expect(await daemon.stop()).toBe(0);
  });
});

/** Leaves no room at all. */
function fill(file: string): void {
  const fd = fs.openSync(file, 'w');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4_096, 'x'));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  } finally {
    fs.closeSync(fd);
  }
}

const failuresIn = (text: string, file: string): number =>
  readMetrics(text)
    .get('ha2bgp_file_failures_total')
    ?.samples.find(({ labels }) => labels['file'] === file)?.value ?? 0;

describe('a file of metrics', () => {
  it('is kept while the daemon runs, with the name of the instance, and gone afterwards', async () => {
    const file = path.join(directory, 'ha2bgp.prom');
    const words = ['--metrics-file', file, '--metrics-interval', '1s', '--name', 'edge'];
    const daemon: Daemon = startDaemon([...watch(4), ...words]);
    await listen([endpoint(4)]);
    await daemon.told(line('announce', 4));
    await until('announced', () => {
      const family = readMetrics(read(file)).get('ha2bgp_service_announced');
      return family?.samples.some(({ labels, value }) => labels['prefix'] === '127.90.4.1/32' && value === 1);
    });
    for (const { samples } of readMetrics(read(file)).values()) {
      for (const { labels } of samples) expect(labels['daemon']).toBe('edge');
    }
    expect(await daemon.stop()).toBe(0);
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});
