import { describe, expect, it } from 'vitest';
import { BytesError } from '../../../../src/bytes/reader.ts';
import { doubtfulAddresses, type HostTables, hostFactsOf } from '../../../../src/discovery/proc/addresses.ts';
import { parseDeviceNames, parseUpDevices } from '../../../../src/discovery/proc/devices.ts';
import { hasOtherTables, parseConnectedRoutes, parseLocalTable } from '../../../../src/discovery/proc/fib.ts';
import { parseInet6 } from '../../../../src/discovery/proc/inet6.ts';
import type { IpAddress, Prefix } from '../../../../src/model/address.ts';
import type { AssignedAddress } from '../../../../src/model/facts.ts';
import { DEV, FIB_TRIE, FIB_TRIESTAT, FIB_TRIESTAT_TWO_TABLES, IF_INET6, IGMP, ROUTE } from './captured.ts';

const prefixes = (...texts: string[]): Prefix[] => texts as Prefix[];

describe('the files of /proc/net', () => {
  it('name the devices, and those that are up', () => {
    expect(parseDeviceNames(DEV)).toEqual(['lo', 'near0', 'spare1', 'spare0']);
    const up = [
      { name: 'lo', index: 1 },
      { name: 'near0', index: 2 },
    ];
    expect(parseUpDevices(IGMP, true)).toEqual(up);
    expect(parseUpDevices(IGMP.replaceAll('010000E0', 'E0000001'), false)).toEqual(up);
  });

  it('show a device that was joined by a program, but is not up', () => {
    expect(parseUpDevices(IGMP.replace('010000E0', 'FB0000E0'), true)).toEqual([{ name: 'near0', index: 2 }]);
  });

  it('show the local table, apart from all others', () => {
    const table = parseLocalTable(FIB_TRIE);
    expect(table.local).toContain('10.0.1.1/32');
    expect(table.local).toContain('10.9.0.0/24');
    expect(table.broadcast).toEqual(['10.0.0.255/32', '10.0.4.255/32', '10.0.5.255/32', '127.255.255.255/32']);
    // `ip route add local default dev lo table 100`, as TPROXY needs it, is not for everybody.
    const marked = `Id 100:\n  |-- 0.0.0.0\n     /0 host LOCAL\n${FIB_TRIE}`;
    expect(parseLocalTable(marked)).toEqual(table);
    expect(parseLocalTable(FIB_TRIE.slice(0, FIB_TRIE.indexOf('Local:'))).local).toEqual([]);
  });

  it('leave out what is local for one type of service only', () => {
    const text = 'Local:\n  |-- 10.0.0.1\n     /32 host LOCAL tos=16\n  |-- 10.0.0.2\n     /32 scope=77 LOCAL\n';
    expect(parseLocalTable(text).local).toEqual(['10.0.0.2/32']);
  });

  it('show the routes without a gateway, in either byte order', () => {
    const expected = [
      { prefix: '10.0.0.0/24', device: 'near0' },
      { prefix: '10.0.0.0/16', device: 'near0' },
      { prefix: '10.0.3.0/31', device: 'near0' },
    ];
    expect(parseConnectedRoutes(ROUTE, true)).toEqual(expected);
    const reversed = ROUTE.replace(/\b[0-9A-F]{8}\b/g, (word) => word.replace(/(..)(..)(..)(..)/, '$4$3$2$1'));
    expect(parseConnectedRoutes(reversed, false)).toEqual(expected);
  });

  it('show a metric above 2^31 as negative', () => {
    const row = `${ROUTE.split('\n')[0]}\nvrf\t0000000A\t00000000\t0001\t0\t0\t-16769024\t00FFFFFF\t0\t0\t0\n`;
    expect(parseConnectedRoutes(row, true)).toHaveLength(1);
  });

  it('name the tables', () => {
    expect(hasOtherTables(FIB_TRIESTAT)).toBe(true);
    expect(hasOtherTables(FIB_TRIESTAT_TWO_TABLES)).toBe(false);
  });

  it('show the states of IPv6 addresses', () => {
    const row = (flags: string): string => `20010db8000000000000000000000001 02 40 00 ${flags}    near0\n`;
    const states = ['80', 'c0', '44', '88', 'c8', '01', '20'].map((flags) => parseInet6(row(flags))[0]?.state);
    expect(states).toEqual(['usable', 'tentative', 'usable', 'dad-failed', 'dad-failed', 'temporary', 'usable']);
    expect(parseInet6('')).toEqual([]);
  });

  it.each([
    ['dev', () => parseDeviceNames(`${DEV.split('\n').slice(0, 2).join('\n')}\nnonsense\n`)],
    ['igmp', () => parseUpDevices(`${IGMP}nonsense\n`, true)],
    ['igmp, a group of no device', () => parseUpDevices(IGMP.replace(/1\tlo.*\n/, ''), true)],
    ['fib_trie', () => parseLocalTable(FIB_TRIE.replace('/24 host LOCAL', '/24 host'))],
    [
      'fib_trie, host bits',
      () =>
        parseLocalTable(
          FIB_TRIE.replaceAll('/31 link UNICAST', '/8 link UNICAST').replaceAll('10.0.3.0\n', '10.0.3.1\n'),
        ),
    ],
    ['fib_trie, a route before any leaf', () => parseLocalTable('Local:\n     /32 host LOCAL\n')],
    ['fib_triestat', () => hasOtherTables('Main:\n')],
    ['route', () => parseConnectedRoutes(ROUTE.replace('00FFFFFF', '00FF00FF'), true)],
    ['route, cut', () => parseConnectedRoutes(ROUTE.replace(/\t0\t0\t0 *\n/, '\n'), true)],
    ['if_inet6', () => parseInet6(IF_INET6.replace(' 40 00 ', ' 81 00 '))],
    ['if_inet6, cut', () => parseInet6(IF_INET6.slice(0, -1))],
  ])('are refused when they make no sense: %s', (_, parse) => {
    expect(parse).toThrow(BytesError);
  });
});

