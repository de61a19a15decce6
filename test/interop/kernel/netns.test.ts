/** The daemon in one network namespace, what it looks at in another, which comes, goes and comes again. Needs root. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { AT_ONCE, holdOneByOne, NETWORKS, QUICK, startInside } from '../../helpers/kernel-host.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const [FIRST, SECOND, V6] = ['10.0.1.1/32', '10.0.1.2/32', '2001:db8::53/128'];
const MISSING = 'kernel cannot be read';
const HEALED = 'kernel read again';

describeInterop('--netns', () => {
  let host: Namespace;
  let services: Namespace;

  beforeEach(async () => {
    host = await addNamespace('daemon');
    services = await addServices();
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
    if (fs.existsSync(`/run/netns/${services.name}`)) await services.remove();
  });

  async function addServices(): Promise<Namespace> {
    const made = await addNamespace('services');
    await made.ip('address', 'add', FIRST, 'dev', 'lo');
    return made;
  }

  const look = (netns: string, ...args: readonly string[]): Promise<Daemon> =>
    startInside(host, [...NETWORKS, ...QUICK, '--netns', netns, ...args]);

  it.each([
    ['a name', (name: string) => name],
    ['a path', (name: string) => `/run/netns/${name}`],
  ])('looks into the namespace of %s, and not into its own', async (_what, netnsOf) => {
    await host.ip('address', 'add', SECOND, 'dev', 'lo');
    const here = await holdOneByOne(host);
    await here.open('0.0.0.0:80');
    const daemon = await look(netnsOf(services.name));
    const there = await holdOneByOne(services);
    await there.open('[::]:80');
    await daemon.announces(FIRST);
    await services.ip('address', 'add', V6, 'dev', 'lo', 'nodad');
    await daemon.announces(FIRST, V6);
    await there.close('[::]:80');
    await daemon.announces();
    expect(daemon.lines()).toHaveLength(4);
  });

  it('looks into the namespace of a process, as long as it lives', async () => {
    const there = await holdOneByOne(services);
    await there.open('10.0.1.1:80');
    const daemon = await look(`/proc/${there.pid}/ns/net`);
    await daemon.announces(FIRST);
    await there.stop();
    await daemon.logged(MISSING);
    expect(daemon.stderr()).toContain(`ENOENT /proc/${there.pid}/ns/net`);
    expect(daemon.announced()).toEqual([FIRST]);
  });

  it('hears of addresses there, however seldom it reads', async () => {
    const there = await holdOneByOne(services);
    await there.open('0.0.0.0:80');
    const daemon = startDaemon(
      [...NETWORKS, ...AT_ONCE, '--interval', '10s', '--netns', services.name],
      {},
      host.enter,
    );
    await daemon.announces(FIRST);
    const startedAt = performance.now();
    await services.ip('address', 'add', SECOND, 'dev', 'lo');
    await daemon.announces(FIRST, SECOND);
    await services.ip('link', 'set', 'lo', 'down');
    await daemon.announces();
    // The second and the third would each have waited for a reading.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it('waits for a namespace that is not there yet, and says so once', async () => {
    await services.remove();
    const daemon = startDaemon([...NETWORKS, ...QUICK, '--netns', services.name], {}, host.enter);
    await daemon.logged(`network namespace ${services.name}: ENOENT /run/netns/${services.name}`);
    services = await addServices();
    const there = await holdOneByOne(services);
    await there.open('10.0.1.1:80');
    await daemon.announces(FIRST);
    expect([MISSING, HEALED, 'first facts read'].map(daemon.count)).toEqual([1, 1, 1]);
    // Notifications too: an address is known sooner than anything reads it from time to time.
    await services.ip('address', 'delete', FIRST, 'dev', 'lo');
    await daemon.announces();
  });

  it('holds what is announced when the namespace goes, and takes the facts of the next one of that name', async () => {
    const old = await holdOneByOne(services);
    await old.open('0.0.0.0:80');
    await services.ip('address', 'add', SECOND, 'dev', 'lo');
    const daemon = await look(services.name);
    await daemon.announces(FIRST, SECOND);
    await services.remove();
    await daemon.logged(MISSING);
    // The old one lives on, with its sockets, but nobody can reach it any more.
    await run('nsenter', [`--net=/proc/${old.pid}/ns/net`, 'ip', 'address', 'delete', SECOND, 'dev', 'lo']);
    expect(daemon.announced()).toEqual([FIRST, SECOND]);
    services = await addNamespace('services');
    await services.ip('address', 'add', SECOND, 'dev', 'lo');
    await services.ip('address', 'add', '10.0.1.3/32', 'dev', 'lo');
    const there = await holdOneByOne(services);
    await there.open('10.0.1.3:80');
    await daemon.announces('10.0.1.3/32');
    await services.ip('address', 'delete', '10.0.1.3/32', 'dev', 'lo');
    await daemon.announces();
    expect(daemon.lines()).toHaveLength(6);
    expect([MISSING, HEALED].map(daemon.count)).toEqual([1, 1]);
  });

  it('holds what is announced without descriptors for a namespace that came anew', async () => {
    const old = await holdOneByOne(services);
    await old.open('10.0.1.1:80');
    const daemon = await look(services.name);
    await daemon.announces(FIRST);
    await run('prlimit', ['--nofile=5:', '--pid', String(daemon.pid)]);
    await services.remove();
    services = await addServices();
    await daemon.logged('open(/proc/thread-self/ns/net): EMFILE');
    const there = await holdOneByOne(services);
    await services.ip('address', 'add', SECOND, 'dev', 'lo');
    await there.open('0.0.0.0:80');
    expect(daemon.lines()).toHaveLength(1);
    await run('prlimit', ['--nofile=1000:', '--pid', String(daemon.pid)]);
    await daemon.announces(FIRST, SECOND);
    expect(daemon.lines()).toHaveLength(2);
  });

  it('lets go of a namespace that is gone, so that the kernel can take it down', async () => {
    await connect(
      { namespace: host, device: 'near0', addresses: [] },
      { namespace: services, device: 'far0', addresses: [] },
    );
    const daemon = await look(services.name);
    await services.remove();
    await daemon.logged(MISSING);
    // Both ends of a cable go with one of them.
    await until('the end of far0', async () => !(await host.ip('link')).includes('near0'));
  });

  it('follows a link to a namespace file', async () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    const link = path.join(place, 'namespace');
    try {
      fs.symlinkSync(`/run/netns/${services.name}`, link);
      const there = await holdOneByOne(services);
      await there.open('10.0.1.1:80');
      const daemon = await look(link, '--on-discovery-error', 'withdraw', '--stale-after', '1s');
      await daemon.announces(FIRST);
      fs.unlinkSync(link);
      await daemon.announces();
      fs.symlinkSync(`/run/netns/${services.name}`, link);
      await daemon.announces(FIRST);
      expect([MISSING, HEALED].map(daemon.count)).toEqual([1, 1]);
      expect(daemon.lines()).toHaveLength(3);
    } finally {
      fs.rmSync(place, { recursive: true });
    }
  });

  it('says what is not permitted', async () => {
    const without = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin'];
    const daemon = startDaemon([...NETWORKS, ...QUICK, '--netns', services.name], {}, [...host.enter, ...without]);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain('--netns needs CAP_SYS_ADMIN');
    expect(daemon.stderr()).toContain(`setns(/run/netns/${services.name}): EPERM`);
    expect(daemon.lines()).toEqual([]);
  });
});
