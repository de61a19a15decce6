/** `--dry-run` through bin/: the commands stand in the log, and stdout is silent. Addresses inside 127.95.0.0/16. */
import { afterEach, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { listen, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const WORDS = [
  ...['--dry-run', '--network', '127.95.0.0/16', '--listen-filter', 'sport = :8765', '--log-format', 'json'],
  ...['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '20ms', '--community', 'no-export'],
];
const ANNOUNCE = 'announce route 127.95.0.1/32 next-hop self community [ no-export ]';
const WITHDRAW = 'withdraw route 127.95.0.1/32 next-hop self community [ no-export ]';

afterEach(stopAll);

const commands = (daemon: Daemon): unknown[] =>
  daemon
    .stderr()
    .split('\n')
    .filter((line) => line.includes('dry run, not told'))
    .map((line) => (JSON.parse(line) as { command: unknown }).command);

it('logs what it would say, also at the end, and says nothing', async () => {
  const daemon = startDaemon(WORDS);
  const service = await listen(['127.95.0.1:8765']);
  await daemon.logged(ANNOUNCE);
  await service.stop();
  await daemon.logged(WITHDRAW);
  await listen(['127.95.0.1:8765']);
  await until('announced again', () => daemon.count(ANNOUNCE) === 2);
  expect(await daemon.stop()).toBe(0);
  expect(commands(daemon)).toEqual([ANNOUNCE, WITHDRAW, ANNOUNCE, WITHDRAW]);
  expect(daemon.stdout()).toBe('');
});

it('reads what ExaBGP says all the same, and goes with it', async () => {
  const daemon = startDaemon(WORDS);
  await daemon.logged('first facts read');
  // More than the pipe holds: whoever writes it ends only when it is read.
  await new Promise<void>((resolve) => daemon.child.stdin?.write('done\n'.repeat(100_000), () => resolve()));
  daemon.child.stdin?.end();
  expect(await daemon.ended).toBe(0);
  expect(daemon.stdout()).toBe('');
});
