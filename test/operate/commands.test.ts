/** The commands against a live daemon and its router: the walk of docs/operations.md, and what each says where nothing goes well. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Explanation, Status } from '../../src/model/view.ts';
import { bin, cleanEnvironment, type Daemon, root } from '../helpers/daemon.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, run, type Started, start, stopAll } from '../helpers/processes.ts';
import type { Router } from '../helpers/router.ts';
import { addSpeakerLink, HOST, peer, ROUTER, SERVICE, type SpeakerLink } from '../helpers/speaker-link.ts';
import { until } from '../helpers/until.ts';

const PREFIX = `${SERVICE.ipv4}/32`;
const SECRET = 'correct-horse-battery';

interface House {
  readonly link: SpeakerLink;
  readonly router: Router;
  daemon: Daemon;
  readonly socket: string;
}
let house: House;
let service: Started | undefined;

interface Said {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}
async function ha2bgp(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Said> {
  const started = start(process.execPath, [bin, ...words], {
    cwd: house.link.place,
    env: { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: house.socket, LANG: 'C.UTF-8', ...environment },
  });
  started.child.stdin?.end();
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}
async function good(...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ha2bgp(words);
  expect({ status, stderr }, words.join(' ')).toEqual({ status: 0, stderr: '' });
  return stdout;
}
const json = async <T>(...words: readonly string[]): Promise<T> => {
  const { stdout, stderr } = await ha2bgp([...words, '--json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as T;
};

const startDaemon = (): Daemon =>
  house.link.run([...peer(), '--drain-time', '500ms', '--no-dampening', '--interval', '50ms', '--name', 'night'], {
    HA2BGP_CONTROL_SOCKET: house.socket,
    HA2BGP_DATA_DIR: path.join(house.link.place, 'data'),
  });
const serve = async (): Promise<void> => {
  service = await listen([`${SERVICE.ipv4}:80`], house.link.host.enter);
};
/** What is the same each time: no lengths of time, numbers of this host, widths. */
const lasting = (text: string): string[] =>
  text
    .trimEnd()
    .replace(/\b\d+(\.\d)?[dhms]( \d+[hms])?(?= )/g, 'T')
    .replace(/up for .*/, 'up for T')
    .replace(/ and when \w+ hints/, '')
    .replace(/\d+(?= ms| listener| address)|(?<=pid )\d+/g, 'N')
    .replace(/(listener|address)(s|es)?\b/g, '$1')
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '));
const routes = async (): Promise<string[]> => (await house.router.routes()).map(({ prefix }) => prefix);
const hasRoute = (isThere: boolean): Promise<unknown> =>
  until(
    () => `the route ${isThere ? 'there' : 'gone'}\n${house.daemon.stderr()}`,
    async () => (await routes()).includes(PREFIX) === isThere,
  );

