import { describe, expect, it } from 'vitest';
import { localOpen } from '../../../src/bgp/negotiate.ts';
import { refusedIn } from '../../../src/bgp/refusal.ts';
import { OUR_ID, peerSettings } from '../../helpers/bgp.ts';

const full = localOpen(peerSettings({ extendedMessage: false, families: ['ipv4'] }), OUR_ID, new Set());
const ALL = [1, 2, 5, 65, 70];

describe('a refusal (RFC 5492 §3, §5)', () => {
  it.each<[string, number, number, number[], number[]]>([
    ['unsupported parameter: all of them', 2, 4, [], ALL],
    ['unsupported parameter, whatever the data', 2, 4, [2, 0], ALL],
    ['unsupported capability that names none', 2, 7, [], ALL],
    ['one by name', 2, 7, [2, 0], [2]],
    ['two by name', 2, 7, [2, 0, 65, 4, 0, 0, 253, 233], [2, 65]],
    ['a family of ours', 2, 7, [1, 4, 0, 1, 0, 1], [1]],
    ['a family that the peer misses', 2, 7, [1, 4, 0, 2, 0, 1], []],
    ['a family with a number that only ends like ours', 2, 7, [1, 4, 64, 1, 0, 1], []],
    ['a capability that the peer misses', 2, 7, [69, 4, 0, 1, 1, 3], []],
    ['one octet of data: nothing named', 2, 7, [2], ALL],
    ['data that end too early: nothing named', 2, 7, [2, 0, 65, 4, 0, 0], ALL],
    ['bad peer AS', 2, 2, [], []],
    ['a Cease of the same number', 6, 7, [], []],
    ['an UPDATE error of the same number', 3, 4, [], []],
  ])('%s', (_, code, subcode, data, expected) => {
    const refused = refusedIn(full, { code, subcode, data: Uint8Array.from(data) });
    expect([...refused].sort((one, other) => one - other)).toEqual(expected);
  });

  it('cannot be about an OPEN that announces nothing', () => {
    const bare = { ...full, capabilities: [] };
    expect(refusedIn(bare, { code: 2, subcode: 7, data: new Uint8Array() }).size).toBe(0);
    expect(refusedIn(bare, { code: 2, subcode: 4, data: new Uint8Array() }).size).toBe(0);
  });
});
