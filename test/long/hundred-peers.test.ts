/**
 * A hundred sessions with peers of five kinds, over ten minutes of services that come and go, while each minute ten of the
 * peers are restarted. HA2BGP_SESSIONS_SECONDS: how long. Needs root.
 *
 *     namespace "host": services on lo               four namespaces with a router and ten addresses each, and one with
 *     ha2bgp, an own address for each session ─────► sixty scripted peers, which take down when KEEPALIVEs come
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root, startDaemon } from '../helpers/daemon.ts';
import { holdOneByOne } from '../helpers/kernel-host.ts';
import { startManyPeers } from '../helpers/many-peers.ts';
import { addNamespace, connect, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { start, stopAll } from '../helpers/processes.ts';
import { type Router, type RouterName, startRouter } from '../helpers/router.ts';
import { watchSessions } from '../helpers/session-log.ts';
import { HOST } from '../helpers/speaker-link.ts';
import { WITH_TRACEFS } from '../helpers/tracefs.ts';
import { until } from '../helpers/until.ts';

const SECONDS = Number(process.env['HA2BGP_SESSIONS_SECONDS'] ?? 600);
/** "Minutes" of a shorter run are shorter. */
const ROUNDS = 10;
const ROUND_MS = (SECONDS * 1_000) / ROUNDS;
const KINDS: readonly RouterName[] = ['bird', 'frr', 'gobgp', 'openbgpd'];
const [PER_ROUTER, SCRIPTED] = [10, 60];
const PEER_AS = 65_001;
/** Seconds: a KEEPALIVE every 3 s, and room for a machine that is busy with something else. */
const HOLD_TIME = 9;
/** How long sessions may take to come again: a router's own waits are in it. */
const AGAIN_MS = 90_000;
/** What is served at the end. */
const LAST = '100.64.0.250';
const MIB = 1024 * 1024;

