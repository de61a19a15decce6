/** Who has a listener open, asked of the real host. */
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { ownerFinder } from '../../src/discovery/owners.ts';
import { type Listener, listenerKey } from '../../src/model/facts.ts';
import type { Owner } from '../../src/model/owner.ts';
import { ownLoopback } from '../helpers/besieged.ts';
import * as facts from '../helpers/facts.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

afterEach(stopAll);

/** Nobody else's. */
const PORT = 20_000 + (process.pid % 40_000);

const find = async (listener: Listener, ...of: Parameters<typeof ownerFinder>): Promise<Owner | undefined> =>
  (await ownerFinder(...of)([listener])).get(listenerKey(listener));

/** Two processes of an SO_REUSEPORT group. */
const GROUP = `
import os, socket, sys, time
address, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind((address, port)); s.listen()
if os.fork() == 0:
    s.close(); t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); t.bind((address, port)); t.listen()
os.write(1, f"{os.getpid()}\\n".encode())
sys.stdin.read()
`;

describe('the owner of a listener', () => {
  it('is the process that has it open, with its name', async () => {
    const address = ownLoopback();
    const { pid } = await listen([`${address}:${PORT}`]);
    expect(await find(facts.listener(address, PORT), '')).toEqual({
      processes: [{ pid, name: 'node' }],
      more: 0,
      why: '',
    });
    expect(await find(facts.listener(address, PORT + 1), '')).toEqual({
      processes: [],
      more: 0,
      why: 'it is closed by now',
    });
  });

  it('is every process of a group that shares the port', async () => {
    const address = ownLoopback();
    const started = start('python3', ['-c', GROUP, address, String(PORT)]);
    const pids = await until(
      () => `both: ${started.stdout()} ${started.stderr()}`,
      () => {
        const all = started.stdout().trim().split('\n').map(Number);
        return all.length === 2 ? all : undefined;
      },
    );
    const owner = await find(facts.listener(address, PORT), '');
    expect(owner?.processes.map(({ pid }) => pid).sort()).toEqual(pids.sort());
    expect(owner?.processes[0]?.name).toMatch(/^python3/);
  });

  it('is found by way of /proc where the socket has no netlink', async () => {
    const address = ownLoopback();
    const { pid } = await listen([`${address}:${PORT}`, `[::1]:${PORT}`]);
    const six = facts.listener('::1', PORT);
    // A family that the finder cannot ask the kernel for by netlink stands for one that it may not.
    const finder = ownerFinder('', '/proc', () => {
      throw Object.assign(new Error('socket: EPERM'), { syscall: 'socket' });
    });
    const owners = await finder([facts.listener(address, PORT), six]);
    for (const owner of owners.values()) expect(owner.processes).toEqual([{ pid, name: 'node' }]);
    expect(owners.size).toBe(2);
  });

  // Only root may become another.
  describeInterop('for another user', () => {
    it('is said not to be seen by a user who may not look', async () => {
      const address = ownLoopback();
      await listen([`${address}:${PORT}`]);
      const finder = ownerFinder('');
      process.seteuid?.('nobody');
      try {
        const owner = (await finder([facts.listener(address, PORT)])).get(`tcp/ipv4 ${address}:${PORT}`);
        expect(owner?.processes).toEqual([]);
        expect(owner?.why).toMatch(
          /^its process is another user's: this one may not look at \d+ processes \(CAP_SYS_PTRACE\)$/,
        );
      } finally {
        process.seteuid?.(0);
      }
    });
  });

  it('is looked for in a namespace that is not there without an error', async () => {
    const owner = await find(facts.listener('10.0.0.1', 80), 'ha2bgp-nowhere');
    expect(owner?.why).toMatch(/^its process cannot be looked for: .*ha2bgp-nowhere/);
  });
});
