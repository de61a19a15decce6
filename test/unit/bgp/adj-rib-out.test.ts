import { describe, expect, it } from 'vitest';
import { createAdjRibOut } from '../../../src/bgp/adj-rib-out.ts';
import { createRib, type Rib } from '../../../src/bgp/rib.ts';
import type { Found } from '../../../src/bgp/rib-list.ts';
import type { Reader } from '../../../src/bgp/rib-reader.ts';
import type { Family, Prefix } from '../../../src/model/address.ts';
import type { NextHop, Route, RouteAttributes } from '../../../src/model/route.ts';
import { ip, terms } from '../../helpers/sessions.ts';

const SELF: RouteAttributes = { nextHop: 'self' };
const MARKER = 'ff'.repeat(16);
/** An UPDATE without anything is the End-of-RIB of IPv4; one with an empty MP_UNREACH_NLRI that of IPv6 (RFC 4724 §2). */
const END = { ipv4: `${MARKER}0017 02 0000 0000`, ipv6: `${MARKER}001e 02 0000 0007 90 0f 0003 0002 01` };
/** Path attributes of a route that says nothing: see path-attributes.test.ts. */
const PLAIN = '40010100 400206020100 00fde8 400304c0000201';

const compact = (text: string): string => text.replaceAll(' ', '');
const ends = (...families: readonly Family[]): string[] => families.map((family) => compact(END[family]));

function put(rib: Rib, prefix: string, ...attributes: readonly (RouteAttributes | Route)[]): void {
  rib.set(
    prefix as Prefix,
    attributes.map((each) => ('prefix' in each ? each : { prefix: prefix as Prefix, attributes: each })),
  );
}

function outOf(of: Parameters<typeof terms>[0] = {}) {
  const rib = createRib();
  const out = createAdjRibOut(rib, terms(of));
  const said = (): string[] => out.next().map((message) => Buffer.from(message).toString('hex'));
  return { rib, out, said };
}

