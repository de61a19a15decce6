/** Local routes for real: an administrator's, the kernel's own, and those of other tables. Needs root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AT_ONCE, holdOneByOne, NETWORKS, QUICK, type SocketHolder, startInside } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';

const ANYIP = [...NETWORKS, ...QUICK, '--anyip'];
/** Whatever is seen sooner than this was not seen by reading from time to time, but heard. */
const SELDOM = ['--interval', '10s'];
/** Whatever waits for a reading takes longer, however busy this host is. */
const SOON_MS = 8_000;
/** IPv6 lets nobody bind to an address that is here through a local route alone; IPv4 does. */
const FREE = { freeBind: true };

describeInterop('AnyIP', () => {
  let host: Namespace;
  let service: SocketHolder;

  beforeEach(async () => {
    host = await addNamespace('anyip');
    service = await holdOneByOne(host);
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  const addLocal = (prefix: string, ...words: readonly string[]): Promise<string> =>
    host.ip(prefix.includes(':') ? '-6' : '-4', 'route', 'add', 'local', prefix, 'dev', 'lo', ...words);
  const deleteLocal = (prefix: string, ...words: readonly string[]): Promise<string> =>
    host.ip(prefix.includes(':') ? '-6' : '-4', 'route', 'delete', 'local', prefix, 'dev', 'lo', ...words);

  it('announces the route and the address with --anyip, and the address alone without', async () => {
    const [plain, anyip] = [await startInside(host, [...NETWORKS, ...QUICK]), await startInside(host, ANYIP)];
    await addLocal('10.5.0.0/24');
    await addLocal('2001:db8:5::/64');
    await service.open('10.5.0.7:80');
    await service.open('[2001:db8:5::7]:80', FREE);
    await plain.announces('10.5.0.7/32', '2001:db8:5::7/128');
    await anyip.announces('10.5.0.0/24', '10.5.0.7/32', '2001:db8:5::/64', '2001:db8:5::7/128');
    await service.open('10.5.0.255:80');
    await plain.announces('10.5.0.7/32', '10.5.0.255/32', '2001:db8:5::7/128');
    await service.close('10.5.0.7:80');
    await anyip.announces('10.5.0.0/24', '10.5.0.255/32', '2001:db8:5::/64', '2001:db8:5::7/128');
    await service.close('10.5.0.255:80');
    await service.close('[2001:db8:5::7]:80');
    await Promise.all([plain.announces(), anyip.announces()]);
    expect([plain.lines().length, anyip.lines().length]).toEqual([6, 10]);
  });

  it('lets a wildcard listener stand for the whole route, not for addresses in it; without --anyip for nothing', async () => {
    const [plain, daemon] = [await startInside(host, [...NETWORKS, ...QUICK]), await startInside(host, ANYIP)];
    await addLocal('10.5.0.0/24');
    await addLocal('10.6.0.1/32');
    await addLocal('2001:db8:5::/64');
    await addLocal('2001:db8:6::1/128');
    await service.open('[::]:80', { v6only: true });
    await daemon.announces('2001:db8:5::/64', '2001:db8:6::1/128');
    await service.open('0.0.0.0:80');
    await daemon.announces('10.5.0.0/24', '10.6.0.1/32', '2001:db8:5::/64', '2001:db8:6::1/128');
    await host.ip('address', 'add', '10.6.0.2/32', 'dev', 'lo');
    await plain.announces('10.6.0.2/32');
    expect(plain.lines()).toHaveLength(1);
  });

  it('takes a /32 route for an address, with and without --anyip', async () => {
    const [plain, anyip] = [await startInside(host, [...NETWORKS, ...QUICK]), await startInside(host, ANYIP)];
    await addLocal('10.6.0.1/32');
    await service.open('10.6.0.1:80');
    await Promise.all([plain, anyip].map((daemon) => daemon.announces('10.6.0.1/32')));
    await deleteLocal('10.6.0.1/32');
    await Promise.all([plain, anyip].map((daemon) => daemon.announces()));
    expect([plain.lines().length, anyip.lines().length]).toEqual([2, 2]);
  });

  it.each([
    ['IPv4', '10.5.0.0/24', '10.5.0.7:80', '10.5.0.7/32'],
    ['IPv6', '2001:db8:5::/64', '[2001:db8:5::7]:80', '2001:db8:5::7/128'],
  ])('hears that a route of %s goes, and that it comes', async (_family, prefix, endpoint, address) => {
    await addLocal(prefix);
    await service.open(endpoint, FREE);
    const daemon = await startInside(host, [...NETWORKS, ...AT_ONCE, ...SELDOM, '--anyip']);
    const startedAt = performance.now();
    await daemon.announces(prefix, address);
    await deleteLocal(prefix);
    await daemon.announces();
    await addLocal(prefix);
    await daemon.announces(prefix, address);
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });

  it('makes nothing of other tables, such as the one that a transparent proxy needs', async () => {
    await host.ip('rule', 'add', 'fwmark', '1', 'lookup', '100');
    await addLocal('default', 'table', '100');
    await addLocal('10.5.0.0/24', 'table', '100');
    await addLocal('::/0', 'table', '100');
    await addLocal('2001:db8:5::/64', 'table', '100');
    const daemon = await startInside(host, [...ANYIP, '-n', '0.0.0.0/0', '--shortest-prefix', 'ipv4/1']);
    await service.open('[::]:80');
    await addLocal('10.6.0.0/24');
    await daemon.announces('10.6.0.0/24');
    expect(daemon.lines()).toHaveLength(1);
  });

  it('makes nothing of the routes that the kernel adds by itself, but that a loopback address is there', async () => {
    await host.ip('address', 'add', '10.7.0.1/24', 'dev', 'lo');
    const daemon = await startInside(host, [...ANYIP, '-n', '127.0.0.0/8', '--shortest-prefix', 'ipv4/8']);
    await service.open('10.7.0.9:80');
    await service.open('127.0.0.9:80');
    // The kernel's `local 10.7.0.0/24 dev lo` is there as `local 127.0.0.0/8 dev lo` is.
    await daemon.announces('10.7.0.9/32', '127.0.0.9/32');
    await service.open('0.0.0.0:443');
    await daemon.announces('10.7.0.1/32', '10.7.0.9/32', '127.0.0.1/32', '127.0.0.9/32');
    expect(daemon.lines()).toHaveLength(4);
  });

  it('announces nothing shorter than --shortest-prefix, and says why', async () => {
    const daemon = await startInside(host, [...ANYIP, '--shortest-prefix', 'ipv4/25', '--shortest-prefix', 'ipv6/64']);
    for (const prefix of ['10.5.0.0/24', '10.6.0.0/25', '2001:db8::/63', '2001:db8:6::/64']) await addLocal(prefix);
    await service.open('[::]:80');
    await daemon.announces('10.6.0.0/25', '2001:db8:6::/64');
    await daemon.logged('10.5.0.0/24 is shorter than /25, and nothing so short is announced (--shortest-prefix)');
    await daemon.logged('2001:db8::/63 is shorter than /64');
    expect(daemon.lines()).toHaveLength(2);
  });
});
