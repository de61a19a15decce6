import { describe, expect, it } from 'vitest';
import { findCandidate, prepareNetworks } from '../../../src/core/candidates.ts';
import { applyFacts, emptyFacts } from '../../../src/core/facts.ts';
import { type Health, healthOf } from '../../../src/core/health.ts';
import type { Prefix } from '../../../src/model/address.ts';
import type { Device, HostAddress, Listener } from '../../../src/model/facts.ts';
import { ms } from '../../../src/model/millis.ts';
import { added, factsRead, policyOf } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';

interface Host {
  readonly devices?: readonly Device[];
  readonly addresses?: readonly HostAddress[];
  readonly listeners?: readonly Listener[];
  /** Read at 2,000. */
  readonly later?: readonly Listener[];
}

const NETWORK = ['--network', '10.0.0.0/8', '--network', '2001:db8::/32', '--nexthop', '2001:db8:ffff::1'];
const LO = facts.device('lo');
const admin = (prefix: string, device = 'lo') => facts.localRoute(prefix, { by: 'admin', device });

/** The health of a prefix on a host of which everything was read at 1,000. */
function health(prefix: string, host: Host, words: readonly string[] = [], at = 1_000): Health {
  const policy = policyOf([...NETWORK, ...words]);
  const index = emptyFacts(policy);
  const { devices = [LO], addresses = [], listeners = [] } = host;
  const reading = factsRead(1_000, {
    devices: added(...devices),
    addresses: added(...addresses),
    listeners: added(...listeners),
  });
  applyFacts(index, reading, policy, []);
  applyFacts(index, factsRead(2_000, { listeners: added(...(host.later ?? [])) }), policy, []);
  const found = findCandidate(prefix as Prefix, index, policy, prepareNetworks(policy.networks));
  return healthOf(found, { facts: index, policy, checks: new Map(), at: ms(at) });
}

/** `up`, `up until 3000`, or what is lost and why: `listener: no-listener`. */
function brief(of: Health): string {
  if (of.up) return of.until === undefined ? 'up' : `up until ${of.until}`;
  return `${of.lost}: ${of.reason.code}`;
}

