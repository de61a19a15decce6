import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OWN_NAMESPACE } from '../../../../src/discovery/namespace.ts';
import {
  decodeListenRow,
  encodeListenDump,
  encodeListenQuery,
  SOCK_DIAG_BY_FAMILY,
} from '../../../../src/discovery/netlink/inet-diag.ts';
import { decodeMessages, encodeMessage, NLM_F, NLMSG } from '../../../../src/discovery/netlink/message.ts';
import { NetlinkError, NetlinkRequests } from '../../../../src/discovery/netlink/requests.ts';
import { encodeAddressDump } from '../../../../src/discovery/netlink/rtnetlink.ts';
import type { IpAddress } from '../../../../src/model/address.ts';
import type { Port } from '../../../../src/model/facts.ts';

const NETLINK_ROUTE = 0;
const NETLINK_SOCK_DIAG = 4;

/** The kernel of this host answers: what is asked of it here changes nothing, and needs no rights. */
let close: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of close.reverse()) await each();
  close = [];
});

function requests(protocol: number): NetlinkRequests {
  const opened = new NetlinkRequests(protocol, OWN_NAMESPACE);
  close.push(() => opened.close());
  return opened;
}

async function listen(host: string): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve));
  close.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as net.AddressInfo).port;
}

const onPort = (port: number, address = '127.0.0.1') =>
  ({ protocol: 'tcp', family: 'ipv4', address: address as IpAddress, port: port as Port, deviceIndex: 0 }) as const;

describe('NetlinkRequests', () => {
  it('dumps up to the message that ends the dump', async () => {
    const port = await listen('127.0.0.1');
    const datagrams = requests(NETLINK_SOCK_DIAG).dump(encodeListenDump({ protocol: 'tcp', family: 'ipv4' }, 7));
    const messages = datagrams.flatMap(decodeMessages);
    expect(messages.at(-1)?.type).toBe(NLMSG.done);
    expect(new Set(messages.map(({ sequence }) => sequence))).toEqual(new Set([7]));
    const rows = messages
      .filter(({ type }) => type === SOCK_DIAG_BY_FAMILY)
      .map(({ body }) => decodeListenRow('tcp', body));
    expect(rows).toContainEqual(expect.objectContaining({ ...onPort(port), v6only: false }));
  });

  it('gives back what it was given where nothing changed, as a whole or datagram by datagram', () => {
    const route = requests(NETLINK_ROUTE);
    const request = encodeAddressDump(1);
    const first = route.dump(request);
    expect(route.dump(request, first)).toBe(first);
    const [head = new Uint8Array(), ...others] = first;
    const changed = route.dump(request, [head.map((byte) => byte ^ 1), ...others]);
    expect(changed).toEqual(first);
    expect(changed).not.toBe(first);
    expect(changed.slice(1).every((datagram, index) => datagram === others[index])).toBe(true);
    expect(route.dump(request, [...first, head])).toEqual(first);
  });

  it('asks for one socket by name', async () => {
    const port = await listen('127.0.0.1');
    const body = requests(NETLINK_SOCK_DIAG).query(encodeListenQuery(onPort(port), 8));
    expect(body && decodeListenRow('tcp', body)).toMatchObject({ ...onPort(port), v6only: false });
  });

  it('answers undefined for a socket that is not there', async () => {
    const port = await listen('127.0.0.1');
    const diag = requests(NETLINK_SOCK_DIAG);
    expect(diag.query(encodeListenQuery(onPort(port, '127.0.0.2'), 8))).toBeUndefined();
    expect(diag.query(encodeListenQuery(onPort(port), 8))).toBeDefined();
  });

  it('throws the error that the kernel answers with, and goes on with the next request', async () => {
    const port = await listen('127.0.0.1');
    const diag = requests(NETLINK_SOCK_DIAG);
    const senseless = encodeMessage(SOCK_DIAG_BY_FAMILY, NLM_F.dump, 9, new Uint8Array(1));
    expect(() => diag.dump(senseless)).toThrow(new NetlinkError('netlink dump', 22));
    expect(() => diag.query(encodeMessage(SOCK_DIAG_BY_FAMILY, 0, 9, new Uint8Array(1)))).toThrow(
      new NetlinkError('netlink query', 22),
    );
    expect(diag.query(encodeListenQuery(onPort(port), 10))).toBeDefined();
  });

  it('opens a socket anew after it was closed', () => {
    const route = requests(NETLINK_ROUTE);
    const request = encodeMessage(18, NLM_F.dump, 1, new Uint8Array(16));
    const links = () => route.dump(request).flatMap(decodeMessages).length;
    expect(links()).toBeGreaterThan(1);
    route.close();
    route.close();
    expect(links()).toBeGreaterThan(1);
  });
});

describe('NetlinkError', () => {
  it('names its errno', () => {
    expect(new NetlinkError('netlink dump', 16)).toMatchObject({ message: 'netlink dump: EBUSY', errno: 16 });
    expect(new NetlinkError('netlink dump ended early').message).toBe('netlink dump ended early');
  });
});
