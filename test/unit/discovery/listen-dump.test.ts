import fs from 'node:fs';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { createListenDump, type ListenDump } from '../../../src/discovery/listen-dump.ts';
import { encodeListenDump, type ListenRow, SOCK_DIAG_BY_FAMILY } from '../../../src/discovery/netlink/inet-diag.ts';
import { decodeMessages, encodeMessage, NLM_F, NLMSG } from '../../../src/discovery/netlink/message.ts';
import { NetlinkError, type NetlinkRequests } from '../../../src/discovery/netlink/requests.ts';
import { addressFromBytes, addressToBytes, familyOf, type IpAddress } from '../../../src/model/address.ts';
import { attribute } from './netlink/vectors.ts';

const NOBODY = 65_534;

interface Socket {
  readonly address: string;
  readonly port: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly device: number;
  readonly v6only: boolean;
  readonly queued: number;
  readonly backlog: number;
  readonly uid: number;
  readonly inode: number;
}

const socket = (port: number, of: Partial<Socket> = {}): Socket => ({
  address: '192.0.2.1',
  port,
  family: 'ipv4',
  device: 0,
  v6only: false,
  queued: 0,
  backlog: 128,
  uid: NOBODY,
  inode: 1_000_000 + port,
  ...of,
});

/** struct inet_diag_msg of a TCP socket that listens. */
function encodeRow({ address, port, family, device, v6only, queued, backlog, uid, inode }: Socket): Uint8Array {
  const head = Buffer.alloc(72);
  head.writeUInt8(family === 'ipv4' ? 2 : 10, 0);
  head.writeUInt8(10, 1); // TCP_LISTEN
  head.writeUInt16BE(port, 4);
  const isMapped = family === 'ipv6' && familyOf(address as IpAddress) === 'ipv4';
  if (isMapped) head.writeUInt16BE(0xffff, 18);
  head.set(addressToBytes(address as IpAddress), isMapped ? 20 : 8);
  head.writeUInt32LE(device, 40);
  head.writeUInt32LE(queued, 56);
  head.writeUInt32LE(backlog, 60);
  head.writeUInt32LE(uid, 64);
  head.writeUInt32LE(inode, 68);
  return Buffer.concat([head, family === 'ipv6' ? attribute(11, Uint8Array.of(v6only ? 1 : 0)) : Buffer.alloc(0)]);
}

/** A kernel whose dumps may lack sockets that are there, as those of the real one may. */
class FakeDiag {
  sockets: readonly Socket[] = [];
  /** Not in the dump though they are there. */
  missed: readonly Socket[] = [];
  /** Instead of what is looked for. */
  answer: ((port: number) => Socket | undefined) | undefined;
  rowsInDatagram = 100;
  failure: NetlinkError | undefined;
  readonly requests: Uint8Array[] = [];
  readonly asked: number[] = [];

  dump(request: Uint8Array, last: readonly Uint8Array[] = []): readonly Uint8Array[] {
    this.requests.push(request);
    const shown = this.sockets.filter((each) => !this.missed.includes(each));
    const datagrams: Uint8Array[] = [];
    for (let from = 0; from < shown.length; from += this.rowsInDatagram) {
      const rows = shown.slice(from, from + this.rowsInDatagram);
      datagrams.push(
        Buffer.concat(rows.map((row) => encodeMessage(SOCK_DIAG_BY_FAMILY, NLM_F.multi, 1, encodeRow(row)))),
      );
    }
    datagrams.push(Buffer.from(encodeMessage(NLMSG.done, NLM_F.multi, 1, new Uint8Array(4))));
    // As `NetlinkRequests`: what equals what was there before is that itself.
    const same = datagrams.map((each, index) => {
      const known = last[index];
      return known !== undefined && Buffer.compare(known, each) === 0 ? known : each;
    });
    return same.length === last.length && same.every((each, index) => each === last[index]) ? last : same;
  }

  query(request: Uint8Array): Uint8Array | undefined {
    if (this.failure !== undefined) throw this.failure;
    const body = Buffer.from(decodeMessages(request)[0]?.body ?? []);
    const port = body.readUInt16BE(8);
    const address = addressFromBytes(body.subarray(12, body[0] === 2 ? 16 : 28));
    this.asked.push(port);
    const found =
      this.answer === undefined
        ? this.sockets.find((each) => each.port === port && each.address === address)
        : this.answer(port);
    return found && encodeRow(found);
  }

