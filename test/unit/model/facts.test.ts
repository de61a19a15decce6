import { describe, expect, it } from 'vitest';
import {
  type AssignedAddress,
  deviceKey,
  endpoint,
  hostAddressKey,
  type Listener,
  type LocalRoute,
  listenerKey,
  wildcardFamilies,
} from '../../../src/model/facts.ts';
import * as facts from '../../helpers/facts.ts';

const listener = (of: Partial<Record<keyof Listener, unknown>> = {}): Listener =>
  ({ ...facts.listener('192.0.2.1', 80), ...of }) as Listener;
const assigned = (of: Partial<Record<keyof AssignedAddress, unknown>> = {}): AssignedAddress =>
  ({
    origin: 'assigned',
    address: '192.0.2.1',
    length: 24,
    device: 'eth0',
    label: 'eth0:1',
    state: 'usable',
    ...of,
  }) as AssignedAddress;
const localRoute = (prefix: string, device: string, by: LocalRoute['by'] = 'kernel'): LocalRoute =>
  facts.localRoute(prefix, { device, by });

describe('keys', () => {
  it('keep listeners apart by family, address, port and device', () => {
    const listeners = [
      listener(),
      listener({ family: 'ipv6' }),
      listener({ protocol: 'udp' }),
      listener({ address: '192.0.2.18' }),
      listener({ port: 8080 }),
      listener({ device: 'eth0' }),
      listener({ address: '0.0.0.0' }),
      listener({ family: 'ipv6', address: '::' }),
      listener({ family: 'ipv6', address: '::', device: 'eth0' }),
      listener({ family: 'ipv6', address: '::1', port: 80 }),
      listener({ family: 'ipv6', address: '::', port: 180 }),
    ];
    expect(new Set(listeners.map(listenerKey)).size).toBe(listeners.length);
  });

  it('keep host addresses apart by address, length, device and origin', () => {
    const addresses = [
      assigned(),
      assigned({ address: '192.0.2.2' }),
      assigned({ length: 32 }),
      assigned({ device: 'eth1' }),
      localRoute('192.0.2.1/24', 'eth0'),
      localRoute('192.0.2.1/24', 'eth1'),
      localRoute('192.0.2.1/32', 'eth0'),
      localRoute('192.0.2.1/32', 'eth0', 'admin'),
      facts.localRoute('192.0.2.1/24', { device: 'eth0', vrf: 'red' }),
    ];
    expect(new Set(addresses.map(hostAddressKey)).size).toBe(addresses.length);
  });

  it('let a change of label or state replace an address', () => {
    const changed = assigned({ label: 'eth0:2', state: 'tentative' });
    expect(hostAddressKey(changed)).toBe(hostAddressKey(assigned()));
  });

  it('name a device', () => {
    expect(deviceKey(facts.device('eth0'))).toBe('eth0');
  });
});

describe('endpoint', () => {
  // As `ss -ltn` of iproute2 6.1 shows such sockets.
  it.each([
    ['10.0.0.1:80', listener({ address: '10.0.0.1' })],
    ['0.0.0.0%lo:28083', listener({ address: '0.0.0.0', device: 'lo', port: 28083 })],
    ['[::]:28080', listener({ family: 'ipv6', address: '::', port: 28080, v6only: true })],
    ['[fe80::1]%eth0:65535', listener({ family: 'ipv6', address: 'fe80::1', device: 'eth0', port: 65_535 })],
  ])('is %s', (expected, of) => {
    expect(endpoint(of)).toBe(expected);
  });
});

describe('wildcardFamilies', () => {
  it.each([
    [listener({ address: '0.0.0.0' }), ['ipv4']],
    [listener({ family: 'ipv6', address: '::' }), ['ipv4', 'ipv6']],
    [listener({ family: 'ipv6', address: '::', v6only: true }), ['ipv6']],
    // Bound to ::ffff:0.0.0.0: an IPv6 socket that takes IPv4 alone.
    [listener({ family: 'ipv6', address: '0.0.0.0' }), ['ipv4']],
    [listener({ address: '127.0.0.1' }), []],
    [listener({ family: 'ipv6', address: '::1' }), []],
  ])('of $0.family $0.address, v6only $0.v6only, are %j', (of, expected) => {
    expect(wildcardFamilies(of)).toEqual(expected);
  });
});
