/** Recording and playing through bin/, on this host's real kernel. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { policyFrom } from '../../src/config/policy.ts';
import { replaySettings } from '../../src/config/recorded-settings.ts';
import { handle } from '../../src/core/daemon.ts';
import { initialState } from '../../src/core/state.ts';
import { readRecording } from '../../src/runtime/recording-reader.ts';
import { bin, cleanEnvironment, startDaemon } from '../helpers/daemon.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { listen, start } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const folder = ownFolder();
let file = '';
beforeEach(() => {
  file = folder('recording');
});

const QUICK = ['--announce-delay', '100ms', '--withdraw-delay', '200ms', '--interval', '20ms', '--no-dampening'];
const words = (network: string, port: number): string[] => [
  ...['--network', network, '--listen-filter', `sport = :${port}`, ...QUICK],
  ...['--record', file, '--log-level', 'debug', '--log-format', 'json'],
];

/** Its status, and what it said. */
async function replayOf(...args: readonly string[]) {
  const started = start(process.execPath, [bin, 'replay', ...args], { env: cleanEnvironment() });
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}

/** What the core had logged, in order. */
function coreLog(stderr: string): object[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((entry) => entry['component'] === undefined && !OF_RUN.includes(String(entry['msg'])))
    .map(({ level, time, pid, ...entry }) => ({ level, ...entry }));
}
const OF_RUN = ['started', 'settings', 'stopping', 'stopped'];

/** The same of a recording of one run. */
async function playedLog(): Promise<object[]> {
  const said: object[] = [];
  let state: ReturnType<typeof initialState> | undefined;
  for await (const item of readRecording(file)) {
    if (item.type === 'section') {
      const recorded = replaySettings(item.header.settings);
      if ('problems' in recorded) throw new Error(JSON.stringify(recorded.problems));
      state ??= initialState(policyFrom(recorded.settings));
    }
    if (item.type !== 'event' || state === undefined) continue;
    for (const action of handle(state, item.event)) {
      if (action.type === 'log') said.push({ level: action.level, ...action.fields, msg: action.message });
    }
  }
  return said;
}

