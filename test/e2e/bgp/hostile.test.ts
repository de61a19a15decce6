/** What a broken or hostile peer does, and that another peer's session does not notice (RFC 4271 §6). */
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import { encodeNlri } from '../../../src/bgp/wire/nlri.ts';
import { encodeUpdate } from '../../../src/bgp/wire/update-encoder.ts';
import type { Prefix } from '../../../src/model/address.ts';
import { type Besieged, type BesiegedOptions, besiege } from '../../helpers/besieged.ts';
import { IPV4, ip } from '../../helpers/bgp.ts';
import { type Conversation, establish, openOf } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';

let house: Besieged;
afterEach(() => house.close());
const besieged = async (options?: BesiegedOptions): Promise<Besieged> => {
  house = await besiege(options);
  return house;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const MARKER = 'ff'.repeat(16);
/** A NOTIFICATION in hexadecimal, from its error on. */
const notification = (error: string): string =>
  `${MARKER}${(19 + error.length / 2).toString(16).padStart(4, '0')}03${error}`;
const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** From the peer; a route that we count and drop. */
const update = (...prefixes: readonly string[]): Uint8Array =>
  encodeUpdate(
    {
      withdrawn: encodeNlri('ipv4', []),
      attributes: [
        { type: 'origin', origin: 0 },
        { type: 'asPath', segments: [{ type: 2, asNumbers: [65_002] }] },
        { type: 'nextHop', nextHop: ip('192.0.2.2') },
      ],
      nlri: encodeNlri('ipv4', prefixes as Prefix[]),
    },
    { asOctets: 4 },
  );

/** How far a session has come when something happens to it. */
const STATES: Readonly<Record<string, (of: Besieged, peer: Conversation) => Promise<unknown>>> = {
  openSent: (_, peer) => peer.hears('open'),
  openConfirm: async ({ bad }, peer) => {
    peer.send(openOf(bad));
    await peer.hears('keepalive');
  },
  established: async ({ bad }, peer) => {
    await establish(peer, bad);
    await until('the session', () => house.state() === 'established');
  },
};

describe('a peer that', () => {
  it('connects and says nothing is told our OPEN, and harms nobody', async () => {
    const { badConnects, isUnharmed } = await besieged();
    const silent = await badConnects();
    const { open } = await silent.hears('open');
    expect(open.as).toBe(65_000);
    await isUnharmed();
    expect(silent.hasEnded()).toBe(false);
  });

  it('sends an octet at a time gets its session', async () => {
    const { bad, badConnects, isUnharmed, state } = await besieged();
    const slow = await badConnects();
    for (const octet of Buffer.concat([openOf(bad), encodeKeepalive()])) {
      slow.send(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the session', () => state() === 'established');
    await isUnharmed();
  });

  it('stays in the middle of a message holds up nobody', async () => {
    const { bad, badConnects, isUnharmed, state } = await besieged();
    const slow = await badConnects();
    slow.send(openOf(bad).subarray(0, 30));
    await slow.hears('open');
    await isUnharmed();
    slow.send(openOf(bad).subarray(30), encodeKeepalive());
    await until('the session', () => state() === 'established');
  });

  it.each([
    ['KEEPALIVEs', () => Buffer.concat(Array.from({ length: 2_000 }, () => encodeKeepalive()))],
    [
      'UPDATEs',
      () => Buffer.concat(Array.from({ length: 2_000 }, (_, at) => update(`10.${at >> 8}.${at & 255}.0/24`))),
    ],
    ['ROUTE-REFRESH', () => Buffer.concat(Array.from({ length: 2_000 }, () => bytes(`${MARKER} 0017 05 0001 00 01`)))],
  ])('floods us with %s, 100,000 and more, keeps its session, and harms nobody', async (_, batch) => {
    const { bad, badConnects, isUnharmed, state, lines } = await besieged({ routes: ['192.0.2.1/32', '192.0.2.2/32'] });
    const flooding = await establish(await badConnects(), bad);
    const much = batch();
    let sent = 0;
    const more = (): void => {
      while (sent < 50 && flooding.socket.write(much)) sent++;
      if (sent < 50) flooding.socket.once('drain', more);
      sent++;
    };
    more();
    await isUnharmed();
    await until('the flood', () => sent >= 50 && flooding.socket.writableLength === 0);
    await isUnharmed();
    expect(state()).toBe('established');
    expect(lines.length).toBeLessThan(50);
  });

  it('floods us with octets that are no message is told so, and reads it', async () => {
    const { badConnects, isUnharmed } = await besieged();
    const garbage = await badConnects();
    for (let part = 0; part < 64; part++) garbage.send(Buffer.alloc(65_536, 0xa5));
    await garbage.isTold();
    expect(hex(garbage.last())).toBe(notification('0101'));
    garbage.socket.end();
    await isUnharmed();
  });

  it.each(Object.keys(STATES))('resets its connection in %s harms nobody, and may come again', async (name) => {
    const { badConnects, isUnharmed, state, bad } = await besieged();
    const first = await badConnects();
    await STATES[name]?.(house, first);
    first.socket.resetAndDestroy();
    await until('the end', () => state() === 'idle');
    await isUnharmed();
    await establish(await badConnects(), bad);
    await until('a session', () => state() === 'established');
  });

  it.each(Object.keys(STATES))('ends its half in %s loses the connection, and may come again', async (name) => {
    const { badConnects, isUnharmed, state, bad } = await besieged();
    const first = await badConnects();
    await STATES[name]?.(house, first);
    first.socket.end();
    await until('the end', () => state() === 'idle');
    await until('the end of our half', () => first.hasEnded() || first.isGone());
    await isUnharmed();
    await establish(await badConnects(), bad);
    await until('a session', () => state() === 'established');
  });

  // RFC 4271 §6.1, §6.2; RFC 6608; RFC 6286 §2.2; RFC 8654 §4.
  it.each<readonly [string, keyof typeof STATES, (of: Besieged) => Uint8Array, string]>([
    ['claims another AS', 'openSent', ({ bad }) => openOf({ ...bad, as: 65_099 }), '0202'],
    ['has no router id', 'openSent', ({ bad }) => openOf({ ...bad, routerId: '0.0.0.0' }), '0203'],
    ['wants a hold time of 1 s', 'openSent', ({ bad }) => openOf({ ...bad, holdTime: 1 }), '0206'],
    ['speaks BGP-3', 'openSent', () => bytes(`${MARKER} 001d 01 03 fdea 005a 0a000002 00`), '02010004'],
    ['sends an UPDATE before its OPEN', 'openSent', () => update('10.0.0.0/8'), '050102'],
    ['sends a KEEPALIVE before its OPEN', 'openSent', () => encodeKeepalive(), '050104'],
    ['sends its OPEN twice at once', 'openConfirm', ({ bad }) => openOf(bad), '050201'],
    ['sends its OPEN again in a session', 'established', ({ bad }) => openOf(bad), '050301'],
    ['sends an OPEN of 4,097 octets', 'openSent', () => bytes(`${MARKER} 1001 01`), '01021001'],
    ['says 65,535 octets without the capability', 'established', () => bytes(`${MARKER} ffff 02`), '0102ffff'],
    ['says 18 octets', 'established', () => bytes(`${MARKER} 0012 04`), '01020012'],
    ['sends a type that there is not', 'established', () => bytes(`${MARKER} 0013 2a`), '01032a'],
    ['sends an UPDATE that contradicts itself', 'established', () => bytes(`${MARKER} 0017 02 ffff 0000`), '0301'],
  ])('%s is told exactly that, and then the end', async (_, name, sends, error) => {
    const { badConnects, isUnharmed, state } = await besieged({ bad: { extendedMessage: false } });
    const peer = await badConnects();
    await STATES[name]?.(house, peer);
    // It sends a lot more, which nobody wants, and reads what it is told only then.
    peer.socket.pause();
    peer.send(sends(house), Buffer.alloc(300_000));
    await until('the end', () => state() === 'idle');
    peer.socket.resume();
    await peer.isTold();
    expect(hex(peer.last())).toBe(notification(error));
    peer.send(Buffer.alloc(300_000));
    peer.socket.end();
    await until('the end of both halves', () => peer.isGone());
    expect(peer.error()).toBe('');
    await isUnharmed();
  });

  it('claims our router id from another AS is no problem (RFC 6286 §2.1)', async () => {
    const { bad, badConnects, state, isUnharmed } = await besieged();
    await establish(await badConnects(), { ...bad, routerId: '10.0.0.254' });
    await until('the session', () => state() === 'established');
    await isUnharmed();
  });

  it('claims our router id from our own AS is told so', async () => {
    const { bad, badConnects, isUnharmed } = await besieged({ bad: { as: 65_000 } });
    const peer = await badConnects();
    peer.send(openOf({ ...bad, as: 65_000, routerId: '10.0.0.254' }));
    await peer.isTold();
    expect(hex(peer.last())).toBe(notification('0203'));
    await isUnharmed();
  });

  it('has none of our families is told which there are (RFC 5492 §3)', async () => {
    const { bad, badConnects, isUnharmed } = await besieged({ bad: { families: ['ipv6'] } });
    const peer = await badConnects();
    peer.send(bytes(`${MARKER} 001d 01 04 fdea 005a 0a000002 00`));
    await peer.isTold();
    expect(bad.as).toBe(0xfdea);
    expect(hex(peer.last())).toBe(notification('0207010400020001'));
    expect(IPV4.type).toBe('multiprotocol');
    await isUnharmed();
  });

  it('opens connection after connection has one at a time, and harms nobody', async () => {
    const { us, bad, badConnects, isUnharmed, state, lines } = await besieged();
    await storm(us, bad.address, 1_000);
    await isUnharmed();
    expect(lines.length).toBeLessThan(40);
    const patient = await until('room for a patient one', async () => {
      const next = await badConnects();
      next.send(openOf(bad), encodeKeepalive());
      await until('an answer', () => state() === 'established' || next.isGone() || next.hasEnded());
      return next.hasEnded() || next.isGone() ? undefined : next;
    });
    expect(patient.hasEnded()).toBe(false);
    await isUnharmed();
  });

  it('comes beside its session, again and again, keeps the session', async () => {
    const { us, bad, badConnects, isUnharmed, state } = await besieged();
    const session = await establish(await badConnects(), bad);
    await until('the session', () => state() === 'established');
    const second = await badConnects();
    await second.isTold();
    expect(hex(second.last())).toBe(notification('0607'));
    await storm(us, bad.address, 1_000);
    expect(state()).toBe('established');
    expect(session.hasEnded()).toBe(false);
    await isUnharmed();
  });
});

describe('a stranger', () => {
  it('is closed unread, however often it comes, and the log stays short', async () => {
    const { us, isUnharmed, lines } = await besieged();
    await storm(us, '127.0.0.1', 1_000);
    await isUnharmed();
    const said = lines.filter(({ message }) => message.includes('no peer of ours'));
    expect(said.map(({ fields }) => fields['count'])).toEqual([1, 10, 100, 1_000]);
    expect(said.every(({ fields }) => fields['from'] === '127.0.0.1')).toBe(true);
  });

  it('that comes from many addresses does not fill the log', async () => {
    const { us, isUnharmed, lines } = await besieged();
    for (let from = 1; from <= 1_500; from += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => attempt(us, `127.200.${(from + at) >> 8}.${(from + at) & 255}`)),
      );
    await isUnharmed();
    expect(lines.filter(({ level }) => level !== 'debug').length).toBeLessThan(200);
  });
});

/** Resolves when it is over, however it ended. It sends an OPEN, or what begins as one. */
const attempt = (to: { readonly address: string; readonly port: number }, from: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = net.connect({ host: to.address, port: to.port, localAddress: from });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.on('connect', () => socket.write(Buffer.from(MARKER, 'hex')));
    // One that was taken is sent an OPEN.
    socket.on('data', () => socket.destroy());
  });

/** So many connections, as fast as they go, 50 beside each other. */
async function storm(
  to: { readonly address: string; readonly port: number },
  from: string,
  times: number,
): Promise<void> {
  for (let done = 0; done < times; done += 50) await Promise.all(Array.from({ length: 50 }, () => attempt(to, from)));
}