describe('messages', () => {
  it('are UPDATEs as RFC 4271 §4.3 has them, and an End-of-RIB for each family when the first round is over', () => {
    const { rib, out, said } = outOf();
    put(rib, '192.0.2.7/32', SELF);
    put(rib, '198.51.100.0/22', SELF);
    expect(said()).toEqual([
      compact(`${MARKER}0034 02 0000 0014 ${PLAIN} 20 c0000207 16 c63364`),
      ...ends('ipv4', 'ipv6'),
    ]);
    expect([out.isLevel(), out.told()]).toEqual([true, 2]);
    expect(said()).toEqual([]);
  });

  it('withdraw first, and in messages of their own', () => {
    const { rib, said, out } = outOf({ local: '2001:db8::1', settings: { nextHop: { ipv4: ip('192.0.2.1') } } });
    put(rib, '192.0.2.7/32', SELF);
    put(rib, '2001:db8::7/128', SELF);
    said();
    put(rib, '192.0.2.8/32', SELF);
    put(rib, '192.0.2.7/32');
    put(rib, '2001:db8::7/128');
    expect(said()).toEqual([
      compact(`${MARKER}001c 02 0005 20c0000207 0000`),
      compact(`${MARKER}002f 02 0000 0018 90 0f 0014 0002 01 80 20010db8000000000000000000000007`),
      compact(`${MARKER}0030 02 0000 0014 ${PLAIN} 20 c0000208`),
    ]);
    expect(out.told()).toBe(1);
  });

  it('are as full as they get, and none is longer than was agreed', () => {
    for (const longestMessage of [4_096, 65_535]) {
      const { rib, out } = outOf({ negotiated: { longestMessage } });
      for (let index = 0; index < 20_000; index++) put(rib, `10.1.${index >>> 8}.${index & 0xff}/32`, SELF);
      const lengths: number[] = [];
      let prefixes = 0;
      while (!out.isLevel()) {
        for (const message of out.next()) {
          lengths.push(message.length);
          expect(message.length).toBeLessThanOrEqual(longestMessage);
          expect(new DataView(message.buffer).getUint16(16)).toBe(message.length);
          if (message.length > 30) prefixes += (message.length - 19 - 4 - 20) / 5;
        }
      }
      expect(prefixes).toBe(20_000);
      // One message holds (longest − 43) / 5 prefixes; a batch may end with one that is not full.
      expect(Math.max(...lengths)).toBeGreaterThan(longestMessage === 4_096 ? 4_090 : 10_000);
    }
  });

  it('say nothing of what was undone before it was told, and nothing twice', () => {
    const { rib, said } = outOf();
    said();
    put(rib, '192.0.2.7/32', SELF);
    put(rib, '192.0.2.7/32');
    expect(said()).toEqual([]);
    put(rib, '192.0.2.7/32', SELF);
    expect(said()).toHaveLength(1);
    put(rib, '192.0.2.7/32');
    put(rib, '192.0.2.7/32', SELF);
    expect(said()).toEqual([]);
  });

  it('end the first round only when all is there that was to come (RFC 4724 §4.1)', () => {
    let isComplete = false;
    const rib = createRib();
    const out = createAdjRibOut(rib, terms(), () => isComplete);
    put(rib, '192.0.2.7/32', SELF);
    expect(out.next()).toHaveLength(1);
    // Whoever tells it has nothing to do until then.
    expect([out.isLevel(), out.next()]).toEqual([true, []]);
    isComplete = true;
    expect(out.isLevel()).toBe(false);
    expect(out.next().map((message) => Buffer.from(message).toString('hex'))).toEqual(ends('ipv4', 'ipv6'));
    expect(out.isLevel()).toBe(true);
  });

  it('say nothing of a change that this peer does not hear of (RFC 4271 §9.2)', () => {
    const { rib, said } = outOf({ settings: { attributes: { med: 7 } } });
    put(rib, '192.0.2.7/32', { ...SELF, med: 1, localPreference: 100 });
    expect(said()).toHaveLength(3);
    put(rib, '192.0.2.7/32', { ...SELF, med: 2, localPreference: 50 });
    expect(said()).toEqual([]);
    put(rib, '192.0.2.7/32', { ...SELF, communities: ['65000:1'] });
    expect(said()).toHaveLength(1);
  });

  it('come some at a time where they are many', () => {
    const { rib, out } = outOf();
    const count = 500;
    for (let index = 0; index < count; index++) {
      const communities = Array.from({ length: 200 }, (_, at) => `${index}:${at}`);
      put(rib, `10.1.${index >>> 8}.${index & 0xff}/32`, { ...SELF, communities });
    }
    let messages = 0;
    while (!out.isLevel()) {
      const some = out.next();
      messages += some.length;
      // 64 KiB, and the message that goes beyond.
      expect(some.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(64 * 1_024 + 4_096);
    }
    expect(messages).toBe(count + 2);
  });

  it('tell everything again when asked, without ending the round twice', () => {
    const { rib, out, said } = outOf();
    put(rib, '192.0.2.7/32', SELF);
    const [first] = said();
    out.again('ipv6');
    expect(said()).toEqual([]);
    out.again('ipv4');
    expect(said()).toEqual([first]);
    expect(out.told()).toBe(1);
  });
});

describe('several next hops', () => {
  /** As a peer of its own that takes several paths of both families. */
  const paths = { negotiated: { addPathSent: new Set<Family>(['ipv4', 'ipv6']) } };
  const by = (...hops: string[]): RouteAttributes => {
    const [nextHop = 'self', ...otherNextHops] = hops as NextHop[];
    return { nextHop, ...(otherNextHops.length > 0 && { otherNextHops }) };
  };
  /** What `PLAIN` says, with another next hop. */
  const plain = (nextHop: string): string => `40010100 400206020100 00fde8 400304 ${nextHop}`;
  const TWO = by('192.0.2.3', '192.0.2.4');

  it('are a path each, with its identifier before the prefix (RFC 7911 §3)', () => {
    const { rib, out, said } = outOf(paths);
    put(rib, '192.0.2.7/32', TWO);
    put(rib, '198.51.100.0/22', TWO);
    expect(said()).toEqual([
      compact(`${MARKER}003c 02 0000 0014 ${plain('c0000203')} 00000001 20 c0000207 00000001 16 c63364`),
      compact(`${MARKER}003c 02 0000 0014 ${plain('c0000204')} 00000002 20 c0000207 00000002 16 c63364`),
      ...ends('ipv4', 'ipv6'),
    ]);
    // A route is a prefix, whatever the number of its paths.
    expect(out.told()).toBe(2);
    put(rib, '192.0.2.7/32');
    expect(said()).toEqual([compact(`${MARKER}0029 02 0012 00000001 20 c0000207 00000002 20 c0000207 0000`)]);
    expect(out.told()).toBe(1);
  });

  it('of IPv6 stand in MP_REACH_NLRI and MP_UNREACH_NLRI', () => {
    const { rib, said } = outOf({ ...paths, local: '2001:db8::1' });
    said();
    put(rib, '2001:db8:f::/48', by('2001:db8::3', 'self'));
    const reach = (id: string, last: string): string =>
      compact(
        `${MARKER}0048 02 0000 0031 90 0e 0020 0002 01 10 20010db80000000000000000000000${last} 00
         ${id} 30 20010db8000f 40010100 400206020100 00fde8`.replaceAll(/\s/g, ''),
      );
    expect(said()).toEqual([reach('00000001', '03'), reach('00000002', '01')]);
    put(rib, '2001:db8:f::/48');
    expect(said()).toEqual([
      compact(`${MARKER}0034 02 0000 001d 90 0f 0019 0002 01 00000001 30 20010db8000f 00000002 30 20010db8000f`),
    ]);
  });

  it('are told path by path: what differs, and the withdraw of what is gone', () => {
    const { rib, said } = outOf(paths);
    said();
    put(rib, '192.0.2.7/32', by('192.0.2.3', '192.0.2.4', '192.0.2.5'));
    expect(said()).toHaveLength(3);
    put(rib, '192.0.2.7/32', by('192.0.2.3', '192.0.2.6'));
    expect(said()).toEqual([
      compact(`${MARKER}0020 02 0009 00000003 20 c0000207 0000`),
      compact(`${MARKER}0034 02 0000 0014 ${plain('c0000206')} 00000002 20 c0000207`),
    ]);
    put(rib, '192.0.2.7/32', by('192.0.2.3', '192.0.2.6'));
    expect(said(), 'the same in another object').toEqual([]);
  });

  it('are one where they come to the same, and none where the peer may have none', () => {
    const { rib, out, said } = outOf({ ...paths, settings: { nextHop: { ipv4: ip('192.0.2.9') } } });
    said();
    put(rib, '198.51.100.7/32', by('192.0.2.254', 'self', '192.0.2.9', '198.51.100.7'));
    expect(said(), 'the place of a next hop is its identifier, whether others are told or not').toEqual([
      compact(`${MARKER}0034 02 0000 0014 ${plain('c0000209')} 00000002 20 c6336407`),
    ]);
    put(rib, '198.51.100.8/32', by('192.0.2.254', '198.51.100.8'));
    expect([said(), out.told()]).toEqual([[], 1]);
  });

  it('are one where one is our own address by its number, though `self` has a link-local one besides', () => {
    const { rib, out, said } = outOf({ ...paths, local: '2001:db8::1', linkLocal: 'fe80::1' });
    said();
    put(rib, '2001:db8:f::/48', by('self', '2001:db8::1'));
    expect([said().length, out.told()]).toEqual([1, 1]);
  });

  it('leave the identifier with a route of one, in a family that has them', () => {
    const { rib, said } = outOf({ negotiated: { addPathSent: new Set<Family>(['ipv4']) }, local: '2001:db8::1' });
    said();
    put(rib, '192.0.2.7/32', by('192.0.2.3'));
    put(rib, '2001:db8:f::/48', by('self'));
    const [ipv4, ipv6 = ''] = said();
    expect(ipv4).toBe(compact(`${MARKER}0034 02 0000 0014 ${plain('c0000203')} 00000001 20 c0000207`));
    expect(ipv6).toContain(compact('00 30 20010db8000f 40010100'));
  });

  it('are all told again when asked', () => {
    const { rib, out, said } = outOf(paths);
    put(rib, '192.0.2.7/32', TWO);
    const [one, two] = said();
    out.again('ipv4');
    expect(said()).toEqual([one, two]);
    expect(out.told()).toBe(1);
  });

  it('are the first that it may have to a peer that takes one', () => {
    const { rib, out, said } = outOf();
    said();
    put(rib, '192.0.2.7/32', by('192.0.2.254', '192.0.2.7', '192.0.2.4', '192.0.2.5'));
    expect(said()).toEqual([compact(`${MARKER}0030 02 0000 0014 ${plain('c0000204')} 20 c0000207`)]);
    // By way of that one still, so that it is no news.
    put(rib, '192.0.2.7/32', by('192.0.2.4', '192.0.2.6'));
    expect([said(), out.told()]).toEqual([[], 1]);
    put(rib, '192.0.2.7/32', by('192.0.2.254', '192.0.2.7'));
    expect(said()).toEqual([compact(`${MARKER}001c 02 0005 20 c0000207 0000`)]);
    expect(out.told()).toBe(0);
  });
});

/** RFC 7313 §3.2: AFI, subtype 1 or 2, SAFI. */
const MARKS = {
  ipv4: { begins: `${MARKER}0017 05 0001 01 01`, ends: `${MARKER}0017 05 0001 02 01` },
  ipv6: { begins: `${MARKER}0017 05 0002 01 01`, ends: `${MARKER}0017 05 0002 02 01` },
};
const begins = (family: Family): string => compact(MARKS[family].begins);
const isOver = (family: Family): string => compact(MARKS[family].ends);

describe('what is told again to a peer with enhanced route refresh (RFC 7313 §4)', () => {
  const enhanced = { negotiated: { hasEnhancedRouteRefresh: true }, local: '2001:db8::1' } as const;
  const both = { ...enhanced, settings: { nextHop: { ipv4: ip('192.0.2.1') } } };

  it('has a beginning and an end around all of its family, and of no other', () => {
    const { rib, out, said } = outOf(both);
    put(rib, '192.0.2.7/32', SELF);
    put(rib, '192.0.2.8/32', { ...SELF, med: 1 });
    put(rib, '2001:db8::7/128', SELF);
    const first = said();
    const [plain, med, ipv6] = first;
    expect(first).toEqual([plain, med, ipv6, ...ends('ipv4', 'ipv6')]);
    out.again('ipv4');
    expect(out.isLevel()).toBe(false);
    expect(said()).toEqual([begins('ipv4'), plain, med, isOver('ipv4')]);
    expect([out.isLevel(), said(), out.told()]).toEqual([true, [], 3]);
    out.again('ipv6');
    expect(said()).toEqual([begins('ipv6'), ipv6, isOver('ipv6')]);
    out.again('ipv6');
    out.again('ipv4');
    expect(said()).toEqual([
      ...[begins('ipv6'), begins('ipv4'), plain, med, ipv6],
      ...[isOver('ipv6'), isOver('ipv4')],
    ]);
    expect([out.isLevel(), out.told()]).toEqual([true, 3]);
  });

  it('has both where there is nothing between them, so that the peer forgets what it has', () => {
    const { out, said } = outOf(enhanced);
    said();
    out.again('ipv6');
    expect(said()).toEqual([begins('ipv6'), isOver('ipv6')]);
    expect(out.isLevel()).toBe(true);
  });

  it('does not begin before the End-of-RIB, and waits for it without being busy', () => {
    let isComplete = false;
    const rib = createRib();
    const out = createAdjRibOut(rib, terms(both), () => isComplete);
    const said = (): string[] => out.next().map((message) => Buffer.from(message).toString('hex'));
    put(rib, '192.0.2.7/32', SELF);
    out.again('ipv4');
    const [first, ...rest] = said();
    expect(rest).toEqual([]);
    expect([out.isLevel(), said()]).toEqual([true, []]);
    isComplete = true;
    expect(out.isLevel()).toBe(false);
    expect(said()).toEqual(ends('ipv4', 'ipv6'));
    expect(out.isLevel()).toBe(false);
    expect(said()).toEqual([begins('ipv4'), first, isOver('ipv4')]);
    expect(out.isLevel()).toBe(true);
  });

  it('asked for before anything was told: everything, its End-of-RIB, and then once more', () => {
    const { rib, out, said } = outOf(both);
    put(rib, '192.0.2.7/32', SELF);
    out.again('ipv4');
    const [first, ...rest] = said();
    expect(rest).toEqual(ends('ipv4', 'ipv6'));
    expect(said()).toEqual([begins('ipv4'), first, isOver('ipv4')]);
  });

  /** More than is packed at once, whatever that is: a thousand at a time here. Each prefix is known by its number. */
  function large() {
    const whole = createRib();
    const open = (): Reader => {
      const reader = whole.open();
      return { ...reader, read: (most, tell) => reader.read(Math.min(most, 1_000), tell) };
    };
    const rib: Rib = { ...whole, open };
    const out = createAdjRibOut(rib, terms(both));
    const said = (): string[] => out.next().map((message) => Buffer.from(message).toString('hex'));
    const COUNT = 5_000;
    const at = (index: number): string => `10.1.${index >>> 8}.${index & 0xff}/32`;
    for (let index = 0; index < COUNT; index++) put(rib, at(index), SELF);
    while (!out.isLevel()) out.next();
    return { rib, out, said, at, COUNT };
  }
  const countIn = (messages: readonly string[], octets: string): number =>
    messages.reduce((sum, message) => sum + message.split(octets).length - 1, 0);

  it('has one beginning and one end however many messages and turns it takes, and changes have their place in it', () => {
    const { rib, out, said, at, COUNT } = large();
    out.again('ipv4');
    const all = said();
    expect(all[0]).toBe(begins('ipv4'));
    put(rib, at(COUNT - 1));
    put(rib, at(7), { ...SELF, med: 0x0a0b0c0d });
    while (!out.isLevel()) all.push(...said());
    expect(all.indexOf(isOver('ipv4'))).toBe(all.length - 1);
    expect(countIn(all, begins('ipv4'))).toBe(1);
    for (const index of [0, 1, 999, 1_000, 4_998]) {
      const nlri = `200a01${index.toString(16).padStart(4, '0')}`;
      expect(countIn(all, nlri), nlri).toBe(1);
    }
    expect(countIn(all, '0a0b0c0d'), 'told, if not only once').toBeGreaterThan(0);
    expect(out.told()).toBe(COUNT - 1);
  });

  it('says what other settings make other in turns as well, and what goes meanwhile before the rest of it', () => {
    const { rib, out, said, at, COUNT } = large();
    const stance = (index: number): string => out.standingOf(rib.find(at(index) as Prefix) as Found);
    const other = { ...both.settings, attributes: { med: 0x0a0b0c0d }, only: ['10.1.0.0/20' as Prefix] };
    out.change(terms({ ...both, settings: other }).settings);
    expect([stance(0), stance(COUNT - 1)]).toEqual(['waiting', 'leaving']);
    const all = said();
    expect([countIn(all, '200a01'), stance(0), stance(1_000)]).toEqual([1_000, 'told', 'waiting']);
    put(rib, at(4_000));
    const next = said();
    expect(next[0]).toBe(compact(`${MARKER}001c 02 0005 200a010fa0 0000`));
    all.push(...next);
    while (!out.isLevel()) all.push(...said());
    for (const index of [0, 999, 1_000, 3_999, 4_096, COUNT - 1]) {
      expect(countIn(all, `200a01${index.toString(16).padStart(4, '0')}`), `${index}`).toBe(1);
    }
    expect(countIn(all, '200a010fa0')).toBe(1);
    expect([out.told(), stance(1_000), stance(COUNT - 1)]).toEqual([4_095, 'told', 'not-for-it']);
    out.change(terms(both).settings);
    out.change(terms({ ...both, settings: other }).settings);
    while (!out.isLevel()) expect(said()).toEqual([]);
  });

  it('is told in full once more when it is asked for meanwhile, and after it the other family', () => {
    const { out, said } = large();
    out.again('ipv4');
    const all = said();
    out.again('ipv4');
    out.again('ipv4');
    out.again('ipv6');
    while (!out.isLevel()) all.push(...said());
    const marks = all.filter((message) => message.length === 2 * 23 && message.slice(36, 38) === '05');
    expect(marks).toEqual([
      ...[begins('ipv4'), isOver('ipv4')],
      ...[begins('ipv4'), begins('ipv6'), isOver('ipv4'), isOver('ipv6')],
    ]);
    expect(countIn(all, '200a010007')).toBe(2);
  });

  it('has no marks for a peer that does not know them', () => {
    const { rib, out, said } = outOf();
    put(rib, '192.0.2.7/32', SELF);
    const [first] = said();
    out.again('ipv4');
    expect(said()).toEqual([first]);
  });
});

describe('a peer is not told', () => {
  const other = { nextHop: ip('192.0.2.254') } as const;
  it.each<[string, string, RouteAttributes | Route, Parameters<typeof terms>[0]]>([
    ['of loopback addresses, unless it is on one', '127.0.0.9/32', SELF, {}],
    ["of the session's own address", '192.0.2.1/32', SELF, {}],
    ['of a route by way of itself (RFC 4271 §5.1.3)', '198.51.100.7/32', other, {}],
    ['of a next hop by way of it', '203.0.113.1/32', { nextHop: ip('203.0.113.1') }, {}],
    [
      'of the next hop that it hears for ours',
      '203.0.113.1/32',
      SELF,
      { settings: { nextHop: { ipv4: ip('203.0.113.1') } } },
    ],
    ['of what is outside of its `only`', '198.51.100.7/32', SELF, { settings: { only: ['203.0.113.0/24' as Prefix] } }],
    [
      'of a family that was not agreed on',
      '2001:db8::1/128',
      SELF,
      { negotiated: { families: new Set<Family>(['ipv4']) } },
    ],
    ['of a family without a next hop', '2001:db8::1/128', SELF, {}],
    [
      'of what is for others',
      '198.51.100.7/32',
      { prefix: '198.51.100.7/32' as Prefix, attributes: SELF, scope: { neighbors: [ip('192.0.2.9')] } },
      {},
    ],
  ])('%s', (_, prefix, what, of) => {
    const { rib, out, said } = outOf(of);
    said();
    put(rib, prefix, what);
    expect(said()).toEqual([]);
    put(rib, prefix);
    expect(said()).toEqual([]);
    expect(out.told()).toBe(0);
    put(rib, '198.51.100.200/32', SELF, { ...SELF, med: 1 });
    put(rib, '203.0.113.200/32', SELF);
    expect(said().length, 'but of others it is').toBeGreaterThan(0);
  });

  it('but of loopback addresses it is on a session between loopback addresses', () => {
    const { rib, said } = outOf({ local: '127.0.0.1', settings: { address: ip('127.0.1.1') } });
    said();
    put(rib, '127.0.0.9/32', SELF);
    expect(said()).toHaveLength(1);
  });

  it('of what fits into no message (RFC 4271 §9.2), and loses what it was told of it before', () => {
    // Of 4,096 octets 19 are the header, 4 lengths, 20 the attributes of PLAIN, 4 the head of the communities.
    const saying = (count: number): RouteAttributes => ({
      ...SELF,
      communities: Array.from({ length: count }, (_, index) => `65000:${index}`),
    });
    const room = (4_096 - 19 - 4 - 20 - 4 - '20c0000207'.length / 2) / 4;
    const { rib, out, said } = outOf();
    said();
    put(rib, '198.51.100.7/32', saying(Math.floor(room)));
    expect([said().length, out.told(), out.unsaid()]).toEqual([1, 1, []]);
    put(rib, '198.51.100.7/32', saying(Math.floor(room) + 1));
    expect(said()).toEqual([compact(`${MARKER}001c 02 0005 20 c6336407 0000`)]);
    expect([out.told(), out.unsaid(), out.isLevel()]).toEqual([0, [{ family: 'ipv4', why: 'too-long' }], true]);
    const long = outOf({ negotiated: { longestMessage: 65_535 } });
    put(long.rib, '198.51.100.7/32', saying(Math.floor(room) + 1));
    expect([long.said().length, long.out.told(), long.out.unsaid()]).toEqual([3, 1, []]);
  });

  it('of a family that our own settings leave out, without a word', () => {
    const families: readonly Family[] = ['ipv4'];
    const { rib, out, said } = outOf({ settings: { families }, negotiated: { families: new Set(families) } });
    said();
    put(rib, '2001:db8::1/128', SELF);
    expect([said(), out.unsaid()]).toEqual([[], []]);
    expect(out.standingOf(rib.find('2001:db8::1/128' as Prefix) as Found)).toBe('not-for-it');
  });

  it('of a family, and that says why', () => {
    const { rib, out, said } = outOf({ negotiated: { families: new Set<Family>(['ipv4']) } });
    said();
    expect(out.unsaid()).toEqual([]);
    put(rib, '2001:db8::1/128', SELF);
    put(rib, '2001:db8::2/128', SELF);
    expect([said(), out.unsaid()]).toEqual([[], [{ family: 'ipv6', why: 'family-not-negotiated' }]]);
  });
});
