import { describe, expect, it } from 'vitest';
import { keepsRoutesOnNotification, localOpen, negotiate, outgoingWins } from '../../../src/bgp/negotiate.ts';
import type { Capability } from '../../../src/bgp/wire/capability.ts';
import type { Open } from '../../../src/bgp/wire/open.ts';
import type { Family } from '../../../src/model/address.ts';
import type { PeerSettings } from '../../../src/model/peer.ts';
import { agreed, IPV4, IPV6, ip, OUR_ID, peerOpen, peerSettings } from '../../helpers/bgp.ts';

const NONE: ReadonlySet<number> = new Set();
const openWith = (changed: Partial<PeerSettings>, withheld = NONE, isRestarting = false): Open =>
  localOpen(peerSettings(changed), OUR_ID, withheld, isRestarting);
const types = (open: Open): string[] => open.capabilities.map(({ type }) => type);

describe('our OPEN', () => {
  it('announces what is configured', () => {
    expect(openWith({})).toEqual({
      version: 4,
      as: 65001,
      holdTime: 90,
      routerId: OUR_ID,
      capabilities: [
        IPV4,
        IPV6,
        { type: 'routeRefresh' },
        { type: 'extendedNextHop', entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] },
        { type: 'extendedMessage' },
        { type: 'fourOctetAs', as: 65001 },
        { type: 'enhancedRouteRefresh' },
      ],
    });
  });

  it('says AS_TRANS where the number needs four octets (RFC 6793 §4.2.1)', () => {
    const open = openWith({ localAs: 4_200_000_001 });
    expect(open.as).toBe(23_456);
    expect(open.capabilities).toContainEqual({ type: 'fourOctetAs', as: 4_200_000_001 });
    expect(openWith({ localAs: 65_535 }).as).toBe(65_535);
    expect(openWith({ localAs: 65_536 }).as).toBe(23_456);
  });

  it.each<[string, Partial<PeerSettings>, string[]]>([
    [
      'IPv4 alone',
      { families: ['ipv4'] },
      ['multiprotocol', 'routeRefresh', 'extendedNextHop', 'extendedMessage', 'fourOctetAs', 'enhancedRouteRefresh'],
    ],
    [
      'IPv6 alone',
      { families: ['ipv6'] },
      ['multiprotocol', 'routeRefresh', 'extendedMessage', 'fourOctetAs', 'enhancedRouteRefresh'],
    ],
    [
      'no extended message',
      { extendedMessage: false, families: ['ipv6'] },
      ['multiprotocol', 'routeRefresh', 'fourOctetAs', 'enhancedRouteRefresh'],
    ],
    [
      'no extended next hop',
      { extendedNextHop: false, extendedMessage: false, families: ['ipv4'] },
      ['multiprotocol', 'routeRefresh', 'fourOctetAs', 'enhancedRouteRefresh'],
    ],
  ])('with %s', (_, changed, expected) => {
    expect(types(openWith(changed))).toEqual(expected);
  });

  it('asks for graceful restart only when told to (RFC 4724 §3, RFC 8538 §2)', () => {
    expect(types(openWith({ gracefulRestart: 0 }))).not.toContain('gracefulRestart');
    expect(openWith({ gracefulRestart: 30, families: ['ipv6'] }, NONE, true).capabilities).toContainEqual({
      type: 'gracefulRestart',
      isRestarting: true,
      hasNotification: true,
      time: 30,
      families: [{ afi: 2, safi: 1, isForwarding: true }],
    });
  });

  it('offers to send several paths, and to take none, in the families that have them (RFC 7911 §4)', () => {
    expect(openWith({ addPath: ['ipv4', 'ipv6'] }).capabilities).toContainEqual({
      type: 'addPath',
      entries: [
        { afi: 1, safi: 1, mode: 'send' },
        { afi: 2, safi: 1, mode: 'send' },
      ],
    });
    expect(types(openWith({ addPath: ['ipv6'] }, new Set([69])))).not.toContain('addPath');
  });

  it.each([
    ['provider', 0],
    ['rs-server', 1],
    ['rs-client', 2],
    ['customer', 3],
    ['peer', 4],
  ] as const)('says that we are %s as %d (RFC 9234 §4.1)', (ours, role) => {
    expect(openWith({ role: { ours, isStrict: false } }).capabilities).toContainEqual({ type: 'role', role });
    expect(types(openWith({}))).not.toContain('role');
  });

  it('leaves out what the peer refused', () => {
    expect(types(openWith({}, new Set([1, 2, 5])))).toEqual([
      ...['extendedMessage', 'fourOctetAs', 'enhancedRouteRefresh'],
    ]);
    expect(types(openWith({}, new Set([1, 2, 5, 6, 65, 70])))).toEqual([]);
  });
});