const ours = (link: number, index: number): string => `10.1.${link}.${1 + index}`;
const theirs = (link: number, index: number): string => `10.1.${link}.${101 + index}`;
const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describeInterop('a hundred sessions', () => {
  let place: string;
  let host: Namespace;
  let routers: Router[];
  const namespaces: Namespace[] = [];

  /** A link with so many addresses on each side. */
  async function link(number: number, here: number, there: number): Promise<Namespace> {
    const namespace = await addNamespace(`peers${number}`);
    namespaces.push(namespace);
    await connect(
      { namespace: host, device: `up${number}`, addresses: indices(here).map((index) => `${ours(number, index)}/24`) },
      { namespace, device: 'down0', addresses: indices(there).map((index) => `${theirs(number, index)}/24`) },
    );
    return namespace;
  }

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('host');
    routers = [];
    for (const [number, kind] of KINDS.entries()) {
      const namespace = await link(number, PER_ROUTER, PER_ROUTER);
      const neighbors = indices(PER_ROUTER).map((index) => ({
        ...{ address: ours(number, index), as: HOST.as, localAddress: theirs(number, index), holdTime: HOLD_TIME },
      }));
      const options = { namespace, place, as: PEER_AS, routerId: theirs(number, 0), neighbors };
      routers.push(await startRouter(kind, options));
    }
  }, 120_000);

  afterEach(async () => {
    await Promise.all(routers.map((router) => router.stop()));
    await stopAll();
    await host.remove();
    for (const namespace of namespaces.splice(0)) await namespace.remove();
    fs.rmSync(place, { recursive: true, force: true });
  }, 120_000);

  it('are held but for those that are restarted', { timeout: SECONDS * 1_000 + 600_000 }, async () => {
    const lastLink = KINDS.length;
    const namespace = await link(lastLink, 1, SCRIPTED);
    const addresses = indices(SCRIPTED).map((index) => theirs(lastLink, index));
    const scripted = startManyPeers(namespace, { as: PEER_AS, holdTime: HOLD_TIME, addresses });
    await until('scripted peers', () => scripted.said('ready').length > 0);
    const samples = path.join(place, 'samples');
    const daemon = startDaemon(
      [
        ...['run', '--bgp-backend', 'speaker', '--local-as', String(HOST.as), '--router-id', ours(0, 0)],
        ...['--network', '100.64.0.0/24', '--protocol', 'tcp,udp', '--hints', 'tracefs'],
        ...['--announce-delay', '200ms', '--withdraw-delay', '300ms'],
        ...PEERS.flatMap((peer) => ['--peer', wordsOf(peer)]),
      ],
      {
        env: {
          ...{ NODE_OPTIONS: `--import=${root}/test/helpers/watch-process.mjs`, WATCH_FILE: samples },
          HA2BGP_STATE_DIR: undefined,
        },
      },
      [...host.enter, ...WITH_TRACEFS],
    );
    const sessions = watchSessions(daemon);
    const allUp = (): Promise<unknown> =>
      until(
        () => `${PEERS.length} sessions, not ${sessions.up().size}`,
        () => sessions.look() && sessions.up().size === PEERS.length,
        AGAIN_MS,
      );
    await allUp();
    const words = ['/usr/bin/python3', `${root}/test/helpers/soak-load.py`, 'lo', '100.64.0'];
    const [command = '', ...args] = [...host.enter, ...words];
    const load = start(command, args);
    await scripted.report();

    let restarts = 0;
    const began = performance.now();
    for (const round of indices(ROUNDS)) {
      const router = routers[round % (KINDS.length + 1)];
      const first = (round * PER_ROUTER) % SCRIPTED;
      const some =
        router === undefined
          ? addresses.slice(first, first + PER_ROUTER)
          : indices(PER_ROUTER).map((index) => theirs(routers.indexOf(router), index));
      const before = new Map(some.map((peer) => [peer, sessions.downs(peer)]));
      sessions.expectLoss((peer) => some.includes(peer));
      if (router === undefined) scripted.ask(`restart ${some.join(' ')}`);
      else await router.restart(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await until(
        `${some.join()} down`,
        () => sessions.look() && some.every((peer) => sessions.downs(peer) > (before.get(peer) ?? 0)),
      );
      restarts += some.length;
      await allUp();
      // For the rest of the round nobody is restarted.
      sessions.expectLoss(() => false);
      const end = began + (round + 1) * ROUND_MS;
      await until('the end of the round', () => sessions.look() && performance.now() > end, ROUND_MS + 10_000);
    }
    const minutes = (performance.now() - began) / 60_000;

    load.child.stdin?.end();
    expect(await load.ended, load.stderr()).toBe(0);
    const { late, established } = await scripted.report();
    const [heap, resident] = [thirds(samples, 'heapUsed'), thirds(samples, 'rss')];
    process.stdout.write(
      `${minutes.toFixed(1)} minutes, ${restarts} restarts, ${Number(load.stdout())} services, ` +
        `${sessions.lost().length} sessions lost; ${late.length} KEEPALIVEs, later than promised, in ms: ` +
        `p50 ${quantile(late, 0.5).toFixed(1)}, p99 ${quantile(late, 0.99).toFixed(1)}, max ${quantile(late, 1).toFixed(1)}; ` +
        `by thirds: heap ${heap.map(mib).join(' ')} MiB, resident ${resident.map(mib).join(' ')} MiB\n`,
    );

    expect(sessions.lost()).toEqual([]);
    expect(scripted.said('lost')).toEqual([]);
    expect(established).toBe(SCRIPTED);
    expect(late.length).toBeGreaterThan((SCRIPTED * SECONDS) / HOLD_TIME);
    // Nobody's hold time was near its end. How soon they come from a machine with nothing else to do is for `npm run bench`.
    expect(quantile(late, 1)).toBeLessThan((HOLD_TIME * 1_000 * 2) / 3);
    const [early = 0, middle = 0, end = 0] = heap;
    expect(end - early).toBeLessThan(4 * MIB);
    expect(end - middle).toBeLessThan(MIB);

    const service = await holdOneByOne(host);
    await host.ip('address', 'add', `${LAST}/32`, 'dev', 'lo');
    await service.open(`${LAST}:80`);
    for (const [number, router] of routers.entries()) await hasOnlyLast(router, number);
    await until('one table of all scripted peers', async () => {
      const { tables } = await scripted.report();
      return tables.length === 1 && tables[0] === `${LAST}/32`;
    });
    for (const text of ['"level":"error"', 'hints at listeners lost']) expect(daemon.count(text)).toBe(0);
    sessions.expectLoss(() => true);
    expect(await daemon.stop()).toBe(0);
    await scripted.end();
  });
});

interface Peer {
  readonly address: string;
  readonly localAddress: string;
}

const PEERS: readonly Peer[] = [
  ...KINDS.flatMap((_, number) =>
    indices(PER_ROUTER).map((index) => ({ address: theirs(number, index), localAddress: ours(number, index) })),
  ),
  ...indices(SCRIPTED).map((index) => ({
    address: theirs(KINDS.length, index),
    localAddress: ours(KINDS.length, 0),
  })),
];

const wordsOf = ({ address, localAddress }: Peer): string =>
  `${address},as=${PEER_AS},local-address=${localAddress},hold-time=${HOLD_TIME}s,families=ipv4,connect-retry=2s`;

/** What is served at the end, by each of its sessions, and nothing that went before. */
async function hasOnlyLast(router: Router, link: number): Promise<void> {
  const wanted = indices(PER_ROUTER).map((index) => `${LAST}/32 ${ours(link, index)}`);
  let seen: string[] = [];
  await until(
    () => `${router.kind} has ${wanted.join()} and not ${seen.join()}`,
    async () => {
      seen = (await router.routes()).map(({ prefix, nextHops }) => `${prefix} ${nextHops.join()}`).sort();
      return seen.join() === wanted.toSorted().join();
    },
    AGAIN_MS,
  );
}

/** Medians of the first, the second and the last third. */
function thirds(file: string, of: 'heapUsed' | 'rss'): number[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const values = lines.map((line) => (JSON.parse(line) as Readonly<Record<typeof of, number>>)[of]);
  const third = Math.floor(values.length / 3);
  return [0, 1, 2].map((part) => quantile(values.slice(part * third, (part + 1) * third), 0.5));
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

const mib = (octets: number): string => (octets / MIB).toFixed(1);
