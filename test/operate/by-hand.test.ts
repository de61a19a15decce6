/** Drains, and what is set by hand, of a live daemon: what is told, what is said of it, and what outlives the process. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Prefix } from '../../src/model/address.ts';
import { type Millis, ms } from '../../src/model/millis.ts';
import { type Operated, startOperated } from '../helpers/operated.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

let place = '';
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-by-hand-'));
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

const ADDRESS = '127.71.0.1';
const PREFIX = `${ADDRESS}/32` as Prefix;
const WORDS = [
  ...['--network', '127.71.0.0/16', '--bgp-backend', 'test', '--announce-delay', '0', '--community', '65000:7'],
  ...['--name', 'one', '--reannounce', '0', '--listen-filter', 'sport >= :8971 and sport <= :8979'],
];
const ALL = { type: 'all' } as const;
const ANNA = { by: 'anna', why: 'new kernel' };
const drain = (daemon: Operated, length?: Millis) => daemon.drain({ ...ANNA, target: ALL, for: length });
const NATURAL = `announce route ${PREFIX} next-hop self community [ 65000:7 ]`;
const GOING = `announce route ${PREFIX} next-hop self local-preference 0 community [ 65000:7 65535:0 ]`;
const GONE = `withdraw route ${PREFIX} next-hop self local-preference 0 community [ 65000:7 65535:0 ]`;
const run = (...more: readonly string[]): Promise<Operated> => startOperated([...WORDS, ...more]);
const told = (daemon: Operated, ...lines: readonly string[]): Promise<boolean> =>
  until(
    () => `${lines.join('\n')}\nnot\n${daemon.lines().join('\n')}\n${daemon.stderr()}`,
    () => JSON.stringify(daemon.lines()) === JSON.stringify(lines),
  );

it('a drain tells of the end, withdraws, and gives back what is there', async () => {
  await listen([`${ADDRESS}:8971`]);
  const daemon = await run('--drain-time', '300ms');
  await told(daemon, NATURAL);
  const done = await drain(daemon);
  expect([done.services, done.remarks]).toEqual([[PREFIX], ['not kept over a restart: --data-dir none']]);
  await told(daemon, NATURAL, GOING, GONE);
  expect(await daemon.service(PREFIX)).toMatchObject({
    state: 'drained',
    reason: { code: 'drained', sentence: `${ADDRESS} is drained by anna (all): new kernel` },
    overrides: [{ kind: 'drain', target: 'all', by: 'anna' }],
  });
  expect((await daemon.summary()).services.drained).toBe(1);
  await daemon.undrain({ target: ALL, by: 'berta' });
  await told(daemon, NATURAL, GOING, GONE, NATURAL);
  expect(daemon.stderr()).toMatch(/"target":"all","by":"anna","why":"new kernel",.*"msg":"drained"/);
  expect(daemon.stderr()).toMatch(/"target":"all","by":"berta","msg":"undrained"/);
  expect(await daemon.stop()).toBe(0);
});

it('up stands in for the listener until its time is over, and down withdraws at once', async () => {
  const daemon = await run('--withdraw-delay', '0');
  await daemon.logged('first facts read');
  await daemon.set({ prefix: PREFIX, to: 'up', by: 'anna', why: '', ttl: ms(700) });
  await told(daemon, NATURAL, NATURAL.replace('announce', 'withdraw'));
  const service = await listen([`${ADDRESS}:8972`]);
  await until('announced', () => daemon.lines().length === 3);
  await daemon.set({ prefix: PREFIX, to: 'down', by: 'anna', why: '', ttl: undefined });
  await until('withdrawn', () => daemon.lines().length === 4);
  expect((await daemon.service(PREFIX)).state).toBe('set-down');
  await service.stop();
  await daemon.stop();
});

it('is kept over a restart, also after a crash, and ends when it was said to', async () => {
  await listen([`${ADDRESS}:8973`]);
  const kept = ['--data-dir', path.join(place, 'data')];
  const first = await run(...kept, '--drain-time', '0');
  await told(first, NATURAL);
  // A start takes a good part of that on a busy host.
  const ends = Date.now() + 8_000;
  const { remarks } = await drain(first, ms(8_000));
  expect(remarks).toEqual([]);
  await first.stop('SIGKILL');

  const second = await run(...kept);
  expect((await second.summary()).overrides).toMatchObject([{ kind: 'drain', target: 'all', by: 'anna' }]);
  await second.logged('first facts read');
  await told(second, NATURAL);
  // The drain began after the clock was read, and its timer is never early, but for the grain of two clocks.
  expect(Date.now()).toBeGreaterThan(ends - 100);
  expect(second.stderr()).toMatch(/"msg":"what was said by hand goes on"/);
  await until('the file', () => fs.readFileSync(path.join(place, 'data/one.overrides'), 'utf8').includes('"count":0'));
  await second.stop();
});

// A mount needs root.
describeInterop('what is said by hand', () => {
  it('on a full disk is done all the same, and the answer says that it is not kept', async () => {
    await listen([`${ADDRESS}:8974`]);
    // So small that one page of a file is all that is left, and that one is taken.
    const mount = 'mount -t tmpfs -o size=8k,mode=755 t "$0" && head -c 8192 /dev/zero > "$0/full"; exec "$@"';
    const via = ['unshare', '--mount', 'sh', '-c', mount, place];
    const daemon = await startOperated([...WORDS, '--data-dir', place, '--drain-time', '0'], via);
    await told(daemon, NATURAL);
    expect((await drain(daemon)).remarks).toEqual([expect.stringMatching(/^not kept over a restart: ENOSPC/)]);
    await told(daemon, NATURAL, NATURAL.replace('announce', 'withdraw'));
    expect(daemon.stderr()).toContain('what is said by hand is not kept over a restart');
    // Tried again with the next change.
    fs.rmSync(`/proc/${daemon.pid}/root${place}/full`);
    expect((await daemon.undrain({ target: ALL, by: 'anna' })).remarks).toEqual([]);
    await daemon.stop();
  });
});

it('in a file that was cut is found as far as it is whole, and the file is kept beside', async () => {
  const file = path.join(place, 'one.overrides');
  const first = await run('--data-dir', place);
  await first.set({ prefix: PREFIX, to: 'down', by: 'anna', why: '', ttl: undefined });
  await drain(first);
  await first.stop('SIGKILL');
  const cut = fs.readFileSync(file, 'utf8').slice(0, -20);
  fs.writeFileSync(file, cut);
  const second = await run('--data-dir', place);
  expect((await second.summary()).overrides).toMatchObject([{ kind: 'down', target: PREFIX }]);
  expect(second.stderr()).toContain('damaged: something that was said by hand is lost');
  await drain(second);
  expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe(cut);
  await second.stop();
});

it('of two daemons of one name is kept by the first, and the second says so', async () => {
  const first = await run('--data-dir', place);
  const second = await run('--data-dir', place);
  const nobody = expect.stringContaining('the drain holds for when there is one');
  expect((await drain(second)).remarks).toEqual([nobody, expect.stringContaining('another ha2bgp keeps its own')]);
  expect((await drain(first)).remarks).toEqual([nobody]);
  await first.stop();
  await second.stop();
});
