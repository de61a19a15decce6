/**
 * What counts although it may surprise, and what does not: who holds a listening socket, and who would answer on it, is
 * nothing that the kernel's list of sockets tells. Needs root.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDaemon } from '../../helpers/daemon.ts';
import { holdOneByOne, NETWORKS, QUICK, startInside } from '../../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const [FIRST, SECOND] = ['10.0.1.1/32', '10.0.1.2/32'];

/** Listens, and leaves the socket to a child of its own, which never accepts; the parent ends. */
const ORPHAN = `
import os, socket, sys, time
s = socket.socket(); s.bind(('10.0.1.1', 80)); s.listen()
pid = os.fork()
if pid == 0:
    for fd in 0, 1, 2: os.close(fd)
    time.sleep(60)
    os._exit(0)
print(pid, flush=True)
`;

/** As systemd does for a socket unit: listens, starts the service, which ends at once, and keeps the socket. */
const ACTIVATE = `
import os, socket, sys
s = socket.socket(); s.bind(('10.0.1.1', 80)); s.listen()
s.set_inheritable(True)
if os.fork() == 0: os.execv('/bin/true', ['service'])
os.wait()
print('the service has ended', flush=True)
sys.stdin.read()
`;

/** Becomes the command, which inherits a listening socket. */
const INHERIT = `
import os, socket, sys
s = socket.socket(); s.bind(('10.0.1.1', 80)); s.listen()
s.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
`;

describeInterop('a listening socket', () => {
  let host: Namespace;

  beforeEach(async () => {
    host = await addNamespace('traps');
    for (const address of [FIRST, SECOND]) await host.ip('address', 'add', address, 'dev', 'lo');
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  function python(script: string): Started {
    const [command = '', ...words] = [...host.enter, '/usr/bin/python3', '-c', script];
    return start(command, words);
  }

  it('counts while a child holds it whose parent, the service proper, is dead', async () => {
    const daemon = await startInside(host, [...NETWORKS, ...QUICK]);
    const parent = python(ORPHAN);
    const child = Number(await until('the child', () => /^\d+\n/.test(parent.stdout()) && parent.stdout()));
    await until('the end of the parent', () => parent.child.exitCode === 0);
    await daemon.announces(FIRST);
    const other = await holdOneByOne(host);
    await other.open('10.0.1.2:80');
    await daemon.announces(FIRST, SECOND);
    process.kill(child, 'SIGKILL');
    await daemon.announces(SECOND);
    expect(daemon.lines()).toHaveLength(3);
  });

  it('counts while whoever activates a service by its socket holds it, though the service has ended', async () => {
    const daemon = await startInside(host, [...NETWORKS, ...QUICK]);
    const activator = python(ACTIVATE);
    await until('the end of the service', () => activator.stdout().includes('ended'));
    await daemon.announces(FIRST);
    activator.child.stdin?.end();
    await daemon.announces();
  });

  it('does not count when ha2bgp itself holds it, whoever opened it', async () => {
    const via = [...host.enter, '/usr/bin/python3', '-c', INHERIT];
    const daemon = startDaemon([...NETWORKS, ...QUICK], {}, via);
    await daemon.logged('first facts read');
    const other = await holdOneByOne(host);
    await other.open('10.0.1.2:80');
    await daemon.announces(SECOND);
    await other.open('10.0.1.1:443');
    await daemon.announces(SECOND, FIRST);
    expect(daemon.lines()).toHaveLength(2);
    expect(daemon.stderr()).toContain('"listeners":0');
  });
});
