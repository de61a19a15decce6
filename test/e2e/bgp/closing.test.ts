/** How sessions end, and what peers that stop reading or sending cost: over real TCP, on a clock that the test moves. */
import fs from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import type { Prefix } from '../../../src/model/address.ts';
import { ms } from '../../../src/model/millis.ts';
import { type Besieged, type BesiegedOptions, besiege, ownLoopback, PORT } from '../../helpers/besieged.ts';
import { ip } from '../../helpers/bgp.ts';
import { awaitConnections, type Conversation, establish, openOf } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';
import { type VirtualClock, virtualClock } from '../../helpers/virtual-clock.ts';

let house: Besieged;
let clock: VirtualClock;
const besieged = async (options: BesiegedOptions = {}): Promise<Besieged> => {
  clock = virtualClock();
  house = await besiege({ goodHoldTime: 0, ...options, clock });
  return house;
};
const later = (by: number): Promise<void> => clock.advance(ms(clock.now() + by));
const established = async (): Promise<Conversation> => {
  const peer = await establish(await house.badConnects(), { ...house.bad });
  await until('the session', () => house.state() === 'established');
  return peer;
};
/** Between two looks at a heap that is the same. */
const MOST_NOISE = 40 * 1_024 * 1_024;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const MARKER = 'ff'.repeat(16);
const GOODBYE = Buffer.from('ha2bgp stops').toString('hex');
const SHUTDOWN = `${MARKER}00220306020c${GOODBYE}`;

afterEach(async () => {
  const closed = house.close();
  // Who does not read is not waited for for ever.
  for (let turn = 0; turn < 20; turn++) await later(100);
  await closed;
});

describe('the end of a session', () => {
  it('by us is told every peer, with the reason (RFC 9003), and is no warning', async () => {
    await besieged();
    const bad = await established();
    // What we have not read yet must not turn the end into a reset.
    bad.send(...Array.from({ length: 20_000 }, () => encodeKeepalive()));
    const over = house.speaker.close(new AbortController().signal);
    for (const peer of [house.good, bad]) {
      await peer.isTold();
      expect(hex(peer.last())).toBe(SHUTDOWN);
      peer.socket.end();
    }
    await over;
    const ends = house.lines.filter(({ message }) => message === 'session down');
    expect(ends.map(({ level }) => level)).toEqual(['info', 'info']);
    expect(ends[0]?.fields['why']).toBe(
      'we: stopped; told the peer: cease, administrative shutdown (6/2): "ha2bgp stops"',
    );
    expect(clock.pending()).toEqual([]);
  });

  it('by the hold timer is told (4/0), and only that peer', async () => {
    await besieged({ bad: { holdTime: 3 } });
    const bad = await house.badConnects();
    bad.send(openOf(house.bad), encodeKeepalive());
    await until('the session', () => house.state() === 'established');
    await later(2_999);
    expect(house.state()).toBe('established');
    await later(1);
    await bad.isTold();
    expect(hex(bad.last())).toBe(`${MARKER}0015030400`);
    expect(house.lines.at(-1)?.fields['why']).toBe(
      'we: nothing came from the peer for the hold time; told the peer: hold timer expired (4/0)',
    );
    await house.isUnharmed();
  });

  it('does not come while a KEEPALIVE waits to be read', async () => {
    await besieged({ bad: { holdTime: 3 } });
    const bad = await house.badConnects();
    bad.send(openOf(house.bad), encodeKeepalive());
    await until('the session', () => house.state() === 'established');
    for (let round = 0; round < 5; round++) {
      // On time to the millisecond: nothing looks like a stall.
      await later(2_999);
      bad.send(encodeKeepalive());
      clock.stall(ms(clock.now() + 1));
      await later(0);
    }
    expect(house.state()).toBe('established');
  });

  it('comes all the same when what waits is a ROUTE-REFRESH, which prolongs nothing', async () => {
    await besieged({ bad: { holdTime: 3 } });
    const bad = await house.badConnects();
    bad.send(openOf(house.bad), encodeKeepalive());
    await until('the session', () => house.state() === 'established');
    bad.send(Buffer.from(`${MARKER}00170500010001`, 'hex'));
    await later(3_000);
    await bad.isTold();
    expect(hex(bad.last())).toBe(`${MARKER}0015030400`);
  });

  it('does not come for a time in which we stood still ourselves', async () => {
    await besieged({ bad: { holdTime: 3 } });
    const bad = await house.badConnects();
    bad.send(openOf(house.bad), encodeKeepalive());
    await until('the session', () => house.state() === 'established');
    clock.stall(ms(clock.now() + 20_000));
    await later(0);
    expect(house.state()).toBe('established');
    await later(999);
    expect(house.state()).toBe('established');
    await later(1);
    await bad.isTold();
    expect(house.state()).toBe('idle');
  });

  it('reaches a peer that reads late, and has closed its own half by then', async () => {
    await besieged({ bad: { holdTime: 0 } });
    await crowd(50_000, 1);
    const deaf = await house.badConnects(true);
    deaf.send(openOf(house.bad), encodeKeepalive());
    await until('a peer that takes no more', () => isStuck());
    const over = house.speaker.close(new AbortController().signal);
    house.good.socket.end();
    deaf.socket.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    deaf.socket.resume();
    await deaf.isTold();
    expect(hex(deaf.last())).toBe(SHUTDOWN);
    await over;
  });
});

