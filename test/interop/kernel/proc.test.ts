/** Facts from /proc beside those from netlink, of the same host; and with AF_NETLINK denied. Needs root. */
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Reading } from '../../../src/discovery/reader.ts';
import { familyOf } from '../../../src/model/address.ts';
import type { AssignedAddress, Device, HostAddress, Listener } from '../../../src/model/facts.ts';
import { aloneEnvironment, bin, root } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, run, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

/** Reads once with both, as a process would that does nothing else, and prints what came. */
const READ_BOTH = `
const { openProc } = await import('${root}/dist/discovery/proc/reader.js');
const { openKernel } = await import('${root}/dist/discovery/kernel.js');
const { OWN_NAMESPACE } = await import('${root}/dist/discovery/namespace.js');
const options = { protocols: ['tcp', 'udp'], ports: [{ from: 0, to: 65_535 }] };
const read = (reader) => new Promise((resolve) => reader.read({ host: true }, resolve));
const netlink = await read(openKernel({ ...options, namespace: OWN_NAMESPACE }));
const proc = openProc(options);
console.log(JSON.stringify({ netlink, proc: await read(proc), again: await read(proc) }));
`;
const READER = [process.execPath, '--input-type=module', '-e', READ_BOTH];

/** Sockets of every sort that /proc can tell apart, in one process. */
const SOCKETS = `
import socket, time
kept = []
def open(family, kind, address, v6only=None, group=False):
    s = socket.socket(family, kind); kept.append(s)
    if v6only is not None: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if group: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(address)
    if kind == socket.SOCK_STREAM: s.listen(5)
    return s
V4, V6, TCP, UDP = socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM, socket.SOCK_DGRAM
open(V4, TCP, ('0.0.0.0', 80)); open(V4, TCP, ('10.0.1.1', 443)); open(V4, TCP, ('127.0.0.9', 81))
open(V6, TCP, ('::', 82), v6only=1); open(V6, TCP, ('::', 83), v6only=0); open(V6, TCP, ('2001:db8::1', 84))
open(V6, TCP, ('::ffff:10.0.0.1', 85)); open(V4, TCP, ('10.0.1.1', 86), group=True); open(V4, TCP, ('10.0.1.1', 86), group=True)
open(V4, UDP, ('10.0.1.1', 53)); open(V6, UDP, ('::', 53), v6only=1)
open(V4, UDP, ('10.0.0.1', 1234)).connect(('10.0.0.2', 9))
client = socket.create_connection(('10.0.1.1', 443))
print('ready', flush=True)
time.sleep(60)
`;

/** 300 UDP sockets that stay, and others that come and go: of UDP the kernel counts rows from the start for each page. */
const CROWD = `
import collections, socket
def open(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('10.0.1.1', port)); return s
kept = [open(10000 + index) for index in range(300)]
print('ready', flush=True)
others = collections.deque(open(0) for _ in range(200))
while True:
    for _ in range(100): others.popleft().close()
    for _ in range(100): others.append(open(0))
`;

interface Both {
  readonly netlink: Reading;
  readonly proc: Reading & { readonly cost: number };
  readonly again: Reading & { readonly cost: number };
}

/** Without v6only of a wildcard; none here is bound to a device or overrun. */
const listenersOf = ({ listeners = [] }: Reading): string[] =>
  listeners.map(({ v6only, ...rest }: Listener) => JSON.stringify(rest, Object.keys(rest).sort())).sort();

/** Without carrier, and without the devices that stand for unknown ones. */
const devicesOf = ({ host }: Reading): string[] =>
  (host?.devices ?? [])
    .filter(({ name }) => !name.startsWith('unknown/'))
    .map(({ name, up, kind, vrf, takesUnbound }: Device) => JSON.stringify({ name, up, kind, vrf, takesUnbound }))
    .sort();

const isUp = ({ host }: Reading, of: HostAddress): boolean =>
  host?.devices.find(({ name }) => name === of.device)?.up ?? false;

/** Of IPv4 not the device but whether it is up, not the label, and nothing of the length while it is down. */
const addressesOf = (reading: Reading): string[] =>
  (reading.host?.addresses ?? [])
    .map((of) => {
      const state = isUp(reading, of) ? 'up' : 'down';
      if (of.origin === 'local-route') return `local ${of.prefix} ${state}`;
      if (familyOf(of.address) === 'ipv6')
        return `${of.address}/${of.length} ${of.device} ${of.label} ${of.state} ${state}`;
      return state === 'up' ? `${of.address}/${of.length} ${of.state} up` : `${of.address} down`;
    })
    .sort();

