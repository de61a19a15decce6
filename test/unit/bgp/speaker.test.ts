/** Other settings of a speaker whose peers have no session: what it says of them, and what it has counted. */
import { expect, it } from 'vitest';
import { createSpeaker } from '../../../src/bgp/speaker.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { PeerSettings } from '../../../src/model/peer.ts';
import { ip, peerSettings } from '../../helpers/sessions.ts';
import { silentLog } from '../../helpers/simulation.ts';
import { virtualClock } from '../../helpers/virtual-clock.ts';

const P = '10.20.0.1/32' as Prefix;
const settings = (peer: Partial<PeerSettings>) => ({
  ...{ localAs: 65_000, routerId: ip('10.0.0.254'), listen: [] },
  peers: [peerSettings({ passive: true, ...peer })],
});

it('says why a route is not for a peer by the settings of now', () => {
  const speaker = createSpeaker({ settings: settings({}), clock: virtualClock(), log: silentLog });
  speaker.set(P, [{ prefix: P, attributes: { nextHop: 'self' } }]);
  expect(speaker.tellings(P)).toMatchObject([{ state: 'no-session' }]);
  speaker.prepare(settings({ only: ['192.0.2.0/24' as Prefix] })).commit();
  expect(speaker.tellings(P)).toMatchObject([
    { state: 'not-for-it', detail: 'outside of what it is to have only: 192.0.2.0/24' },
  ]);
  speaker.prepare(settings({ only: ['10.20.0.0/24' as Prefix] })).commit();
  expect(speaker.tellings(P)).toMatchObject([{ state: 'no-session' }]);
});

it('says who is not to have a route before there is one', () => {
  const other = '2001:db8::7/128' as Prefix;
  const speaker = createSpeaker({ settings: settings({ families: ['ipv4'] }), clock: virtualClock(), log: silentLog });
  const notForIt = { state: 'not-for-it', detail: 'its families leave IPv6 out' };
  expect([P, other].flatMap((prefix) => speaker.tellings(prefix))).toMatchObject([{ state: 'none' }, notForIt]);
  speaker.set(other, [{ prefix: other, attributes: { nextHop: 'self' } }]);
  expect(speaker.tellings(other)).toMatchObject([notForIt]);
});
