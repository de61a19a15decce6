/**
 * A speaker with a healthy peer that must notice nothing of what another one does, over real TCP on loopback addresses of
 * this process alone.
 */
import { createSpeaker, type Speaker } from '../../src/bgp/speaker.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { PeerSettings } from '../../src/model/peer.ts';
import { type Clock, realClock } from '../../src/runtime/clock.ts';
import type { Log, LogFields } from '../../src/runtime/log.ts';
import { ip, peerSettings } from './bgp.ts';
import { type Conversation, connectTo, establish, type PeerIdentity } from './scripted-peer.ts';
import { until } from './until.ts';

export const PORT = 1_790;
export const OUR_AS = 65_000;

/** One of 127.0.0.0/8 that no other process of these tests has. */
let addresses = 0;
export const ownLoopback = (): string => {
  const id = process.pid % 60_000;
  addresses = (addresses % 250) + 1;
  return `127.${1 + (id >> 8)}.${id & 0xff}.${addresses}`;
};

export interface Line {
  readonly level: string;
  readonly fields: LogFields;
  readonly message: string;
}

/** A log that a test can read. */
export function heardLog(): { readonly log: Log; readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: LogFields, message: string) => void lines.push({ level, fields, message });
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
    flush() {},
  };
  return { log, lines };
}

export interface Besieged {
  readonly us: { readonly address: string; readonly port: number };
  readonly speaker: Speaker;
  readonly clock: Clock;
  readonly lines: readonly Line[];
  readonly good: Conversation;
  /** The other peer's address and identity. It connects; nobody else has done anything yet. */
  readonly bad: { readonly address: string } & PeerIdentity;
  /** A connection from the other peer. */
  badConnects(isDeaf?: boolean): Promise<Conversation>;
  state(): string;
  /** The healthy peer's session is the one that it was, and a change arrives there. */
  isUnharmed(): Promise<void>;
  /** Everything is gone afterwards, timers and sockets. */
  close(): Promise<void>;
}

export interface BesiegedOptions {
  /** It waits to be connected to, unless `passive` is false. */
  readonly bad?: Partial<PeerSettings>;
  readonly routes?: readonly string[];
  /** Seconds; 0 where the clock is not the real one, which the healthy peer lives by. */
  readonly goodHoldTime?: number;
  readonly clock?: Clock;
}

let changes = 0;

export async function besiege({
  bad = {},
  routes = [],
  goodHoldTime = 90,
  clock = realClock(),
}: BesiegedOptions = {}): Promise<Besieged> {
  const { log, lines } = heardLog();
  const us = { address: ownLoopback(), port: PORT };
  const goodly = { address: ownLoopback(), as: 65_001, routerId: '10.0.0.1', holdTime: goodHoldTime };
  const badly = {
    address: bad.address ?? ownLoopback(),
    as: 65_002,
    routerId: '10.0.0.2',
    holdTime: bad.holdTime ?? 90,
  };
  const peer = { localAs: OUR_AS, passive: true, localAddress: ip(us.address), port: PORT };
  const speaker = createSpeaker({
    settings: {
      localAs: OUR_AS,
      routerId: ip('10.0.0.254'),
      listen: [{ address: ip(us.address), device: '', port: PORT }],
      peers: [
        peerSettings({ ...peer, address: ip(goodly.address), as: goodly.as }),
        peerSettings({ ...peer, address: ip(badly.address), as: badly.as, ...bad }),
      ],
    },
    clock,
    log,
  });
  const set = (prefix: string): void => speaker.set(prefix as Prefix, [{ prefix: prefix as Prefix, attributes: SELF }]);
  for (const prefix of routes) set(prefix);
  speaker.start();
  const good = await establish(await connectTo(us, goodly.address), goodly);
  await until('the first routes', () => good.ends() === 2);
  const [{ since } = { since: -1 }] = speaker.status();
  const open: Conversation[] = [good];
  return {
    us,
    speaker,
    clock,
    lines,
    good,
    bad: badly,
    async badConnects(isDeaf) {
      const conversation = await connectTo(us, badly.address, isDeaf);
      open.push(conversation);
      return conversation;
    },
    state: () => speaker.status()[1]?.state ?? '',
    async isUnharmed() {
      const prefix = `198.18.${(++changes >> 8) & 0xff}.${changes & 0xff}`;
      set(`${prefix}/32`);
      speaker.flush();
      await until(`${prefix} at the healthy peer`, () => good.table.has(`${prefix}/32`));
      const [status] = speaker.status();
      if (status?.state !== 'established' || status.since !== since) {
        throw new Error(`the healthy peer's session: ${status?.state}, ${status?.last}`);
      }
      if (good.hasEnded() || good.isGone()) throw new Error('the healthy peer has lost its connection');
    },
    async close() {
      for (const { socket } of open) socket.once('end', () => socket.end());
      await speaker.close(new AbortController().signal);
      for (const { socket } of open) socket.destroy();
      // Nothing that would keep a process alive.
      const left = (): readonly string[] => [...clock.pending(), ...sockets()];
      await until(
        () => `left: ${left().join(', ')}`,
        () => left().length === 0,
      );
    },
  };
}

const sockets = (): readonly string[] => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'));

export const SELF = { nextHop: 'self' } as const;
