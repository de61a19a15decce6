/** What the history has of the daemon itself: started, stopped, killed, reloaded; and what those hear who listen to the end. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HistoryView } from '../../src/model/view.ts';
import { connect } from '../helpers/api-client.ts';
import { loopbackNet } from '../helpers/asked-daemon.ts';
import { bin, cleanEnvironment, type Daemon, startDaemon } from '../helpers/daemon.ts';
import { listen, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

let place: string;
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-history-'));
  fs.mkdirSync(path.join(place, 'state'));
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

const NET = loopbackNet(87);
const ADDRESS = `${NET}.1`;
const PREFIX = `${ADDRESS}/32`;
const socket = (): string => path.join(place, 'h.sock');
const config = (): string => path.join(place, 'h.yaml');
const settings = (med: string): string =>
  `network: ${NET}.0/24\nlisten-filter: sport = :8787\nbgp-backend: test\nannounce-delay: 0\nmed: ${med}\n`;

async function run(...words: readonly string[]): Promise<Daemon> {
  const daemon = startDaemon([
    ...['run', '--config', config(), '--name', 'h', '--data-dir', path.join(place, 'data')],
    ...['--control-socket', socket(), '--reannounce', '0', ...words],
  ]);
  await daemon.announces(PREFIX);
  await daemon.logged('asked here');
  return daemon;
}

async function history(...words: readonly string[]): Promise<string> {
  const asked = start(process.execPath, [bin, 'history', '--control-socket', socket(), ...words], {
    env: { ...cleanEnvironment(), LANG: 'C.UTF-8' },
  });
  expect([await asked.ended, asked.stderr()]).toEqual([0, '']);
  return asked.stdout();
}
const entries = async (): Promise<HistoryView['process']> =>
  (JSON.parse(await history('--json')) as HistoryView).process.toReversed();

it('has each start and stop, why, and what was withdrawn; of a run that was killed, that it had no end', async () => {
  fs.writeFileSync(config(), settings('1'));
  await listen([`${ADDRESS}:8787`]);
  const first = await run();
  expect(await first.stop()).toBe(0);
  const second = await run('--bgp-backend', 'exabgp', '--on-exit', 'keep', '--state-dir', path.join(place, 'state'));
  expect(await second.stop()).toBe(0);
  const third = await run();
  await until('its start is written', () =>
    fs.readFileSync(path.join(place, 'data/h.history'), 'utf8').includes(`"pid":${third.child.pid}`),
  );
  third.child.kill('SIGKILL');
  await third.ended;
  const last = await run();
  const found = await entries();
  expect(found).toMatchObject([
    { type: 'started', pid: first.child.pid },
    { type: 'stopped', why: 'SIGTERM', withdrawn: 1, left: 0 },
    { type: 'started', pid: second.child.pid },
    { type: 'stopped', why: 'SIGTERM', withdrawn: 0, left: 1 },
    { type: 'started', pid: third.child.pid },
    { type: 'started', pid: last.child.pid, lastSignOfBefore: expect.any(String) },
  ]);
  expect(found.filter((each) => 'lastSignOfBefore' in each)).toHaveLength(1);
  const text = await history('192.0.2.1');
  expect(text).toMatch(/ ha2bgp {2}stopped \(SIGTERM\): 1 route withdrawn\n/);
  expect(text).toMatch(/ ha2bgp {2}started, version .*; the run before ended without a word after \d{4}-.*: killed/);
  await last.stop();
});

it('has a stop that there was no time for, or nobody to withdraw from', async () => {
  fs.writeFileSync(config(), settings('1'));
  await listen([`${ADDRESS}:8787`]);
  const first = await run();
  // Nobody reads stdout any more, and it finds out when it writes the next command.
  first.child.stdout?.destroy();
  fs.writeFileSync(config(), settings('2'));
  first.child.kill('SIGHUP');
  expect(await first.ended).toBe(0);
  const last = await run();
  expect((await entries()).slice(0, 3)).toMatchObject([
    { type: 'started' },
    { type: 'reloaded', changed: ['med: 1 → 2'] },
    { type: 'stopped', why: 'nobody reads stdout any more', withdrawn: 0 },
  ]);
  await last.stop();
});

it('has reloads, and those who listen hear of them, and of the end before their stream ends', async () => {
  fs.writeFileSync(config(), settings('1'));
  await listen([`${ADDRESS}:8787`]);
  const daemon = await run();
  const wire = await connect({ socketPath: socket() }, 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the stream', () => wire.heard().includes(':\n\n'));
  fs.writeFileSync(config(), settings('2'));
  daemon.child.kill('SIGHUP');
  await until('reloaded', () => wire.heard().includes('event: reloaded'));
  fs.writeFileSync(config(), settings('much'));
  daemon.child.kill('SIGHUP');
  await until('refused', () => wire.heard().includes('event: reload-refused'));
  expect((await entries()).slice(1)).toMatchObject([
    { type: 'reloaded', changed: ['med: 1 → 2'] },
    { type: 'reload-refused', problems: 1 },
  ]);
  expect(await daemon.stop()).toBe(0);
  const [, data = ''] = /event: stopping\ndata: (.*)\n\n/.exec(await wire.closed) ?? [];
  expect(JSON.parse(data)).toMatchObject({ type: 'stopping', why: 'SIGTERM', announced: 1 });
});