describe('a peer that stops reading', () => {
  it('costs one buffer, and has exactly what holds when it reads again', async () => {
    await besieged({ bad: { holdTime: 0 } });
    await crowd(50_000, 1);
    const deaf = await house.badConnects(true);
    deaf.send(openOf(house.bad), encodeKeepalive());
    await until('a peer that takes no more', () => isStuck());
    // What the peer was told, beside what holds now, is all that is kept for it; each round would be 5 MB of messages in a
    // queue, and as much again around them.
    await crowd(50_000, 2);
    await crowd(50_000, 3);
    const before = memory();
    for (let round = 4; round <= 9; round++) await crowd(50_000, round);
    expect(memory() - before).toBeLessThan(MOST_NOISE);
    for (let at = 0; at < 1_000; at++) house.speaker.set(prefixAt(at), []);
    house.speaker.flush();
    await house.isUnharmed();
    deaf.socket.resume();
    await until(
      () => `49,001 routes, not ${deaf.table.size}`,
      () => deaf.table.size === 49_001 && deaf.ends() === 2 && house.speaker.status()[1]?.isLevel,
    );
    const meds = new Set([...deaf.table].filter(([prefix]) => prefix.startsWith('10.')).map(([, med]) => med));
    expect([...meds].every((med) => (med ?? 0) >> 16 === 9)).toBe(true);
    expect(deaf.table.has(prefixAt(999))).toBe(false);
    expect(deaf.table.has(prefixAt(1_000))).toBe(true);
  });

  it('is given up after the send hold time, without a word, and harms nobody (RFC 9687)', async () => {
    await besieged({ bad: { holdTime: 0 } });
    await crowd(50_000, 1);
    const deaf = await house.badConnects(true);
    deaf.send(openOf(house.bad), encodeKeepalive());
    await until('a peer that takes no more', () => isStuck());
    await house.isUnharmed();
    await later(479_000);
    expect(house.state()).toBe('established');
    // From what the kernel took last, which may have been a moment ago.
    await until('the end', async () => {
      await later(1_000);
      return house.state() === 'idle';
    });
    const why = house.lines.find(({ message }) => message === 'session down')?.fields['why'];
    expect(why).toBe('we: the peer has read nothing for the send hold time');
    await later(1_000);
    // The kernel would keep for minutes what the peer does not read.
    await until('nothing of it in the kernel', () => !isInKernel(deaf));
    await house.isUnharmed();
  });

  it('does not hold up the end of everything', async () => {
    await besieged({ bad: { holdTime: 0 } });
    await crowd(50_000, 1);
    const deaf = await house.badConnects(true);
    deaf.send(openOf(house.bad), encodeKeepalive());
    await until('a peer that takes no more', () => isStuck());
    const over = house.speaker.close(new AbortController().signal);
    await house.good.isTold();
    house.good.socket.end();
    await later(1_000);
    await over;
    expect(clock.pending()).toEqual([]);
  });
});

