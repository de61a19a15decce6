import net from 'node:net';
import os from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { BytesError } from '../../../src/bytes/reader.ts';
import { openKernel } from '../../../src/discovery/kernel.ts';
import { NamespaceError, OWN_NAMESPACE } from '../../../src/discovery/namespace.ts';
import { NetlinkError } from '../../../src/discovery/netlink/requests.ts';
import { isReadError } from '../../../src/discovery/read-error.ts';
import type { HostFacts } from '../../../src/discovery/reader.ts';
import { parseAddress } from '../../../src/model/address.ts';
import type { Listener } from '../../../src/model/facts.ts';
import { NativeError } from '../../../src/runtime/native.ts';
import * as facts from '../../helpers/facts.ts';
import { type Started, start } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

let close: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of close.reverse()) await each();
  close = [];
});

interface Kernel {
  readHost(): HostFacts;
  readListeners(): readonly Listener[];
}

function open(): Kernel {
  const kernel = openKernel({ protocols: ['tcp', 'udp'], ports: [{ from: 0, to: 65_535 }], namespace: OWN_NAMESPACE });
  close.push(() => kernel.close());
  const read = <T>(pick: (reading: { host?: HostFacts; listeners?: readonly Listener[] }) => T | undefined): T => {
    let found: T | undefined;
    kernel.read({ host: true }, (reading) => {
      expect(reading.failures).toEqual([]);
      found = pick(reading);
    });
    if (found === undefined) throw new Error('not answered at once');
    return found;
  };
  return { readHost: () => read(({ host }) => host), readListeners: () => read(({ listeners }) => listeners) };
}

/** In a process of its own: what this one listens on itself is no service. */
async function listen(options: net.ListenOptions): Promise<Started> {
  const script = `require('node:net').createServer().listen(${JSON.stringify({ port: 0, ...options })},
    function () { console.log(this.address().port); })`;
  const server = start(process.execPath, ['-e', script]);
  close.push(async () => void (await server.stop('SIGKILL')));
  await until('listening', () => server.stdout().includes('\n') || undefined);
  return server;
}

const portOf = (server: Started): number => Number(server.stdout());

const seenByNode = (): string[] =>
  Object.entries(os.networkInterfaces()).flatMap(([name, all = []]) =>
    all.map(({ cidr }) => {
      const [address = '', length] = (cidr ?? '').split('/');
      return `${parseAddress(address)}/${length} ${name}`;
    }),
  );
const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'));

describe('the kernel of this host', () => {
  it('has the addresses that node:os sees, on the same devices', () => {
    const before = seenByNode();
    const assigned = open()
      .readHost()
      .addresses.flatMap((of) => (of.origin === 'assigned' ? [`${of.address}/${of.length} ${of.device}`] : []));
    const after = seenByNode();
    const seen = before.filter((each) => after.includes(each));
    expect(seen.length).toBeGreaterThan(0);
    expect(assigned).toEqual(expect.arrayContaining(seen));
  });

  it('has a loopback device, and makes all of 127.0.0.0/8 local', () => {
    const { addresses, devices } = open().readHost();
    expect(devices).toContainEqual(facts.device('lo'));
    expect(addresses).toContainEqual(facts.localRoute('127.0.0.0/8'));
  });

  it('sees a listener come and go, and gives the same array while nothing changes', async () => {
    const kernel = open();
    const server = await listen({ host: '127.0.0.9' });
    const port = portOf(server);
    const found = kernel.readListeners();
    expect(found.filter((of) => of.port === port)).toEqual([facts.listener('127.0.0.9', port)]);
    // Elsewhere on this host a socket may come or go between two readings, but not each time.
    const readings = Array.from({ length: 6 }, () => kernel.readListeners());
    expect(readings.slice(1).map((reading, index) => reading === readings[index])).toContain(true);
    await server.stop('SIGKILL');
    expect(kernel.readListeners().filter((of) => of.port === port)).toEqual([]);
  });

  it('leaves out what this process itself listens on', async () => {
    const own = net.createServer();
    await new Promise<void>((resolve) => own.listen({ host: '127.0.0.9', port: 0 }, resolve));
    close.push(() => new Promise((resolve) => own.close(() => resolve())));
    const other = portOf(await listen({ host: '127.0.0.9' }));
    const ports = open()
      .readListeners()
      .map(({ port }) => port as number);
    expect(ports).toContain(other);
    expect(ports).not.toContain((own.address() as net.AddressInfo).port);
  });

  it('shows a bound UDP socket, and not a connected one', async () => {
    const script = `
      import socket, time
      bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); bound.bind(('127.0.0.9', 0))
      linked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); linked.bind(('127.0.0.9', 0))
      linked.connect(('127.0.0.1', 9))
      print(bound.getsockname()[1], linked.getsockname()[1], flush=True)
      time.sleep(60)`;
    const holder = start('/usr/bin/python3', ['-c', script.replaceAll('\n      ', '\n')]);
    close.push(async () => void (await holder.stop('SIGKILL')));
    await until('bound', () => holder.stdout().includes('\n') || undefined);
    const [bound = 0, linked = 0] = holder.stdout().split(' ').map(Number);
    const kernel = open();
    const seen = kernel.readListeners().filter(({ port }) => port === bound || port === linked);
    expect(seen).toEqual([facts.listener('127.0.0.9', bound, { protocol: 'udp' })]);
    await holder.stop('SIGKILL');
    expect(kernel.readListeners().filter(({ port }) => port === bound)).toEqual([]);
  });

  // In CI it has to be there: an IPv6 that nobody looked at is no green.
  it.skipIf(!hasIpv6 && process.env['CI'] !== 'true').each([
    ['::', false, '::'],
    ['::', true, '::'],
    ['::1', false, '::1'],
    ['::ffff:127.0.0.1', false, '127.0.0.1'],
  ])('shows an IPv6 socket on %s, v6only %s, as bound to %s', async (host, ipv6Only, address) => {
    const kernel = open();
    const port = portOf(await listen({ host, ipv6Only }));
    const [found] = kernel.readListeners().filter((of) => of.port === port);
    expect(found).toMatchObject({ protocol: 'tcp', family: 'ipv6', address, device: '' });
    // Only of a wildcard the flag is ours: Node leaves the default elsewhere.
    if (host === '::') expect(found?.v6only).toBe(ipv6Only);
  });
});

describe('isReadError', () => {
  it.each([
    ['a failed system call', new NativeError('recv', 105), true],
    ['an answer that is an error', new NetlinkError('netlink dump', 16), true],
    ['an answer that makes no sense', new BytesError('too short', 3), true],
    ['a namespace that is not there', new NamespaceError('blue'), true],
    ['a mistake of ours', new TypeError('x is not a function'), false],
    ['a plain error', new Error('other'), false],
    ['no error at all', 'text', false],
  ])('knows %s', (_name, error, expected) => {
    expect(isReadError(error)).toBe(expected);
  });
});
