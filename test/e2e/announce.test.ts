/** Through bin/, on this host's real kernel. Each test has its own addresses inside 127.0.0.0/8, and one port. */
import { afterEach, describe, expect, it } from 'vitest';
import { startDaemon } from '../helpers/daemon.ts';
import { listen, stopAll } from '../helpers/processes.ts';

const QUICK = ['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '20ms'];
const ON_8765 = ['--listen-filter', 'sport = :8765'];

afterEach(stopAll);

describe('announcing', () => {
  it('announces six seconds after a listener opened, and withdraws three after it closed; a restart goes unheard', async () => {
    const daemon = startDaemon(['--network', '127.81.0.0/16', ...ON_8765]);
    await daemon.logged('first facts read');
    const openedAt = performance.now();
    const first = await listen(['127.81.0.9:8765']);
    await daemon.told('announce route 127.81.0.9/32 next-hop self');
    expect(performance.now() - openedAt).toBeGreaterThanOrEqual(6_000);
    await first.stop();
    await daemon.logged('down, withdraw delayed');
    const second = await listen(['127.81.0.9:8765']);
    await daemon.logged('up again, withdraw called off');
    await second.stop();
    const closedAt = performance.now();
    await daemon.told('withdraw route 127.81.0.9/32 next-hop self');
    // The stop is awaited, so that the socket was closed a little before `closedAt`.
    expect(performance.now() - closedAt).toBeGreaterThan(2_500);
    expect(daemon.lines()).toHaveLength(2);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.lines()).toHaveLength(2);
  });

  it("takes HA2BGP's flags as they were written: one dash, short names", async () => {
    const daemon = startDaemon(['-network', '127.82.0.0/16', '-l', 'sport = :8765', '-t', '192.0.2.7', ...QUICK]);
    await listen(['127.82.0.1:8765']);
    await daemon.told('announce route 127.82.0.1/32 next-hop 192.0.2.7');
  });

  it('keeps an address while either of two listeners is there', async () => {
    const daemon = startDaemon(['-n', '127.83.0.0/16', '-l', 'sport = :8765 or sport = :8766', ...QUICK]);
    const one = await listen(['127.83.0.1:8765']);
    const other = await listen(['127.83.0.1:8766', '127.83.0.2:8766']);
    await daemon.told('announce route 127.83.0.2/32 next-hop self');
    await one.stop();
    const marker = await listen(['127.83.0.3:8765']);
    await daemon.told('announce route 127.83.0.3/32 next-hop self');
    expect(daemon.lines()).not.toContain('withdraw route 127.83.0.1/32 next-hop self');
    await other.stop();
    await daemon.told('withdraw route 127.83.0.1/32 next-hop self');
    await marker.stop();
  });

  it('announces IPv6 with its own next hop, and IPv4 for a socket that is bound to it through IPv6', async () => {
    const daemon = startDaemon([
      '-n',
      '::1/128',
      '-n',
      '127.84.0.0/16',
      '-t',
      '2001:db8::1',
      '-l',
      'sport = :8764',
      ...QUICK,
    ]);
    await listen(['[::1]:8764', '[::ffff:127.84.0.1]:8764']);
    await daemon.told('announce route ::1/128 next-hop 2001:db8::1');
    await daemon.told('announce route 127.84.0.1/32 next-hop self');
  });

  it('holds IPv6 without a next hop, and says why', async () => {
    const daemon = startDaemon(['-n', '::1/128', '-n', '127.85.0.0/16', '-l', 'sport = :8763', ...QUICK]);
    await listen(['[::1]:8763', '127.85.0.1:8763']);
    await daemon.told('announce route 127.85.0.1/32 next-hop self');
    await daemon.logged('::1 needs an IPv6 next hop');
    expect(daemon.lines()).toHaveLength(1);
  });

  it('says the same on stdout with the test backend', async () => {
    for (const backend of ['test', 'exabgptest']) {
      const daemon = startDaemon(['-n', '127.86.0.0/16', ...ON_8765, ...QUICK, '--bgp-backend', backend]);
      const service = await listen(['127.86.0.1:8765']);
      await daemon.told('announce route 127.86.0.1/32 next-hop self');
      await service.stop();
      await daemon.told('withdraw route 127.86.0.1/32 next-hop self');
      expect(await daemon.stop()).toBe(0);
    }
  });

  it('takes the environment where there is no flag', async () => {
    const env = { HA2BGP_NETWORK_FILTER: '127.87.0.0/16,192.0.2.0/24', HA2BGP_LISTEN_FILTER: 'sport = :8765' };
    const daemon = startDaemon(QUICK, { env });
    await listen(['127.87.0.1:8765']);
    await daemon.told('announce route 127.87.0.1/32 next-hop self');
  });
});
