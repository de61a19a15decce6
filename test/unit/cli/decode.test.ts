import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Invocation, parseArguments } from '../../../src/cli/arguments.ts';
import { type DecodeWords, decode } from '../../../src/cli/decode.ts';
import { readInput } from '../../../src/cli/decode-input.ts';
import { hex, MARKER, message, text, updateMessage } from '../bgp/wire/vectors.ts';

const PLAIN: DecodeWords = { asOctets: 4, isExternal: false, hasPathIds: false, isJson: false };

describe('the words of ha2bgp decode', () => {
  const parsed = (...words: readonly string[]) => {
    const given = parseArguments(['decode', ...words], '0');
    if ('print' in given) throw new Error('printed');
    return given;
  };

  it.each<[readonly string[], Pick<Invocation, 'own' | 'operands'>]>([
    [[], {}],
    [['ff', '00:13'], { operands: ['ff', '00:13'] }],
    [['-'], { operands: ['-'] }],
    [['--as-octets', '2', 'ff'], { operands: ['ff'], own: { asOctets: ['2'] } }],
    [
      ['ff', '--as-octets=4', '--external', '--add-path', '--json'],
      { operands: ['ff'], own: { asOctets: ['4'], external: ['true'], addPath: ['true'], json: ['true'] } },
    ],
    [['--', '-ff'], { operands: ['-ff'] }],
  ])('%j', (words, expected) => {
    expect(parsed(...words)).toEqual({ command: 'decode', flags: {}, problems: [], ...expected });
  });

  it.each([
    [['--exteral', 'ff'], { place: '--exteral', text: 'unknown flag; did you mean --external?' }],
    [['--network', 'ff'], { place: '--network', text: 'unknown flag' }],
  ])('%j is refused', (words, problem) => {
    expect(parsed(...words).problems).toEqual([problem]);
  });
});

describe('the input of ha2bgp decode', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  });
  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  async function* stdin(...chunks: readonly string[]) {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const read = async (words: readonly string[], ...chunks: readonly string[]): Promise<unknown> => {
    const input = await readInput(words, stdin(...chunks));
    return input instanceof Uint8Array ? text(input) : input;
  };
  const file = (content: string | Uint8Array): string => {
    const name = path.join(folder, 'file');
    fs.writeFileSync(name, content);
    return name;
  };

  it.each<[readonly string[], string]>([
    [['00130', '4'], '001304'],
    [['00:13:04'], '001304'],
    [['0x0013 0X04'], '001304'],
    [['00', '13,', '0A\n'], '00130a'],
  ])('takes the digits of %j', async (words, octets) => {
    expect(await read(words)).toBe(octets);
  });

  it('takes a file of digits, and one of octets', async () => {
    expect(await read([file('00 13\n04\n')])).toBe('001304');
    expect(await read([file(message(4, ''))])).toBe(text(message(4, '')));
    expect(await read([file(Uint8Array.of(0, 0x13, 4))])).toBe('001304');
  });

  it.each([[[]], [['-']]])('takes stdin, when it is told %j, in any pieces', async (words) => {
    expect(await read(words, '00 1', '3 0', '4\n')).toBe('001304');
    expect(await read(words, '\x00\x13', '\x04')).toBe('001304');
  });

  it('says what is wrong with it', async () => {
    expect(await read(['0'])).toEqual({
      place: 'HEX',
      text: '1 hexadecimal digits, which is no whole number of octets',
    });
    expect(await read([], '')).toEqual({ place: 'stdin', text: 'is empty' });
    expect(await read([], '001\n')).toMatchObject({ place: 'stdin' });
    expect(await read(['gone.hex'])).toEqual({ place: '"gone.hex"', text: 'neither hexadecimal digits nor a file' });
    expect(await read(['00', 'gone.hex'])).toEqual({
      place: '"gone.hex"',
      text: 'expected hexadecimal digits, or one file alone',
    });
    expect(await read([folder])).toEqual({ place: folder, text: 'expected a regular file' });
    expect(await read(['/dev/zero'])).toEqual({ place: '/dev/zero', text: 'expected a regular file' });
    expect(await read([file('')])).toMatchObject({ text: 'is empty' });
  });

  it('of more than 64 MiB is too much', async () => {
    const mebibyte = '0'.repeat(1024 * 1024);
    expect(await read([], ...Array.from({ length: 65 }, () => mebibyte))).toEqual({
      place: 'stdin',
      text: 'more than 64 MiB',
    });
  });
});

