import net from 'node:net';
import os from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { BytesError } from '../../../src/bytes/reader.ts';
import { isReadError, type Kernel, openKernel } from '../../../src/discovery/kernel.ts';
import { NetlinkError } from '../../../src/discovery/netlink/requests.ts';
import { parseAddress } from '../../../src/model/address.ts';
import { NativeError } from '../../../src/runtime/native.ts';

let close: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of close.reverse()) await each();
  close = [];
});

function open(): Kernel {
  const kernel = openKernel();
  close.push(() => kernel.close());
  return kernel;
}

async function listen(options: net.ListenOptions): Promise<net.Server> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen({ port: 0, ...options }, resolve);
  });
  close.push(() => stop(server));
  return server;
}

const stop = (server: net.Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port;

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
    expect(devices).toContainEqual({ name: 'lo', up: true, kind: 'loopback' });
    expect(addresses).toContainEqual({ origin: 'local-route', prefix: '127.0.0.0/8', device: 'lo' });
  });

  it('sees a listener come and go, and gives the same array while nothing changes', async () => {
    const kernel = open();
    const server = await listen({ host: '127.0.0.9' });
    const port = portOf(server);
    const found = kernel.readListeners();
    expect(found.filter((of) => of.port === port)).toEqual([
      { protocol: 'tcp', family: 'ipv4', address: '127.0.0.9', port, v6only: false, device: '' },
    ]);
    // Elsewhere on this host a socket may come or go between two readings, but not each time.
    const readings = Array.from({ length: 6 }, () => kernel.readListeners());
    expect(readings.slice(1).map((reading, index) => reading === readings[index])).toContain(true);
    await stop(server);
    expect(kernel.readListeners().filter((of) => of.port === port)).toEqual([]);
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
    ['a mistake of ours', new TypeError('x is not a function'), false],
    ['a plain error', new Error('other'), false],
    ['no error at all', 'text', false],
  ])('knows %s', (_name, error, expected) => {
    expect(isReadError(error)).toBe(expected);
  });
});
