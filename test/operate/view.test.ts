/** What is seen of a live daemon: a host of its own in a network namespace, a peer that takes what it is told, one that is not there. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { IpAddress, Prefix } from '../../src/model/address.ts';
import type { AskedService, Change, HistoryEntry } from '../../src/model/view.ts';
import { ownLoopback, PORT } from '../helpers/besieged.ts';
import { closeLive, type LiveDaemon, openLive } from '../helpers/live-daemon.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { listen, type Started, stopAll } from '../helpers/processes.ts';
import { type Conversation, connectTo, establish } from '../helpers/scripted-peer.ts';
import { until } from '../helpers/until.ts';

const SERVICE = '10.20.0.1/32' as Prefix;
const UNSERVED = '10.20.0.2/32' as Prefix;
const STATIC = '198.51.100.0/24' as Prefix;
const OUR_AS = 65_000;

interface House {
  readonly namespace: Namespace;
  readonly service: Started;
  readonly daemon: LiveDaemon;
  readonly peer: Conversation;
  /** Of the peers' names. */
  readonly names: { readonly good: string; readonly absent: string };
}

let house: House | undefined;
let changes: Change[] = [];

async function build(role: string, more: readonly string[] = []): Promise<House> {
  const namespace = await addNamespace(role);
  for (const prefix of [SERVICE, UNSERVED]) await namespace.ip('address', 'add', prefix, 'dev', 'lo');
  const service = await listen(['10.20.0.1:80'], namespace.enter);
  const us = { address: ownLoopback(), port: PORT };
  const good = { address: ownLoopback(), as: 65_001, routerId: '10.0.0.1', holdTime: 90 };
  const absent = ownLoopback();
  const peerWords = (address: string, as: number): string =>
    `${address},as=${as},port=${PORT},passive,local-address=${us.address}`;
  const daemon = await openLive([
    ...['--network', '10.20.0.0/24', '--netns', namespace.name, '--bgp-backend', 'speaker'],
    ...['--local-as', String(OUR_AS), '--router-id', '10.0.0.254', '--bgp-listen', `${us.address}:${PORT}`],
    ...['--peer', peerWords(good.address, good.as), '--peer', `${peerWords(absent, 65_002)},families=ipv4`],
    ...['--static', STATIC, '--announce-delay', '100ms', '--withdraw-delay', '300ms', '--no-dampening'],
    ...more,
  ]);
  const peer = await establish(await connectTo(us, good.address), good);
  house = { namespace, service, daemon, peer, names: { good: `${good.address}:${PORT}`, absent: `${absent}:${PORT}` } };
  changes = [];
  daemon.operator.subscribe((change) => changes.push(change));
  return house;
}

async function cleanUp(): Promise<void> {
  if (house === undefined) return;
  house.peer.socket.once('end', () => house?.peer.socket.end());
  await closeLive(house.daemon);
  house.peer.socket.destroy();
  await stopAll();
  await house.namespace.remove().catch(() => {});
  const { clock } = house.daemon;
  house = undefined;
  await until(
    () => `no timer, not ${clock.pending()}`,
    () => clock.pending().length === 0,
  );
}

afterEach(cleanUp);

