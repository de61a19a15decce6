import { describe, expect, it } from 'vitest';
import { BytesError } from '../../../../src/bytes/reader.ts';
import {
  isBehindListeners,
  listenerOf,
  parseSockets,
  type SocketKind,
} from '../../../../src/discovery/proc/listeners.ts';
import { TCP, TCP6, UDP, UDP6 } from './captured.ts';

const tcp4 = { protocol: 'tcp', family: 'ipv4' } as const;
const tcp6 = { protocol: 'tcp', family: 'ipv6' } as const;
const udp4 = { protocol: 'udp', family: 'ipv4' } as const;
const udp6 = { protocol: 'udp', family: 'ipv6' } as const;

describe('sockets that listen', () => {
  it('are the rows in state LISTEN', () => {
    expect(parseSockets(tcp4, TCP, true).rows).toEqual([
      { ...tcp4, address: '0.0.0.0', port: 80, inode: 10197849 },
      { ...tcp4, address: '10.0.1.1', port: 443, inode: 10197850 },
    ]);
  });

  it('are shown as IPv4 when they are bound to an IPv4-mapped address', () => {
    expect(parseSockets(tcp6, TCP6, true).rows.map(({ address, port }) => `${address} ${port}`)).toEqual([
      ':: 81',
      '10.0.0.1 84',
      '2001:db8::1 83',
    ]);
  });

  it('are of UDP those that are not connected', () => {
    expect(parseSockets(udp4, UDP, true).rows).toEqual([{ ...udp4, address: '10.0.1.1', port: 53, inode: 10197855 }]);
    expect(parseSockets(udp6, UDP6, true).rows).toEqual([{ ...udp6, address: '::', port: 5353, inode: 10197856 }]);
  });

  it('are read the other way round on a big-endian host, ports excepted', () => {
    const row4 = TCP.replace('0101000A:01BB 0', '0A000101:01BB 0');
    expect(parseSockets(tcp4, row4, false).rows[1]).toMatchObject({ address: '10.0.1.1', port: 443 });
    const row6 = TCP6.replace('B80D0120000000000000000001000000', '20010DB8000000000000000000000001').replace(
      '0000000000000000FFFF00000100000A',
      '00000000000000000000FFFF0A000001',
    );
    expect(parseSockets(tcp6, row6, false).rows.map(({ address }) => address)).toEqual([
      '::',
      '10.0.0.1',
      '2001:db8::1',
    ]);
  });

  it('are not known to serve IPv4 on [::], to be bound to a device, or to be overrun', () => {
    expect(parseSockets(tcp6, TCP6, true).rows.map(listenerOf)).toMatchObject([
      { address: '::', v6only: true, device: '', queueFull: false },
      { address: '10.0.0.1', v6only: false, device: '', queueFull: false },
      { address: '2001:db8::1', v6only: false, device: '', queueFull: false },
    ]);
  });
});

describe('the trace of a file', () => {
  const trace = (text: string, kind: SocketKind = tcp4): string => parseSockets(kind, text, true).trace;

  it('changes with every socket that the kernel counts, and with nothing else', () => {
    expect(trace(TCP.replace('00000000:00000001', '00000000:00000002'))).toBe(trace(TCP));
    expect(trace(TCP.replace(/.*10197858.*\n/, ''))).toBe(trace(TCP));
    expect(trace(TCP.replace('10197849', '10197859'))).not.toBe(trace(TCP));
    expect(trace(UDP.replace(/.*10197857.*\n/, ''), udp4)).not.toBe(trace(UDP, udp4));
  });
});

describe('a text that makes no sense', () => {
  const lines = TCP.split('\n');
  it.each([
    ['nothing', ''],
    ['no heading', lines.slice(1).join('\n')],
    ['another heading', 'Iface\tDestination\n'],
    ['a last line that is cut', TCP.slice(0, -1)],
    ['a row that is cut', `${lines[0]}\n${lines[1]?.slice(0, 60)}\n`],
    ['an address of the other family', `${lines[0]}\n${TCP6.split('\n')[1]}\n`],
    ['an empty line', `${lines[0]}\n\n`],
  ])('is refused: %s', (_, text) => {
    expect(() => parseSockets(tcp4, text, true)).toThrow(BytesError);
  });

  it('is quoted, with its place', () => {
    expect(() => parseSockets(tcp4, `${lines[0]}\nnonsense\n`, true)).toThrow(
      `a line that makes no sense: "nonsense" at byte ${(lines[0]?.length ?? 0) + 1}`,
    );
  });
});

describe('the end of the listeners', () => {
  const [heading = '', listening = '', , established = ''] = TCP.split('\n');
  it.each([
    ['the heading', heading, false],
    ['a listener', listening, false],
    ['a half-open connection', established.replace(' 01 ', ' 03 '), false],
    ['nonsense', 'nonsense', false],
    ['a connection', established, true],
  ])('is seen by a connection: %s', (_, line, isEnd) => {
    expect(isBehindListeners(line)).toBe(isEnd);
  });
});
