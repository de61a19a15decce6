/** The router of the demo, at the other end of a TCP connection. */
import { afterEach, describe, expect, it } from 'vitest';
import { encodeKeepalive } from '../../../../src/bgp/wire/keepalive.ts';
import { openRouter, type Router } from '../../../../src/cli/demo/router.ts';
import { ip } from '../../../helpers/bgp.ts';
import { type Conversation, connectTo, openOf } from '../../../helpers/scripted-peer.ts';
import { until } from '../../../helpers/until.ts';

const PLACE = ip('127.0.0.1');
const IDENTITY = { address: PLACE, as: 65_001, peerAs: 65_000 };
/** RFC 4271 §4.3: 192.0.2.1/32 with ORIGIN, AS_PATH 65000 (four octets) and NEXT_HOP 127.0.0.1; then withdrawn. */
const ANNOUNCE = Buffer.from(
  'ffffffffffffffffffffffffffffffff 0030 02 0000 0014 400101 00 400206 02 01 0000fde8 400304 7f000001 20 c0000201'.replaceAll(
    ' ',
    '',
  ),
  'hex',
);
const WITHDRAW = Buffer.from('ffffffffffffffffffffffffffffffff001c02000520c00002010000', 'hex');

describe('the router of the demo', () => {
  const routers: Router[] = [];
  const peers: Conversation[] = [];
  afterEach(() => {
    for (const { socket } of peers.splice(0)) socket.destroy();
    for (const router of routers.splice(0)) router.close();
  });

  async function meet(as = 65_000) {
    const news: string[] = [];
    const router = await openRouter(IDENTITY, [0], {
      up: () => void news.push('up'),
      changed: ({ type, prefix }) => void news.push(`${type} ${prefix}`),
      down: (why) => void news.push(why),
    });
    routers.push(router);
    const peer = await connectTo({ address: PLACE, port: router.port }, PLACE);
    peers.push(peer);
    peer.send(openOf({ as, routerId: '192.0.2.9', holdTime: 90 }));
    return { router, peer, news };
  }

  it('has in its table what an established peer announces, until it withdraws that', async () => {
    const { router, peer, news } = await meet();
    const { open } = await peer.hears('open');
    expect(open).toMatchObject({ as: 65_001, routerId: '127.0.0.1' });
    peer.send(encodeKeepalive(), ANNOUNCE);
    await until('announced', () => news.length === 2);
    expect([...router.table]).toEqual([['192.0.2.1/32', { nextHop: '127.0.0.1', asPath: [65_000] }]]);
    peer.send(WITHDRAW);
    await until('withdrawn', () => news.length === 3);
    expect(news).toEqual(['up', 'announced 192.0.2.1/32', 'withdrawn 192.0.2.1/32']);
  });

  it('loses everything with the session', async () => {
    const { router, peer, news } = await meet();
    peer.send(encodeKeepalive(), ANNOUNCE);
    await until('announced', () => news.length === 2);
    peer.socket.destroy();
    await until('gone', () => news.length === 4);
    expect(news.slice(2)).toEqual(['withdrawn 192.0.2.1/32', 'the connection is closed']);
    expect(router.table.size).toBe(0);
  });

  it.each([
    ['an UPDATE before the session is up', 65_000, ANNOUNCE, 'update in openConfirm'],
    ['another AS', 65_009, encodeKeepalive(), 'a peer of AS 65009, not 65000'],
    ['what is no message', 65_000, Buffer.alloc(19), 'a message that cannot be read: '],
  ])('ends the session on %s', async (_name, as, bytes, why) => {
    const { peer, news } = await meet(as);
    peer.send(bytes);
    await until('over', () => news.length > 0);
    expect(news).toEqual([expect.stringContaining(why)]);
  });

  it('has one peer, and says where it cannot listen', async () => {
    const { router, peer } = await meet();
    await peer.hears('open');
    const other = await connectTo({ address: PLACE, port: router.port }, PLACE);
    peers.push(other);
    await until('closed', () => other.hasEnded());
    expect(other.heard).toEqual([]);
    const nobody = { up() {}, changed() {}, down() {} };
    await expect(openRouter(IDENTITY, [router.port], nobody)).rejects.toThrow(
      /^the router of the demo finds no place to listen on: .*EADDRINUSE/,
    );
  });
});
