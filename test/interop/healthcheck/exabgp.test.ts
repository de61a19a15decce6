/**
 * `ha2bgp healthcheck` under a real ExaBGP, with a BIRD beside it that has to end up with the route, and to lose it: the
 * configuration of contrib/ with other words behind `run`, as somebody writes them who comes from ExaBGP's own.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin, root } from '../../helpers/daemon.ts';
import { describeExabgp, startExabgp } from '../../helpers/exabgp.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { childrenOf, isAlive, run, type Started, start, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const SERVICE = '100.64.0.10';

describeExabgp('ha2bgp healthcheck, with BIRD beside it', (release) => {
  let host: Namespace;
  let place: string;
  let exabgp: Started;
  const file = (name: string): string => path.join(place, name);

  const route = async (): Promise<string> =>
    run('birdc', ['-s', file('bird.ctl'), 'show', 'route', 'all', `${SERVICE}/32`]).catch(() => '');
  const isThere = async (): Promise<boolean> => (await route()).includes(`${SERVICE}/32`);
  const onLoopback = async (): Promise<boolean> => (await host.ip('address', 'show', 'lo')).includes(SERVICE);
  const daemon = (): number => childrenOf(exabgp.pid)[0] ?? -1;

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('healthcheck');
    await host.ip('address', 'add', '192.0.2.1/30', 'dev', 'lo');
    const words = `${bin} healthcheck --name web --cmd "test -e ${file('up')}" --ip ${SERVICE} --label web --withdraw-on-down -i 0.1 -f 0.05 -N 192.0.2.1 --community 65000:1`;
    const config = fs.readFileSync(path.join(root, 'contrib/exabgp.conf'), 'utf8');
    fs.writeFileSync(file('exabgp.conf'), config.replace(/\brun [^;]*;/, `run ${words};`));
    const bird = ['bird', '-f', '-c', path.join(root, 'contrib/bird.conf'), '-s', file('bird.ctl')];
    const [command = '', ...args] = [...host.enter, ...bird];
    start(command, args);
    exabgp = startExabgp(file('exabgp.conf'), { namespace: host, release });
  });

  afterAll(async () => {
    await stopAll();
    await host?.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it('sets the address up, and says nothing while the check fails', async () => {
    await until('the address on lo', onLoopback);
    await until('the session', async () =>
      (await run('birdc', ['-s', file('bird.ctl'), 'show', 'protocols'])).includes('Established'),
    );
    expect(await isThere()).toBe(false);
  });

  it('announces once the check passes', async () => {
    fs.writeFileSync(file('up'), '');
    await until('the route', isThere);
    const shown = await route();
    expect(shown).toContain('BGP.next_hop: 192.0.2.1');
    expect(shown).toContain('BGP.med: 100');
    expect(shown).toContain('(65000,1)');
  });

  it('withdraws while it fails, and comes back', async () => {
    fs.rmSync(file('up'));
    await until('the route gone', async () => !(await isThere()));
    expect(await onLoopback()).toBe(true);
    fs.writeFileSync(file('up'), '');
    await until('the route again', isThere);
  });

  it('withdraws what a killed one left behind, when the service is down by then', async () => {
    const killed = daemon();
    fs.rmSync(file('up'));
    process.kill(killed, 'SIGKILL');
    await until('another process', () => daemon() > 0 && daemon() !== killed);
    await until('the route gone', async () => !(await isThere()));
    fs.writeFileSync(file('up'), '');
    await until('the route again', isThere);
  });

  it('withdraws, then removes the address, when it is asked to go', async () => {
    const asked = daemon();
    process.kill(asked, 'SIGTERM');
    await until('the process gone', () => !isAlive(asked));
    expect(exabgp.stderr()).toContain('address removed');
    await until('the route again, by the next process', async () => daemon() !== asked && (await isThere()));
  });

  it('lets ExaBGP end in good order, without the address', async () => {
    const last = daemon();
    expect(await exabgp.stop('SIGTERM')).toBe(0);
    expect(isAlive(last)).toBe(false);
    expect(await onLoopback()).toBe(false);
  });
});
