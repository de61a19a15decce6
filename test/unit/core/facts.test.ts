import { describe, expect, it } from 'vitest';
import { applyFacts, emptyFacts, type FactsIndex } from '../../../src/core/facts.ts';
import type { IpAddress, Prefix } from '../../../src/model/address.ts';
import type { FactsRead } from '../../../src/model/event.ts';
import { type HostAddress, hostAddressKey, type LocalRoute, listenerKey } from '../../../src/model/facts.ts';
import { added, factsRead, removed } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';

const DECLARED = '10.1.0.0/24' as Prefix;

interface Rig {
  readonly index: FactsIndex;
  /** Prefixes that the reading marked. */
  read(of: Partial<FactsRead>): string[];
}

function rig({ announce = [] as string[], anyip = false, services = [] as string[] } = {}): Rig {
  const policy = { announce: new Set(announce as Prefix[]), anyip };
  const index = emptyFacts(policy);
  return { index, read: (of) => [...applyFacts(index, factsRead(1_000, of), policy, services as Prefix[])].sort() };
}

const inside = (index: FactsIndex, prefix: string) => {
  const area = index.areas.get(prefix as Prefix);
  return area && { listening: [...area.listening].sort(), assigned: [...area.assigned].sort() };
};
const admin = (prefix: string, of: Partial<LocalRoute> = {}): LocalRoute =>
  facts.localRoute(prefix, { by: 'admin', ...of });

describe('the area of a declared prefix', () => {
  it('is there from the start, and knows what listens and what is assigned inside', () => {
    const { index, read } = rig({ announce: [DECLARED] });
    expect(inside(index, DECLARED)).toEqual({ listening: [], assigned: [] });
    const marked = read({
      addresses: added(facts.assigned('10.1.0.1'), facts.assigned('10.2.0.1')),
      listeners: added(
        facts.listener('10.1.0.1', 80),
        facts.listener('10.1.0.255', 80),
        facts.listener('10.2.0.1', 80),
      ),
    });
    expect(inside(index, DECLARED)).toEqual({ listening: ['10.1.0.1', '10.1.0.255'], assigned: ['10.1.0.1'] });
    expect(marked).toEqual([DECLARED, '10.1.0.1/32', '10.1.0.255/32', '10.2.0.1/32'].sort());
  });

  it('is marked by what changes inside it, not by what changes beside it', () => {
    const { read } = rig({ announce: [DECLARED] });
    expect(read({ listeners: added(facts.listener('10.1.1.0', 80)) })).toEqual(['10.1.1.0/32']);
    expect(read({ listeners: added(facts.listener('10.1.0.0', 80)) })).toContain(DECLARED);
    expect(read({ addresses: added(facts.assigned('10.1.1.0')) })).toEqual(['10.1.1.0/32']);
  });

  it('loses an address only with the last listener, and the last assignment, on it', () => {
    const { index, read } = rig({ announce: [DECLARED] });
    const [one, two] = [facts.listener('10.1.0.1', 80), facts.listener('10.1.0.1', 443)];
    const [lo, eth0] = [facts.assigned('10.1.0.1'), facts.assigned('10.1.0.1', { device: 'eth0' })];
    read({ listeners: added(one, two), addresses: added(lo, eth0) });
    read({ listeners: removed(listenerKey(one)), addresses: removed(hostAddressKey(lo)) });
    expect(inside(index, DECLARED)).toEqual({ listening: ['10.1.0.1'], assigned: ['10.1.0.1'] });
    read({ listeners: removed(listenerKey(two)), addresses: removed(hostAddressKey(eth0)) });
    expect(inside(index, DECLARED)).toEqual({ listening: [], assigned: [] });
  });

  it('of a single address holds that one', () => {
    const { index, read } = rig({ announce: ['10.1.0.1/32'] });
    read({ listeners: added(facts.listener('10.1.0.1', 80), facts.listener('10.1.0.2', 80)) });
    expect(inside(index, '10.1.0.1/32')).toEqual({ listening: ['10.1.0.1'], assigned: [] });
  });

  it('stays when an administrator’s route of the same prefix goes', () => {
    const { index, read } = rig({ announce: [DECLARED], anyip: true });
    read({ addresses: added<HostAddress>(admin(DECLARED), facts.assigned('10.1.0.1')) });
    read({ addresses: removed(hostAddressKey(admin(DECLARED))) });
    expect(inside(index, DECLARED)).toEqual({ listening: [], assigned: ['10.1.0.1'] });
  });

  it('is marked by a wildcard of its family, and by an IPv6 one without v6only', () => {
    const { read } = rig({ announce: [DECLARED, '2001:db8::/64'] });
    expect(read({ listeners: added(facts.listener('0.0.0.0', 80)) })).toEqual([DECLARED]);
    expect(read({ listeners: added(facts.listener('::', 80)) })).toEqual([DECLARED, '2001:db8::/64']);
  });
});