describe('both sides connect at once', () => {
  it.each([
    ['ours stays when our router id is larger', '10.0.0.2', 'incoming'],
    ['theirs stays when theirs is', '10.0.1.1', 'outgoing'],
  ])('%s (RFC 4271 §6.8)', async (_, routerId, loser) => {
    const address = ip(ownLoopback());
    const waiting = await awaitConnections(address, PORT);
    await besieged({ bad: { passive: false, address } });
    const identity = { ...house.bad, routerId };
    const ours = await until('our connection', () => waiting.came[0]);
    await ours.hears('open');
    const theirs = await house.badConnects();
    await theirs.hears('open');
    ours.send(openOf(identity));
    await ours.hears('keepalive');
    theirs.send(openOf(identity));
    const [lost, kept] = loser === 'incoming' ? [theirs, ours] : [ours, theirs];
    await lost.isTold();
    expect(hex(lost.last())).toBe(`${MARKER}0015030607`);
    lost.socket.end();
    await kept.hears('keepalive');
    kept.send(encodeKeepalive());
    await until('the session', () => house.state() === 'established');
    await until('the routes', () => kept.ends() === 2);
    waiting.close();
  });

  it('a peer that resets each connection of ours is tried again, ever more rarely', async () => {
    const address = ip(ownLoopback());
    let came = 0;
    const waiting = await awaitConnections(address, PORT, ({ socket }) => {
      came++;
      socket.resetAndDestroy();
    });
    await besieged({ bad: { passive: false, address } });
    for (let second = 0; second < 60; second++) {
      await later(1_000);
      await until('an attempt that is over', () => house.speaker.status().every(({ state }) => state !== 'connecting'));
    }
    expect(came).toBeGreaterThan(2);
    expect(came).toBeLessThan(10);
    expect(house.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(4);
    await house.isUnharmed();
    waiting.close();
  });
});

/** Whether our end of that connection is still there, on whatever way out (/proc/net/tcp). */
function isInKernel({ socket }: Conversation): boolean {
  const port = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');
  const ends = new RegExp(`:${port(PORT)} [0-9A-F]{8}:${port(socket.localPort ?? 0)} (?!06)`);
  return ends.test(fs.readFileSync('/proc/net/tcp', 'utf8'));
}

const prefixAt = (at: number): Prefix => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32` as Prefix;

/** So many routes, each with attributes of its own. */
async function crowd(many: number, round: number): Promise<void> {
  const communities = Array.from({ length: 12 }, (_, each) => `65000:${each + 1}`);
  for (let at = 0; at < many; at++) {
    const attributes = { nextHop: 'self', med: (round << 16) | at, communities } as const;
    const prefix = prefixAt(at);
    house.speaker.set(prefix, [{ prefix, attributes }]);
  }
  house.speaker.flush();
  await until('the healthy peer', () => house.speaker.status()[0]?.isLevel && house.good.table.size >= many);
}

/** The other peer has a session, and takes no more. */
function isStuck(): boolean {
  const status = house.speaker.status()[1];
  if (status?.state !== 'established' || status.isLevel) return false;
  const isSame = status.told === stuckAt.told && performance.now() - stuckAt.since > 300;
  if (status.told !== stuckAt.told) stuckAt = { told: status.told, since: performance.now() };
  return isSame;
}
let stuckAt = { told: -1, since: 0 };

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;
/** What is used once there is no garbage, buffers included. */
function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
