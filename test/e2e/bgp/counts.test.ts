/** What a speaker has told its peers, ever: it only rises, also when a peer is one no more. */
import { afterEach, expect, it } from 'vitest';
import { type Besieged, besiege, OUR_AS } from '../../helpers/besieged.ts';
import { ip, peerSettings } from '../../helpers/bgp.ts';

let house: Besieged | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

it('keeps what was told to a peer that a reload leaves out', async () => {
  house = await besiege({ routes: ['198.51.100.0/24', '203.0.113.0/24'] });
  const { speaker, us, bad, good } = house;
  const said = { announced: 2, withdrawn: 0 };
  expect(speaker.said()).toEqual(said);
  const other = { ...{ localAs: OUR_AS, passive: true, localAddress: ip(us.address), port: us.port }, as: bad.as };
  good.socket.once('end', () => good.socket.end());
  speaker
    .prepare({
      ...{ localAs: OUR_AS, routerId: ip('10.0.0.254') },
      listen: [{ address: ip(us.address), device: '', port: us.port }],
      peers: [peerSettings({ ...other, address: ip(bad.address) })],
    })
    .commit();
  expect(speaker.status()).toHaveLength(1);
  expect(speaker.said()).toEqual(said);
});
