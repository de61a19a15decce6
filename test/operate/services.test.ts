/** Services with a name, and the checks of those that have one: what an operator sees of them, and can do with the name. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HistoryView, Status } from '../../src/model/view.ts';
import { ask } from '../helpers/api-client.ts';
import { bin, cleanEnvironment, type Daemon, root, startDaemon } from '../helpers/daemon.ts';
import { readMetrics } from '../helpers/exposition.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { describeInterop } from '../helpers/peers.ts';
import { childrenOf, isAlive, listen, type Started, start, stopAll } from '../helpers/processes.ts';
import { REFUSED, RELOADED, reload } from '../helpers/reload.ts';
import { receiveAt } from '../helpers/unix-receiver.ts';
import { until } from '../helpers/until.ts';

const folder = ownFolder();
const socketPath = (): string => folder('a.sock');
let host: Namespace;
const at = (last: number): string => `192.0.2.${last}`;
const prefixOf = (last: number): string => `${at(last)}/32`;
/** Of the host; nothing listens on the last. */
const ADDRESSES = [1, 2, 3, 4];
const PORT = 80;

interface Given {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly [key: string]: string | number | readonly string[];
}
/** One whose check asks for the file `passes`, soon and often. */
const checked = (name: string, prefixes: readonly string[], more: Omit<Given, 'name' | 'prefixes'> = {}): Given => ({
  ...{ name, prefixes, command: `test -e ${folder('passes')} || { echo no such file; exit 7; }` },
  ...{ interval: '100ms', 'fast-interval': '100ms', rise: 1, fall: 2, ...more },
});

/** JSON is YAML. */
const write = (services: readonly Given[], more: Readonly<Record<string, unknown>> = {}): void =>
  fs.writeFileSync(
    folder('ha2bgp.yaml'),
    JSON.stringify({
      ...{ 'bgp-backend': 'test', interval: '20ms' },
      ...{ 'announce-delay': '0', 'withdraw-delay': '0', 'no-dampening': true, reannounce: '0', 'drain-time': '300ms' },
      ...{ name: 'house', 'log-format': 'json', 'log-level': 'debug', 'data-dir': folder('data'), services, ...more },
    }),
  );