describe('a VRF', () => {
  const red = facts.device('red', { kind: 'vrf', vrf: 'red' });
  const redTaking = (...takesUnbound: Listener['protocol'][]) => ({ ...red, takesUnbound });
  const blue = facts.device('blue', { kind: 'vrf', vrf: 'blue', takesUnbound: ['tcp'] });
  const eth1 = facts.device('eth1', { vrf: 'red' });
  const eth2 = facts.device('eth2', { vrf: 'red' });
  const eth3 = facts.device('eth3', { vrf: 'blue' });
  const eth0 = facts.device('eth0');
  const devices = [LO, red, blue, eth0, eth1, eth2, eth3];
  const taking = (...protocols: Listener['protocol'][]) =>
    devices.map((each) => (each === red ? redTaking(...protocols) : each));

  it.each<[string, string, string, readonly Device[]]>([
    ['no device', '', 'listener: listener-device-unreachable', devices],
    ['no device, where a sysctl takes it in', '', 'up', taking('tcp')],
    ['no device, where a sysctl takes in UDP', '', 'listener: listener-device-unreachable', taking('udp')],
    ['the VRF', 'red', 'up', devices],
    ['the device that has the address', 'eth1', 'up', devices],
    ['another device of the VRF', 'eth2', 'up', devices],
    ['another VRF', 'blue', 'listener: listener-device-unreachable', devices],
    ['a device of another VRF', 'eth3', 'listener: listener-device-unreachable', devices],
    ['a device of no VRF', 'eth0', 'listener: listener-device-unreachable', devices],
    ['the loopback device', 'lo', 'listener: listener-device-unreachable', devices],
    ['a device that is not there', 'eth9', 'listener: listener-device-unreachable', devices],
  ])('has an address served by what is bound to %s: %s', (_name, device, expected, on) => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'eth1' })];
    const bound = facts.listener('10.0.0.1', 80, { device });
    expect(brief(health('10.0.0.1/32', { devices: on, addresses, listeners: [bound] }))).toBe(expected);
    const wildcard = facts.listener('0.0.0.0', 80, { device });
    expect(brief(health('10.0.0.1/32', { devices: on, addresses, listeners: [wildcard] }))).toBe(expected);
  });

  it('has its own address served in the same way', () => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'red' })];
    const of = (device: string) => ({ devices, addresses, listeners: [facts.listener('10.0.0.1', 80, { device })] });
    expect(brief(health('10.0.0.1/32', of('eth1')))).toBe('up');
    expect(brief(health('10.0.0.1/32', of('red')))).toBe('up');
    expect(brief(health('10.0.0.1/32', of('')))).toBe('listener: listener-device-unreachable');
  });

  it('does not serve an address outside of it', () => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'eth0' })];
    const of = (device: string) => ({
      devices: taking('tcp'),
      addresses,
      listeners: [facts.listener('10.0.0.1', 80, { device })],
    });
    expect(brief(health('10.0.0.1/32', of('')))).toBe('up');
    expect(brief(health('10.0.0.1/32', of('red')))).toBe('listener: listener-device-unreachable');
    expect(brief(health('10.0.0.1/32', of('eth1')))).toBe('listener: listener-device-unreachable');
  });

  it('serves nothing through a device that is down', () => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'eth1' })];
    const down = devices.map((each) => (each === red ? { ...red, up: false } : each));
    const listeners = [facts.listener('10.0.0.1', 80, { device: 'red' })];
    expect(brief(health('10.0.0.1/32', { devices: down, addresses, listeners }))).toBe(
      'listener: listener-device-unreachable',
    );
  });

  it('holds for UDP by the sysctl of UDP', () => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'eth1' })];
    const listeners = [facts.listener('10.0.0.1', 80, { protocol: 'udp' })];
    const words = ['--protocol', 'udp'];
    expect(brief(health('10.0.0.1/32', { devices: taking('udp'), addresses, listeners }, words))).toBe('up');
    expect(brief(health('10.0.0.1/32', { devices: taking('tcp'), addresses, listeners }, words))).toBe(
      'listener: listener-device-unreachable',
    );
  });

  it('holds for an AnyIP prefix and for a declared one', () => {
    const route = { ...admin('10.5.0.0/24', 'eth1'), vrf: 'red' };
    const addresses = [route, facts.assigned('10.6.0.1', { device: 'eth1' })];
    const of = (device: string) => ({
      devices,
      addresses,
      listeners: [facts.listener('10.5.0.7', 80, { device }), facts.listener('10.6.0.1', 80, { device })],
    });
    const words = ['--anyip', '--announce', '10.6.0.0/24'];
    for (const prefix of ['10.5.0.0/24', '10.6.0.0/24']) {
      expect(brief(health(prefix, of('red'), words))).toBe('up');
      expect(brief(health(prefix, of(''), words))).toBe('listener: listener-device-unreachable');
      expect(brief(health(prefix, of('eth3'), words))).toBe('listener: listener-device-unreachable');
    }
  });
});

describe('a device', () => {
  const eth0 = (of: Partial<Device>) => [LO, facts.device('eth0', of)];
  const host = (of: Partial<Device>): Host => ({
    devices: eth0(of),
    addresses: [facts.assigned('10.0.0.1', { device: 'eth0' }), admin('10.5.0.0/24', 'eth0')],
    listeners: [facts.listener('10.0.0.1', 80), facts.listener('10.5.0.1', 80)],
  });

  it.each([
    [{ up: true, carrier: true }, 'up', 'up'],
    [{ up: true, carrier: false }, 'up', 'address: no-carrier'],
    [{ up: false, carrier: true }, 'address: device-down', 'address: device-down'],
    [{ up: false, carrier: false }, 'address: device-down', 'address: device-down'],
  ])('that is %j makes %s, under --require-carrier %s', (of, plain, strict) => {
    const words = ['--anyip', '--announce', '10.0.0.0/24'];
    for (const prefix of ['10.0.0.1/32', '10.5.0.0/24', '10.0.0.0/24']) {
      expect(brief(health(prefix, host(of), words))).toBe(plain);
      expect(brief(health(prefix, host(of), [...words, '--require-carrier']))).toBe(strict);
    }
  });

  it('that is not known is down', () => {
    expect(brief(health('10.0.0.1/32', { ...host({}), devices: [LO] }))).toBe('address: device-down');
  });

  it('that is one of several which have the address may be down', () => {
    const addresses = [facts.assigned('10.0.0.1', { device: 'eth0' }), facts.assigned('10.0.0.1')];
    const listeners = [facts.listener('10.0.0.1', 80)];
    expect(brief(health('10.0.0.1/32', { devices: eth0({ up: false }), addresses, listeners }))).toBe('up');
  });
});