describe('ha2bgp decode', () => {
  const printed = (input: Uint8Array, words: Partial<DecodeWords> = {}) => [...decode(input, { ...PLAIN, ...words })];
  const lines = (input: Uint8Array, words: Partial<DecodeWords> = {}): string[] =>
    printed(input, words).flatMap(({ text: each }) => each.trimEnd().split('\n'));
  const HEADER = ['      0    16  marker: all ones'];

  it('prints an OPEN', () => {
    const open = message(1, '04 5ba0 005a 0a000001 10 02 0e 0104 0001 00 01 4104 fa56ea01 0200');
    expect(lines(open)).toEqual([
      'OPEN of 45 octets at 0',
      ...HEADER,
      '     16     2  length: 45',
      '     18     1  type: OPEN (1)',
      '     19     1  version: 4',
      '     20     2  my AS: 23456',
      '     22     2  hold time: 90 s',
      '     24     4  BGP identifier: 10.0.0.1',
      '     28     1  parameters length: 16',
      '     31     6  capability: multiprotocol: IPv4 unicast',
      '     37     6  capability: four-octet AS number: 4200000001',
      '     43     2  capability: route refresh',
    ]);
    expect(printed(open)[0]?.isMalformed).toBe(false);
  });

  it('prints an UPDATE, with what lies inside of an attribute below it', () => {
    const update = updateMessage({
      withdrawn: '08 0a',
      attributes:
        '80 0e 1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8 ' +
        '40 01 01 00  40 02 0c 02 01 0000fde9 01 01 00000007  c0 08 08 ffffff01 fde80007  e0 fb 02 a1a2',
    });
    expect(lines(update).slice(4)).toEqual([
      '     19     2  withdrawn routes length: 2',
      '     21     2  withdrawn: 10.0.0.0/8',
      '     23     2  attributes length: 64',
      '     25    29  MP_REACH_NLRI (14; optional): IPv6 unicast, 1 prefix by 2001:db8::1',
      '     49     5    prefix: 2001:db8::/32',
      '     54     4  ORIGIN (1; well-known, transitive): IGP',
      '     58    15  AS_PATH (2; well-known, transitive): 65001 {7}',
      '     73    11  COMMUNITIES (8; optional, transitive): no-export 65000:7',
      '     84     5  attribute (251; optional, transitive, partial): a1a2',
    ]);
  });

  it('prints several messages, also without their markers, with their offsets', () => {
    const input = Buffer.concat([message(4, ''), hex('0013 04'), hex('0017 05 0002 01 01')]);
    expect(lines(input).filter((line) => /^\S/.test(line))).toEqual([
      'KEEPALIVE of 19 octets at 0',
      'KEEPALIVE of 19 octets at 19',
      'ROUTE-REFRESH of 23 octets at 22',
    ]);
    expect(lines(input).slice(-3)).toEqual([
      '     19     2  AFI: IPv6',
      '     21     1  subtype: 1, beginning of what is sent again',
      '     22     1  SAFI: 1',
    ]);
  });

  it('says whose End-of-RIB it is', () => {
    expect(lines(hex('0017 02 0000 0000'))[0]).toBe('UPDATE of 23 octets at 0, End-of-RIB of IPv4 unicast');
    expect(lines(hex('001d 02 0000 0006 800f03 0002 01'))[0]).toContain('End-of-RIB of IPv6 unicast');
  });

  it('says what is wrong, where, and what becomes of it', () => {
    const wrong = lines(updateMessage({ attributes: '40 01 01 00 40 02 00 40 03 03 c00002', prefixes: '08 0a' }));
    expect(wrong.slice(-2)).toEqual([
      '  wrong at 33: NEXT_HOP: 3 octets where it is 4; taken as a withdraw of its prefixes',
      '  taken as a withdraw of its prefixes',
    ]);
    const reset = lines(updateMessage({ attributes: '80 0f 04 0002 01 ff' }));
    expect(reset.slice(-2)).toEqual([
      '  wrong at 29: MP_UNREACH_NLRI: a prefix that is longer than it may be; NOTIFICATION 3/9, data 800f04000201ff',
      '  the session is reset',
    ]);
  });

  it('judges by what the session is said to be', () => {
    const update = updateMessage({
      attributes: '40 01 01 00 40 02 04 02 01 fde9 40 03 04 c0000201 40 05 04 00000064',
      prefixes: '08 0a',
    });
    expect(printed(update, { asOctets: 2 })).toMatchObject([{ isMalformed: false }]);
    expect(lines(update).at(-1)).toBe('  taken as a withdraw of its prefixes');
    expect(lines(update, { asOctets: 2, isExternal: true }).at(-1)).toBe('  the attribute is discarded');
    const paths = updateMessage({ withdrawn: '00000007 08 0a' });
    expect(lines(paths, { hasPathIds: true })).toContain('     21     6  withdrawn: 10.0.0.0/8 path 7');
  });

  it.each<[string, Uint8Array, string, string]>([
    [
      'a message that is cut off',
      message(5, '0001 00 01').subarray(0, 21),
      '  wrong at 21: the input ends after 21 octets of 23',
      '  not whole',
    ],
    [
      'a header that is cut off',
      hex(`${MARKER} 00`),
      '  wrong at 17: the input ends after 17 octets of a header of 19',
      '  not whole',
    ],
    [
      'a marker that is none',
      hex(`${'ff'.repeat(15)} 00 0013 04`),
      '  wrong at 15: the marker is not all ones; NOTIFICATION 1/1',
      '  the session is reset',
    ],
    [
      'a type that there is not',
      hex('0013 09'),
      '  wrong at 18: no type of message has the number 9; NOTIFICATION 1/3, data 09',
      '  the session is reset',
    ],
  ])('says of %s what is wrong', (_name, input, ...end) => {
    expect(lines(input).slice(-2)).toEqual(end);
    expect(printed(input)[0]?.isMalformed).toBe(true);
  });

  it('prints a line of JSON for each message', () => {
    const input = Buffer.concat([message(4, ''), updateMessage({ attributes: '40 06 01 00', withdrawn: '08 0a' })]);
    const said = lines(input, { isJson: true }).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said).toMatchObject([
      { offset: 0, length: 19, type: 'keepalive', outcome: 'accepted', faults: [], message: { type: 'keepalive' } },
      {
        offset: 19,
        length: 29,
        type: 'update',
        outcome: 'attributeDiscarded',
        faults: [
          {
            offset: 28,
            why: 'ATOMIC_AGGREGATE: 1 octets where it is 0',
            outcome: 'attributeDiscarded',
            notification: { code: 3, subcode: 5, data: '40060100' },
          },
        ],
        message: {
          type: 'update',
          update: { withdrawn: { afi: 1, safi: 1, prefixes: ['10.0.0.0/8'] }, attributes: [] },
        },
      },
    ]);
    expect(said[1]?.['fields']).toContainEqual({
      offset: 21,
      length: 2,
      depth: 0,
      name: 'withdrawn',
      value: '10.0.0.0/8',
    });
  });
});