describe('the area of an administrator’s route', () => {
  it('begins with what is inside already, and ends with the route', () => {
    const { index, read } = rig({ anyip: true });
    read({
      listeners: added(facts.listener('10.5.0.7', 80), facts.listener('10.6.0.7', 80)),
      addresses: added(facts.assigned('10.5.0.8')),
    });
    expect(read({ addresses: added(admin('10.5.0.0/24')) })).toEqual(['10.5.0.0/24', '10.5.0.7/32']);
    expect(inside(index, '10.5.0.0/24')).toEqual({ listening: ['10.5.0.7'], assigned: ['10.5.0.8'] });
    expect(read({ addresses: removed(hostAddressKey(admin('10.5.0.0/24'))) })).toEqual(['10.5.0.0/24', '10.5.0.7/32']);
    expect([...index.areas.keys()]).toEqual([]);
  });

  it('of one address begins with what is there', () => {
    const { index, read } = rig({ anyip: true });
    read({ listeners: added(facts.listener('10.5.0.7', 80)) });
    read({ addresses: added(admin('10.5.0.7/32'), admin('10.5.0.8/32')) });
    expect(inside(index, '10.5.0.7/32')).toEqual({ listening: ['10.5.0.7'], assigned: [] });
    expect(inside(index, '10.5.0.8/32')).toEqual({ listening: [], assigned: [] });
  });

  it('lasts as long as one of several routes does, and loses nothing when another comes', () => {
    const { index, read } = rig({ anyip: true });
    const [lo, eth0] = [admin('10.5.0.0/24'), admin('10.5.0.0/24', { device: 'eth0' })];
    read({ addresses: added(lo), listeners: added(facts.listener('10.5.0.7', 80)) });
    read({ addresses: added(eth0) });
    read({ addresses: removed(hostAddressKey(lo)) });
    expect(inside(index, '10.5.0.0/24')).toEqual({ listening: ['10.5.0.7'], assigned: [] });
    read({ addresses: removed(hostAddressKey(eth0)) });
    expect([...index.areas.keys()]).toEqual([]);
  });

  it.each([
    ['of the kernel', { anyip: true }, facts.localRoute('10.5.0.0/24')],
    ['without --anyip', { anyip: false }, admin('10.5.0.0/24')],
  ])('is none for one %s', (_name, of, route) => {
    const { index, read } = rig(of);
    read({ addresses: added(route) });
    expect([...index.areas.keys()]).toEqual([]);
  });

  it('goes with a resync that does not name it', () => {
    const { index, read } = rig({ anyip: true });
    read({ addresses: added(admin('10.5.0.0/24')) });
    expect(read({ resync: true })).toContain('10.5.0.0/24');
    expect([...index.areas.keys()]).toEqual([]);
  });
});

