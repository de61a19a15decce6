/** Roles on a session (RFC 9234): what is said on the wire, and what people are told where they do not go together. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Capability } from '../../../src/bgp/wire/capability.ts';
import { encodeKeepalive } from '../../../src/bgp/wire/keepalive.ts';
import { encodeNotification } from '../../../src/bgp/wire/notification.ts';
import type { Role } from '../../../src/model/peer.ts';
import { type Besieged, besiege, OUR_AS } from '../../helpers/besieged.ts';
import { type Conversation, openOf } from '../../helpers/scripted-peer.ts';
import { until } from '../../helpers/until.ts';

let house: Besieged;
afterEach(() => house.close());

const named = (...roles: readonly number[]): Capability[] => roles.map((role) => ({ type: 'role', role }));

async function opens(ours: Role, isStrict: boolean, roles: readonly Capability[]): Promise<Conversation> {
  house = await besiege({ bad: { role: { ours, isStrict } }, routes: ['192.0.2.1/32'] });
  const peer = await house.badConnects();
  peer.send(openOf(house.bad, roles), encodeKeepalive());
  return peer;
}
const said = (message: string): unknown =>
  house.lines.find((line) => line.message === message && line.fields['peer'] !== undefined && isOfBad(line.fields))
    ?.fields;
const isOfBad = ({ peer }: { readonly peer?: unknown }): boolean => String(peer).startsWith(house.bad.address);

describe('a role', () => {
  it('is in our OPEN, OTC in our routes to a customer, and both roles in the log', async () => {
    const peer = await opens('provider', true, named(3));
    const { open } = await peer.hears('open');
    expect(open.capabilities).toContainEqual({ type: 'role', role: 0 });
    const { update } = await peer.hears('update');
    expect(update.attributes).toContainEqual({ type: 'onlyToCustomer', as: OUR_AS });
    expect(said('session up')).toMatchObject({ role: 'provider', peerRole: 'customer' });
    await house.isUnharmed();
  });

  it('of a customer puts no OTC into its routes', async () => {
    const peer = await opens('customer', false, []);
    const { update } = await peer.hears('update');
    expect(update.attributes.map(({ type }) => type)).not.toContain('onlyToCustomer');
    expect(said('session up')).toMatchObject({ role: 'customer', peerRole: 'none' });
  });

  it.each<[string, boolean, number[], string]>([
    ['another one', false, [3], 'we: our role is customer, and the peer says customer: make it provider there, or'],
    ['several', false, [0, 4], 'we: the peer names several roles, provider and peer: make it provider there'],
    ['none, where it has to', true, [], 'we: the peer names no role: make it provider there, or leave strict-role'],
  ])('that does not go with the peer’s is told to both, Role Mismatch: %s', async (_, isStrict, roles, why) => {
    const peer = await opens('customer', isStrict, named(...roles));
    const { code, subcode, data } = await peer.isTold();
    expect([code, subcode, data.length]).toEqual([2, 11, 0]);
    peer.socket.end();
    await until('the log', () => said('no session'));
    expect(said('no session')).toMatchObject({ why: expect.stringContaining(why) });
    await house.isUnharmed();
  });

  it('that the peer does not want is told with what to do', async () => {
    house = await besiege({ bad: { role: { ours: 'customer', isStrict: false } } });
    const peer = await house.badConnects();
    peer.send(openOf(house.bad, named(0)));
    await peer.hears('keepalive');
    peer.send(encodeNotification({ code: 2, subcode: 11, data: new Uint8Array() }));
    peer.socket.end();
    await until('the log', () => said('no session'));
    expect(said('no session')).toMatchObject({
      why: 'the peer: OPEN message error, role mismatch (2/11): our role is customer: make it provider there, or change role here',
    });
  });
});
