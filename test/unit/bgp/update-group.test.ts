import { expect, it } from 'vitest';
import { createAdjRibOut } from '../../../src/bgp/adj-rib-out.ts';
import { createRib, type Rib } from '../../../src/bgp/rib.ts';
import { createUpdateGroups } from '../../../src/bgp/update-group.ts';
import type { Family, Prefix } from '../../../src/model/address.ts';
import type { RouteAttributes } from '../../../src/model/route.ts';
import { ip, terms } from '../../helpers/sessions.ts';

const SELF: RouteAttributes = { nextHop: 'self' };
const PREFIXES = ['198.51.100.1/32', '198.51.100.2/32'] as Prefix[];

/** A RIB that counts how often it is read, sessions of it that share what they pack, and what they say. */
function groupOf() {
  const whole = createRib();
  const groups = createUpdateGroups();
  let reads = 0;
  const rib: Rib = {
    ...whole,
    get version() {
      return whole.version;
    },
    open() {
      const reader = whole.open();
      return {
        ...reader,
        read(most, tell) {
          reads++;
          return reader.read(most, tell);
        },
      };
    },
  };
  const open = (of: Parameters<typeof terms>[0] = {}) => {
    const out = createAdjRibOut(rib, terms(of), undefined, groups);
    return { ...out, said: () => out.next().map((message) => Buffer.from(message).toString('hex')) };
  };
  return { rib: whole, open, reads: () => reads };
}
const put = (rib: Rib, prefix: Prefix, attributes?: RouteAttributes): void =>
  rib.set(prefix, attributes === undefined ? [] : [{ prefix, attributes }]);
const at = (address: string) => ({ settings: { address: ip(address) } });

it('packs once what goes to several peers, the first time and with each change', () => {
  const { rib, open, reads } = groupOf();
  for (const prefix of PREFIXES) put(rib, prefix, SELF);
  const outs = ['192.0.2.10', '192.0.2.11', '192.0.2.12'].map((address) => open(at(address)));
  const [first, ...others] = outs.map((out) => out.said());
  expect(first).toHaveLength(3);
  for (const other of others) expect(other).toEqual(first);
  expect([reads(), outs.map((out) => out.told())]).toEqual([1, [2, 2, 2]]);
  put(rib, PREFIXES[0] as Prefix);
  const [withdraw, ...same] = outs.map((out) => out.said());
  expect(withdraw).toHaveLength(1);
  for (const other of same) expect(other).toEqual(withdraw);
  expect([reads(), outs.map((out) => out.isLevel()), rib.remembered]).toEqual([2, [true, true, true], 1]);
});

it.each<[string, Parameters<typeof terms>[0]]>([
  ['another end of ours', { local: '192.0.2.2' }],
  ['its link-local address', { linkLocal: 'fe80::1' }],
  ['other networks', { settings: { only: ['198.51.100.2/32' as Prefix] } }],
  ['other attributes', { settings: { attributes: { med: 7 } } }],
  ['a next hop of its own', { settings: { nextHop: { ipv4: ip('192.0.2.77') } } }],
  ['a role', { settings: { role: { ours: 'provider', isStrict: false } } }],
  ['a place on a loopback address', { settings: { address: ip('127.0.0.9') } }],
  ['shorter AS numbers', { negotiated: { asOctets: 2 } }],
  ['longer messages', { negotiated: { longestMessage: 65_535 } }],
  ['one family', { negotiated: { families: new Set<Family>(['ipv4']) } }],
  ['several paths', { negotiated: { addPathSent: new Set<Family>(['ipv4']) } }],
  ['our own AS', { settings: { as: 65_000 }, negotiated: { isExternal: false } }],
])('packs for itself where a session has %s', (_, of) => {
  const { rib, open, reads } = groupOf();
  for (const prefix of PREFIXES) put(rib, prefix, SELF);
  const one = open();
  const other = open(of);
  one.said();
  other.said();
  expect(reads()).toBe(2);
});

it('packs for itself where the peer is a next hop of a route, or is meant by one', () => {
  const { rib, open, reads } = groupOf();
  put(rib, PREFIXES[0] as Prefix, { nextHop: ip('192.0.2.10') });
  const [one, other] = [open(at('192.0.2.10')), open(at('192.0.2.11'))];
  expect([one.said(), other.said()].map(({ length }) => length)).toEqual([2, 3]);
  rib.set(PREFIXES[1] as Prefix, [
    { prefix: PREFIXES[1] as Prefix, attributes: SELF, scope: { neighbors: [ip('192.0.2.11')] } },
  ]);
  expect([one.said(), other.said()].map(({ length }) => length)).toEqual([0, 1]);
  expect(reads()).toBe(4);
});

it('has nothing left for a session that comes when what was packed is forgotten', () => {
  const { rib, open } = groupOf();
  const [gone] = PREFIXES as [Prefix];
  put(rib, gone, SELF);
  const old = open(at('192.0.2.10'));
  old.said();
  const fresh = open(at('192.0.2.11'));
  put(rib, gone);
  // It never heard of the route, and goes as far as it; the old one withdraws it, and nobody needs it any more.
  fresh.said();
  expect(old.said()).toHaveLength(1);
  expect(rib.remembered).toBe(0);
  const late = open(at('192.0.2.12'));
  expect(late.said()).toHaveLength(2);
  expect(late.isLevel()).toBe(true);
});

it('keeps nothing for a peer that does not read, once the routes are others', () => {
  const { rib, open, reads } = groupOf();
  put(rib, PREFIXES[0] as Prefix, SELF);
  const [one, still] = [open(at('192.0.2.10')), open(at('192.0.2.11'))];
  one.said();
  put(rib, PREFIXES[1] as Prefix, SELF);
  one.said();
  still.said();
  expect([reads(), still.isLevel(), still.told()]).toEqual([3, true, 2]);
});

it('counts a session that is closed no longer', () => {
  const { rib, open, reads } = groupOf();
  put(rib, PREFIXES[0] as Prefix, SELF);
  const [one, other] = [open(), open()];
  other.close();
  one.said();
  open().said();
  expect(reads()).toBe(2);
});
