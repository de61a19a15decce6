import { describe, expect, it } from 'vitest';
import { encodeNlri, entriesOf, nlriFrom, prefixesOf } from '../../../../src/bgp/wire/nlri.ts';
import { endOfRib, type Update } from '../../../../src/bgp/wire/update.ts';
import type { Prefix } from '../../../../src/model/address.ts';
import { hex, NONE, nlri, text } from './vectors.ts';

describe('prefixes on the wire (RFC 4271 §4.3)', () => {
  it.each<['ipv4' | 'ipv6', string, readonly string[]]>([
    ['ipv4', '', []],
    ['ipv4', '00', ['0.0.0.0/0']],
    ['ipv4', '01 80 07 fe 08 0a 09 0a80', ['128.0.0.0/1', '254.0.0.0/7', '10.0.0.0/8', '10.128.0.0/9']],
    ['ipv4', '1f c0000202 20 c0000201', ['192.0.2.2/31', '192.0.2.1/32']],
    [
      'ipv6',
      '00 40 20010db800010002 80 20010db8000000000000000000000007',
      ['::/0', '2001:db8:1:2::/64', '2001:db8::7/128'],
    ],
    ['ipv6', '7f 20010db8000000000000000000000008', ['2001:db8::8/127']],
  ])('%s %s', (family, octets, prefixes) => {
    const found = nlriFrom(family, hex(octets), false);
    expect(found).toMatchObject({ count: prefixes.length, safi: 1, hasPathId: false });
    if ('badOffset' in found) throw new Error('unreachable');
    expect(prefixesOf(found)).toEqual(prefixes);
    expect(text(encodeNlri(family, prefixes as Prefix[]).bytes)).toBe(text(hex(octets)));
  });

  it('have bits behind their length that do not count', () => {
    expect(prefixesOf(nlri('07 ff 0c acff 00', 3))).toEqual(['254.0.0.0/7', '172.240.0.0/12', '0.0.0.0/0']);
  });

  it('may have path identifiers (RFC 7911 §3)', () => {
    const found = nlriFrom('ipv4', hex('00000001 18 c00002  fedcba98 00'), true);
    if ('badOffset' in found) throw new Error('unreachable');
    expect([...entriesOf(found)]).toEqual([
      { offset: 0, prefix: '192.0.2.0/24', pathId: 1 },
      { offset: 8, prefix: '0.0.0.0/0', pathId: 0xfedcba98 },
    ]);
    expect(encodeNlri('ipv4', ['192.0.2.0/24', '0.0.0.0/0'] as Prefix[], [1, 0xfedcba98])).toEqual(found);
  });

  it.each<['ipv4' | 'ipv6', string, boolean, number]>([
    ['ipv4', '21 0000000000', false, 0],
    ['ipv4', '08 0a ff', false, 2],
    ['ipv4', '08 0a 20 c00002', false, 2],
    ['ipv4', '08', false, 0],
    ['ipv6', '81 0000000000000000000000000000000000', false, 0],
    ['ipv6', '20 2001', false, 0],
    ['ipv4', '00000001 08 0a 000000', true, 6],
    ['ipv4', '00000001 08 0a 00000002', true, 6],
    ['ipv4', '00000001 08 0a 00000002 10 0a', true, 6],
    ['ipv4', '00', true, 0],
  ])('of %s are wrong in %s (path identifiers: %s) at %d', (family, octets, hasPathId, badOffset) => {
    expect(nlriFrom(family, hex(octets), hasPathId)).toEqual({ badOffset });
  });
});

describe('End-of-RIB (RFC 4724 §2)', () => {
  const update = (parts: Partial<Update>): Update => ({ withdrawn: NONE, attributes: [], nlri: NONE, ...parts });
  const unreach = (bytes: string) =>
    ({ type: 'mpUnreach', nlri: nlri(bytes, bytes === '' ? 0 : 1, { afi: 2 }) }) as const;

  it.each<[string, Update, unknown]>([
    ['nothing at all', update({}), { afi: 1, safi: 1 }],
    ['an empty MP_UNREACH_NLRI alone', update({ attributes: [unreach('')] }), { afi: 2, safi: 1 }],
    ['an MP_UNREACH_NLRI with a prefix', update({ attributes: [unreach('00')] }), undefined],
    ['a withdrawn prefix', update({ withdrawn: nlri('00', 1) }), undefined],
    ['a prefix', update({ nlri: nlri('00', 1) }), undefined],
    ['another attribute', update({ attributes: [{ type: 'med', med: 1 }] }), undefined],
    ['another attribute too', update({ attributes: [unreach(''), { type: 'med', med: 1 }] }), undefined],
  ])('%s', (_name, given, expected) => {
    expect(endOfRib(given)).toEqual(expected);
  });
});
