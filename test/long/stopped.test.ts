/**
 * The daemon stands still for a minute while its services live, die and come: what it did not see counts neither for nor
 * against any. HA2BGP_STOP_SECONDS: how long it stands still. Needs root.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Daemon } from '../helpers/daemon.ts';
import { holdOneByOne, type SocketHolder, startInside } from '../helpers/kernel-host.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const STOPPED_MS = Number(process.env['HA2BGP_STOP_SECONDS'] ?? 60) * 1_000;
const ANNOUNCE_MS = 6_000;
const WITHDRAW_MS = 3_000;
/** For a loaded machine to find a line of output. */
const LEEWAY_MS = 1_500;

const SERVICES = {
  lives: '10.0.1.1',
  dies: '10.0.1.2',
  comesAndGoes: '10.0.1.3',
  diesWhileRising: '10.0.1.4',
  rises: '10.0.1.5',
  comes: '10.0.1.6',
  restarts: '10.0.1.7',
  losesItsAddress: '10.0.1.8',
  wasFalling: '10.0.1.9',
} as const;
type Name = keyof typeof SERVICES;

describeInterop('a daemon that is stopped', () => {
  let host: Namespace;
  let service: SocketHolder;
  let daemon: Daemon;

  beforeEach(async () => {
    host = await addNamespace('stopped');
    for (const address of Object.values(SERVICES)) await host.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    service = await holdOneByOne(host);
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
  });

  const open = (name: Name): Promise<void> => service.open(`${SERVICES[name]}:80`);
  const close = (name: Name): Promise<void> => service.close(`${SERVICES[name]}:80`);
  const told = (word: 'announce' | 'withdraw', name: Name): number =>
    daemon.lines().filter((line) => line.startsWith(`${word} route ${SERVICES[name]}/32 `)).length;

  it('withdraws nothing that lives, and announces nothing that it has not seen since', {
    timeout: STOPPED_MS + 90_000,
  }, async () => {
    daemon = await startInside(host, ['-n', '10.0.0.0/8', '--bgp-backend', 'test']);
    const before: Name[] = ['lives', 'dies', 'restarts', 'losesItsAddress', 'wasFalling'];
    for (const name of before) await open(name);
    await daemon.announces(...before.map((name) => `${SERVICES[name]}/32`));

    for (const name of ['rises', 'diesWhileRising'] as const) await open(name);
    await until('two that rise', () => daemon.count('up, announce delayed') === before.length + 2);
    for (const name of ['restarts', 'wasFalling'] as const) await close(name);
    await until('two that fall', () => daemon.count('down, withdraw delayed') === 2);
    daemon.child.kill('SIGSTOP');

    for (const name of ['comesAndGoes', 'comes', 'restarts'] as const) await open(name);
    for (const name of ['comesAndGoes', 'dies', 'diesWhileRising'] as const) await close(name);
    await host.ip('address', 'delete', `${SERVICES.losesItsAddress}/32`, 'dev', 'lo');
    await pause(STOPPED_MS);
    expect(daemon.lines()).toHaveLength(before.length);
    const wokenAt = performance.now();
    daemon.child.kill('SIGCONT');
    /** Waits for the line, and returns how long after the stop it came. */
    const after = async (word: 'announce' | 'withdraw', name: Name): Promise<number> => {
      await until(`${word} ${name}`, () => told(word, name) > (word === 'announce' && before.includes(name) ? 1 : 0));
      return performance.now() - wokenAt;
    };
    const times = Object.fromEntries(
      await Promise.all(
        (
          [
            ['withdraw', 'losesItsAddress'],
            ['withdraw', 'wasFalling'],
            ['withdraw', 'dies'],
            ['announce', 'rises'],
            ['announce', 'comes'],
          ] as const
        ).map(async ([word, name]) => [name, await after(word, name)] as const),
      ),
    ) as Record<Name, number>;

    // Its delay is zero.
    expect(times.losesItsAddress).toBeLessThan(LEEWAY_MS);
    // What was left of its delay when the stop came, at least two seconds of three, is left when it ends.
    expect(times.wasFalling).toBeGreaterThan(WITHDRAW_MS - LEEWAY_MS);
    expect(times.wasFalling).toBeLessThan(WITHDRAW_MS + LEEWAY_MS);
    // First seen missing after the stop.
    expect(times.dies).toBeGreaterThanOrEqual(WITHDRAW_MS);
    expect(times.dies).toBeLessThan(WITHDRAW_MS + LEEWAY_MS);
    expect(times.rises).toBeGreaterThan(ANNOUNCE_MS - LEEWAY_MS);
    expect(times.rises).toBeLessThan(ANNOUNCE_MS + LEEWAY_MS);
    expect(times.comes).toBeGreaterThanOrEqual(ANNOUNCE_MS);
    expect(times.comes).toBeLessThan(ANNOUNCE_MS + LEEWAY_MS);
    expect([...daemon.announced()].sort()).toEqual(
      (['lives', 'rises', 'comes', 'restarts'] as const).map((name) => `${SERVICES[name]}/32`).sort(),
    );
    expect(daemon.lines()).toHaveLength(before.length + 5);
    expect(daemon.count('"msg":"stalled"')).toBe(1);
    expect(daemon.count('up again, withdraw called off')).toBe(1);
    // What came and went meanwhile, and what died before it could rise, was never anything.
    for (const name of ['comesAndGoes', 'diesWhileRising'] as const) expect(told('announce', name)).toBe(0);
  });
});
