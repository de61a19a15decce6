/** Which prefixes, listeners, devices and labels are chosen, for real. Needs root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
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

const [FIRST, SECOND, V6] = ['10.0.1.1/32', '10.0.1.2/32', '2001:db8::53/128'];

describeInterop('what is chosen', () => {
  let linked: LinkedHost;
  let host: Namespace;
  let other: Namespace;
  let service: SocketHolder;

  beforeEach(async () => {
    linked = await addLinkedHost('chosen', [FIRST, V6]);
    ({ host, other, service } = linked);
  });
  afterEach(async () => {
    await stopAll();
    await linked.remove();
  });

  it('--announce: the prefix as it is, while something listens on an assigned address inside it', async () => {
    const declared = ['-a', '10.7.0.0/24', '-a', '2001:db8:7::/48', '-t', '2001:db8:ffff::1'];
    const daemon = await startInside(host, [...declared, ...QUICK]);
    await service.open('10.0.1.1:80'); // on this host, but outside
    await service.open('0.0.0.0:443'); // everywhere, but no address is inside
    await daemon.logged('no address inside 10.7.0.0/24 is on this host');
    await host.ip('address', 'add', '10.7.0.200/24', 'dev', 'near0');
    await daemon.announces('10.7.0.0/24');
    await service.close('0.0.0.0:443');
    await daemon.announces();
    await service.open('10.7.0.200:80');
    await daemon.announces('10.7.0.0/24');
    await host.ip('address', 'add', '2001:db8:7::1/64', 'dev', 'near0', 'nodad');
    await service.open('[2001:db8:7::1]:80');
    await daemon.announces('10.7.0.0/24', '2001:db8:7::/48');
    await host.ip('address', 'delete', '10.7.0.200/24', 'dev', 'near0');
    await daemon.announces('2001:db8:7::/48');
    // Never a /32 of what is inside: no --network was given.
    expect(daemon.lines()).toHaveLength(5);
  });

  it('--require: a listener of its own for each filter, on the same address', async () => {
    const both = ['--require', 'sport = :80', '--require', 'sport = :443'];
    const daemon = await startInside(host, [...NETWORKS, ...QUICK, ...both]);
    await host.ip('address', 'add', SECOND, 'dev', 'lo');
    await service.open('10.0.1.1:80');
    await daemon.logged('nothing listens on 10.0.1.1 that --require asks for: sport = :443');
    await service.open('10.0.1.2:443');
    await daemon.logged('nothing listens on 10.0.1.2 that --require asks for: sport = :80');
    await service.open('10.0.1.1:443');
    await daemon.announces(FIRST);
    await service.close('10.0.1.1:443');
    await daemon.announces();
    await service.open('[2001:db8::53]:443');
    await service.open('[::]:80', { v6only: true });
    await daemon.announces(V6);
    expect(daemon.lines()).toHaveLength(3);
  });

  it.each([
    ['host-routes', [FIRST, V6]],
    ['all', ['10.0.0.1/32', FIRST, V6]],
    ['off', []],
  ])('--wildcard %s', async (wildcard, served) => {
    const daemon = await startInside(host, [...NETWORKS, ...QUICK, '--wildcard', wildcard]);
    await service.open('[::]:80');
    await daemon.announces(...served);
    await service.open('10.0.0.1:443');
    // A listener with an address of its own counts in any case.
    await daemon.announces(...new Set([...served, '10.0.0.1/32']));
    await service.close('[::]:80');
    await daemon.announces('10.0.0.1/32');
  });

  it('--require-carrier: an address on a link that works; without it, on one that is set up', async () => {
    const [strict, lax] = [
      await startInside(host, [...NETWORKS, ...QUICK, '--require-carrier']),
      await startInside(host, [...NETWORKS, ...QUICK]),
    ];
    await service.open('10.0.1.1:80');
    await Promise.all([strict.announces(FIRST), lax.announces(FIRST)]);
    await other.ip('link', 'set', 'far0', 'down');
    await strict.announces();
    expect(strict.stderr()).toContain('device near0 of 10.0.1.1 has no carrier (--require-carrier)');
    expect(await host.ip('link', 'show', 'near0')).toMatch(/<NO-CARRIER,.*\bUP\b.*>/);
    // The loopback device has one by itself.
    await host.ip('address', 'add', SECOND, 'dev', 'lo');
    await service.open('10.0.1.2:80');
    await Promise.all([strict.announces(SECOND), lax.announces(FIRST, SECOND)]);
    expect(lax.lines()).toHaveLength(2);
    await other.ip('link', 'set', 'far0', 'up');
    await strict.announces(FIRST, SECOND);
  });

  it('--device-label: labels by a pattern, and the name of the device where there is none', async () => {
    await host.ip('address', 'add', '10.0.1.11/32', 'dev', 'lo', 'label', 'lo:web1');
    await host.ip('address', 'add', '10.0.1.12/32', 'dev', 'lo', 'label', 'lo:dns1');
    await host.ip('address', 'add', '10.0.1.13/32', 'dev', 'lo');
    const start = (pattern: string) => startInside(host, [...NETWORKS, ...QUICK, '--device-label', pattern]);
    const [web, digit, none, near] = [
      await start('lo:w*'),
      await start('lo:???[0-9]'),
      await start('lo'),
      await start('near?'),
    ];
    await service.open('[::]:80');
    await web.announces('10.0.1.11/32');
    await digit.announces('10.0.1.11/32', '10.0.1.12/32');
    await none.announces('10.0.1.13/32');
    await near.announces(FIRST, V6);
    await host.ip('address', 'delete', '10.0.1.11/32', 'dev', 'lo');
    await host.ip('address', 'add', '10.0.1.11/32', 'dev', 'lo', 'label', 'lo:old1');
    await web.announces();
    expect(digit.announced()).toContain('10.0.1.12/32');
  });
});