/** Resolves when it can be asked. */
async function run(env: NodeJS.ProcessEnv = {}): Promise<Daemon> {
  const daemon = startDaemon(
    ['run', '--config', folder('ha2bgp.yaml'), '--control-socket', socketPath()],
    { env: { HA2BGP_DATA_DIR: undefined, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    host.enter,
  );
  await daemon.logged('"msg":"asked here"');
  return daemon;
}
/** On addresses of this host. */
const serve = (...lasts: readonly number[]): Promise<Started> =>
  listen(
    lasts.map((last) => `${at(last)}:${PORT}`),
    host.enter,
  );
const pass = (): void => fs.writeFileSync(folder('passes'), '');
const fail = (): void => fs.rmSync(folder('passes'));

interface Said {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}
async function ha2bgp(...words: readonly string[]): Promise<Said> {
  const env = { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: socketPath() };
  const started = start(process.execPath, [bin, ...words], { env });
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}
const get = async <T>(path: string): Promise<T> => (await ask({ socketPath: socketPath() }, path)).body as T;
const stateOf = async (last: number): Promise<string | undefined> =>
  (await get<Status>('/v1/status')).services.find(({ prefix }) => prefix === prefixOf(last))?.state;
const isState = (last: number, state: string): Promise<unknown> =>
  until(`${at(last)} ${state}`, async () => (await stateOf(last)) === state);

/** Answers well while a file is there. */
const HTTP = `
  const [address, file] = process.argv.slice(1);
  require('node:http').createServer((_, response) => {
    response.statusCode = require('node:fs').existsSync(file) ? 200 : 503;
    response.end();
  }).listen(80, address, () => console.log('listening'));
`;

const addHost = async (): Promise<void> => {
  host = await addNamespace('services');
  for (const last of ADDRESSES) await host.ip('address', 'add', prefixOf(last), 'dev', 'lo');
};
/** After what runs in it has ended. */
const removeHost = async (): Promise<void> => {
  await stopAll();
  await host.remove();
};

describeInterop('a service', () => {
  beforeEach(addHost);
  afterEach(removeHost);

  it('is announced while something listens and its check passes, and is asked about by its name', async () => {
    await serve(1, 2, 3);
    pass();
    write([checked('web', [prefixOf(1), prefixOf(2)]), { name: 'mail', prefixes: [prefixOf(3), prefixOf(4)] }]);
    const daemon = await run();
    await daemon.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    const events = start(process.execPath, [bin, 'watch', '--events'], {
      env: { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: socketPath() },
    });
    // A stream is there once something came over it.
    for (let to = 'down'; events.stdout() === ''; to = to === 'down' ? 'auto' : 'down') {
      await ha2bgp('set', prefixOf(4), to);
    }
    await ha2bgp('set', prefixOf(4), 'auto');
    const up = await ha2bgp('status', 'web');
    expect([up.status, up.stderr]).toEqual([0, '']);
    expect(up.stdout).toMatch(
      /^PREFIX +NAME +STATE.*\n192\.0\.2\.1\/32 +web +announced.*\n192\.0\.2\.2\/32 +web +announced.*\n$/,
    );
    // Not all of it: nothing listens there.
    expect((await ha2bgp('status', 'mail')).status).toBe(3);
    const samplesOf = async (metric: string) =>
      readMetrics((await ask({ socketPath: socketPath() }, '/metrics')).text)
        .get(metric)
        ?.samples.map(({ labels, value }) => [labels['prefix'], labels['name'], value]);
    expect(await samplesOf('ha2bgp_service_up')).toEqual([
      [prefixOf(1), 'web', 1],
      [prefixOf(2), 'web', 1],
      [prefixOf(3), 'mail', 1],
      [prefixOf(4), 'mail', 0],
    ]);

    expect(await samplesOf('ha2bgp_check_up')).toEqual([[undefined, 'web', 1]]);

    fail();
    await daemon.announces(prefixOf(3));
    const down = await ha2bgp('status', 'web');
    expect([
      down.status,
      down.stdout.match(/ down .* the check of web fails: exit status 7, "no such file"$/gm),
    ]).toEqual([3, [expect.anything(), expect.anything()]]);
    // Of all services: one that has no check is none of them.
    expect((await ha2bgp('status')).stdout).toMatch(
      /\nChecks\n {2}CHECK .*\n {2}web +down +(just now|\d\.\ds ago) +\d+ms +exit status 7, "no such file"\n\n/,
    );
    expect((await get<Status>('/v1/summary')).checks).toMatchObject([
      { name: 'web', state: 'down', inForce: 'down', prefixes: 2, last: { result: 'failed' } },
    ]);
    expect(await samplesOf('ha2bgp_check_up')).toEqual([[undefined, 'web', 0]]);
    const why = await ha2bgp('explain', at(1));
    expect(why.status).toBe(3);
    expect(why.stdout).toMatch(/^192\.0\.2\.1\/32 \(web\) {2}down /);
    expect(why.stdout).toMatch(
      /✗ health[^·]* +its check is down\n +made \S+ ago, took \S+: exit status 7, "no such file"\n/,
    );
    expect(await samplesOf('ha2bgp_service_up')).toContainEqual([prefixOf(1), 'web', 0]);
    // Which is what an alert has to go by: it names the service.
    expect(await samplesOf('ha2bgp_service_announced')).toContainEqual([prefixOf(2), 'web', 0]);
    // Of each of its prefixes.
    const both = await ha2bgp('explain', 'web');
    expect([both.status, both.stderr, both.stdout.match(/^192\.0\.2\.\d\/32 \(web\) {2}down /gm)?.length]).toEqual([
      3,
      '',
      2,
    ]);
    const documents = (await ha2bgp('explain', 'web', '--json')).stdout.trimEnd().split('\n');
    expect(documents.map((text) => JSON.parse(text).asked)).toEqual([prefixOf(1), prefixOf(2)]);
    await until('the event', () => /\.1\/32 +announced → down +the check of web fails/.test(events.stdout()));

    pass();
    await daemon.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    const { stdout } = await ha2bgp('history', at(1));
    expect(stdout).toMatch(/announced → down +the check of web fails: exit status 7.*\n(.*\n)*.*rising → announced\n$/);
    const { stdout: named } = await ha2bgp('history', 'web', '--most', '3');
    expect(named.match(/^\d.* {2}192\.0\.2\.[12]\/32 {2}\S/gm)).toHaveLength(3);
    const { transitions } = JSON.parse((await ha2bgp('history', 'web', '--json')).stdout) as HistoryView;
    const numbers = transitions.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => other - one));
    expect([...new Set(transitions.map(({ prefix }) => prefix))].sort()).toEqual([prefixOf(1), prefixOf(2)]);
    expect((await ha2bgp('explain', 'web')).status).toBe(0);
    expect((await ha2bgp('status', 'web')).status).toBe(0);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.announced()).toEqual([]);
  });

  it('follows the check of docs/operations.md', async () => {
    const [, text = ''] =
      /<!-- service -->\n```yaml\n([\s\S]*?)```\n<!-- end -->/.exec(
        fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8'),
      ) ?? [];
    const quicker = text
      .replace('interval: 5s', 'interval: 200ms\n    fast-interval: 200ms')
      .replace('/etc/ha2bgp/', folder('x').slice(0, -1));
    expect(quicker).toMatch(/interval: 200ms[\s\S]*disable-file: \/tmp\//);
    pass();
    const [command = '', ...words] = host.enter;
    const web = start(command, [...words, process.execPath, '-e', HTTP, at(1), folder('passes')]);
    await until('HTTP', () => web.stdout().includes('listening'));
    write([], { services: undefined });
    const settings = Object.entries(JSON.parse(fs.readFileSync(folder('ha2bgp.yaml'), 'utf8'))).map(
      ([key, value]) => `${key}: ${JSON.stringify(value)}\n`,
    );
    fs.writeFileSync(folder('ha2bgp.yaml'), `${settings.join('')}${quicker}`);
    const daemon = await run();
    await daemon.announces(prefixOf(1));
    fail();
    await daemon.announces();
    expect((await ha2bgp('status', 'web')).stdout).toMatch(/the check of web fails: exit status 22$/m);
    pass();
    await daemon.announces(prefixOf(1));
    fs.writeFileSync(folder('web.off'), '');
    await daemon.announces();
    expect(await daemon.stop()).toBe(0);
  });

  it('is drained by its name, gently, also after a restart, and nothing else is', async () => {
    await serve(1, 2, 3);
    pass();
    const services = [checked('web', [prefixOf(1), prefixOf(2)]), { name: 'mail', prefixes: [prefixOf(3)] }];
    write(services, { community: '65000:7' });
    const daemon = await run();
    await daemon.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    const done = await ha2bgp('drain', 'web', '--reason', 'new disk');
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout).toMatch(
      /^drain of web begun\n {2}in force: drain web by \S+, just now, withdrawn in 0\.\ds, "new disk"\n {2}concerns 2 services: \S+\.1\/32 \S+\.2\/32\n/,
    );
    for (const last of [1, 2]) {
      const going = `route ${prefixOf(last)} next-hop self local-preference 0 community [ 65000:7 65535:0 ]`;
      await daemon.told(`announce ${going}`);
      await daemon.told(`withdraw ${going}`);
    }
    await daemon.announces(prefixOf(3));
    expect(
      (await ha2bgp('status', 'web')).stdout.match(/ drained .* is drained by \w+ \(web\): new disk$/gm),
    ).toHaveLength(2);
    expect((await ha2bgp('completion', 'drained')).stdout.split('\n')).toContain('web');
    await daemon.stop('SIGKILL');

    const second = await run();
    await second.announces(prefixOf(3));
    await isState(1, 'drained');
    // One that is no name of a service is said, and nothing is done.
    expect(await ha2bgp('drain', 'wbe')).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: "ha2bgp: drain: wbe is no address, no prefix and no service's name\n",
    });
    expect((await ha2bgp('undrain', 'web')).stdout).toMatch(/^drain of web ended\n/);
    await second.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    expect((await ha2bgp('drain', 'mail')).stdout).toContain(`concerns 1 service: ${prefixOf(3)}`);
    await second.announces(prefixOf(1), prefixOf(2));
    const { stdout: told } = await ha2bgp('history', at(1), '--most', '100');
    expect(told).toMatch(/ web +drained by \w+: "new disk"\n[\s\S]* web +undrained by /);
    expect(told).not.toContain('mail');
    // What it had stays drained when no service has its name any more.
    write([...services.slice(0, 1), { name: 'post', prefixes: [prefixOf(3)] }], { community: '65000:7' });
    await reload(second, RELOADED);
    await isState(3, 'drained');
    expect((await ha2bgp('undrain', 'mail')).stderr).toContain('mail is no address');
    expect((await ha2bgp('undrain', prefixOf(3))).stdout).toMatch(/^drain of \S+ ended\n/);
    await second.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    expect(await second.stop()).toBe(0);
  });

  it('is set up in the place of its check, and not over its disable file', async () => {
    await serve(1);
    write([checked('web', [prefixOf(1)], { 'disable-file': folder('off') })]);
    const daemon = await run();
    await isState(1, 'down');
    await until('checked', () => daemon.count('"to":"down"') > 0);
    expect((await ha2bgp('set', prefixOf(1), 'up', '--reason', 'the check is broken')).status).toBe(0);
    await daemon.announces(prefixOf(1));
    expect((await ha2bgp('explain', at(1))).stdout).toMatch(/set up by \w+, in the place of listeners and checks/);
    fs.writeFileSync(folder('off'), '');
    await daemon.announces();
    expect((await ha2bgp('status', 'web')).stdout).toMatch(/ down .* web is disabled by \S+\/off$/m);
    fs.rmSync(folder('off'));
    await daemon.announces(prefixOf(1));
    expect((await ha2bgp('set', prefixOf(1), 'auto')).status).toBe(0);
    await daemon.announces();
    expect(await daemon.stop()).toBe(0);
  });

  it('is changed by a reload, which moves nothing else, and a check that is new withdraws nothing before it has failed', async () => {
    await serve(1, 2, 3);
    write([{ name: 'web', prefixes: [prefixOf(1)] }], { announce: [prefixOf(2)] });
    const daemon = await run();
    await daemon.announces(prefixOf(1), prefixOf(2));
    const before = daemon.lines();
    // Others, another name, and checks that have yet to pass: one over what is announced, one over what is not.
    write([
      checked('web', [prefixOf(1)], { fall: 3 }),
      { name: 'mail', prefixes: [prefixOf(2)] },
      checked('news', [prefixOf(3)]),
    ]);
    pass();
    await reload(daemon, RELOADED);
    expect(daemon.stderr()).toMatch(
      /"key":"service","before":"web,prefixes=192\.0\.2\.1\/32","after":"web,.*","msg":"setting changed"/,
    );
    await daemon.announces(prefixOf(1), prefixOf(2), prefixOf(3));
    expect(daemon.lines()).toEqual([...before, `announce route ${prefixOf(3)} next-hop self`]);
    expect((await ha2bgp('status', 'mail')).status).toBe(0);

    // What was found stays found under another command and another rhythm.
    write([
      checked('web', [prefixOf(1)], { command: `test -e ${folder('passes')}`, interval: '200ms' }),
      { name: 'mail', prefixes: [prefixOf(2)] },
      checked('news', [prefixOf(3)]),
    ]);
    await reload(daemon, RELOADED);
    expect(daemon.lines()).toHaveLength(before.length + 1);
    fail();
    await daemon.announces(prefixOf(2));
    // Without its check it is a name, and comes back by its listener; what no setting says any more goes.
    write([{ name: 'web', prefixes: [prefixOf(1)] }, checked('news', [prefixOf(3)])]);
    await reload(daemon, RELOADED);
    await daemon.announces(prefixOf(1));
    expect((await ha2bgp('drain', 'mail')).status).toBe(1);
    // A name twice is refused, with both.
    write([
      { name: 'web', prefixes: [prefixOf(1)] },
      { name: 'web', prefixes: [prefixOf(2)] },
    ]);
    await reload(daemon, REFUSED);
    expect(daemon.stderr()).toContain('web: is the name of two services');
    await daemon.announces(prefixOf(1));
    expect(await daemon.stop()).toBe(0);
  });
});