describe('an AnyIP prefix', () => {
  const listeners = [facts.listener('10.5.0.1', 80), facts.listener('2001:db8:5::1', 80)];

  it.each([
    ['10.0.0.0/15', [], 'address: prefix-too-short'],
    ['10.0.0.0/15', ['--shortest-prefix', 'ipv4/15'], 'up'],
    ['10.0.0.0/15', ['--shortest-prefix', 'ipv4/14'], 'up'],
    ['10.5.0.0/16', [], 'up'],
    ['10.5.0.0/16', ['--shortest-prefix', 'ipv4/17'], 'address: prefix-too-short'],
    ['10.5.0.1/32', ['--shortest-prefix', 'ipv4/32'], 'up'],
    ['2001:db8::/32', [], 'up'],
    ['2001:db8::/32', ['--shortest-prefix', 'ipv6/33'], 'address: prefix-too-short'],
    ['2001:db8:5::/48', ['--shortest-prefix', 'ipv6/64'], 'address: prefix-too-short'],
  ])('%s under %j is %s', (prefix, words, expected) => {
    const at = prefix === '10.0.0.0/15' ? [facts.listener('10.0.5.1', 80)] : listeners;
    const found = health(prefix, { addresses: [admin(prefix)], listeners: at }, ['--anyip', ...words]);
    expect(brief(found)).toBe(expected);
  });

  it.each([
    ['inside', [facts.listener('10.5.0.255', 80)], [], 'up'],
    ['outside', [facts.listener('10.6.0.1', 80)], [], 'listener: no-listener'],
    ['on another port', [facts.listener('10.5.0.1', 53)], [], 'listener: listener-not-matched'],
    ['on the wildcard', [facts.listener('0.0.0.0', 80)], [], 'up'],
    ['on the IPv6 wildcard', [facts.listener('::', 80)], [], 'up'],
    ['on the IPv6 wildcard alone', [facts.listener('::', 80, { v6only: true })], [], 'listener: no-listener'],
    ['on the wildcard, that is off', [facts.listener('0.0.0.0', 80)], ['--wildcard', 'off'], 'listener: wildcard-off'],
    ['inside, with the wildcard off', [facts.listener('10.5.0.1', 80)], ['--wildcard', 'off'], 'up'],
    [
      'inside, bound to loopback',
      [facts.listener('10.5.0.1', 80, { device: 'lo' })],
      [],
      'listener: listener-device-unreachable',
    ],
  ] as const)('is served by a listener %s: %s', (_name, inside, words, expected) => {
    const host = { addresses: [admin('10.5.0.0/24')], listeners: inside };
    expect(brief(health('10.5.0.0/24', host, ['--anyip', ...words]))).toBe(expected);
  });
});

describe('a declared prefix', () => {
  const words = ['--announce', '10.1.0.0/24'];

  it.each<[string, readonly HostAddress[], readonly Listener[], string]>([
    ['nothing', [], [], 'address: address-missing'],
    ['a listener without its address', [], [facts.listener('10.1.0.1', 80)], 'address: address-missing'],
    ['an address alone', [facts.assigned('10.1.0.1')], [], 'listener: no-listener'],
    ['an address and its listener', [facts.assigned('10.1.0.1')], [facts.listener('10.1.0.1', 80)], 'up'],
    [
      'an address and the listener of another',
      [facts.assigned('10.1.0.1')],
      [facts.listener('10.1.0.2', 80)],
      'listener: no-listener',
    ],
    ['an address and a wildcard', [facts.assigned('10.1.0.1', { length: 24 })], [facts.listener('0.0.0.0', 80)], 'up'],
    ['a wildcard alone', [facts.assigned('10.2.0.1')], [facts.listener('0.0.0.0', 80)], 'address: address-missing'],
    [
      'an address that is not usable',
      [facts.assigned('10.1.0.1', { state: 'tentative' })],
      [facts.listener('10.1.0.1', 80)],
      'address: address-not-usable',
    ],
    [
      'one of two addresses that is usable, and a listener on the other',
      [facts.assigned('10.1.0.1', { state: 'tentative' }), facts.assigned('10.1.0.2')],
      [facts.listener('10.1.0.1', 80)],
      'listener: no-listener',
    ],
  ])('with %s', (_name, addresses, listeners, expected) => {
    expect(brief(health('10.1.0.0/24', { addresses, listeners }, words))).toBe(expected);
  });

  it('counts only the device that was selected', () => {
    const devices = [LO, facts.device('eth0')];
    const addresses = [facts.assigned('10.1.0.1', { device: 'eth0' })];
    const host = { devices, addresses, listeners: [facts.listener('10.1.0.1', 80)] };
    expect(brief(health('10.1.0.0/24', host, [...words, '--device', 'eth0']))).toBe('up');
    expect(brief(health('10.1.0.0/24', host, [...words, '--device', 'lo']))).toBe('address: device-not-selected');
  });
});

