import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Connection, openConnection } from '../../../src/bgp/connection.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';
import { until } from '../../helpers/until.ts';

const open: net.Socket[] = [];
let server: net.Server | undefined;
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  server?.close();
});

/** Our end of a connection, and the peer's, which reads nothing. */
async function pair(): Promise<{ ours: net.Socket; theirs: net.Socket }> {
  server ??= net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await until('a port', () => server?.address() !== null);
  const { port } = server.address() as net.AddressInfo;
  const accepted = new Promise<net.Socket>((resolve) => server?.once('connection', resolve));
  const ours = net.connect({ port, host: '127.0.0.1' });
  await new Promise((resolve) => ours.once('connect', resolve));
  const theirs = await accepted;
  open.push(ours, theirs);
  return { ours, theirs };
}

it('has a send hold time of its own (RFC 9687): another connection of the peer that ends does not end it', async () => {
  const clock = new SteppedClock();
  const expired: string[] = [];
  const connect = async (name: string): Promise<Connection> =>
    openConnection((await pair()).ours, 'peer incoming', clock, {
      message() {},
      fault() {},
      closed() {},
      drained() {},
      sendHoldExpired: () => expired.push(name),
    });
  const session = await connect('session');
  // More than the kernel takes of both ends.
  session.send(...Array.from({ length: 512 }, () => new Uint8Array(65_535)));
  expect(clock.pending().filter((timer) => timer.includes('send hold'))).toHaveLength(1);
  const second = await connect('second');
  const closed = second.close(undefined);
  clock.advance(1_000);
  await closed;
  expect(clock.pending().filter((timer) => timer.includes('send hold'))).toHaveLength(1);
  clock.advance(480_000);
  expect(expired).toEqual(['session']);
});
