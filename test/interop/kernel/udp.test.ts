/** UDP for real: which sockets count, and what a restart looks like. Needs root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  AT_ONCE,
  addLinkedHost,
  type LinkedHost,
  NETWORKS,
  QUICK,
  type SocketHolder,
  startInside,
} from '../../helpers/kernel-host.ts';
import type { Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';

const V4 = '10.0.1.1/32';
const V6 = '2001:db8::53/128';
const DNS = [...NETWORKS, '-l', 'sport = :53'];
const UDP = [...DNS, '--protocol', 'udp'];
const udp = { protocol: 'udp' } as const;

describeInterop('UDP', () => {
  let linked: LinkedHost;
  let host: Namespace;
  let service: SocketHolder;

  beforeEach(async () => {
    linked = await addLinkedHost('udp', [V4, V6]);
    ({ host, service } = linked);
  });
  afterEach(async () => {
    await stopAll();
    await linked.remove();
  });

  it.each([
    ['an IPv4 address', '10.0.1.1:53', {}, [V4]],
    ['an IPv4 address, through IPv6', '[::ffff:10.0.1.1]:53', {}, [V4]],
    ['an IPv6 address', '[2001:db8::53]:53', {}, [V6]],
    ['every IPv4 address', '0.0.0.0:53', {}, [V4]],
    ['every address, IPv6 and IPv4', '[::]:53', {}, [V4, V6]],
    ['every IPv6 address alone', '[::]:53', { v6only: true }, [V6]],
    ['a device', '0.0.0.0:53', { device: 'near0' }, [V4]],
    ['a device and an address', '[2001:db8::53]:53', { device: 'near0' }, [V6]],
  ])('announces what a socket on %s serves, while it is there', async (_what, endpoint, options, served) => {
    const daemon = await startInside(host, [...UDP, ...QUICK]);
    await service.open(endpoint, { ...udp, ...options });
    await daemon.announces(...served);
    await service.close(endpoint);
    await daemon.announces();
    expect(daemon.lines()).toHaveLength(2 * served.length);
  });

  it('counts TCP by default, UDP when asked for it, and either of both when asked for both', async () => {
    const [tcpOnly, udpOnly, both] = [
      await startInside(host, [...DNS, ...QUICK]),
      await startInside(host, [...UDP, ...QUICK]),
      await startInside(host, [...DNS, ...QUICK, '--protocol', 'tcp,udp']),
    ];
    await service.open('10.0.1.1:53', udp, 'datagrams');
    await Promise.all([udpOnly.announces(V4), both.announces(V4)]);
    await service.open('10.0.1.1:53', {}, 'stream');
    await tcpOnly.announces(V4);
    await service.close('datagrams');
    await udpOnly.announces();
    await service.close('stream');
    await Promise.all([tcpOnly.announces(), both.announces()]);
    // Each was announced once: `both` never without a socket in between, `tcpOnly` not by UDP.
    for (const daemon of [tcpOnly, udpOnly, both]) expect(daemon.lines()).toHaveLength(2);
  });

  it('does not count a connected socket, nor one that was connected after it was bound', async () => {
    const daemon = await startInside(host, [...UDP, ...QUICK]);
    await service.open('10.0.1.1:53', { ...udp, reusePort: true }, 'server');
    await daemon.announces(V4);
    await service.open('10.0.1.1:53', { ...udp, reusePort: true }, 'client');
    await service.connect('client', '10.0.0.2:5353');
    await service.connect('server', '10.0.0.2:5354');
    await daemon.announces();
    await service.open('[2001:db8::53]:53', udp);
    await daemon.announces(V6);
    expect(daemon.lines()).toHaveLength(3);
  });

  it('takes a socket on a device only for what comes in through it', async () => {
    const daemon = await startInside(host, [...UDP, ...QUICK]);
    await service.open('10.0.1.1:53', { ...udp, device: 'lo' });
    await daemon.logged('10.0.1.1%lo:53 does not serve 10.0.1.1');
    await service.open('0.0.0.0:53', { ...udp, device: 'near0' });
    await host.ip('address', 'add', '10.0.1.9/32', 'dev', 'lo');
    await daemon.announces(V4, '10.0.1.9/32');
    // One is an address of the device, the other is not: nothing comes in for either.
    await host.ip('link', 'set', 'near0', 'down');
    await daemon.announces();
    expect(daemon.lines()).toHaveLength(4);
  });

  it('keeps an address while one of an SO_REUSEPORT group is left, and does not take another port for one', async () => {
    const daemon = await startInside(host, [...UDP, ...QUICK]);
    const group = ['one', 'two', 'three'];
    for (const name of group) await service.open('10.0.1.1:53', { ...udp, reusePort: true }, name);
    await service.open('10.0.1.1:54', udp);
    await daemon.announces(V4);
    await service.close('three');
    await service.close('one');
    // What can be seen of a reading that began later.
    await service.open('[2001:db8::53]:53', udp);
    await daemon.announces(V4, V6);
    expect(daemon.lines()).toHaveLength(2);
    await service.close('two');
    await daemon.announces(V6);
    expect(daemon.lines()).toHaveLength(3);
  });

  it('hides a restart by the withdraw delay, and no longer absence', async () => {
    const slow = ['--withdraw-delay', '1s', '--announce-delay', '0', '--interval', '50ms', '--bgp-backend', 'test'];
    const daemon = await startInside(host, [...UDP, ...slow]);
    await service.open('10.0.1.1:53', udp);
    await daemon.announces(V4);
    await service.close('10.0.1.1:53');
    await daemon.logged('down, withdraw delayed');
    await service.open('10.0.1.1:53', udp);
    await daemon.logged('up again, withdraw called off');
    const closedAt = performance.now();
    await service.close('10.0.1.1:53');
    await daemon.announces();
    expect(performance.now() - closedAt).toBeGreaterThanOrEqual(1_000);
    expect(daemon.lines()).toHaveLength(2);
  });

  it('is read every 100 ms without an --interval', async () => {
    const daemon = await startInside(host, [...DNS, ...AT_ONCE, '--protocol', 'tcp,udp']);
    await daemon.logged('"every":"100ms"');
    await service.open('10.0.1.1:53', udp);
    await daemon.announces(V4);
    expect(daemon.count('listeners are read')).toBe(1);
  });
});
