import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesError } from '../../src/bytes/reader.ts';
import { doubtfulAddresses, hostFactsOf } from '../../src/discovery/proc/addresses.ts';
import { parseDeviceNames, parseUpDevices } from '../../src/discovery/proc/devices.ts';
import { hasOtherTables, parseConnectedRoutes, parseLocalTable } from '../../src/discovery/proc/fib.ts';
import { parseInet6 } from '../../src/discovery/proc/inet6.ts';
import { isBehindListeners, parseSockets } from '../../src/discovery/proc/listeners.ts';
import {
  addressFromBytes,
  addressToBytes,
  type IpAddress,
  lastAddress,
  type Prefix,
  truncate,
} from '../../src/model/address.ts';
import * as captured from '../unit/discovery/proc/captured.ts';

const tcp4 = { protocol: 'tcp', family: 'ipv4' } as const;
const tcp6 = { protocol: 'tcp', family: 'ipv6' } as const;

const PARSERS: Readonly<Record<string, readonly [(text: string) => unknown, string]>> = {
  tcp: [(text) => parseSockets(tcp4, text), captured.TCP],
  tcp6: [(text) => parseSockets(tcp6, text), captured.TCP6],
  udp: [(text) => parseSockets({ ...tcp4, protocol: 'udp' }, text), captured.UDP],
  udp6: [(text) => parseSockets({ ...tcp6, protocol: 'udp' }, text), captured.UDP6],
  dev: [parseDeviceNames, captured.DEV],
  igmp: [(text) => parseUpDevices(text), captured.IGMP],
  fib_trie: [parseLocalTable, captured.FIB_TRIE],
  fib_triestat: [hasOtherTables, captured.FIB_TRIESTAT],
  route: [(text) => parseConnectedRoutes(text), captured.ROUTE],
  if_inet6: [parseInet6, captured.IF_INET6],
  'the last line of tcp': [isBehindListeners, captured.TCP.split('\n')[3] ?? ''],
};

/** The text with something cut out, put in or written over. */
const damaged = (text: string): fc.Arbitrary<string> =>
  fc
    .record({
      at: fc.nat(text.length),
      length: fc.nat(80),
      by: fc.oneof(fc.constant(''), fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\n', ' ', '0', 'G')),
    })
    .map(({ at, length, by }) => text.slice(0, at) + by + text.slice(at + length));

describe.each(Object.entries(PARSERS))('the parser of %s', (_, [parse, good]) => {
  it('returns a value or throws BytesError, on any text', () => {
    fc.assert(
      fc.property(fc.oneof(damaged(good), fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BytesError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('an address as words', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
  const reversed = (digits: string): string =>
    digits.replace(/(..)(..)(..)(..)/g, (_, a: string, b: string, c: string, d: string) => d + c + b + a);
  const row = (digits: string, port: number): string =>
    `  sl  local_address \n   0: ${digits}:${port.toString(16).toUpperCase().padStart(4, '0')} ${digits.replaceAll(/./g, '0')}:0000 0A ` +
    '00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n';

  it('is what it was in either byte order', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((each) => each[10] !== 0xff),
    );
    fc.assert(
      fc.property(bytes, fc.nat(65_535), (address, port) => {
        const kind = address.length === 4 ? tcp4 : tcp6;
        const expected = [{ ...kind, address: addressFromBytes(address), port, inode: 1 }];
        expect(parseSockets(kind, row(hex(address), port), false).rows).toEqual(expected);
        expect(parseSockets(kind, row(reversed(hex(address)), port), true).rows).toEqual(expected);
        expect(addressToBytes(expected[0]?.address as IpAddress)).toEqual(Uint8Array.from(address));
      }),
    );
  });
});

describe('an address that was given with a network', () => {
  const assignment = fc.record({
    address: fc.uint8Array({ minLength: 4, maxLength: 4 }).map(addressFromBytes),
    length: fc.integer({ min: 8, max: 30 }),
    hasRoute: fc.boolean(),
    isOnLoopback: fc.boolean(),
  });

  it('is never taken for a host route, whatever else is there', () => {
    fc.assert(
      fc.property(fc.array(assignment, { minLength: 1, maxLength: 5 }), (assignments) => {
        const networkOf = ({ address, length }: { address: IpAddress; length: number }): Prefix =>
          `${truncate(address, length)}/${length}` as Prefix;
        // A network inside another one that ends with it: one broadcast address stands for both, and hides one of them.
        const ends = new Set(assignments.map((each) => lastAddress(networkOf(each))));
        fc.pre(ends.size === new Set(assignments.map(networkOf)).size);
        const tables = {
          names: ['lo', 'eth0'],
          up: [
            { name: 'lo', index: 1 },
            { name: 'eth0', index: 2 },
          ],
          // What fib_add_ifaddr of the kernel makes of them.
          table: {
            local: assignments.flatMap((each) => [
              `${each.address}/32` as Prefix,
              ...(each.isOnLoopback ? [networkOf(each)] : []),
            ]),
            broadcast: assignments.map((each) => `${lastAddress(networkOf(each))}/32` as Prefix),
          },
          connected: assignments
            .filter(({ hasRoute, isOnLoopback }) => hasRoute && !isOnLoopback)
            .map((each) => ({ prefix: networkOf(each), device: 'eth0' })),
          inet6: [],
          hasOtherTables: false,
        };
        expect(doubtfulAddresses(tables)).toEqual([]);
        for (const fact of hostFactsOf(tables, () => false).addresses) {
          if (fact.origin === 'assigned') expect(fact.length).toBeLessThan(32);
        }
      }),
    );
  });
});
