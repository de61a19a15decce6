/** Under a real systemd, by the unit of contrib/: what systemd, its journal and a router next door see of us. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startBird } from '../helpers/bird.ts';
import { root } from '../helpers/daemon.ts';
import { listen, run, type Started } from '../helpers/processes.ts';
import { bootSystemd, describeSystemd, type SystemdHost } from '../helpers/systemd-host.ts';
import { until } from '../helpers/until.ts';

const CONFIG = `
network: 192.0.2.0/24
listen-filter: sport = :8080
announce-delay: 0
withdraw-delay: 0
bgp-backend: speaker
bgp:
  local-as: 65000
  router-id: 10.0.0.1
  bgp-listen: 10.0.0.1
  peers:
    - address: 10.0.0.2
      as: 65001
      multihop: 2
      local-address: 10.0.0.1
      password-file: /run/credentials/ha2bgp.service/peers
      connect-retry: 1s
`;
const BIRD = `
router id 10.0.0.2;
protocol device {}
protocol bgp ha2bgp {
  local 10.0.0.2 as 65001;
  neighbor 10.0.0.1 as 65000;
  multihop 2;
  strict bind yes;
  password "secret";
  error wait time 1,1;
  connect delay time 1;
  ipv4 { import all; export none; };
}
`;
const UNIT = 'ha2bgp';
const DROP_IN = `/etc/systemd/system/${UNIT}.service.d/test.conf`;
const RUN = '/usr/bin/ha2bgp run --config /etc/ha2bgp.yaml';

let host: SystemdHost;
/** What a test has started on it from outside. */
const beside: Started[] = [];
const serve = async (): Promise<Started> => {
  const service = await listen(['192.0.2.1:8080'], host.enterNetwork);
  beside.push(service);
  return service;
};

const property = (name: string): Promise<string> => host.property(UNIT, name);
const status = (text: string): Promise<boolean> =>
  until(`status: ${text}`, async () => (await property('StatusText')) === text);