  close(): void {}
}

interface Rig {
  readonly diag: FakeDiag;
  /** One reading, and how often others had their turn meanwhile. */
  read(): { readonly rows: ReadonlyMap<string, ListenRow>; readonly turns: number };
}

function rig(sockets: readonly Socket[], family: 'ipv4' | 'ipv6' = 'ipv4'): Rig {
  const diag = new FakeDiag();
  diag.sockets = sockets;
  const dump = createListenDump({ protocol: 'tcp', family }, diag as unknown as NetlinkRequests);
  return { diag, read: () => drain(dump) };
}

function drain(dump: ListenDump): ReturnType<Rig['read']> {
  const steps = dump();
  for (let turns = 0; ; turns++) {
    const step = steps.next();
    if (step.done) return { rows: step.value, turns };
  }
}

const ports = (rows: ReadonlyMap<string, ListenRow>): number[] => [...rows.values()].map(({ port }) => port).sort();

describe('a dump', () => {
  it('asks for its family, and leaves to the kernel what the kernel can leave out', () => {
    const diag = new FakeDiag();
    const bytecode = Uint8Array.of(0xf1, 0xf2, 0xf3, 0xf4);
    drain(createListenDump({ protocol: 'udp', family: 'ipv6' }, diag as unknown as NetlinkRequests, bytecode));
    expect(diag.requests).toEqual([encodeListenDump({ protocol: 'udp', family: 'ipv6' }, 1, bytecode)]);
  });

  it('says what listens, by what it is bound to', () => {
    const { read } = rig([socket(80), socket(443, { device: 7, queued: 129 })]);
    expect([...read().rows]).toMatchObject([
      ['192.0.2.1 80 0', { protocol: 'tcp', family: 'ipv4', address: '192.0.2.1', port: 80, queueFull: false }],
      ['192.0.2.1 443 7', { port: 443, deviceIndex: 7, queueFull: true }],
    ]);
  });

  it('gives the same map as long as nothing changes, and another when something does', () => {
    const { diag, read } = rig([socket(80), socket(443)]);
    const first = read().rows;
    expect(read().rows).toBe(first);
    diag.sockets = [socket(80), socket(443), socket(8080)];
    const second = read().rows;
    expect(second).not.toBe(first);
    expect(ports(second)).toEqual([443, 80, 8080].sort());
    expect(ports(first)).toEqual([443, 80].sort());
  });

  it('gives the same map when only an accept queue’s length, an owner or the order changed', () => {
    const { diag, read } = rig([socket(80), socket(443)]);
    const first = read().rows;
    diag.sockets = [socket(80, { queued: 17 }), socket(443)];
    expect(read().rows).toBe(first);
    diag.sockets = [socket(443, { queued: 128 }), socket(80, { inode: 4_711 })];
    expect(read().rows).toBe(first);
  });

  it('gives another map when an accept queue becomes full, or is no longer', () => {
    const { diag, read } = rig([socket(80)]);
    const first = read().rows;
    diag.sockets = [socket(80, { queued: 129 })];
    const full = read().rows;
    expect(full).not.toBe(first);
    expect(full.get('192.0.2.1 80 0')?.queueFull).toBe(true);
    diag.sockets = [socket(80)];
    expect(read().rows.get('192.0.2.1 80 0')?.queueFull).toBe(false);
  });

  it('gives another map when one of the same size holds another listener, or v6only changed', () => {
    const { diag, read } = rig([socket(80, { address: '::', family: 'ipv6' })], 'ipv6');
    const first = read().rows;
    diag.sockets = [socket(80, { address: '::', family: 'ipv6', v6only: true })];
    const second = read().rows;
    expect(second).not.toBe(first);
    expect(second.get(':: 80 0')?.v6only).toBe(true);
    diag.sockets = [socket(81, { address: '::', family: 'ipv6', v6only: true })];
    expect([...read().rows.keys()]).toEqual([':: 81 0']);
  });
});

