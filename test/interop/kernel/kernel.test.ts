/** Kernel facts for real: addresses, links, IPv6, overruns, in a network namespace of the test's own. Needs root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aloneEnvironment, bin, root } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const QUICK = ['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '50ms', '--bgp-backend', 'test'];
const NETWORKS = ['-n', '10.0.0.0/8', '-n', '2001:db8::/32', '-t', '2001:db8::1'];

/** Two sockets on [::]:80 in one SO_REUSEPORT group; each character says whether one of them is IPV6_V6ONLY. */
const REUSEPORT = `
import socket, sys, time
sockets = []
for v6only in sys.argv[1]:
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
    s.bind(('::', 80)); s.listen(); sockets.append(s)
print('listening', flush=True)
time.sleep(60)
`;

describeInterop('the kernel', () => {
  let host: Namespace;
  let other: Namespace;

  beforeEach(async () => {
    host = await addNamespace('facts');
    other = await addNamespace('far');
    await connect(
      { namespace: host, device: 'near0', addresses: ['10.0.0.1/24'] },
      { namespace: other, device: 'far0', addresses: ['10.0.0.2/24'] },
    );
  });

  afterEach(async () => {
    await stopAll();
    await host.remove();
    await other.remove();
  });

  async function startInside(args: readonly string[] = []): Promise<Started> {
    const [command = '', ...rest] = [...host.enter, process.execPath, bin, ...NETWORKS, ...QUICK, ...args];
    const daemon = start(command, rest, { env: aloneEnvironment() });
    await until('the first facts', () => daemon.stderr().includes('first facts read'));
    return daemon;
  }

  const last = (daemon: Started): string => daemon.stdout().trimEnd().split('\n').at(-1) ?? '';
  const told = (daemon: Started, line: string): Promise<true> =>
    until(`${line} (log: ${daemon.stderr()})`, () => last(daemon) === line || undefined).then(() => true);

  it('shows an address that comes and goes, and a link that goes down, under a listener that stays', async () => {
    const daemon = await startInside();
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'near0');
    await listen(['10.0.1.1:80'], host.enter);
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
    await host.ip('address', 'delete', '10.0.1.1/32', 'dev', 'near0');
    await told(daemon, 'withdraw route 10.0.1.1/32 next-hop self');
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'near0');
    await until('announced again', () => daemon.stdout().split('announce').length === 3);
    await host.ip('link', 'set', 'near0', 'down');
    await until('withdrawn again', () => daemon.stdout().split('withdraw').length === 3);
    expect(await host.ip('-4', 'address', 'show', 'dev', 'near0')).toContain('10.0.1.1/32');
    await host.ip('link', 'set', 'near0', 'up');
    await until('announced for the third time', () => daemon.stdout().split('announce').length === 4);
  });

  it('waits for duplicate address detection', async () => {
    const daemon = await startInside();
    await until('link-local ready', async () => !(await host.ip('-6', 'address', 'show')).includes('tentative'));
    await listen(['[::]:80'], host.enter);
    await host.ip('address', 'add', '2001:db8::53/128', 'dev', 'near0');
    expect(await host.ip('-6', 'address', 'show', 'tentative')).toContain('2001:db8::53');
    await told(daemon, 'announce route 2001:db8::53/128 next-hop 2001:db8::1');
    expect(await host.ip('-6', 'address', 'show', 'tentative')).not.toContain('2001:db8::53');
  });

  it('lets a wildcard listener stand for host routes, not for the host; and a dual-stack one for both families', async () => {
    const daemon = await startInside();
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'near0');
    await host.ip('address', 'add', '2001:db8::53/128', 'dev', 'near0', 'nodad');
    const dual = await listen(['[::]:80'], host.enter);
    await until('both families', () => daemon.stdout().trimEnd().split('\n').length === 2);
    expect(daemon.stdout()).not.toContain('10.0.0.1/32');
    await dual.stop();
    await until('both gone', () => daemon.stdout().trimEnd().split('\n').length === 4);
    const only6 = 'require("node:net").createServer().listen({ host: "::", port: 80, ipv6Only: true })';
    const [command = '', ...args] = [...host.enter, process.execPath, '-e', only6];
    start(command, args);
    await told(daemon, 'announce route 2001:db8::53/128 next-hop 2001:db8::1');
    expect(daemon.stdout().split('announce route 10.0.1.1/32')).toHaveLength(2);
  });

  it('takes an SO_REUSEPORT group for dual-stack when any of its sockets is, in whatever order', async () => {
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'near0');
    for (const order of ['01', '10']) {
      const daemon = await startInside();
      const [command = '', ...args] = [...host.enter, '/usr/bin/python3', '-c', REUSEPORT, order];
      const group = start(command, args);
      await until('the group', () => group.stdout().includes('listening'));
      await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
      await group.stop();
      await daemon.stop();
    }
  });

  it('chooses by device and by label', async () => {
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'lo', 'label', 'lo:svc');
    await host.ip('address', 'add', '10.0.1.2/32', 'dev', 'near0');
    const byDevice = await startInside(['--device', 'near0']);
    const byLabel = await startInside(['--device-label', 'lo:*']);
    await listen(['10.0.1.1:80', '10.0.1.2:80'], host.enter);
    await told(byDevice, 'announce route 10.0.1.2/32 next-hop self');
    await told(byLabel, 'announce route 10.0.1.1/32 next-hop self');
    expect([byDevice.stdout(), byLabel.stdout()].join('').split('\n')).toHaveLength(3);
  });

  it('survives an overrun of its notifications, and knows what happened meanwhile', async () => {
    const daemon = await startInside();
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'lo');
    await listen(['10.0.1.1:80'], host.enter);
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
    daemon.child.kill('SIGSTOP');
    const batch = Array.from({ length: 2_000 }, (_, index) => `10.9.${index >> 8}.${index & 255}/32 dev lo`);
    await feed(['ip', '-batch', '-'], batch.map((address) => `address add ${address}\n`).join(''));
    await host.ip('address', 'delete', '10.0.1.1/32', 'dev', 'lo');
    daemon.child.kill('SIGCONT');
    await until('the overrun said', () => daemon.stderr().includes('address notifications lost'));
    await told(daemon, 'withdraw route 10.0.1.1/32 next-hop self');
    // And it hears again: the new subscription works.
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'lo');
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
  });

  it('needs no privilege', async () => {
    await host.ip('address', 'add', '10.0.1.1/32', 'dev', 'lo');
    // The files may lie where nobody else may read: they are loaded first, and the privilege is dropped before they run.
    const script = `
      const { startLifecycle } = await import('${root}/dist/runtime/lifecycle.js');
      const lifecycle = startLifecycle();
      await import('${root}/dist/cli/run.js');
      const { main } = await import('${root}/dist/cli/main.js');
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      await main(process.argv.slice(1), {}, lifecycle);`;
    const node = [process.execPath, '--input-type=module', '-e', script, '--', ...NETWORKS, ...QUICK];
    const [command = '', ...args] = [...host.enter, ...node];
    const daemon = start(command, args, { env: aloneEnvironment() });
    await until('the first facts', () => daemon.stderr().includes('first facts read'));
    expect(await run('ps', ['-o', 'uid=', '-p', String(daemon.pid)])).toMatch(/^\s*65534\s*$/);
    const service = await listen(['10.0.1.1:80'], host.enter);
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
    await service.stop();
    await told(daemon, 'withdraw route 10.0.1.1/32 next-hop self');
    expect(daemon.stderr()).not.toContain('no address notifications');
  });

  async function feed(words: readonly string[], text: string): Promise<void> {
    const [command = '', ...args] = [...host.enter, ...words];
    const fed = start(command, args);
    fed.child.stdin?.end(text);
    expect(await fed.ended).toBe(0);
  }
});
