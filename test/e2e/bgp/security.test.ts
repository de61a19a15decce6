/** TCP MD5 (RFC 2385) and GTSM (RFC 5082), both ways, over IPv4 and IPv6: with what was asked for, or not at all. */
import fs from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSpeaker, type Speaker } from '../../../src/bgp/speaker.ts';
import type { Family } from '../../../src/model/address.ts';
import { ms } from '../../../src/model/millis.ts';
import { type PeerSettings, secretOf } from '../../../src/model/peer.ts';
import { openTcp, openTcpListener, type TcpOptions } from '../../../src/runtime/tcp-socket.ts';
import { heardLog, type Line, OUR_AS, ownLoopback } from '../../helpers/besieged.ts';
import { ip, peerSettings } from '../../helpers/bgp.ts';
import { type Conversation, converse, establish } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';
import { type VirtualClock, virtualClock } from '../../helpers/virtual-clock.ts';

const PASSWORD = 'correct horse battery staple';
const IDENTITY = { as: 65_001, routerId: '10.0.0.1', holdTime: 0 };

let speaker: Speaker | undefined;
let clock: VirtualClock;
let lines: Line[];
const sockets: net.Socket[] = [];
const servers: net.Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await speaker?.close(new AbortController().signal);
  speaker = undefined;
  expect(clock.pending()).toEqual([]);
});

interface Place {
  readonly family: Family;
  /** Of the speaker, and of its peer. */
  readonly us: string;
  readonly peer: string;
  readonly port: number;
}
let ports = 0;
/** The only loopback address of IPv6 is both. */
function place(family: Family): Place {
  const port = 20_000 + ((process.pid * 16 + ports++) % 12_000);
  return family === 'ipv4'
    ? { family, us: ownLoopback(), peer: ownLoopback(), port }
    : { family, us: '::1', peer: '::1', port };
}

/** A speaker that waits for its peer at `port`, and, unless it is passive, connects to it at `port + 1`. */
function speak({ us, peer, port }: Place, of: Partial<PeerSettings>): void {
  const heard = heardLog();
  lines = heard.lines;
  clock = virtualClock();
  speaker = createSpeaker({
    settings: {
      localAs: OUR_AS,
      routerId: ip('10.0.0.254'),
      listen: of.passive === true ? [{ address: ip(us), device: '', port }] : [],
      peers: [
        peerSettings({
          address: ip(peer),
          port: port + 1,
          localAs: OUR_AS,
          as: IDENTITY.as,
          localAddress: ip(us),
          ...of,
        }),
      ],
    },
    clock,
    log: heard.log,
  });
  speaker.start();
}

const state = (): string => speaker?.status()[0]?.state ?? '';

/** From the peer to the speaker, with what the peer has on its socket. */
function dial({ family, us, peer, port }: Place, options: Partial<TcpOptions>): Conversation {
  const fd = openTcp({ family, local: { address: ip(peer) }, ...options });
  const socket = new net.Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
  sockets.push(socket);
  const conversation = converse(socket);
  socket.connect({ host: us, port });
  return conversation;
}

/** The peer takes connections. */
function take({ family, peer, port }: Place, options: Partial<TcpOptions>): readonly Conversation[] {
  const came: Conversation[] = [];
  const fd = openTcpListener({ family, local: { address: ip(peer), port: port + 1 }, ...options });
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    came.push(converse(socket));
  });
  server.listen({ fd });
  servers.push(server);
  return came;
}

/** How often the kernel has dropped something for that reason (proc_net(5), netstat): one that is only ever counted up. */
function dropped(...names: readonly string[]): number {
  const [titles = '', values = ''] = fs.readFileSync('/proc/net/netstat', 'utf8').split('\n');
  const column = titles.split(' ');
  const row = values.split(' ');
  return names.reduce((sum, name) => sum + Number(row[column.indexOf(name)]), 0);
}
const MD5 = ['TCPMD5NotFound', 'TCPMD5Unexpected', 'TCPMD5Failure'];

const key = (address: string, password: string) => ({ keys: [{ address: ip(address), password: secretOf(password) }] });
/** Second by second: a connection that waits for an OPEN has its time too. */
const firstOf = (taken: readonly Conversation[]): Promise<Conversation> =>
  until('the connection', async () => {
    if (taken[0] === undefined) await clock.advance(ms(clock.now() + 1_000));
    return taken[0];
  });
const isUp = async (peer: Conversation): Promise<void> => {
  await establish(peer, IDENTITY);
  await until('the session', () => state() === 'established');
};

