/** ROUTE-REFRESH of a peer on a session: requests, marks of its own, and what nobody knows (RFC 2918 §4, RFC 7313). */
import { afterEach, describe, expect, it } from 'vitest';
import type { Capability } from '../../../src/bgp/wire/capability.ts';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import { type Besieged, besiege } from '../../helpers/besieged.ts';
import { type Conversation, openOf } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';

let house: Besieged;
afterEach(() => house.close());

const MARKER = 'ff'.repeat(16);
const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');
/** RFC 7313 §3.2: AFI, subtype, SAFI. */
const refresh = (body: string): Uint8Array => bytes(`${MARKER} 0017 05 ${body}`);
const ENHANCED: Capability = { type: 'enhancedRouteRefresh' };

/** A session that has heard both End-of-RIBs. */
async function session(...more: readonly Capability[]): Promise<Conversation> {
  house = await besiege({ routes: ['192.0.2.1/32', '192.0.2.2/32'] });
  const peer = await house.badConnects();
  peer.send(openOf(house.bad, [{ type: 'routeRefresh' }, ...more]), encodeKeepalive());
  await until('the first round', () => peer.ends() === 2);
  return peer;
}
const strange = (): number =>
  house.lines.filter(({ message }) => message === 'route refresh that was not negotiated, ignored').length;
const kinds = ({ heard }: Conversation): string[] =>
  heard
    .filter(({ type }) => type !== 'keepalive')
    .map((message) => (message.type === 'routeRefresh' ? Object.values(message.routeRefresh).join(' ') : message.type));

describe('a peer with enhanced route refresh', () => {
  it('has marks around what it asked for', async () => {
    const peer = await session(ENHANCED);
    const before = kinds(peer);
    expect(before.filter((each) => each !== 'open' && each !== 'update')).toEqual([]);
    peer.send(refresh('0001 00 01'));
    await peer.hears('routeRefresh', 2);
    // AFI, subtype, SAFI.
    expect(kinds(peer).slice(before.length)).toEqual(['1 1 1', 'update', '1 2 1']);
    peer.send(refresh('0002 00 01'));
    await peer.hears('routeRefresh', 4);
    expect(kinds(peer).slice(before.length + 3)).toEqual(['2 1 1', '2 2 1']);
    await house.isUnharmed();
  });

  it('may have marks of its own, which are taken without a word', async () => {
    const peer = await session(ENHANCED);
    peer.send(refresh('0001 01 01'), refresh('0001 02 01'), refresh('0002 02 01'), refresh('0001 00 01'));
    await peer.hears('routeRefresh', 2);
    expect(strange()).toBe(0);
    expect(house.state()).toBe('established');
  });

  it.each([
    ['a subtype that nobody knows', refresh('0001 03 01')],
    ['one that is longer than we know', bytes(`${MARKER} 001a 05 0001 ff 01 a1a2a3`)],
    ['a mark of a family that was not agreed on', refresh('0001 01 80')],
  ])('is passed over with a warning: %s (§5)', async (_, message) => {
    const peer = await session(ENHANCED);
    peer.send(message, refresh('0001 00 01'));
    await peer.hears('routeRefresh', 2);
    expect(strange()).toBe(1);
    expect(house.state()).toBe('established');
  });

  it.each([
    ['a request', '0001 00 01 00'],
    ['a beginning', '0001 01 01 00'],
    ['an end', '0001 02'],
  ])('is told so when %s has the wrong length (§5)', async (_, body) => {
    const peer = await session(ENHANCED);
    const octets = body.replace(/\s/g, '');
    const message = `${MARKER}${(19 + octets.length / 2).toString(16).padStart(4, '0')}05${octets}`;
    peer.send(bytes(message));
    const { code, subcode, data } = await peer.isTold();
    expect([code, subcode, Buffer.from(data).toString('hex')]).toEqual([7, 1, message]);
    peer.socket.end();
    await house.isUnharmed();
  });
});

describe('a peer without it', () => {
  it.each(['00', '01', 'a5'])(
    'asks whatever is in an octet that means nothing to it (RFC 2918 §3): %s',
    async (octet) => {
      const peer = await session();
      const before = kinds(peer).length;
      peer.send(refresh(`0001 ${octet} 01`));
      await until('told once more', () => kinds(peer).length > before);
      await house.isUnharmed();
      expect(new Set(kinds(peer).slice(before))).toEqual(new Set(['update']));
      expect(strange()).toBe(0);
    },
  );
});