describe('an OPEN that cannot be accepted', () => {
  const internal = { as: 65001 };
  it.each<[string, Partial<PeerSettings>, Partial<Open>, [number, number, number[]]]>([
    ['version 3 (RFC 4271 §6.2)', {}, { version: 3 }, [2, 1, [0, 4]]],
    ['version 5', {}, { version: 5 }, [2, 1, [0, 4]]],
    ['another AS', {}, { as: 65003, capabilities: [] }, [2, 2, []]],
    [
      'another AS in the capability (RFC 6793)',
      {},
      { capabilities: [IPV4, { type: 'fourOctetAs', as: 65003 }] },
      [2, 2, []],
    ],
    ['AS 0 (RFC 7607 §2)', {}, { as: 0, capabilities: [] }, [2, 2, []]],
    ['AS_TRANS without the capability', { as: 4_200_000_001 }, { as: 23_456, capabilities: [] }, [2, 2, []]],
    ['hold time 1', {}, { holdTime: 1 }, [2, 6, []]],
    ['hold time 2', {}, { holdTime: 2 }, [2, 6, []]],
    ['router id 0.0.0.0 (RFC 6286 §2.2)', {}, { routerId: ip('0.0.0.0') }, [2, 3, []]],
    ['our own router id, within an AS', internal, { as: 65001, capabilities: [], routerId: OUR_ID }, [2, 3, []]],
    ['no family in common (RFC 5492 §3)', { families: ['ipv6'] }, { capabilities: [IPV4] }, [2, 7, [1, 4, 0, 2, 0, 1]]],
    ['no capabilities, for IPv6', { families: ['ipv6'] }, { capabilities: [] }, [2, 7, [1, 4, 0, 2, 0, 1]]],
    [
      'only families of others',
      {},
      { capabilities: [{ type: 'multiprotocol', afi: 1, safi: 128 }] },
      [2, 7, [1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1]],
    ],
    ['several faults: the version first', {}, { version: 3, as: 1, holdTime: 1 }, [2, 1, [0, 4]]],
  ])('%s', (_, changed, open, [code, subcode, data]) => {
    const settings = peerSettings(changed);
    const answer = negotiate(localOpen(settings, OUR_ID, NONE), peerOpen(open), settings);
    expect(answer).toEqual({
      notification: { code, subcode, data: Uint8Array.from(data) },
      detail: expect.any(String),
    });
  });
});