describeInterop('facts from /proc', () => {
  let host: Namespace;
  let other: Namespace;

  beforeEach(async () => {
    host = await addNamespace('proc');
    other = await addNamespace('far');
    await connect(
      { namespace: host, device: 'near0', addresses: ['10.0.0.1/24', '2001:db8::1/64'] },
      { namespace: other, device: 'far0', addresses: ['10.0.0.2/24'] },
    );
    await connect(
      { namespace: host, device: 'spare0', addresses: ['10.0.7.1/24', '10.0.8.1/32', '2001:db8:7::1/64'] },
      { namespace: other, device: 'spare1', addresses: [] },
    );
    for (const address of ['10.0.1.1/32', '10.0.4.1/24', '2001:db8::53/128']) {
      await host.ip('address', 'add', address, 'dev', 'lo');
    }
    await host.ip('address', 'add', '10.0.3.1/31', 'dev', 'near0');
    await host.ip('route', 'add', 'default', 'via', '10.0.0.2');
    await host.ip('route', 'add', '10.0.0.0/16', 'dev', 'near0');
    await host.ip('route', 'add', 'local', '10.9.0.0/24', 'dev', 'lo');
  });

  afterEach(async () => {
    await stopAll();
    await host.remove();
    await other.remove();
  });

  async function readBoth(...via: readonly string[]): Promise<Both> {
    const [command = '', ...args] = [...host.enter, ...via, ...READER];
    return JSON.parse(await run(command, args)) as Both;
  }

  async function openSockets(): Promise<void> {
    const [command = '', ...args] = [...host.enter, '/usr/bin/python3', '-c', SOCKETS];
    const sockets = start(command, args);
    await until('the sockets', () => sockets.stdout().includes('ready') || undefined);
    await until('addresses', async () => !(await host.ip('-6', 'address', 'show')).includes('tentative'));
  }

  it('are those of netlink, as far as /proc knows them', async () => {
    await openSockets();
    const { netlink, proc, again } = await readBoth();
    expect(proc.failures).toEqual([]);
    expect(netlink.listeners).toHaveLength(10);
    expect(listenersOf(proc)).toEqual(listenersOf(netlink));
    expect(devicesOf(proc)).toEqual(devicesOf(netlink));
    expect(addressesOf(proc)).toEqual(addressesOf(netlink));
    expect(addressesOf(proc).length).toBeGreaterThan(12);
    expect({ ...again, cost: 0 }).toEqual({ ...proc, cost: 0 });
  });

  it('are those of netlink while a device is down that has addresses, and before the loopback device is up', async () => {
    await host.ip('link', 'set', 'spare0', 'down');
    const { netlink, proc } = await readBoth();
    expect(proc.failures).toEqual([]);
    expect(addressesOf(proc)).toEqual(addressesOf(netlink));
    expect(addressesOf(proc)).toContain('10.0.8.1 down');
    expect(addressesOf(proc)).toContain('10.0.7.1 down');
    expect(addressesOf(proc)).toContain('10.0.1.1/32 usable up');
    expect(devicesOf(proc)).toContainEqual(expect.stringContaining('"spare0","up":false'));
    await host.ip('link', 'set', 'lo', 'down');
    const without = await readBoth();
    expect(without.proc.failures).toEqual([]);
    expect(addressesOf(without.proc)).toContain('10.0.1.1 down');
    expect(addressesOf(without.proc).filter((line) => line.endsWith('up'))).toEqual(
      addressesOf(without.netlink).filter((line) => line.endsWith('up')),
    );
  });

  it('say nothing that would announce on a guess where they differ', async () => {
    await host.ip('address', 'add', '10.0.0.53/32', 'dev', 'lo');
    await host.ip('route', 'add', '10.77.0.0/16', 'via', '10.0.0.2', 'table', '55');
    await openSockets();
    const { netlink, proc } = await readBoth();
    const assigned = ({ host: facts }: Reading, address: string): AssignedAddress | undefined =>
      facts?.addresses.find((of): of is AssignedAddress => of.origin === 'assigned' && of.address === address);
    const on = ({ listeners = [] }: Reading, port: number): readonly Listener[] =>
      listeners.filter((of) => of.port === port);
    expect(on(netlink, 83)).toMatchObject([{ address: '::', v6only: false }]);
    expect(on(proc, 83)).toMatchObject([{ address: '::', v6only: true }]);
    expect(assigned(netlink, '10.0.0.53')).toMatchObject({ length: 32, device: 'lo' });
    expect(assigned(proc, '10.0.0.53')).toMatchObject({ length: 24, device: 'near0' });
    // With a table that may be a VRF's, IPv6 addresses count on the loopback device only.
    expect(assigned(netlink, '2001:db8::1')).toBeDefined();
    expect(assigned(proc, '2001:db8::1')).toBeUndefined();
    expect(assigned(proc, '2001:db8::53')).toEqual(assigned(netlink, '2001:db8::53'));
  });

  it('are read where AF_NETLINK is denied', async () => {
    await listen(['10.0.1.1:80'], host.enter);
    await until('duplicate address detection is over', async () => {
      const { netlink } = await readBoth();
      const addresses = (netlink.host?.addresses ?? []).filter((each) => each.origin === 'assigned');
      return addresses.length > 0 && addresses.every(({ state }) => state === 'usable');
    });
    const before = await readBoth();
    const { netlink, proc } = await readBoth('/usr/bin/python3', path.join(root, 'test/helpers/deny-netlink.py'));
    expect(netlink).toEqual({ cost: netlink.cost, failures: Array(2).fill('socket(AF_NETLINK): EAFNOSUPPORT') });
    expect(proc.failures).toEqual([]);
    expect(proc.listeners).toMatchObject([{ address: '10.0.1.1', port: 80 }]);
    expect(proc).toEqual({ ...before.proc, cost: proc.cost });
  });

  it('serve the daemon where AF_NETLINK is denied, which is said once; what they cannot know is refused', async () => {
    const deny = ['/usr/bin/python3', path.join(root, 'test/helpers/deny-netlink.py')];
    const quick = ['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '50ms', '--bgp-backend', 'test'];
    const words = [...host.enter, ...deny, process.execPath, bin, '-n', '10.0.0.0/8', ...quick];
    const [command = '', ...args] = words;
    const daemon = start(command, args, { env: aloneEnvironment() });
    const service = await listen(['10.0.1.1:80'], host.enter);
    await until('announced', () => daemon.stdout().includes('announce route 10.0.1.1/32') || undefined);
    await service.stop();
    await until('withdrawn', () => daemon.stdout().includes('withdraw route 10.0.1.1/32') || undefined);
    expect(daemon.stderr().split('netlink cannot be had')).toHaveLength(2);
    await daemon.stop();
    const refused = start(command, [...args, '--device', 'eth0'], { env: aloneEnvironment() });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr()).toContain('--device');
    expect(refused.stdout()).toBe('');
  });

  it('are read from a /proc that shows processes only', async () => {
    await listen(['10.0.1.1:80'], host.enter);
    const mount = 'mount -t proc -o subset=pid proc /proc && test ! -e /proc/net && exec "$@"';
    const { proc } = await readBoth('unshare', '--mount', 'sh', '-c', mount, 'sh');
    expect(proc.failures).toEqual([]);
    expect(proc.listeners).toMatchObject([{ address: '10.0.1.1', port: 80 }]);
  });

  it('miss no listener while its neighbours come and go', async () => {
    const [command = '', ...args] = [...host.enter, '/usr/bin/python3', '-c', CROWD];
    const crowd = start(command, args);
    await until('the crowd', () => crowd.stdout().includes('ready') || undefined);
    const script = `
      const { openProc } = await import('${root}/dist/discovery/proc/reader.js');
      const reader = openProc({ protocols: ['udp'], ports: [{ from: 10000, to: 10999 }] });
      const counts = new Set();
      for (let times = 0; times < 300; times++)
        counts.add(await new Promise((resolve) => reader.read({ host: false }, ({ listeners }) => resolve(listeners.length))));
      console.log([...counts].join());`;
    const [enter = '', ...words] = [...host.enter, process.execPath, '--input-type=module', '-e', script];
    expect(await run(enter, words)).toBe('300\n');
  });
});