describe('a listener that is missing from a dump', () => {
  it('is gone when the kernel does not know it by name either', () => {
    const { diag, read } = rig([socket(80), socket(443)]);
    read();
    diag.sockets = [socket(80)];
    expect(ports(read().rows)).toEqual([80]);
    expect(diag.asked).toEqual([443]);
    read();
    expect(diag.asked).toEqual([443]);
  });

  it('stays when the kernel knows it by name, and the same dump is looked at again', () => {
    const [one, two] = [socket(80), socket(443)];
    const { diag, read } = rig([one, two]);
    const first = read().rows;
    diag.missed = [two];
    expect(read().rows).toBe(first);
    expect(diag.asked).toEqual([443]);
    // The very same bytes: but what they lack has to be asked for again.
    expect(read().rows).toBe(first);
    expect(diag.asked).toEqual([443, 443]);
    diag.sockets = [one];
    diag.missed = [];
    expect(ports(read().rows)).toEqual([80]);
    expect(diag.asked).toEqual([443, 443, 443]);
  });

  it('is gone when the answer is the wildcard’s row: that one would take the connection', () => {
    const { diag, read } = rig([socket(80), socket(80, { address: '0.0.0.0' })]);
    read();
    diag.sockets = [socket(80, { address: '0.0.0.0' })];
    diag.answer = () => socket(80, { address: '0.0.0.0' });
    expect([...read().rows.keys()]).toEqual(['0.0.0.0 80 0']);
    read();
    expect(diag.asked).toEqual([80]);
  });

  it.each([
    ['on another device', { device: 9 }],
    ['of the other family', { family: 'ipv6' as const }],
    ['on another port', { port: 81 }],
  ])('is gone when the answer is one %s', (_name, of) => {
    const { diag, read } = rig([socket(80)]);
    read();
    diag.sockets = [];
    diag.answer = () => socket(80, of);
    expect(read().rows.size).toBe(0);
  });

  it('is told as it is now, by the answer', () => {
    const { diag, read } = rig([socket(80)]);
    const first = read().rows;
    diag.sockets = [];
    diag.answer = () => socket(80, { queued: 129 });
    const second = read().rows;
    expect(second).not.toBe(first);
    expect(second.get('192.0.2.1 80 0')?.queueFull).toBe(true);
  });

  it('is asked for as what it is bound to: an IPv6 socket on an IPv4 address', () => {
    const mapped = socket(80, { family: 'ipv6', address: '192.0.2.1' });
    const { diag, read } = rig([mapped], 'ipv6');
    const first = read().rows;
    expect([...first.keys()]).toEqual(['192.0.2.1 80 0']);
    diag.missed = [mapped];
    diag.answer = () => mapped;
    expect(read().rows).toBe(first);
  });

  it('is not forgotten when the kernel cannot be asked: the next reading asks again', () => {
    const { diag, read } = rig([socket(80), socket(443)]);
    const first = read().rows;
    diag.sockets = [socket(80)];
    diag.failure = new NetlinkError('netlink query', 105);
    expect(() => read()).toThrow(diag.failure);
    expect(() => read()).toThrow(diag.failure);
    diag.failure = undefined;
    expect(ports(read().rows)).toEqual([80]);
    diag.sockets = [socket(80), socket(443)];
    expect([...read().rows.keys()].sort()).toEqual([...first.keys()].sort());
  });
});

describe('the sockets of an SO_REUSEPORT group', () => {
  const dual = (v6only: boolean, inode: number, queued = 0): Socket =>
    socket(80, { address: '::', family: 'ipv6', v6only, inode, queued });

  it.each([
    [[dual(true, 1), dual(false, 2)], false],
    [[dual(false, 1), dual(true, 2)], false],
    [[dual(true, 1), dual(true, 2)], true],
  ])('serve IPv4 when any of them does', (group, v6only) => {
    expect([...rig(group, 'ipv6').read().rows.values()]).toMatchObject([{ v6only }]);
  });

  it.each([
    [[129, 0], false],
    [[0, 129], false],
    [[129, 129], true],
    [[129, 129, 128], false],
  ])('with queues of %j are full: %s', (queues, queueFull) => {
    const group = queues.map((queued, index) => socket(80, { queued, inode: index + 1 }));
    expect([...rig(group).read().rows.values()]).toMatchObject([{ queueFull }]);
  });

  it('are one across datagrams', () => {
    const { diag, read } = rig([129, 0].map((queued, index) => socket(80, { queued, inode: index + 1 })));
    diag.rowsInDatagram = 1;
    expect([...read().rows.values()]).toMatchObject([{ queueFull: false }]);
  });

  it('are one as long as one is there: nobody is asked when another goes', () => {
    const { diag, read } = rig([socket(80, { inode: 1 }), socket(80, { inode: 2 })]);
    const first = read().rows;
    diag.sockets = [socket(80, { inode: 2 })];
    expect(read().rows).toBe(first);
    expect(diag.asked).toEqual([]);
  });
});