describe('what is agreed', () => {
  it('of a peer like us', () => {
    const settings = peerSettings({ gracefulRestart: 30 });
    const remote = peerOpen({
      capabilities: openWith({ localAs: 65002, gracefulRestart: 77 }).capabilities,
    });
    expect(agreed(remote, settings)).toEqual({
      holdTime: 90,
      isExternal: true,
      peerAs: 65002,
      peerRouterId: ip('10.0.0.2'),
      localAs: 65001,
      asOctets: 4,
      longestMessage: 65_535,
      longestReceived: 65_535,
      families: new Set(['ipv4', 'ipv6']),
      hasExtendedNextHop: true,
      hasRouteRefresh: true,
      hasEnhancedRouteRefresh: true,
      addPathSent: new Set(),
      gracefulRestart: 30,
      peerOpen: remote,
    });
  });

  it('of a peer without any capability (RFC 4760 §8, RFC 6793 §4.2)', () => {
    const negotiated = agreed(peerOpen({ capabilities: [] }), peerSettings({ gracefulRestart: 30 }));
    expect(negotiated).toMatchObject({
      asOctets: 2,
      longestMessage: 4_096,
      // RFC 8654 §4: it has heard that we take them.
      longestReceived: 65_535,
      families: new Set(['ipv4']),
      hasExtendedNextHop: false,
      gracefulRestart: 0,
    });
  });

  it.each([
    [90, 30, 30],
    [9, 90, 9],
    [0, 90, 0],
    [90, 0, 0],
    [90, 3, 3],
  ])('the hold time, of %d s here and %d s there (RFC 4271 §4.2)', (holdTime, theirs, expected) => {
    expect(agreed(peerOpen({ holdTime: theirs }), peerSettings({ holdTime })).holdTime).toBe(expected);
  });

  it("two octets of AS where we don't announce four", () => {
    expect(agreed(peerOpen(), peerSettings(), new Set([65])).asOctets).toBe(2);
  });

  it('the AS of the capability, whatever the field says (RFC 6793 §4.1)', () => {
    const as = 4_200_000_001;
    const open = peerOpen({ as: 23_456, capabilities: [IPV4, { type: 'fourOctetAs', as }] });
    expect(agreed(open, peerSettings({ as })).peerAs).toBe(as);
  });

  it('equal router ids, between autonomous systems (RFC 6286 §2.2)', () => {
    expect(agreed(peerOpen({ routerId: OUR_ID }), peerSettings()).isExternal).toBe(true);
  });

  it('only families that are wanted, even if none is announced', () => {
    expect(agreed(peerOpen({ capabilities: [IPV6] }), peerSettings()).families).toEqual(new Set(['ipv6']));
    const settings = peerSettings({ families: ['ipv6'] });
    expect(negotiate(localOpen(settings, OUR_ID, new Set([1])), peerOpen(), settings)).toMatchObject({
      notification: { code: 2, subcode: 7 },
    });
  });

  it.each<[string, Capability[], boolean]>([
    ['both', [IPV4, { type: 'extendedNextHop', entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] }], true],
    ['no family', [{ type: 'extendedNextHop', entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] }], false],
    ['another family', [IPV4, { type: 'extendedNextHop', entries: [{ afi: 1, safi: 128, nextHopAfi: 2 }] }], false],
    ['another next hop', [IPV4, { type: 'extendedNextHop', entries: [{ afi: 1, safi: 1, nextHopAfi: 1 }] }], false],
    ['nothing of it', [IPV4], false],
  ])('IPv4 over IPv6 with %s (RFC 8950 §4)', (_, capabilities, expected) => {
    expect(agreed(peerOpen({ capabilities }), peerSettings()).hasExtendedNextHop).toBe(expected);
  });

  it.each<[string, Family[], [afi: number, safi: number, mode: 'send' | 'receive' | 'both'][], Family[]]>([
    [
      'a peer that takes them',
      ['ipv4', 'ipv6'],
      [
        [1, 1, 'receive'],
        [2, 1, 'both'],
      ],
      ['ipv4', 'ipv6'],
    ],
    ['one that takes them of a family', ['ipv4', 'ipv6'], [[2, 1, 'receive']], ['ipv6']],
    ['one that sends them', ['ipv4'], [[1, 1, 'send']], []],
    [
      'one that takes others',
      ['ipv4'],
      [
        [1, 2, 'receive'],
        [1, 128, 'receive'],
      ],
      [],
    ],
    [
      'one that we do not offer it',
      [],
      [
        [1, 1, 'both'],
        [2, 1, 'both'],
      ],
      [],
    ],
    [
      'one without the family',
      ['ipv4', 'ipv6'],
      [
        [1, 1, 'both'],
        [2, 1, 'both'],
      ],
      ['ipv4'],
    ],
  ])('several paths with %s (RFC 7911 §4)', (name, offered, theirs, expected) => {
    const entries = theirs.map(([afi, safi, mode]) => ({ afi, safi, mode }));
    const families = name === 'one without the family' ? [IPV4] : [IPV4, IPV6];
    const open = peerOpen({ capabilities: [...families, { type: 'addPath', entries }] });
    expect(agreed(open, peerSettings({ addPath: offered })).addPathSent).toEqual(new Set(expected));
  });

  it('what stands in one of several instances of a capability (RFC 5492 §4)', () => {
    const paths = (afi: number) => ({ type: 'addPath', entries: [{ afi, safi: 1, mode: 'receive' }] }) as const;
    const hops = (safi: number) => ({ type: 'extendedNextHop', entries: [{ afi: 1, safi, nextHopAfi: 2 }] }) as const;
    const open = peerOpen({ capabilities: [IPV4, IPV6, paths(1), paths(2), hops(1), hops(128)] });
    const { addPathSent, hasExtendedNextHop } = agreed(
      open,
      peerSettings({ addPath: ['ipv4', 'ipv6'], extendedNextHop: true }),
    );
    expect([addPathSent, hasExtendedNextHop]).toEqual([new Set(['ipv4', 'ipv6']), true]);
  });

  it('who may ask again: the capability is ours (RFC 2918 §4)', () => {
    expect(agreed(peerOpen(), peerSettings()).hasRouteRefresh).toBe(true);
    expect(agreed(peerOpen(), peerSettings(), new Set([2])).hasRouteRefresh).toBe(false);
  });

  it('marks around what is told again, where both have them (RFC 7313 §4)', () => {
    const enhanced = peerOpen({ capabilities: [IPV4, { type: 'enhancedRouteRefresh' }] });
    expect(agreed(enhanced, peerSettings()).hasEnhancedRouteRefresh).toBe(true);
    expect(agreed(enhanced, peerSettings(), new Set([70])).hasEnhancedRouteRefresh).toBe(false);
    expect(agreed(peerOpen(), peerSettings()).hasEnhancedRouteRefresh).toBe(false);
  });
});

