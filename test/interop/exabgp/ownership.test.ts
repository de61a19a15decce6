/**
 * What a respawned ha2bgp knows of its predecessor, under a real ExaBGP with a BIRD behind it. BIRD says since when it has a
 * route: a route that was withdrawn and announced again, or announced with other words, has a later time.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bird, startBird } from '../../helpers/bird.ts';
import { bin } from '../../helpers/daemon.ts';
import { describeExabgp, startExabgp } from '../../helpers/exabgp.ts';
import { addNamespace, type Namespace } from '../../helpers/namespaces.ts';
import { childrenOf, isAlive, listen, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const BIRD = `
router id 127.0.1.1;
timeformat route "%F %T.%6f";
protocol device { }
protocol bgp exabgp {
  local 127.0.1.1 as 65000; neighbor 127.0.1.2 as 65000;
  passive on; multihop; ipv4 { import all; export none; };
}
`;
const ADDRESSES = Array.from({ length: 10 }, (_, index) => `100.64.0.${index + 1}`);
const WORDS = '--network 100.64.0.0/24 --announce-delay 1s --withdraw-delay 2s --log-level debug';
const STATIC = '198.51.100.0/24';

describeExabgp('ownership', (release) => {
  let host: Namespace;
  let place: string;
  let bird: Bird;
  let exabgp: Started;

  const neighbor = (more = '') => `
neighbor 127.0.1.1 {
  router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000; connect 179;
  family { ipv4 unicast; }
  static { route ${STATIC} next-hop 192.0.2.9; }
  ${more}
}`;
  const program = (name: string, words: string) => `process ${name} { run ${bin} ${words}; encoder text; }\n`;
  const configure = (...processes: readonly (readonly [name: string, words: string])[]): string => {
    const file = path.join(place, 'exabgp.conf');
    const names = processes.map(([name]) => name).join(' ');
    const api = neighbor(`api { processes [ ${names} ]; neighbor-changes; }`).replace('connect 179;', '');
    fs.writeFileSync(file, processes.map(([name, words]) => program(name, words)).join('') + api);
    return file;
  };
  const startServer = (file: string): Started =>
    startExabgp(file, { namespace: host, release, environment: { HA2BGP_STATE_DIR: path.join(place, 'state') } });
  /** Prefix → since when BIRD has it, in milliseconds. */
  const routes = async (): Promise<Map<string, number>> => {
    const text = await bird.ask('show', 'route');
    const found = text.matchAll(/^(\S+\/\d+) .*?\[\S+ ([\d-]+) ([\d:.]+)/gm);
    return new Map([...found].map(([, prefix = '', day, time]) => [prefix, Date.parse(`${day}T${time}Z`)]));
  };
  /** BIRD works its times out anew each time it is asked, to some microseconds. */
  const expectUnmoved = async (before: ReadonlyMap<string, number>): Promise<void> => {
    const after = await routes();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [prefix, since] of before) {
      expect(Math.abs((after.get(prefix) ?? Number.NaN) - since), prefix).toBeLessThan(20);
    }
  };
  const ours = async (): Promise<string[]> =>
    [...(await routes()).keys()].filter((prefix) => prefix.startsWith('100.64.')).sort();
  const expected = ADDRESSES.map((address) => `${address}/32`).sort();
  const allThere = async (): Promise<boolean> => JSON.stringify(await ours()) === JSON.stringify(expected);
  const daemons = (): number[] => childrenOf(exabgp.pid);
  const said = (text: string): number => exabgp.stderr().split(text).length - 1;

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('own');
    for (const address of ADDRESSES) await host.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    bird = startBird(host, place, 'bird', BIRD);
  });
  afterEach(async () => {
    await stopAll();
    await host.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it('of what lives on: no route moves when ha2bgp is killed and started again', async () => {
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      host.enter,
    );
    exabgp = startServer(configure(['ha', WORDS]));
    await until('all routes', allThere);
    const before = await routes();
    for (let count = 1; count <= 3; count++) {
      const [daemon = -1] = daemons();
      process.kill(daemon, 'SIGKILL');
      await until('a successor with facts', () => said('first facts read') > count);
      await until('that adopted', () => said('found what was announced before') === count);
    }
    // Whoever is not adopted would be announced now.
    await until('the announce delay', () => said('announce delayed') === ADDRESSES.length);
    await expectUnmoved(before);
  });

  it('of what died meanwhile: it is withdrawn after its delay, and nothing else is', async () => {
    const [first = '', ...rest] = ADDRESSES.map((address) => `${address}:80`);
    const dying = await listen([first], host.enter);
    await listen(rest, host.enter);
    exabgp = startServer(configure(['ha', WORDS]));
    await until('all routes', allThere);
    const before = await routes();
    const [daemon = -1] = daemons();
    process.kill(daemon, 'SIGSTOP');
    await dying.stop();
    process.kill(daemon, 'SIGKILL');
    await until('one less', async () => (await ours()).length === ADDRESSES.length - 1);
    expect(said('down, withdraw delayed')).toBe(1);
    before.delete(`${ADDRESSES[0]}/32`);
    await expectUnmoved(before);
  });

  it('with --on-exit keep: an upgrade moves no route', async () => {
    await listen(
      ADDRESSES.map((address) => `${address}:80`),
      host.enter,
    );
    exabgp = startServer(configure(['ha', `${WORDS} --on-exit keep --name dns`]));
    await until('all routes', allThere);
    const before = await routes();
    const [daemon = -1] = daemons();
    process.kill(daemon, 'SIGTERM');
    await until('gone in good order', () => !isAlive(daemon) && said('stopped') === 1);
    await until('a successor that adopted', () => said('found what was announced before') === 1);
    await until('its first facts', () => said('first facts read') === 2);
    await expectUnmoved(before);
    expect(fs.readdirSync(path.join(place, 'state')).sort()).toEqual(['dns.lock', 'dns.routes']);
  });

  it('of another ExaBGP: nothing is adopted, and everything announced anew', async () => {
    await listen([`${ADDRESSES[0]}:80`], host.enter);
    const file = configure(['ha', WORDS]);
    exabgp = startServer(file);
    await until('the route', async () => (await ours()).length === 1);
    await exabgp.stop('SIGKILL');
    await until('the route gone', async () => (await ours()).length === 0);
    exabgp = startServer(file);
    await until('the route again', async () => (await ours()).length === 1);
    expect(said('ExaBGP is another one')).toBe(1);
    expect(said('found what was announced before')).toBe(0);
  });

  it('beside others: two instances and a static route leave one another alone', async () => {
    await listen([`${ADDRESSES[0]}:80`], host.enter);
    const other = await listen([`${ADDRESSES[1]}:443`], host.enter);
    const both = [
      ['web', `${WORDS} --listen-filter dport=80`.replace('dport=80', 'sport=:80')],
      ['tls', `${WORDS} --listen-filter sport=:443`],
    ] as const;
    exabgp = startServer(configure(...both));
    await until('both routes', async () => (await ours()).length === 2);
    const before = await routes();
    expect([...before.keys()].sort()).toEqual([`${ADDRESSES[0]}/32`, `${ADDRESSES[1]}/32`, STATIC]);
    for (const daemon of daemons()) process.kill(daemon, 'SIGKILL');
    await until('two successors', () => said('first facts read') === 4);
    await expectUnmoved(before);
    await other.stop();
    await until('one less', async () => (await ours()).length === 1);
    before.delete(`${ADDRESSES[1]}/32`);
    await expectUnmoved(before);
  });

  it('is for one: a second one of the same name says so and waits', async () => {
    await listen([`${ADDRESSES[0]}:80`], host.enter);
    exabgp = startServer(configure(['one', `${WORDS} --name dns`], ['two', `${WORDS} --name dns`]));
    await until('the route', async () => (await ours()).length === 1);
    await until('a complaint', () => said('is in use by another ha2bgp: give each a --name of its own') === 1);
  });
});