describeInterop('the command of a check', () => {
  beforeEach(addHost);
  afterEach(removeHost);
  const only = (command: string, more: Omit<Given, 'name' | 'prefixes'> = {}): void =>
    write([checked('web', [prefixOf(1)], { command, ...more })]);

  it('has no part in what is ours: not the descriptors of ExaBGP, nor the socket of systemd', async () => {
    const name = folder('notify');
    const receiver = receiveAt(name);
    only(
      `ls -l /proc/self/fd > ${folder('fds')}; env > ${folder('env.new')}; mv ${folder('env.new')} ${folder('env')}`,
    );
    const daemon = await run({ NOTIFY_SOCKET: name, WATCHDOG_USEC: '2000000', MINE: 'its own' });
    await until('a check', () => fs.existsSync(folder('env')));
    const words = fs.readFileSync(folder('env'), 'utf8').split('\n');
    expect(words).toContain('MINE=its own');
    expect(words.filter((word) => /^(NOTIFY_SOCKET|WATCHDOG_)/.test(word))).toEqual([]);
    const fds = [...fs.readFileSync(folder('fds'), 'utf8').matchAll(/ (\d+) -> (.*)/g)].map(([, fd = '', to = '']) => [
      fd,
      to,
    ]);
    // But for what whoever runs the tests leaves open to all.
    const own = fds.filter(([fd = '']) => Number(fd) < 3 || !fs.existsSync(`/proc/self/fd/${fd}`));
    const ours = fs.readdirSync(`/proc/${daemon.pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${daemon.pid}/fd/${fd}`));
    expect(own[0]).toEqual(['0', '/dev/null']);
    expect(own.slice(1).filter(([, to = '']) => ours.includes(to))).toEqual([]);
    await until('what is meant for systemd', () => receiver.take().some((text) => String(text).startsWith('READY=1')));
    receiver.close();
    expect(await daemon.stop()).toBe(0);
  });

  it('is gone with the daemon, with all that it started', async () => {
    only(`sleep 3600 & echo $! > ${folder('sleeps')}; echo $$ > ${folder('runs')}; sleep 3600`, { timeout: '1h' });
    const daemon = await run();
    const pidIn = (name: string): Promise<number> =>
      until(name, () => fs.existsSync(folder(name)) && Number(fs.readFileSync(folder(name), 'utf8')));
    const pids = [await pidIn('runs'), await pidIn('sleeps'), ...childrenOf(await pidIn('runs'))];
    expect(pids.length).toBeGreaterThan(2);
    const since = performance.now();
    expect(await daemon.stop()).toBe(0);
    process.stdout.write(`in the middle of a check it ended within ${Math.round(performance.now() - since)} ms\n`);
    await until('gone', () => !pids.some(isAlive));
  });

  it('that hangs is killed, and has failed', async () => {
    await serve(1);
    pass();
    only(`test -e ${folder('passes')} || { echo $$ > ${folder('hangs')}; sleep 3600; }`, { timeout: '200ms', fall: 1 });
    const daemon = await run();
    await daemon.announces(prefixOf(1));
    fail();
    await daemon.announces();
    const pid = Number(fs.readFileSync(folder('hangs'), 'utf8'));
    expect((await ha2bgp('status', 'web')).stdout).toMatch(/the check of web fails: not done within 200ms, killed$/m);
    pass();
    await daemon.announces(prefixOf(1));
    expect(isAlive(pid)).toBe(false);
    expect(await daemon.stop()).toBe(0);
  });

  it('may print a megabyte, and what moves a terminal, and is judged by its exit status', async () => {
    await serve(1);
    pass();
    only(`printf '\\033[2Jred'; head -c 1000000 /dev/zero | tr '\\0' x; test -e ${folder('passes')}`);
    const daemon = await run();
    await daemon.announces(prefixOf(1));
    fail();
    await daemon.announces();
    const { stdout } = await ha2bgp('status', 'web');
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toMatch(/the check of web fails: exit status 1, ".*red?x+…"$/m);
    expect(stdout.length).toBeLessThan(1_000);
    expect(
      Math.max(
        ...daemon
          .stderr()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(10_000);
    expect(await daemon.stop()).toBe(0);
  });

  it('of two hundred services holds up nothing else', async () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      checked(`of-${index}`, [`10.0.0.${index}/32`], {
        command: 'true',
        rise: 3,
        interval: '2s',
        'fast-interval': '1s',
      }),
    );
    write([...many, { name: 'plain', prefixes: [prefixOf(1)] }]);
    const daemon = await run();
    await until('all of them', () => daemon.count('"to":"up"') === many.length);
    const took: number[] = [];
    for (let round = 0; round < 3; round++) {
      const service = await serve(1);
      await daemon.announces(prefixOf(1));
      const since = performance.now();
      await service.stop('SIGKILL');
      await daemon.announces();
      took.push(Math.round(performance.now() - since));
    }
    const { process: own } = await get<Status>('/v1/status');
    process.stdout.write(
      `beside 200 checks: withdrawn after ${took.join(', ')} ms; the loop at most ${own.loopLagMs} ms late\n`,
    );
    expect(await daemon.stop()).toBe(0);
  });
});
