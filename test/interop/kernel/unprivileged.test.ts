/** What a daemon sees that may do nothing: all of it, but other network namespaces and tracefs. Started by root. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aloneEnvironment, root } from '../../helpers/daemon.ts';
import { holdOneByOne, NETWORKS, QUICK, type SocketHolder } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { WITH_TRACEFS } from '../../helpers/tracefs.ts';
import { until } from '../../helpers/until.ts';

const NOBODY = 65_534;

/** The files may lie where nobody else may read: they are loaded first, and the privilege is dropped before they run. */
const RUN = `
  const { startLifecycle } = await import('${root}/dist/runtime/lifecycle.js');
  const lifecycle = startLifecycle();
  await import('${root}/dist/cli/run.js');
  const { main } = await import('${root}/dist/cli/main.js');
  process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY});
  await main(process.argv.slice(1), {}, lifecycle);`;

describeInterop('without any privilege', () => {
  let host: Namespace;
  let service: SocketHolder;

  beforeEach(async () => {
    host = await addNamespace('nobody');
    for (const address of ['10.0.1.1/32', '10.0.1.2/32']) await host.ip('address', 'add', address, 'dev', 'lo');
    // Of the same user: whose sockets are its own, the daemon has to look up.
    service = await holdOneByOne(host, [
      'setpriv',
      '--reuid',
      String(NOBODY),
      '--clear-groups',
      '--ambient-caps',
      '+net_bind_service',
      '--inh-caps',
      '+net_bind_service',
    ]);
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  function startAsNobody(args: readonly string[], via: readonly string[] = []): Started {
    const node = [process.execPath, '--input-type=module', '-e', RUN, '--', ...NETWORKS, ...QUICK, ...args];
    const [command = '', ...words] = [...host.enter, ...via, ...node];
    return start(command, words, { env: aloneEnvironment() });
  }

  const said = (daemon: Started, words: string): Promise<unknown> =>
    until(
      () => `${words}: ${daemon.stderr()}`,
      () => daemon.stderr().includes(words),
    );
  const told = (daemon: Started, line: string): Promise<unknown> =>
    until(
      () => `${line}: ${daemon.stderr()}`,
      () => daemon.stdout().includes(`${line}\n`),
    );

  it('sees TCP and UDP, the accept queues of others, and their local routes', async () => {
    const daemon = startAsNobody(['--protocol', 'tcp,udp', '--anyip', '--accept-queue-full', '200ms']);
    await said(daemon, 'first facts read');
    expect(await run('ps', ['-o', 'uid=', '-p', String(daemon.pid)])).toMatch(new RegExp(`^\\s*${NOBODY}\\s*$`));
    await service.open('10.0.1.1:80', { backlog: 0 });
    await service.open('10.0.1.2:80', { protocol: 'udp' });
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
    await told(daemon, 'announce route 10.0.1.2/32 next-hop self');
    await service.close('10.0.1.2:80');
    await told(daemon, 'withdraw route 10.0.1.2/32 next-hop self');
    // Nobody accepts: one connection is as many as this queue holds.
    const connect = "import socket, time; s = socket.create_connection(('10.0.1.1', 80)); time.sleep(60)";
    start(host.enter[0] ?? '', [...host.enter.slice(1), '/usr/bin/python3', '-c', connect]);
    await told(daemon, 'withdraw route 10.0.1.1/32 next-hop self');
    await said(daemon, 'the accept queue of 10.0.1.1:80 has been full for 200ms or longer');
    await host.ip('route', 'add', 'local', '10.5.0.0/24', 'dev', 'lo');
    await service.open('10.5.0.7:443');
    await told(daemon, 'announce route 10.5.0.0/24 next-hop self');
    for (const text of ['cannot be read', 'no address notifications']) expect(daemon.stderr()).not.toContain(text);
  });

  it('says that tracefs is not permitted, and does without unless it has to be tracefs', async () => {
    const daemon = startAsNobody([], WITH_TRACEFS);
    await service.open('10.0.1.1:80');
    await told(daemon, 'announce route 10.0.1.1/32 next-hop self');
    expect(daemon.stderr().split('tracefs is not permitted, root is needed')).toHaveLength(2);
    const strict = startAsNobody(['--hints', 'tracefs'], WITH_TRACEFS);
    expect(await strict.ended).toBe(1);
    expect(strict.stderr()).toContain('tracefs is not permitted, root is needed');
  });

  it('hears of deaths through --hints destroy, and may not look into other namespaces', async () => {
    const daemon = startAsNobody(['--hints', 'destroy']);
    await said(daemon, '"hints":"destroy","msg":"listeners are read"');
    const other = startAsNobody(['--netns', host.name]);
    await said(other, `setns(/run/netns/${host.name}): EPERM`);
    expect(await other.ended).toBe(1);
  });
});