// A network namespace needs root.
describeInterop('what is seen of a daemon', () => {
  it('shows how each service stands, since when, and who was told', async () => {
    const { daemon, peer, service, names } = await build('view');
    const { operator } = daemon;
    const of = (prefix: Prefix): AskedService => operator.service(prefix);
    await until('the service at the peer', () => peer.table.has(SERVICE) && peer.table.has(STATIC));
    const announced = await until('told', () => {
      const view = of(SERVICE);
      return view.state === 'announced' && view.told.told === 1 ? view : undefined;
    });
    expect(announced).toMatchObject({ prefix: SERVICE, kind: 'discovered', overrides: [], told: { told: 1, of: 2 } });
    expect(announced.told.except).toMatchObject([{ to: names.absent, state: 'no-session' }]);
    expect(Math.abs(Date.now() - Date.parse(announced.since ?? ''))).toBeLessThan(60_000);
    expect(of(STATIC)).toMatchObject({ kind: 'static', state: 'announced', told: { told: 1, of: 2 } });
    expect(of(UNSERVED)).toMatchObject({ state: 'down', reason: { code: 'no-listener', stage: 'health' } });
    expect(of(UNSERVED).told).toEqual({ told: 0, of: 2, except: [] });
    const never = of('192.0.2.77/32' as Prefix);
    expect(never).toMatchObject({ state: 'down', reason: { code: 'outside-networks' } });
    // No service, since never.
    expect(Object.keys(never)).toEqual(['prefix', 'state', 'reason', 'overrides', 'told']);
    // Who is not to have it does not count, also while nobody is to be told.
    const other = of('2001:db8::77/128' as Prefix);
    expect([other.state, other.told]).toEqual(['down', { told: 0, of: 1, except: [] }]);
    const { prefixes: explained } = await operator.explain('2001:db8::77' as IpAddress);
    expect(explained[0]?.tellings).toEqual([
      { to: names.good, state: 'none' },
      { to: names.absent, state: 'not-for-it', detail: 'its families leave IPv6 out' },
    ]);
    expect([...operator.services()].map(({ prefix }) => prefix).sort()).toEqual([SERVICE, UNSERVED, STATIC].sort());

    await service.stop();
    const leaving = await until('leaving', () => {
      const view = of(SERVICE);
      return view.state === 'leaving' ? view : undefined;
    });
    expect(leaving.reason?.code).toBe('no-listener');
    expect(Date.parse(leaving.until ?? '') - Date.parse(leaving.since ?? '')).toBeGreaterThanOrEqual(250);
    const gone = await until('withdrawn', () => {
      const view = of(SERVICE);
      return view.state === 'down' && !peer.table.has(SERVICE) ? view : undefined;
    });
    expect(gone.told).toEqual({ told: 0, of: 2, except: [] });

    const { transitions: history, process: ours, peers } = operator.history({ prefix: SERVICE, most: 10 });
    expect(history.map(({ from, to, reason }) => [from, to, reason?.code])).toEqual([
      ['leaving', 'down', 'no-listener'],
      ['announced', 'leaving', 'no-listener'],
      ['rising', 'announced', undefined],
      ['down', 'rising', 'announce-delay'],
    ]);
    // The session of the peer is among them, when it was.
    const numbers = [...history, ...peers].map(({ number }) => number).sort();
    expect(numbers).toEqual([2, 3, 4, 5, 6]);
    expect(peers).toMatchObject([{ type: 'peer-up', sink: 'speaker', peer: names.good }]);
    expect(ours).toMatchObject([{ type: 'started', number: 1, pid: process.pid }]);
    expect(operator.history({ prefix: '10.20.0.0/24' as Prefix, most: 2 })).toEqual({
      transitions: history.slice(0, 2),
      ...{ process: [], peers: [] },
    });
    expect(operator.history({ prefix: UNSERVED, most: 10 })).toEqual({ transitions: [], process: ours, peers });
    expect(gone.since).toBe(history[0]?.at);
    await until('heard of it', () =>
      changes.some((change) => change.type === 'transition' && change.prefix === SERVICE && change.to === 'down'),
    );
  });

  it('tells those who watch of peers, of what is said by hand and of discovery; with what it was at that time', async () => {
    const { daemon, peer, names } = await build('view-changes');
    await until('the service at the peer', () => peer.table.has(SERVICE));
    const heard = <T extends Change['type']>(type: T): Extract<Change, { type: T }>[] =>
      changes.filter((change): change is Extract<Change, { type: T }> => change.type === type);
    await daemon.operator.drain({ target: { type: 'prefix', prefix: SERVICE }, by: 'anna', why: 'x', for: undefined });
    await until('the drain', () => heard('overrides').length === 1);
    expect(heard('overrides')[0]?.overrides).toMatchObject([{ kind: 'drain', target: SERVICE, by: 'anna', why: 'x' }]);
    await until('leaving', () => heard('transition').some(({ to, prefix }) => to === 'leaving' && prefix === SERVICE));
    peer.socket.destroy();
    await until('the peer', () => heard('peer').some((change) => change.peer.state !== 'established'));
    const gone = heard('peer').at(-1)?.peer;
    expect([gone?.name, gone?.told]).toEqual([names.good, 0]);
    expect(gone?.last).toMatch(/^the network: /);
    expect(daemon.operator.history({ most: 10 }).peers).toMatchObject([
      { type: 'peer-down', peer: names.good, at: gone?.since, why: gone?.last },
      { type: 'peer-up', peer: names.good },
    ]);
    const before = heard('discovery').length;
    await house?.namespace.remove();
    const failing = await until('the kernel', () =>
      heard('discovery')
        .slice(before)
        .find((each) => each.discovery.failure),
    );
    expect(failing.discovery.failingSince).toBeDefined();
    // Its file goes a moment after what it stands for.
    expect(failing.discovery.failure).toMatch(/network namespace|^setns\(/);
  });

  it('keeps what became of services over a restart, and goes on counting', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-history-'));
    const words = ['--data-dir', directory, '--name', 'kept'];
    const { daemon, peer, service } = await build('view-kept', words);
    await until('the service at the peer', () => peer.table.has(SERVICE));
    await service.stop();
    await until('withdrawn', () => daemon.operator.service(SERVICE).state === 'down');
    const first = numbered(daemon);
    expect(first[0]).toMatchObject({ type: 'started', number: 1 });
    await cleanUp();
    const { daemon: next } = await build('view-kept-again', words);
    await until('announced', () => next.operator.service(SERVICE).state === 'announced');
    const all = numbered(next);
    expect(all.slice(0, first.length)).toEqual(first);
    expect(all.map(({ number }) => number)).toEqual(Array.from(all, (_, index) => index + 1));
    // The static prefix was announced; the service was no more.
    expect(all.slice(first.length).filter((each) => !('peer' in each))).toMatchObject([
      { type: 'stopped', why: 'SIGTERM', withdrawn: 1, left: 0 },
      { type: 'started' },
      { prefix: SERVICE, to: 'rising' },
      { prefix: SERVICE, to: 'announced' },
    ]);
    const again = all.find((each) => 'type' in each && each.type === 'started' && each.number > 1);
    expect(again).not.toHaveProperty('lastSignOfBefore');
    const file = path.join(directory, 'kept.history');
    await until('all of it is written', () => fs.readFileSync(file, 'utf8').includes(`"number":${all.length}`));
    fs.writeFileSync(file, '{"at":"never"}\nhalf a li\n', { flag: 'a' });
    await cleanUp();
    // As if it had been killed.
    const written = fs.readFileSync(file, 'utf8');
    const stopped = written.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(stopped)).toMatchObject({ type: 'stopped', withdrawn: 2 });
    fs.writeFileSync(file, written.replace(`${stopped}\n`, ''));
    const { daemon: last } = await build('view-kept-third', words);
    await until('announced', () => last.operator.service(SERVICE).state === 'announced');
    // What is no entry is passed over, and numbers go on.
    const kept = numbered(last);
    const begun = kept.findLastIndex((each) => 'type' in each && each.type === 'started');
    expect(kept.slice(begun).filter((each) => !('peer' in each))).toMatchObject([
      { type: 'started', number: begun + 1, lastSignOfBefore: kept[begun - 1]?.at },
      ...[{ to: 'rising' }, { to: 'announced' }],
    ]);
    await cleanUp();
    fs.rmSync(directory, { recursive: true });
  });

  const numbered = ({ operator }: Pick<LiveDaemon, 'operator'>): readonly HistoryEntry[] => {
    const { transitions, process: ours, peers } = operator.history({ most: 100 });
    return [...transitions, ...ours, ...peers].sort((a, b) => a.number - b.number);
  };

  it('shows the peers, and all in numbers', async () => {
    const { daemon, peer, names } = await build('view-peers');
    await until('the service at the peer', () => peer.table.has(SERVICE) && peer.table.has(STATIC));
    const { operator } = daemon;
    const summary = await until('level', () => {
      const now = operator.summary();
      return now.sinks[0]?.peers?.[0]?.isLevel ? now : undefined;
    });
    expect(summary.discovery).toMatchObject({ source: 'netlink', failures: 0 });
    expect(summary.discovery.factsAgeMs).toBeLessThan(60_000);
    const { transitions, readings, sinks } = summary.ever;
    expect(transitions).toMatchObject({ announced: 1, rising: 1, down: 0 });
    expect(readings.count).toBeGreaterThan(0);
    expect(readings.buckets.every(({ count }, index, all) => count >= (all[index - 1]?.count ?? 0))).toBe(true);
    expect(sinks).toEqual([{ name: 'speaker', announced: 2, withdrawn: 0, refused: 0 }]);
    expect(summary.services).toEqual({
      ...{ announced: 2, leaving: 0, rising: 0, suppressed: 0, held: 0, drained: 0, 'set-down': 0 },
      down: 1,
    });
    expect(summary.sinks).toMatchObject([
      {
        name: 'speaker',
        peers: [
          {
            name: names.good,
            as: 65_001,
            state: 'established',
            told: 2,
            holdTimeMs: 90_000,
            families: ['ipv4', 'ipv6'],
          },
          { name: names.absent, as: 65_002, state: 'idle', told: 0, isLevel: false },
        ],
      },
    ]);
    const { asked, prefixes } = await operator.explain('10.20.0.1' as IpAddress);
    expect([asked, prefixes.map(({ service }) => service.prefix)]).toEqual(['10.20.0.1', [SERVICE]]);
    expect(prefixes[0]?.stages.map(({ stage, answer }) => `${stage}: ${answer}`)).toEqual(
      ['facts', 'candidates', 'health', 'verdict', 'routes'].map((stage) => `${stage}: yes`),
    );
    expect(prefixes[0]?.stages[0]?.lines).toContain(`tcp 10.20.0.1:80 listens: node (pid ${house?.service.pid})`);
    expect(prefixes[0]?.history.map(({ to }) => to)).toEqual(['announced', 'rising']);
    expect(prefixes[0]?.tellings).toMatchObject([
      { to: names.good, state: 'told' },
      { to: names.absent, state: 'no-session' },
    ]);
  });
});
