/** What cannot be read for a while: it is held, said, and heals by itself. Needs root. */
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { holdOneByOne, NETWORKS, QUICK, type SocketHolder, startInside } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const CHURN = path.join(import.meta.dirname, '../../helpers/address-churn.py');
const [FIRST, SECOND] = ['10.0.1.1/32', '10.0.1.2/32'];

describeInterop('a kernel that cannot be read', () => {
  let host: Namespace;
  let service: SocketHolder;

  beforeEach(async () => {
    host = await addNamespace('fail');
    for (const address of [FIRST, SECOND]) await host.ip('address', 'add', address, 'dev', 'lo');
    service = await holdOneByOne(host);
    await service.open('10.0.1.1:80');
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  /** No further descriptor can be had: those that are open stay. */
  const limitDescriptors = (daemon: Daemon, most: number): Promise<string> =>
    run('prlimit', [`--nofile=${most}:`, '--pid', String(daemon.pid)]);

  it('holds what is announced without descriptors for looking at a new socket, and goes on when there are some', async () => {
    const daemon = await startInside(host, [...NETWORKS, ...QUICK]);
    await daemon.announces(FIRST);
    await limitDescriptors(daemon, 5);
    await service.open('10.0.1.2:80');
    await daemon.logged('kernel cannot be read');
    await limitDescriptors(daemon, 1_000);
    await daemon.announces(FIRST, SECOND);
    expect(daemon.lines()).toHaveLength(2);
    expect(daemon.stderr()).toContain('opendir(/proc/self/fd): EMFILE');
    expect(['kernel cannot be read', 'kernel read again'].map(daemon.count)).toEqual([1, 1]);
  });

  it('withdraws after --stale-after where it is to, and announces again when the kernel can be read', async () => {
    const stale = ['--on-discovery-error', 'withdraw', '--stale-after', '2s', '--discovery-source', 'proc'];
    const daemon = await startInside(host, [...NETWORKS, ...QUICK, ...stale]);
    await daemon.announces(FIRST);
    const failingFrom = performance.now();
    await limitDescriptors(daemon, 5);
    await daemon.logged('kernel cannot be read');
    await daemon.announces();
    expect(performance.now() - failingFrom).toBeGreaterThanOrEqual(2_000);
    expect(daemon.stderr()).toContain('"facts":"void, everything is withdrawn"');
    await limitDescriptors(daemon, 1_000);
    await daemon.announces(FIRST);
    const said = ['kernel cannot be read', 'kernel still cannot be read', 'kernel read again'];
    expect(said.map(daemon.count)).toEqual([1, 1, 1]);
  });

  it('holds after --stale-after by default, which is said', async () => {
    const stale = ['--stale-after', '500ms', '--discovery-source', 'proc'];
    const daemon = await startInside(host, [...NETWORKS, ...QUICK, ...stale]);
    await daemon.announces(FIRST);
    await limitDescriptors(daemon, 5);
    await daemon.logged('kernel still cannot be read');
    // What goes meanwhile is not seen; when it is, that is no different from what goes at any time.
    await service.close('10.0.1.1:80');
    await service.open('10.0.1.2:80');
    expect(daemon.announced()).toEqual([FIRST]);
    await limitDescriptors(daemon, 1_000);
    await daemon.announces(SECOND);
    expect(daemon.stderr()).toContain('EMFILE');
  });

  it('withdraws nothing while addresses change faster than they can be read', async () => {
    const [command = '', ...words] = [...host.enter, '/usr/bin/python3', CHURN, 'lo'];
    const churn = start(command, words);
    await until('2,000 addresses', () => churn.stdout().includes('ready'));
    await service.open('0.0.0.0:443');
    const daemon = await startInside(host, ['-n', '10.9.0.0/24', '-n', '10.0.1.0/24', ...QUICK]);
    await until('all that stay', () => daemon.announced().length === 258);
    await daemon.logged('netlink dump changed while it was read, 5 times');
    await until('failures that healed', () => daemon.count('kernel read again') >= 5);
    // Something that comes meanwhile is seen all the same.
    await host.ip('address', 'add', '10.0.1.3/32', 'dev', 'lo');
    await daemon.told('announce route 10.0.1.3/32 next-hop self');
    churn.child.stdin?.end();
    expect(await churn.ended, churn.stderr()).toBe(0);
    await host.ip('address', 'delete', '10.0.1.3/32', 'dev', 'lo');
    await daemon.told('withdraw route 10.0.1.3/32 next-hop self');
    expect(daemon.announced()).toHaveLength(258);
    expect(daemon.lines().filter((line) => line.startsWith('withdraw'))).toHaveLength(1);
    expect(daemon.count('kernel cannot be read')).toBe(daemon.count('kernel read again'));
  });
});
