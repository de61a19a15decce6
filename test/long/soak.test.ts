/**
 * Services that come and go for ten minutes, each a new one: what the daemon keeps of them is nothing. HA2BGP_SOAK_SECONDS:
 * how long. Needs root.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Daemon, root, startDaemon } from '../helpers/daemon.ts';
import { holdOneByOne } from '../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { start, stopAll } from '../helpers/processes.ts';
import { WITH_TRACEFS } from '../helpers/tracefs.ts';
import { until } from '../helpers/until.ts';

const SOAK_MS = Number(process.env['HA2BGP_SOAK_SECONDS'] ?? 600) * 1_000;
const DELAYS = ['--announce-delay', '200ms', '--withdraw-delay', '300ms', '--bgp-backend', 'test'];
const MIB = 1024 * 1024;

interface Sample {
  readonly timers: number;
  /** Other things that Node waits for: sockets, pipes. */
  readonly others: number;
  readonly heapUsed: number;
  readonly rss: number;
  readonly descriptors: number;
}

describeInterop('ten minutes of coming and going', () => {
  let place: string;
  let host: Namespace;

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('soak');
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
    fs.rmSync(place, { recursive: true });
  });

  it('leaves descriptors, timers and memory as they were', { timeout: SOAK_MS + 60_000 }, async () => {
    const watched = path.join(place, 'samples');
    const env = { NODE_OPTIONS: `--import=${root}/test/helpers/watch-process.mjs`, WATCH_FILE: watched };
    const words = ['-n', '10.0.0.0/8', '--protocol', 'tcp,udp', '--hints', 'tracefs', ...DELAYS];
    const daemon = startDaemon(words, { env }, [...host.enter, ...WITH_TRACEFS]);
    await daemon.logged('"hints":"tracefs","msg":"listeners are read"');
    const [command = '', ...args] = [...host.enter, '/usr/bin/python3', `${root}/test/helpers/soak-load.py`, 'lo'];
    const load = start(command, args);

    const samples: Sample[] = [];
    const end = performance.now() + SOAK_MS;
    await until('the end', () => performance.now() > end || !sample(daemon, watched, samples), SOAK_MS + 10_000);
    load.child.stdin?.end();
    expect(await load.ended, load.stderr()).toBe(0);
    const services = Number(load.stdout());
    process.stdout.write(`${services} services, ${daemon.lines().length} commands: ${report(samples)}\n`);

    const third = Math.floor(samples.length / 3);
    const [first, second, last] = [0, 1, 2].map((part) => samples.slice(part * third, (part + 1) * third));
    const growth = (of: keyof Sample, since = first): number =>
      median((last ?? []).map((each) => each[of])) - median((since ?? []).map((each) => each[of]));
    expect(samples.length).toBeGreaterThan(SOAK_MS / 4_000);
    expect(services).toBeGreaterThan(SOAK_MS / 200);
    expect(daemon.lines().length).toBeGreaterThan(services / 2);
    expect(Math.abs(growth('descriptors'))).toBeLessThanOrEqual(1);
    expect(Math.abs(growth('timers'))).toBeLessThanOrEqual(2);
    expect(Math.abs(growth('others'))).toBeLessThanOrEqual(1);
    expect(growth('heapUsed')).toBeLessThan(2 * MIB);
    // Compiled code and what goes with it has come by then.
    expect(growth('heapUsed', second)).toBeLessThan(MIB / 2);
    // How much garbage V8 lets stand before it collects depends on how busy the machine is.
    expect(growth('rss', second)).toBeLessThan(12 * MIB);
    // It has not lost its way either.
    const service = await holdOneByOne(host);
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'lo');
    await service.open('10.0.1.1:80');
    await daemon.told('announce route 10.0.1.1/32 next-hop self');
    for (const text of ['"level":"error"', 'hints at listeners lost', '"msg":"failed"'])
      expect(daemon.count(text)).toBe(0);
    expect(await daemon.stop()).toBe(0);
  });
});

/** Takes down what is new in the file, with the descriptors of that moment. False when the process is gone. */
function sample({ pid, child }: Daemon, file: string, samples: Sample[]): boolean {
  if (child.exitCode !== null) return false;
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  if (lines.length === samples.length) return true;
  const descriptors = fs.readdirSync(`/proc/${pid}/fd`).length;
  samples.push({ ...(JSON.parse(lines[samples.length] ?? '') as Omit<Sample, 'descriptors'>), descriptors });
  return true;
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

function report(samples: readonly Sample[]): string {
  const third = Math.floor(samples.length / 3);
  return JSON.stringify(
    [0, 1, 2].map((part) => {
      const some = samples.slice(part * third, (part + 1) * third);
      const of = (name: keyof Sample): number => median(some.map((each) => each[name]));
      return {
        ...{ descriptors: of('descriptors'), timers: of('timers'), others: of('others') },
        ...{ heapKiB: Math.round(of('heapUsed') / 1024), rssMiB: Math.round(of('rss') / MIB) },
      };
    }),
  );
}