describe.each(['ipv4', 'ipv6'] as const)('TCP MD5 over %s', (family) => {
  it.each([
    ['another password', (at: Place) => key(at.us, 'wrong')],
    ['no password', () => ({})],
  ])('does not let in a peer with %s, and does with the right one', async (_, wrong) => {
    const at = place(family);
    speak(at, { passive: true, password: secretOf(PASSWORD) });
    const before = dropped(...MD5);
    const stranger = dial(at, wrong(at));
    await until('the kernel drops it', () => dropped(...MD5) > before);
    await isUp(dial(at, key(at.us, PASSWORD)));
    expect(stranger.socket.connecting).toBe(true);
    expect(stranger.heard).toEqual([]);
  });

  it('does not reach a peer with another password, says what to look at, once, and reaches it with the right one', async () => {
    const at = place(family);
    const wrong = take(at, key(at.us, 'wrong'));
    const before = dropped(...MD5);
    speak(at, { password: secretOf(PASSWORD) });
    await until('the kernel drops it', () => dropped(...MD5) > before);
    for (let second = 0; second < 60; second++) await clock.advance(ms(clock.now() + 1_000));
    const said = lines.filter(({ message }) => message === 'no session');
    expect(said.map(({ level }) => level).slice(0, 3)).toEqual(['warn', 'debug', 'debug']);
    expect(said[0]?.fields['why']).toBe(
      'the network: no answer within 10 s; this is what it looks like with a TCP MD5 password that is another one, or only on one side: compare both sides',
    );
    expect(wrong).toEqual([]);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const right = take(at, key(at.us, PASSWORD));
    await isUp(await firstOf(right));
    expect(JSON.stringify(lines)).not.toContain(PASSWORD);
  });
});

describe.each(['ipv4', 'ipv6'] as const)('GTSM over %s', (family) => {
  it('does not let in a peer from farther away, and does one with TTL 255', async () => {
    const at = place(family);
    speak(at, { passive: true, ttlSecurity: 1 });
    const before = dropped('TCPMinTTLDrop');
    const far = dial(at, { ttl: 254 });
    await until('the kernel drops it', () => dropped('TCPMinTTLDrop') > before);
    // What we send has TTL 255 as well, or this one would not hear it.
    await isUp(dial(at, { ttl: 255, leastTtl: 255 }));
    expect(far.socket.connecting).toBe(true);
    expect(far.heard).toEqual([]);
  });

  it('does not hear a peer that answers from farther away, and does one with TTL 255', async () => {
    const at = place(family);
    const far = take(at, { ttl: 254 });
    const before = dropped('TCPMinTTLDrop');
    speak(at, { ttlSecurity: 1 });
    await until('the kernel drops it', () => dropped('TCPMinTTLDrop') > before);
    await clock.advance(ms(clock.now() + 11_000));
    expect(lines.find(({ message }) => message === 'no session')?.fields['why']).toMatch(
      /^the network: no answer within 10 s; .*TTL 255/,
    );
    expect(far).toEqual([]);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const near = take(at, { ttl: 255, leastTtl: 255 });
    await isUp(await firstOf(near));
  });

  it('takes a peer that is as far away as it may be', async () => {
    const at = place(family);
    speak(at, { passive: true, ttlSecurity: 3 });
    await isUp(dial(at, { ttl: 253 }));
  });
});

describe('what cannot be kept', () => {
  const two = (one: Partial<PeerSettings>, other: Partial<PeerSettings>): void => {
    const { us, port } = place('ipv4');
    clock = virtualClock();
    const peer = { localAs: OUR_AS, passive: true };
    speaker = createSpeaker({
      settings: {
        localAs: OUR_AS,
        routerId: ip('10.0.0.254'),
        listen: [{ address: ip(us), device: '', port }],
        peers: [
          peerSettings({ ...peer, address: ip('192.0.2.1'), ...one }),
          peerSettings({ ...peer, address: ip('192.0.2.2'), ...other }),
        ],
      },
      clock,
      log: heardLog().log,
    });
    speaker.start();
  };

  it.each<readonly [string, Partial<PeerSettings>, Partial<PeerSettings>, RegExp]>([
    ['GTSM for one of two peers', { ttlSecurity: 1 }, {}, /ttl-security/],
    ['GTSM of two kinds', { ttlSecurity: 1 }, { ttlSecurity: 3 }, /ttl-security/],
    [
      'two passwords for one address',
      { password: secretOf('one') },
      { address: ip('192.0.2.1'), port: 1_790, password: secretOf('two') },
      /password/,
    ],
    [
      'a password for one of two peers at one address',
      { password: secretOf('one') },
      { address: ip('192.0.2.1'), port: 1_790 },
      /password/,
    ],
  ])('%s at one listener is refused at the start', (_, one, other, why) => {
    expect(() => two(one, other)).toThrow(why);
  });
});