describe('a NOTIFICATION', () => {
  const graceful = (hasNotification: boolean): Open =>
    peerOpen({
      capabilities: [{ type: 'gracefulRestart', isRestarting: false, hasNotification, time: 120, families: [] }],
    });
  it('leaves our routes with the peer only if both say so (RFC 8538 §3)', () => {
    expect(keepsRoutesOnNotification(graceful(true), graceful(true))).toBe(true);
    expect(keepsRoutesOnNotification(graceful(true), graceful(false))).toBe(false);
    expect(keepsRoutesOnNotification(graceful(false), graceful(true))).toBe(false);
    expect(keepsRoutesOnNotification(peerOpen(), graceful(true))).toBe(false);
  });

  it('the last of several instances counts (RFC 4724 §3)', () => {
    const twice = peerOpen({ capabilities: [...graceful(true).capabilities, ...graceful(false).capabilities] });
    expect(keepsRoutesOnNotification(graceful(true), twice)).toBe(false);
  });
});

describe('of two connections', () => {
  it.each([
    ['10.0.0.1', '10.0.0.2', 65001, 65002, false],
    ['10.0.0.2', '10.0.0.1', 65001, 65002, true],
    // Unsigned: the first octet has the highest bit.
    ['200.0.0.1', '10.0.0.1', 65001, 65002, true],
    ['10.0.0.1', '200.0.0.1', 65001, 65002, false],
    // As numbers, not as text.
    ['9.0.0.1', '10.0.0.1', 65001, 65002, false],
    // RFC 6286 §2.3.
    ['10.0.0.1', '10.0.0.1', 65001, 65002, false],
    ['10.0.0.1', '10.0.0.1', 65002, 65001, true],
    ['10.0.0.1', '10.0.0.1', 4_200_000_000, 65001, true],
  ])('%s against %s, AS %d against AS %d: ours stays is %s (RFC 4271 §6.8)', (ours, theirs, localAs, as, expected) => {
    const settings = peerSettings({ localAs, as });
    const remote = peerOpen({ routerId: ip(theirs), capabilities: [IPV4, { type: 'fourOctetAs', as }] });
    const local = localOpen(settings, ip(ours), NONE);
    const answer = negotiate(local, remote, settings);
    if ('notification' in answer) throw new Error(answer.detail);
    expect(outgoingWins(local, answer.negotiated)).toBe(expected);
  });
});
