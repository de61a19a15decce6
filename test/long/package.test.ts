/** The package as users get it: packed, installed globally where no compiler is to be had, and started by its name. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanEnvironment, root } from '../helpers/daemon.ts';
import { listen, run, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

let place: string;

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
});

afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true });
});

it('is installed without a compiler, and runs', { timeout: 300_000 }, async () => {
  await run('npm', ['pack', '--pack-destination', place, '--loglevel=error'], { cwd: root });
  const [archive = ''] = fs.readdirSync(place);
  expect(archive).toMatch(/^ha2bgp-.*\.tgz$/);
  // Compilers that fail: whoever calls one is found out.
  const tools = path.join(place, 'tools');
  fs.mkdirSync(tools);
  for (const tool of ['cc', 'c++', 'gcc', 'g++', 'make', 'cmake', 'python3']) {
    fs.writeFileSync(path.join(tools, tool), '#!/bin/sh\necho "$0 was called" >&2\nexit 1\n', { mode: 0o755 });
  }
  const env = { ...cleanEnvironment(), PATH: `${tools}:${process.env['PATH']}` };
  const prefix = path.join(place, 'prefix');
  await run('npm', ['install', '--global', '--prefix', prefix, path.join(place, archive), '--loglevel=error'], { env });
  const daemon = start(
    path.join(prefix, 'bin/ha2bgp'),
    ['-n', '127.92.0.0/16', '-l', 'sport = :8792', '--announce-delay', '0', '--interval', '20ms'],
    { env },
  );
  await listen(['127.92.0.1:8792']);
  await until('the announce', () => daemon.stdout() === 'announce route 127.92.0.1/32 next-hop self\n');
  expect(await daemon.stop()).toBe(0);
});