describeInterop('the commands', () => {
  beforeEach(async () => {
    const link = await addSpeakerLink();
    const router = await link.start('bird');
    house = { link, router, socket: path.join(link.place, 'night.sock'), daemon: undefined as never };
    house.daemon = startDaemon();
    await house.daemon.logged('first facts read');
    await until('the control socket', () => fs.existsSync(house.socket));
    await serve();
    await hasRoute(true);
  });
  afterEach(async () => {
    await stopAll();
    await house.router.stop();
    await house.link.remove();
  });

  it('walk through the night as docs/operations.md has it', async () => {
    const [, walk = ''] =
      /<!-- walk -->([\s\S]*?)<!-- end -->/.exec(fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8')) ?? [];
    const archive = path.join(house.link.place, 'night.tar.gz');
    const commands = [...walk.matchAll(/^\$ ha2bgp (.*)$/gm)].map(([, words = '']) =>
      [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
        (quoted ?? bare ?? '').replace(/^\/tmp\/.*\.tar\.gz$/, archive),
      ),
    );
    let next = 0;
    /** The next command of the walk, which has to begin with that. */
    const step = async (begins: string): Promise<Said> => {
      const words = commands[next++] ?? [];
      expect(words.join(' ')).toMatch(new RegExp(`^${begins}`));
      return ha2bgp(words);
    };

    await service?.stop();
    await hasRoute(false);
    const down = await step('status --down');
    expect(down).toMatchObject({ status: 0, stderr: '' });
    const [, printed = ''] = /\$ ha2bgp status --down\n([\s\S]*?)```/.exec(walk) ?? [];
    expect(lasting(down.stdout)).toEqual(lasting(printed));
    expect(down.stdout).toMatch(/^PREFIX +STATE +SINCE +TOLD +WHY\n/);
    expect(down.stdout).toMatch(
      /^100\.64\.0\.10\/32 +down +\d\S*( \d+.)? +0\/1 +nothing that --listen-filter matches listens on 100\.64\.0\.10$/m,
    );
    expect(await step('status 100')).toMatchObject({ status: 3, stderr: '' });
    const explained = await step('explain');
    expect(explained).toMatchObject({ status: 3, stderr: '' });
    expect(explained.stdout).toMatch(/✓ facts[\s\S]*✓ candidates[\s\S]*✗ health[\s\S]*· verdict[\s\S]*· routes/);
    expect((await step('history')).stdout).toMatch(/announced → down +nothing that/);
    expect((await step('peers')).stdout).toMatch(/10\.1\.1\.254\S* +65001 +established/);

    await serve();
    await hasRoute(true);
    const drained = await step('drain');
    expect(drained).toMatchObject({ status: 0, stderr: '' });
    expect(drained.stdout).toMatch(
      /^drain of 100\.64\.0\.10 begun\n {2}in force: drain 100\.64\.0\.10\S* by root, .*"new disk"$/m,
    );
    expect(drained.stdout).toContain(`concerns 1 service: ${PREFIX}`);
    await hasRoute(false);
    await until('drained', async () => (await json<Status>('status', PREFIX)).services[0]?.state === 'drained');
    const gone = await step('status');
    expect(gone).toMatchObject({ status: 3, stderr: '' });
    expect(gone.stdout).toMatch(/drained .*new disk/);

    const still = await step('explain');
    expect(still.stdout).toMatch(/✓ facts[\s\S]*✓ candidates[\s\S]*✓ health[\s\S]*✗ verdict/);
    expect(still.stdout).toMatch(/By hand\n {2}drain /);
    expect((await step('undrain')).stdout).toMatch(/^drain of 100\.64\.0\.10 ended$/m);
    await hasRoute(true);
    expect(await step('status')).toMatchObject({ status: 0, stderr: '' });

    await service?.stop();
    await hasRoute(false);
    expect((await step('set')).stdout).toMatch(/^100\.64\.0\.10\/32 set up\n {2}in force: .*"check is broken"$/m);
    await hasRoute(true);
    expect((await step('set')).stdout).toMatch(/^100\.64\.0\.10\/32 left to what is found$/m);
    await hasRoute(false);

    expect((await step('bundle')).stdout).toContain('readable by you alone');
    expect(next).toBe(commands.length);
  });

  it('print the JSON of the API as it is, and status takes filters', async () => {
    const status = await json<Status>('status');
    expect(status.process).toMatchObject({ name: 'night', pid: house.daemon.pid });
    expect(status.services.map(({ prefix }) => prefix)).toContain(PREFIX);
    expect((await json<Status>('status', '--down')).services.map(({ prefix }) => prefix)).not.toContain(PREFIX);
    expect((await json<Status>('status', '--state', 'announced')).services.map(({ prefix }) => prefix)).toEqual([
      PREFIX,
    ]);
    expect((await json<Status>('status', '100.64.0.0/24')).services.map(({ prefix }) => prefix)).toEqual([PREFIX]);
    const { asked, prefixes } = await json<Explanation>('explain', SERVICE.ipv4);
    expect([asked, prefixes[0]?.stages.map(({ stage }) => stage)]).toEqual([
      SERVICE.ipv4,
      ['facts', 'candidates', 'health', 'verdict', 'routes'],
    ]);
    expect(await json('peers')).toMatchObject({ peers: [{ as: ROUTER.as, state: 'established', sink: 'speaker' }] });
    expect(await json('history')).toMatchObject({ transitions: expect.arrayContaining([]) });
    expect(await json('drain', PREFIX)).toMatchObject({
      services: [PREFIX],
      overrides: [{ kind: 'drain', by: 'root' }],
    });
    expect(await good('drain', PREFIX, '--reason', 'another')).toMatch(
      /^drain of 100\.64\.0\.10\/32 replaced\n {2}in force: drain \S+ by root, .*"another"\n {2}before: drain \S+ by root/,
    );
    expect(await json('undrain', PREFIX)).toMatchObject({
      ...{ services: [PREFIX], overrides: [] },
      before: [{ kind: 'drain', why: 'another' }],
    });
    expect(await json('set', PREFIX, 'down')).toMatchObject({ overrides: [{ kind: 'down' }] });
  });

  it('are clear about what cannot be done', async () => {
    const cases: readonly (readonly [words: readonly string[], status: number, says: string])[] = [
      [['status', 'no-such-service'], 3, 'no service is called "no-such-service"'],
      [['status', '192.0.2.1'], 3, ''],
      [['status', '192.0.2.1/24'], 2, 'expected no host bits beyond the length: 192.0.2.0/24'],
      [['explain', 'no-such-service'], 3, 'no service is called "no-such-service"'],
      [['history', 'no-such-service'], 1, 'no service is called "no-such-service"'],
      [['set', 'web', 'up'], 2, 'expected a prefix or an address'],
      [['explain'], 2, 'ADDRESS|PREFIX|NAME: expected an address, a prefix or the name of a service'],
      [['undrain', PREFIX], 1, 'undrain: '],
      [['drain', 'no-such-service'], 1, 'drain: '],
      [['drain'], 2, '--all'],
      [['drain', 'all'], 2, 'write --all'],
      [['drain', '--all', PREFIX], 2, 'one of all'],
      [['drain', PREFIX, '--for', '30'], 2, 'expected a duration with its unit'],
      [['drain', PREFIX, '--for', '99999d'], 2, '--for: "99999d": expected a duration'],
      [['status', '--down', '--state', 'down'], 2, 'is one of the two'],
      [['status', '--control-socket', '/etc'], 1, '/etc is not a socket'],
      [['status', '--control-socket', '/etc/passwd'], 1, '/etc/passwd is not a socket'],
      [['set', PREFIX, 'dwon'], 2, 'did you mean down?'],
      [['set', PREFIX, 'auto', '--ttl', '5m'], 2, 'has no effect with auto'],
      [['set', PREFIX], 2, 'up|down|auto: expected up, down or auto'],
      [['watch'], 1, 'needs a terminal; ha2bgp watch --events'],
      [['watch', '--json'], 2, 'needs --events'],
      [['peers', '--jsno'], 2, 'did you mean --json?'],
      [['status', '--network', '10.0.0.0/8'], 2, 'is a setting of the daemon'],
      [['status', '--control-socket', '/nowhere/x.sock'], 1, 'there is no such socket'],
    ];
    // Some at once: each is a process of its own.
    for (let at = 0; at < cases.length; at += 4) {
      const some = cases.slice(at, at + 4);
      const said = await Promise.all(some.map(([words]) => ha2bgp(words)));
      some.forEach(([words, status, says], index) => {
        expect(said[index]?.status, words.join(' ')).toBe(status);
        expect(said[index]?.stderr, words.join(' ')).toContain(says);
      });
    }
  });

  it('follow the script of a health check in docs/operations.md, and forget it when it dies', async () => {
    const [, script = ''] =
      /<!-- checker -->\n```sh\n([\s\S]*?)```\n<!-- end -->/.exec(
        fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8'),
      ) ?? [];
    const [passes, folder] = [path.join(house.link.place, 'passes'), path.join(house.link.place, 'bin')];
    const quicker = script
      .replaceAll('192.0.2.1', SERVICE.ipv4)
      .replace(/curl .*/, `test -e ${passes}`)
      .replace('sleep 5', 'sleep 0.2')
      .replace('--ttl 30s', '--ttl 8s');
    expect(quicker.match(/sleep 0\.2|test -e|--ttl 8s/g)).toHaveLength(3);
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'ha2bgp'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
      mode: 0o755,
    });
    fs.writeFileSync(passes, '');
    const checker = start('sh', ['-c', quicker], {
      env: {
        ...cleanEnvironment(),
        PATH: `${folder}:${process.env['PATH']}`,
        HA2BGP_CONTROL_SOCKET: house.socket,
      },
    });
    fs.rmSync(passes);
    await hasRoute(false);
    expect((await ha2bgp(['status', PREFIX])).stdout).toMatch(/set-down .*health check fails/);
    fs.writeFileSync(passes, '');
    await hasRoute(true);
    fs.rmSync(passes);
    await hasRoute(false);
    await checker.stop('SIGKILL');
    await hasRoute(true);
    expect(checker.stderr()).toBe('');
  });

  it('drain and undrain by a key of watch', async () => {
    const inner = `stty rows 20 cols 120; exec "${process.execPath}" "${bin}" watch`;
    const env = { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: house.socket, TERM: 'xterm', SHELL: '/bin/bash' };
    const terminal = start('script', ['--quiet', '--flush', '--return', '--command', inner, '/dev/null'], { env });
    const sees = (text: string): Promise<unknown> =>
      until(
        () => `${text}\n${terminal.stdout()}`,
        () => (terminal.stdout().split('\x1b[H').at(-1) ?? '').includes(text),
      );
    const press = (key: string): void => void terminal.child.stdin?.write(key);
    await sees(`> \x1b[0m\x1b[7m${PREFIX}`);
    press('d');
    await sees(`drain ${PREFIX}: tell the routers, then withdraw it?`);
    press('y');
    await hasRoute(false);
    await sees('is drained by root');
    press('u');
    await sees(`end the drain of ${PREFIX}?`);
    press('y');
    await hasRoute(true);
    await sees(`undrain ${PREFIX}: done`);
    press('q');
    expect(await terminal.ended).toBe(0);
    // Each change by hand has its cause before it.
    expect(await good('history', SERVICE.ipv4)).toMatch(
      /drained by root\n.*announced → leaving[\s\S]*→ drained[\s\S]*undrained by root\n.*drained → rising/,
    );
  });

  it('leave quietly when nobody reads on, and a reader without rights is told whose the socket is', async () => {
    const words = `${process.execPath} ${bin} status | head -1; echo "$PIPESTATUS"`;
    const environment = { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: house.socket };
    const piped = start('bash', ['-c', words], { env: environment });
    await piped.ended;
    expect([piped.stderr(), piped.stdout()]).toEqual(['', expect.stringMatching(/^PREFIX.*\n0\n$/)]);
    fs.chmodSync(house.link.place, 0o755);
    const other = start(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, bin, 'status'],
      {
        env: environment,
      },
    );
    expect(await other.ended).toBe(1);
    expect(other.stderr()).toMatch(
      /permission denied: it belongs to user root and group root \(mode 0660\); run this as root or as a member of group root/,
    );
  });

  it('tell of events, over a restart of the daemon', async () => {
    const env = { ...cleanEnvironment(), HA2BGP_CONTROL_SOCKET: house.socket };
    const lines = start(process.execPath, [bin, 'watch', '--events'], { env });
    const raw = start(process.execPath, [bin, 'watch', '--events', '--json'], { env });
    // A stream is there once something came over it.
    let isUp = true;
    await until('both hear', async () => {
      isUp = !isUp;
      await good('set', PREFIX, isUp ? 'auto' : 'down');
      return lines.stdout() !== '' && raw.stdout() !== '';
    });
    await good('set', PREFIX, 'auto');
    await hasRoute(true);
    house.daemon.child.kill('SIGSTOP');
    await until('said', () => [lines, raw].every((each) => each.stderr().includes('does not answer')));
    house.daemon.child.kill('SIGCONT');
    await until('said', () => [lines, raw].every((each) => each.stderr().includes('it answers again')));
    expect(lines.stderr()).not.toContain('connected again');
    await house.daemon.stop();
    await until('said', () => [lines, raw].every((each) => each.stderr().includes('trying again')));
    house.daemon = startDaemon();
    await until('said', () => [lines, raw].every((each) => each.stderr().includes('connected again')));
    await hasRoute(true);
    await good('set', PREFIX, 'down', '--reason', 'the second one');
    await until('heard', () => [lines, raw].every((each) => each.stdout().includes('the second one')));
    for (const line of raw.stdout().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
    expect(lines.stdout()).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z {2}100\.64\.0\.10\/32 {2}announced → set-down/m,
    );
    expect(await lines.stop('SIGINT')).toBe(130);
    expect(await raw.stop('SIGTERM')).toBe(143);
  });

  it('put everything but secrets into one archive', async () => {
    const file = path.join(house.link.place, 'password');
    fs.writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    await house.daemon.stop();
    const [recording, log, token] = ['recording', 'log', 'token'].map((name) => path.join(house.link.place, name));
    fs.writeFileSync(token ?? '', `${SECRET}-token\n`, { mode: 0o600 });
    house.daemon = house.link.run(
      [
        ...peer(`password-file=${file}`),
        ...['--peer', '10.1.1.253,as=65003,password-env=PEERS', '--log-to', `file:${log}`, '--log-level', 'debug'],
        ...['--record', recording ?? '', '--interval', '50ms', '--name', 'night'],
        ...['--api-listen', '127.0.0.1:8080', '--api-token-file', token ?? ''],
      ],
      { HA2BGP_CONTROL_SOCKET: house.socket, PEERS: `${SECRET}-peers` },
    );
    await until('asked', async () => (await ha2bgp(['status'])).status === 0);
    const archive = path.join(house.link.place, 'b.tar.gz');
    await good('bundle', '-o', archive);
    expect(fs.statSync(archive).mode & 0o777).toBe(0o600);
    // Unpacked as root, an entry for the folder around it would close that to others.
    const entries = (await run('tar', ['-tzf', archive])).trim().split('\n');
    expect([entries[0], entries.filter((name) => !name.startsWith('b/'))]).toEqual(['b/', []]);
    const unpacked = path.join(house.link.place, 'unpacked');
    fs.mkdirSync(unpacked);
    await run('tar', ['-xzf', archive, '-C', unpacked]);
    const files = fs.readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
    for (const name of [
      'README.txt',
      'status.json',
      'status.txt',
      'settings.json',
      'peers.json',
      'history.json',
      'log.txt',
      'recording/recording',
    ]) {
      expect(files).toContain(`b/${name}`);
    }
    const texts = files
      .map((name) => path.join(unpacked, name))
      .filter((name) => fs.statSync(name).isFile())
      .map((name) => fs.readFileSync(name, 'utf8'));
    expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
    expect(texts.filter((text) => text.includes(HOST.ipv4)).length).toBeGreaterThan(1);
    const again = await ha2bgp(['bundle', '-o', archive]);
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringContaining('is there already, and is not overwritten'),
    ]);
    expect(fs.readdirSync(house.link.place).filter((name) => name.startsWith('ha2bgp-bundle'))).toEqual([]);
  });
});