describe('a full accept queue', () => {
  const words = ['--accept-queue-full', '2s'];
  const addresses = [facts.assigned('10.0.0.1')];
  const full = (port: number) => facts.listener('10.0.0.1', port, { queueFull: true });
  const free = (port: number) => facts.listener('10.0.0.1', port);

  it.each<[string, readonly Listener[], readonly string[], number, string]>([
    ['counts for nothing without the option', [full(80)], [], 9_000, 'up'],
    ['holds until its limit', [full(80)], words, 1_000, 'up until 3000'],
    ['holds up to the last millisecond', [full(80)], words, 2_999, 'up until 3000'],
    ['is down at its limit', [full(80)], words, 3_000, 'listener: accept-queue-full'],
    ['does not matter beside one that is free', [full(80), free(443)], words, 9_000, 'up'],
    ['does not matter after one that is free', [free(80), full(443)], words, 9_000, 'up'],
    [
      'of the one that is required counts',
      [full(80), free(443)],
      [...words, '--require', 'sport = :80'],
      2_000,
      'up until 3000',
    ],
    [
      'of the one that is required takes it down',
      [full(80), free(443)],
      [...words, '--require', 'sport = :80'],
      3_000,
      'listener: accept-queue-full',
    ],
    ['of one that does not count says less than nothing', [full(53)], words, 9_000, 'listener: listener-not-matched'],
  ])('%s', (_name, listeners, of, at, expected) => {
    expect(brief(health('10.0.0.1/32', { addresses, listeners }, of, at))).toBe(expected);
  });

  it('of one filter counts though another is covered for ever', () => {
    const of = [...words, '--listen-filter', 'sport = :80', '--require', 'sport = :443'];
    expect(brief(health('10.0.0.1/32', { addresses, listeners: [full(80), free(443)] }, of, 2_000))).toBe(
      'up until 3000',
    );
  });

  it('of one rule holds as long as that of another', () => {
    const host: Host = {
      addresses: [...addresses, admin('10.0.0.0/24')],
      listeners: [full(80)],
      later: [facts.listener('10.0.0.9', 80, { queueFull: true })],
    };
    const of = [...words, '--announce', '10.0.0.0/24', '--anyip'];
    expect(brief(health('10.0.0.0/24', host, of, 2_000))).toBe('up until 4000');
    expect(brief(health('10.0.0.0/24', host, of, 3_500))).toBe('up until 4000');
    expect(brief(health('10.0.0.0/24', host, of, 4_000))).toBe('listener: accept-queue-full');
  });

  it('of one rule matters only as far as no other rule is up', () => {
    const host: Host = {
      addresses: [...addresses, facts.assigned('10.0.0.2', { length: 24 })],
      listeners: [full(80), facts.listener('10.0.0.2', 80)],
    };
    expect(brief(health('10.0.0.0/24', host, [...words, '--announce', '10.0.0.0/24'], 9_000))).toBe('up');
  });
});

describe('what is required', () => {
  const addresses = [facts.assigned('10.0.0.1')];
  const words = ['--require', 'sport = :80', '--require', 'sport = :443'];
  const on = (...ports: number[]) => ({ addresses, listeners: ports.map((port) => facts.listener('10.0.0.1', port)) });

  it.each([
    [[80, 443], 'up'],
    [[80], 'listener: required-not-listening'],
    [[443], 'listener: required-not-listening'],
    [[53], 'listener: listener-not-matched'],
    [[], 'listener: no-listener'],
  ])('with listeners on %j is %s', (ports, expected) => {
    expect(brief(health('10.0.0.1/32', on(...ports), words))).toBe(expected);
  });

  it('may listen on the wildcard where that stands for the address', () => {
    const listeners = [facts.listener('10.0.0.1', 80), facts.listener('0.0.0.0', 443)];
    expect(brief(health('10.0.0.1/32', { addresses, listeners }, words))).toBe('up');
    expect(brief(health('10.0.0.1/32', { addresses, listeners }, [...words, '--wildcard', 'off']))).toBe(
      'listener: wildcard-off',
    );
  });
});