/** The entries of the journal that have these fields, each as an object. */
async function journal(...matches: readonly string[]): Promise<Record<string, unknown>[]> {
  const lines = await host.run('journalctl', '--no-pager', '--quiet', '--boot', '--output=json', ...matches);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
/** The unit with these lines besides, which take the place of those that are there already. */
async function install(...lines: readonly string[]): Promise<void> {
  host.write(DROP_IN, ['[Service]', 'LoadCredential=peers:/etc/ha2bgp.peers', ...lines, ''].join('\n'));
  await host.run('systemctl', 'daemon-reload');
}
const runs = (words: string): readonly string[] => ['ExecStart=', `ExecStart=${words}`];
const systemctl = (...words: readonly string[]): Promise<string> => host.run('systemctl', ...words, UNIT);

describeSystemd('contrib/ha2bgp.service', () => {
  beforeAll(async () => {
    host = await bootSystemd();
    const [command = '', ...words] = host.enterNetwork;
    for (const address of ['10.0.0.1/32', '10.0.0.2/32', '192.0.2.1/32']) {
      await run(command, [...words, 'ip', 'address', 'add', address, 'dev', 'lo']);
    }
    host.write(
      `/etc/systemd/system/${UNIT}.service`,
      fs.readFileSync(path.join(root, 'contrib/ha2bgp.service'), 'utf8'),
    );
    host.write('/etc/ha2bgp.yaml', CONFIG);
    host.write('/etc/ha2bgp.peers', 'secret\n');
    fs.chmodSync(host.at('/etc/ha2bgp.peers'), 0o600);
    fs.mkdirSync(path.dirname(host.at(DROP_IN)));
  });
  afterAll(() => host.stop());
  beforeEach(() => install());
  afterEach(async () => {
    await Promise.all(beside.splice(0).map((started) => started.stop('SIGKILL')));
    await systemctl('stop');
    await systemctl('reset-failed').catch(() => {}); // nothing failed
  });

  it('is active with the first facts, as a user of its own, and announces to a router', async () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-systemd-'));
    const network = { enter: host.enterNetwork } as Parameters<typeof startBird>[0];
    const bird = startBird(network, place, 'bird', BIRD);
    beside.push(bird);
    await systemctl('start');
    expect(await property('ActiveState')).toBe('active');
    await status('0 of 0 services announced, 1 of 1 peers up');
    const service = await serve();
    await status('1 of 1 services announced, 1 of 1 peers up');
    await until('the route', async () => (await bird.routes()).some(({ prefix }) => prefix === '192.0.2.1/32'));
    const pid = await property('MainPID');
    const words = (await host.run('cat', `/proc/${pid}/status`)).split('\n');
    expect(words.find((line) => line.startsWith('Uid:'))).not.toMatch(/\b0\b/);
    // CAP_NET_BIND_SERVICE is the tenth: include/uapi/linux/capability.h.
    expect(words.find((line) => line.startsWith('CapEff:'))).toBe('CapEff:\t0000000000000400');
    expect(words).toContain('NoNewPrivs:\t1');
    await service.stop();
    await status('0 of 0 services announced, 1 of 1 peers up');
    await systemctl('stop');
    expect(await property('Result')).toBe('success');
    await until('no session', async () => !(await bird.ask('show', 'protocols')).includes('Established'));
    await bird.stop();
    fs.rmSync(place, { recursive: true });
  });

  it('is not active without facts, however long that takes, and says why', async () => {
    const words = '--netns /run/late -n 192.0.2.0/24 --bgp-backend test --log-to journald';
    const lines = ['DynamicUser=no', 'User=root', 'CapabilityBoundingSet=CAP_SYS_ADMIN', 'RestrictNamespaces=no'];
    await install(...runs(`/usr/bin/ha2bgp run ${words}`), ...lines, 'TimeoutStartSec=4');
    await systemctl('start', '--no-block');
    await status('the kernel cannot be read');
    const startedAt = Number(await property('ExecMainStartTimestampMonotonic')) / 1_000;
    await until('longer than a start may take', () => Number(process.hrtime.bigint() / 1_000_000n) > startedAt + 4_500);
    expect(await property('ActiveState')).toBe('activating');
    host.write('/run/late', '');
    await host.run('mount', '--bind', '/proc/1/ns/net', '/run/late');
    await until('active', async () => (await property('ActiveState')) === 'active');
    expect(await property('StatusText')).toBe('0 of 0 services announced');
    expect(Number(await property('ExecMainStartTimestampMonotonic')) / 1_000).toBe(startedAt);
  });

  it('feeds the watchdog while it lives, and is killed and started again when it stands still', async () => {
    await install('WatchdogSec=2');
    await systemctl('start');
    const fedAt = new Map<string, Set<string>>();
    const pid = await until('one that was fed three times', async () => {
      const fed = await property('MainPID');
      fedAt.set(fed, (fedAt.get(fed) ?? new Set()).add(await property('WatchdogTimestampMonotonic')));
      return (fedAt.get(fed)?.size ?? 0) > 3 && fed; // the first is its start
    });
    await systemctl('kill', '--kill-who=main', '--signal=SIGSTOP');
    await until('another one', async () => !['0', pid].includes(await property('MainPID')));
    await until('active again', async () => (await property('ActiveState')) === 'active');
    const said = (await journal('UNIT=ha2bgp.service', '_PID=1')).map((entry) => String(entry['MESSAGE']));
    expect(said.some((text) => text.includes('Watchdog timeout'))).toBe(true);
  });

  it('lets a check run in a shell, ask over UDP, and be switched off by a file, and none outlives it', async () => {
    const udp = "require('dgram').createSocket('udp4').connect(53, '192.0.2.1', () => process.exit(0))";
    const check = [`command: 'id -u > /run/ha2bgp/user && node -e "${udp.replaceAll("'", "''")}" && sleep 0.1'`];
    const service = ['name: web', 'prefixes: 192.0.2.1/32', ...check, 'rise: 1', 'fall: 1', 'fast-interval: 100ms'];
    const more = [...service, 'interval: 100ms', 'disable-file: /etc/ha2bgp.off'].join('\n    ');
    host.write('/etc/ha2bgp.yaml', `${CONFIG}services:\n  - ${more}\n`);
    await systemctl('start');
    await serve();
    await status('1 of 1 services announced, told to nobody, 0 of 1 peers up');
    expect(fs.readFileSync(host.at('/run/ha2bgp/user'), 'utf8')).toMatch(/^[1-9]\d+\n$/);
    host.write('/etc/ha2bgp.off', '');
    await status('0 of 0 services announced, 0 of 1 peers up');
    fs.rmSync(host.at('/etc/ha2bgp.off'));
    await status('1 of 1 services announced, told to nobody, 0 of 1 peers up');
    // In the middle of a check, as often as not.
    await systemctl('stop');
    expect(await property('Result')).toBe('success');
    const left = await journal('UNIT=ha2bgp.service', '_PID=1');
    expect(left.filter(({ MESSAGE }) => String(MESSAGE).includes('remains running'))).toEqual([]);
    host.write('/etc/ha2bgp.yaml', CONFIG);
  });

  it('has its fields in the journal', async () => {
    await systemctl('start');
    await serve();
    await status('1 of 1 services announced, told to nobody, 0 of 1 peers up');
    const pid = await property('MainPID');
    const entries = await until('the entry', async () => {
      const found = await journal(`_PID=${pid}`, 'HA2BGP_PREFIX=192.0.2.1/32', 'HA2BGP_MESSAGE=to be announced');
      return found.length > 0 && found;
    });
    expect(entries).toEqual([
      expect.objectContaining({
        MESSAGE: expect.stringContaining('to be announced prefix=192.0.2.1/32'),
        PRIORITY: '6',
        SYSLOG_IDENTIFIER: 'ha2bgp',
        _SYSTEMD_UNIT: 'ha2bgp.service',
        _TRANSPORT: 'journal',
      }),
    ]);
  });

  it.each(['stderr', 'journald', 'syslog'])('has its log in a bundle, where that goes to %s', async (to) => {
    await install(...runs(`${RUN} --log-to ${to}`));
    await systemctl('start');
    const pid = await property('MainPID');
    const archive = `/tmp/${to}.tar.gz`;
    // The host has tar(1), and no gzip(1).
    await until('the log', async () => {
      await host.run('rm', '-f', archive);
      await host.run('/usr/bin/ha2bgp', 'bundle', '-o', archive);
      const log = await run('tar', ['-xzOf', host.at(archive), `${to}/log.txt`]);
      return new RegExp(`\\b${pid}\\b.*first facts read`).test(log);
    });
  });

  it('is understood by the syslog of the host', async () => {
    await install(...runs(`${RUN} --log-to syslog --syslog-facility local0`));
    await systemctl('start');
    const pid = await property('MainPID');
    const first = await until('an entry', async () => {
      const found = await journal(`_PID=${pid}`, '_TRANSPORT=syslog', 'SYSLOG_FACILITY=16');
      return found[0];
    });
    expect(first).toMatchObject({
      MESSAGE: expect.stringMatching(/^INFO: started version=/),
      PRIORITY: '6',
      SYSLOG_IDENTIFIER: 'ha2bgp',
      SYSLOG_PID: pid,
    });
  });

  it('has a file for its log, and opens it anew', async () => {
    await install(...runs(`${RUN} --log-to file:/var/log/ha2bgp/log`));
    await systemctl('start');
    const file = host.at('/var/log/ha2bgp/log');
    await until('the file', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('first facts read'));
    fs.renameSync(file, `${file}.1`);
    await systemctl('kill', '--kill-who=main', '--signal=SIGUSR2');
    await until('another file', () => fs.existsSync(file));
    await systemctl('stop');
    expect(fs.readFileSync(file, 'utf8')).toContain('"stopped"');
  });

  it('fails with what is wrong, and does not try a flag that is unknown again', async () => {
    await install(...runs('/usr/bin/ha2bgp run --unheard-of'));
    await expect(systemctl('start')).rejects.toThrow('failed');
    expect([await property('ActiveState'), await property('ExecMainStatus')]).toEqual(['failed', '2']);
  });

  it('reloads when it is asked to, and goes on with what it had when that is refused', async () => {
    await systemctl('start');
    const pid = await property('MainPID');
    const activeSince = await property('ActiveEnterTimestampMonotonic');
    await serve();
    await status('1 of 1 services announced, told to nobody, 0 of 1 peers up');
    host.write('/etc/ha2bgp.yaml', CONFIG.replace('192.0.2.0/24', '198.51.100.0/24'));
    await systemctl('reload');
    await status('0 of 0 services announced, 0 of 1 peers up');
    host.write('/etc/ha2bgp.yaml', CONFIG.replace('192.0.2.0/24', 'nowhere'));
    await systemctl('reload');
    await until('refused', async () => (await journal(`_PID=${pid}`, 'HA2BGP_MESSAGE=settings refused')).length > 0);
    host.write('/etc/ha2bgp.yaml', CONFIG);
    await systemctl('reload');
    await status('1 of 1 services announced, told to nobody, 0 of 1 peers up');
    expect([await property('MainPID'), await property('ActiveState')]).toEqual([pid, 'active']);
    expect(await property('ActiveEnterTimestampMonotonic')).toBe(activeSince);
  });

  it('is as closed as docs/operations.md says', async () => {
    const words = ['security', '--offline=yes', '--no-pager', `/etc/systemd/system/${UNIT}.service`];
    fs.rmSync(host.at(DROP_IN));
    const said = await host.run('systemd-analyze', ...words);
    const [, level] = /Overall exposure level for ha2bgp\.service: ([\d.]+)/.exec(said) ?? [];
    const text = fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
    expect(text).toContain(`exposure level of ${level} `);
  });
});