describe('a recorded run', () => {
  it('is played action for action', async () => {
    const daemon = startDaemon(words('127.101.0.0/16', 8771));
    await daemon.logged('first facts read');
    for (let round = 0; round < 3; round++) {
      const services = await listen(['127.101.0.1:8771', '127.101.0.2:8771', '[::1]:8771'].slice(0, 2 + (round % 2)));
      await daemon.announces('127.101.0.1/32', '127.101.0.2/32');
      await services.stop();
      await daemon.announces();
    }
    expect(await daemon.stop()).toBe(0);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);

    const live = coreLog(daemon.stderr());
    expect(live.length).toBeGreaterThan(20);
    expect(await playedLog()).toEqual(live);

    const { status, stdout, stderr } = await replayOf(file, '--format', 'json');
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    const played = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const [run] = played;
    expect(run).toMatchObject({ type: 'run', ending: 'SIGTERM', settings: { 'withdraw-delay': { text: '200ms' } } });
    expect(Math.abs(Date.parse(String(run?.['until'])) - Date.now())).toBeLessThan(60_000);
    for (const prefix of ['127.101.0.1/32', '127.101.0.2/32']) {
      expect(played.find((line) => line['prefix'] === prefix)).toMatchObject({
        recorded: { announced: 3, withdrawn: 3 },
      });
    }
  });

  it('that was killed is played as far as it got, and the next one behind it', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const daemon = startDaemon(words('127.102.0.0/16', 8772));
      await daemon.logged('first facts read');
      const service = await listen(['127.102.0.1:8772']);
      await daemon.told('announce route 127.102.0.1/32 next-hop self');
      await until(
        'it is written',
        () => fs.readFileSync(file, 'utf8').split('"routeTold"').length > (signal === 'SIGKILL' ? 1 : 2),
      );
      await daemon.stop(signal);
      await service.stop();
      if (signal === 'SIGKILL') fs.appendFileSync(file, '{"type":"fact');
    }
    const { status, stdout, stderr } = await replayOf(file);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^ha2bgp: .*recording:\d+: the line was cut; what was recorded before it is played\n$/);
    expect(stdout.match(/^run .*$/gm)).toEqual([
      expect.stringContaining('its end is not recorded'),
      expect.stringContaining('ended: SIGTERM'),
    ]);
    expect(stdout.match(/^ {2}\S+ {2}announced$/gm)).toHaveLength(2);
  });

  it('keeps so many files, and is one run across them', async () => {
    const daemon = startDaemon([...words('127.103.0.0/16', 8773), '--record-size', '64KiB', '--record-files', '3']);
    await daemon.logged('first facts read');
    const addresses = Array.from({ length: 250 }, (_, index) => `127.103.1.${index}`);
    // So many are told in groups, and counted by the log.
    const logged = (message: string, times: number): Promise<unknown> =>
      until(`${message}: ${times}`, () => daemon.count(`"msg":"${message}"`) === times);
    const oldest = `${file}.2`;
    const hasLostItsBeginning = (): boolean =>
      fs.existsSync(oldest) && !fs.readFileSync(oldest, 'utf8').slice(0, 200).includes('"events":0,');
    for (let round = 1; !hasLostItsBeginning(); round++) {
      const services = await listen(addresses.map((address) => `${address}:8773`));
      await logged('to be announced', round * addresses.length);
      await services.stop();
      await logged('withdrawn', round * addresses.length);
    }
    expect(await daemon.stop()).toBe(0);
    expect(fs.readdirSync(folder()).sort()).toEqual(['recording', 'recording.1', 'recording.2']);
    const { status, stdout, stderr } = await replayOf(file);
    expect(status, stderr).toBe(0);
    // The oldest is gone; what is left is played without a seam.
    expect(stderr).toMatch(/^ha2bgp: \S+recording\.2:1: \d+ events of the run before this are not in the recording\n$/);
    expect(stdout.match(/^run /gm)).toHaveLength(1);
    expect(stdout).toContain('all services: 250\n');
  });

  it('goes on without a recording where none can be written, and says so once', async () => {
    file = folder('not', 'there', 'recording');
    const daemon = startDaemon(words('127.104.0.0/16', 8774));
    await listen(['127.104.0.1:8774']);
    await daemon.told('announce route 127.104.0.1/32 next-hop self');
    await daemon.logged('recording stopped, tried again later');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.count('recording stopped')).toBe(1);
  });

  it('does not begin where something else would be spoilt', async () => {
    fs.writeFileSync(file, 'root:x:0:0\n');
    const daemon = startDaemon(words('127.105.0.0/16', 8775), { stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain(`${file} is there, and is something else than a recording`);
    expect(fs.readFileSync(file, 'utf8')).toBe('root:x:0:0\n');
  });
});

describe('replay', () => {
  it('ends with 1 for what is no recording and for bad settings, and with 2 for an unknown flag', async () => {
    fs.writeFileSync(file, 'root:x:0:0\n');
    expect(await replayOf(file)).toEqual({
      status: 1,
      stdout: '',
      stderr: `ha2bgp: replay: ${file}:1: expected a header: is this a recording?\n`,
    });
    expect(await replayOf(`${file}.gone`)).toMatchObject({ status: 1, stderr: expect.stringContaining('ENOENT') });
    expect(await replayOf(file, '--format', 'xml')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('one of text, json'),
    });
    expect(await replayOf()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('FILE: expected what `run --record FILE` wrote'),
    });
    expect(await replayOf(file, '--interval', '1s')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--interval'),
    });
  });

  it('takes no settings from the environment', async () => {
    const daemon = startDaemon(words('127.106.0.0/16', 8776));
    await daemon.logged('first facts read');
    expect(await daemon.stop()).toBe(0);
    const played = start(process.execPath, [bin, 'replay', file], {
      env: { ...cleanEnvironment(), HA2BGP_WITHDRAW_DELAY: 'nonsense', HA2BGP_NETWORK_FILTER: '192.0.2.0/24' },
    });
    expect(await played.ended).toBe(0);
    expect(played.stdout()).toContain('--network 127.106.0.0/16');
    expect(played.stdout()).not.toContain('what if');
  });

  it('ends quietly when nobody reads any more', async () => {
    const daemon = startDaemon(words('127.107.0.0/16', 8777));
    await daemon.logged('first facts read');
    expect(await daemon.stop()).toBe(0);
    const child = spawn('sh', ['-c', `"${process.execPath}" "${bin}" replay "${file}" 2>&1 >&3 | cat; echo ended`], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      env: cleanEnvironment(),
    });
    child.stdio[3]?.destroy();
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(text).toBe('ended\n');
  });
});