describe('a socket of our own', () => {
  const uid = process.geteuid?.() ?? 0;

  /** Calls `look` with the inode of a socket that this process listens on. */
  async function withOwnSocket(look: (inode: number) => void): Promise<void> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    try {
      const handle = server as unknown as { readonly _handle: { readonly fd: number } };
      look(fs.fstatSync(handle._handle.fd).ino);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  it('is left out; one of the same user, and one of another user with that number, are not', async () => {
    await withOwnSocket((inode) => {
      const { read } = rig([
        socket(80, { uid, inode }),
        socket(81, { uid, inode: 1 }),
        socket(82, { uid: uid + 1, inode }),
      ]);
      expect(ports(read().rows)).toEqual([81, 82]);
    });
  });

  it('is no proof that another one is still there', async () => {
    await withOwnSocket((inode) => {
      const { diag, read } = rig([socket(80)]);
      read();
      diag.sockets = [];
      diag.answer = () => socket(80, { uid, inode });
      expect(read().rows.size).toBe(0);
    });
  });
});

describe('a listener that another one answers for', () => {
  it('is looked for among all of its port, and is there', () => {
    const [there, other] = [socket(80), socket(80, { address: '0.0.0.0' })];
    const { diag, read } = rig([there, other]);
    const { rows } = read();
    diag.missed = [there];
    diag.answer = () => {
      // From now on a dump shows it: the one that is asked for next.
      diag.missed = [];
      return other;
    };
    expect(read().rows).toBe(rows);
    const narrow = diag.requests.at(-1);
    expect(narrow?.length).toBeGreaterThan(diag.requests[0]?.length ?? 0);
  });

  it('is looked for again where its port has more sockets than fit into a datagram, and then is gone', () => {
    const group = Array.from({ length: 250 }, (_, index) => socket(80, { address: `10.0.1.${index}` }));
    const { diag, read } = rig([socket(80), ...group]);
    read();
    diag.sockets = group;
    diag.answer = () => group[0];
    const before = diag.requests.length;
    expect(read().rows.size).toBe(250);
    expect(diag.requests.length - before).toBe(1 + 5);
  });
});

describe('many sockets', () => {
  const many = (count: number, from = 1): Socket[] => Array.from({ length: count }, (_, index) => socket(from + index));

  it('are read in turns of five hundred rows; what is known takes none', () => {
    const { diag, read } = rig(many(3_500));
    const first = read();
    expect([first.rows.size, first.turns]).toEqual([3_500, 7]);
    expect(read()).toEqual({ rows: first.rows, turns: 0 });
    diag.sockets = [...many(3_500), socket(60_000)];
    const second = read();
    expect([second.rows.size, second.turns]).toEqual([3_501, 0]);
  });

  it('that are missing are asked for in turns of two hundred and fifty', () => {
    const { diag, read } = rig(many(1_200));
    read();
    diag.sockets = [];
    expect(read()).toEqual({ rows: new Map(), turns: 4 });
    expect(diag.asked.length).toBe(1_200);
  });

  it('that come and go between one turn and the next are right in the next reading', () => {
    const { diag, read } = rig(many(2_500));
    read();
    diag.sockets = many(2_500, 1_001);
    diag.missed = diag.sockets.slice(0, 700);
    expect(ports(read().rows)).toEqual(diag.sockets.map(({ port }) => port).sort());
    diag.missed = [];
    expect(ports(read().rows)).toEqual(diag.sockets.map(({ port }) => port).sort());
    diag.sockets = many(3);
    expect(ports(read().rows)).toEqual([1, 2, 3]);
  });

  it('of a reading that was given up on the way count for nothing', () => {
    const diag = new FakeDiag();
    diag.sockets = many(10);
    const dump = createListenDump({ protocol: 'tcp', family: 'ipv4' }, diag as unknown as NetlinkRequests);
    const first = drain(dump).rows;
    diag.sockets = many(4_000);
    dump().next();
    diag.sockets = many(10);
    expect(drain(dump).rows).toBe(first);
    expect(diag.asked).toEqual([]);
  });
});