describe('what stands on a device', () => {
  it.each([
    ['an address', { addresses: added(facts.assigned('10.0.0.1', { device: 'eth0' })) }],
    ['a listener that is bound to it', { listeners: added(facts.listener('10.0.0.1', 80, { device: 'eth0' })) }],
    [
      'a listener behind a local route',
      {
        addresses: added(facts.localRoute('10.0.0.0/24', { device: 'eth0' })),
        listeners: added(facts.listener('10.0.0.1', 80)),
      },
    ],
    [
      'a listener behind a local route of its own',
      {
        addresses: added(facts.localRoute('10.0.0.1/32', { device: 'eth0' })),
        listeners: added(facts.listener('10.0.0.1', 80)),
      },
    ],
    [
      'an address under a wildcard that is bound to it',
      {
        addresses: added(facts.assigned('10.0.0.1')),
        listeners: added(facts.listener('0.0.0.0', 80, { device: 'eth0' })),
      },
    ],
  ])('is marked with it: %s', (_name, of) => {
    const { read } = rig();
    read({ devices: added(facts.device('eth0'), facts.device('lo')), ...of });
    expect(read({ devices: added(facts.device('eth0', { up: false })) })).toContain('10.0.0.1/32');
    expect(read({ devices: removed('eth0') })).toContain('10.0.0.1/32');
    expect(read({ devices: added(facts.device('eth1')) })).not.toContain('10.0.0.1/32');
  });

  it.each([
    ['on a slave', facts.listener('10.0.0.1', 80)],
    ['on a slave, under a wildcard', facts.listener('0.0.0.0', 80)],
  ])('is marked with its VRF: an address %s', (_name, listener) => {
    const { read } = rig();
    read({
      devices: added(facts.device('red', { kind: 'vrf', vrf: 'red' }), facts.device('eth1', { vrf: 'red' })),
      addresses: added(facts.assigned('10.0.0.1', { device: 'eth1' })),
      listeners: added(listener),
    });
    const taking = facts.device('red', { kind: 'vrf', vrf: 'red', takesUnbound: ['tcp'] });
    expect(read({ devices: added(taking) })).toContain('10.0.0.1/32');
  });

  it('is marked with its VRF: a listener behind a local route of a slave', () => {
    const { read } = rig();
    read({
      devices: added(facts.device('red', { kind: 'vrf', vrf: 'red' }), facts.device('eth1', { vrf: 'red' })),
      addresses: added(admin('10.0.0.0/24', { device: 'eth1' })),
      listeners: added(facts.listener('10.0.0.1', 80)),
    });
    const taking = facts.device('red', { kind: 'vrf', vrf: 'red', takesUnbound: ['tcp'] });
    expect(read({ devices: added(taking) })).toContain('10.0.0.1/32');
  });

  it('is marked with a route of one address that comes or goes', () => {
    const { read } = rig();
    const route = facts.localRoute('10.0.0.7/32', { by: 'admin', device: 'eth0' });
    read({ listeners: added(facts.listener('10.0.0.7', 80)) });
    expect(read({ addresses: added(route) })).toEqual(['10.0.0.7/32']);
    expect(read({ addresses: removed(hostAddressKey(route)) })).toEqual(['10.0.0.7/32']);
  });

  it('marks every service and every area: they may stand on anything', () => {
    const { read } = rig({ announce: [DECLARED], services: ['10.9.9.9/32'] });
    expect(read({ devices: added(facts.device('eth0')) })).toEqual([DECLARED, '10.9.9.9/32'].sort());
  });
});

describe('a listener', () => {
  it('is found by its address, and a wildcard is not', () => {
    const { index, read } = rig();
    const [bound, wildcard] = [facts.listener('10.0.0.1', 80), facts.listener('0.0.0.0', 80)];
    read({ listeners: added(bound, wildcard) });
    expect([...index.listenersOf.keys()]).toEqual(['10.0.0.1']);
    expect([...index.wildcards.values()]).toEqual([wildcard]);
    read({ listeners: removed(listenerKey(bound), listenerKey(wildcard)) });
    expect([index.listenersOf.size, index.wildcards.size, index.listeners.size]).toEqual([0, 0, 0]);
  });

  it('on a wildcard marks the addresses of its families, IPv4 also for one that was not v6only before', () => {
    const { read } = rig();
    read({ addresses: added(facts.assigned('10.0.0.1'), facts.assigned('2001:db8::1')) });
    expect(read({ listeners: added(facts.listener('0.0.0.0', 80)) })).toEqual(['10.0.0.1/32']);
    expect(read({ listeners: added(facts.listener('::', 80)) })).toEqual(['10.0.0.1/32', '2001:db8::1/128']);
    expect(read({ listeners: added(facts.listener('::', 80, { v6only: true })) })).toContain('10.0.0.1/32');
  });

  it('has a full queue since it was first seen so, until it is not or is gone', () => {
    const { index, read } = rig();
    const full = facts.listener('10.0.0.1', 80, { queueFull: true });
    const key = listenerKey(full);
    read({ listeners: added(full) });
    read({ listeners: added(full), readAt: factsRead(2_000).readAt });
    expect(index.fullSince.get(key)).toBe(1_000);
    read({ listeners: added(facts.listener('10.0.0.1', 80)) });
    expect(index.fullSince.size).toBe(0);
    read({ listeners: added(full), readAt: factsRead(3_000).readAt });
    expect(index.fullSince.get(key)).toBe(3_000);
    read({ listeners: removed(key) });
    expect(index.fullSince.size).toBe(0);
  });
});

describe('an address', () => {
  it('is found as long as one assignment of it is there', () => {
    const { index, read } = rig();
    const [lo, eth0] = [facts.assigned('10.0.0.1'), facts.assigned('10.0.0.1', { device: 'eth0' })];
    read({ addresses: added(lo, eth0) });
    read({ addresses: removed(hostAddressKey(lo)) });
    expect([...(index.assignedOf.get('10.0.0.1' as IpAddress)?.values() ?? [])]).toEqual([eth0]);
    read({ resync: true });
    expect([index.assignedOf.size, index.addresses.size]).toEqual([0, 0]);
  });
});