describe('the addresses of a host', () => {
  const tables: HostTables = {
    names: ['lo', 'near0'],
    up: [
      { name: 'lo', index: 1 },
      { name: 'near0', index: 2 },
    ],
    table: parseLocalTable(FIB_TRIE),
    connected: parseConnectedRoutes(ROUTE, true),
    inet6: parseInet6(IF_INET6),
    hasOtherTables: false,
  };
  const never = (): boolean => expect.fail('nothing is doubtful');
  const assigned = (of: HostTables, isUp: (address: IpAddress) => boolean = never): string[] =>
    hostFactsOf(of, isUp)
      .addresses.filter((fact): fact is AssignedAddress => fact.origin === 'assigned')
      .map(({ address, length, device, label, state }) => {
        expect(label).toBe(device);
        return `${address}/${length} ${device} ${state}`;
      });
  const local = (of: HostTables, isUp: (address: IpAddress) => boolean = never): string[] =>
    hostFactsOf(of, isUp).addresses.flatMap((fact) =>
      fact.origin === 'local-route' ? [`${fact.prefix} ${fact.device} ${fact.by}`] : [],
    );

  it('have the length and the device of the network around them, as far as it shows', () => {
    expect(assigned(tables)).toEqual([
      '10.0.0.1/24 near0 usable',
      '10.0.1.1/32 unknown/up usable', // not in 10.0.0.0/16: that route has no broadcast address
      '10.0.3.1/31 near0 usable',
      '10.0.4.1/24 lo usable',
      '10.0.5.1/23 unknown/up usable', // given without a route: 10.0.5.255 ends 10.0.4.0/23 as well as 10.0.5.0/24
      '127.0.0.1/8 lo usable',
      '2001:db8::1/64 near0 usable',
      'fe80::a8e5:f2ff:fe01:43a5/64 near0 tentative',
      '::1/128 lo usable',
    ]);
    expect(local(tables)).toEqual(['10.0.4.0/24 lo kernel', '10.9.0.0/24 unknown/up kernel', '127.0.0.0/8 lo kernel']);
  });

  it('are no host routes inside a network, whatever they were given as', () => {
    const table = { ...tables.table, local: [...tables.table.local, ...prefixes('10.0.0.53/32')] };
    expect(assigned({ ...tables, table })).toContain('10.0.0.53/24 near0 usable');
  });

  it('are on a device that is not known when two have their network', () => {
    const connected = [...tables.connected, { prefix: '10.0.0.0/24' as Prefix, device: 'near1' }];
    expect(assigned({ ...tables, connected })).toContain('10.0.0.1/24 unknown/up usable');
  });

  it('are in the narrowest network', () => {
    const table = { ...tables.table, broadcast: [...tables.table.broadcast, ...prefixes('10.0.255.255/32')] };
    expect(assigned({ ...tables, table })).toContain('10.0.0.1/24 near0 usable');
    expect(assigned({ ...tables, table })).toContain('10.0.1.1/16 near0 usable');
  });

  it('are asked about when any device is down, and lost with it', () => {
    const withSpare = { ...tables, names: [...tables.names, 'spare0'] };
    expect(doubtfulAddresses(tables)).toEqual([]);
    expect(doubtfulAddresses(withSpare)).toContain('10.0.1.1');
    expect(doubtfulAddresses(withSpare)).toContain('10.9.0.0');
    const isUp = (address: IpAddress): boolean => address !== '10.0.1.1' && address !== '10.9.0.0';
    expect(assigned(withSpare, isUp)).toContain('10.0.1.1/32 unknown/down usable');
    expect(assigned(withSpare, isUp)).toContain('10.0.0.1/24 near0 usable');
    expect(local(withSpare, isUp)).toContain('10.9.0.0/24 unknown/down kernel');
  });

  it('are left out for IPv6, but for the loopback device, when there may be a VRF', () => {
    expect(assigned({ ...tables, hasOtherTables: true }).filter((line) => line.includes(':'))).toEqual([
      '::1/128 lo usable',
    ]);
  });

  it('stand on devices of which only the name, the loopback and "up" are known', () => {
    const unknown = { carrier: false, vrf: '', isPort: false, takesUnbound: [] };
    expect(hostFactsOf({ ...tables, names: ['lo', 'near0', 'spare0'] }, () => true).devices).toEqual([
      { name: 'lo', up: true, kind: 'loopback', ...unknown },
      { name: 'near0', up: true, kind: 'other', ...unknown },
      { name: 'spare0', up: false, kind: 'other', ...unknown },
      { name: 'unknown/up', up: true, kind: 'other', ...unknown },
      { name: 'unknown/down', up: false, kind: 'other', ...unknown },
    ]);
  });
});
