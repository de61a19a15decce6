import { describe, expect, it } from 'vitest';
import { encodeNlri } from '../../../../src/bgp/wire/nlri.ts';
import type { PathAttribute, Update } from '../../../../src/bgp/wire/update.ts';
import { applyUpdate, clearTable, type Table } from '../../../../src/cli/demo/table.ts';
import type { Prefix } from '../../../../src/model/address.ts';
import { ip } from '../../../helpers/bgp.ts';

const ONE = '192.0.2.1/32' as Prefix;
const OTHER = '192.0.2.2/32' as Prefix;
const SIX = '2001:db8::1/128' as Prefix;
const PATH: readonly PathAttribute[] = [
  { type: 'asPath', segments: [{ type: 2, asNumbers: [65_000, 65_009] }] },
  { type: 'nextHop', nextHop: ip('192.0.2.9') },
];

const update = (withdrawn: Prefix[], nlri: Prefix[], attributes: readonly PathAttribute[] = PATH): Update => ({
  withdrawn: encodeNlri('ipv4', withdrawn),
  attributes,
  nlri: encodeNlri('ipv4', nlri),
});
const entry = { nextHop: '192.0.2.9', asPath: [65_000, 65_009] };

describe('the table of the router', () => {
  it('has what was announced and not withdrawn, with what was said of it', () => {
    const table: Table = new Map();
    expect(applyUpdate(table, update([], [ONE, OTHER]), false)).toEqual([
      { type: 'announced', prefix: ONE },
      { type: 'announced', prefix: OTHER },
    ]);
    expect(applyUpdate(table, update([ONE], []), false)).toEqual([{ type: 'withdrawn', prefix: ONE }]);
    expect([...table]).toEqual([[OTHER, entry]]);
  });

  it('hears of nothing twice, and of no withdraw of what it never had', () => {
    const table: Table = new Map();
    applyUpdate(table, update([], [ONE]), false);
    const again: readonly PathAttribute[] = [{ type: 'nextHop', nextHop: ip('192.0.2.8') }];
    expect(applyUpdate(table, update([OTHER], [ONE], again), false)).toEqual([]);
    expect(table.get(ONE)).toEqual({ nextHop: '192.0.2.8', asPath: [] });
  });

  it('takes a prefix that is both withdrawn and announced as announced (RFC 4271 §4.3)', () => {
    const table: Table = new Map();
    applyUpdate(table, update([], [ONE]), false);
    expect(applyUpdate(table, update([ONE], [ONE]), false)).toEqual([]);
    expect([...table.keys()]).toEqual([ONE]);
  });

  it('reads the attributes of RFC 4760 as well', () => {
    const table: Table = new Map();
    const reach: PathAttribute = {
      type: 'mpReach',
      nextHops: [ip('2001:db8::9'), ip('fe80::9')],
      nlri: encodeNlri('ipv6', [SIX]),
    };
    applyUpdate(table, update([], [], [reach]), false);
    expect([...table]).toEqual([[SIX, { nextHop: '2001:db8::9', asPath: [] }]]);
    const unreach: PathAttribute = { type: 'mpUnreach', nlri: encodeNlri('ipv6', [SIX]) };
    expect(applyUpdate(table, update([], [], [unreach]), false)).toEqual([{ type: 'withdrawn', prefix: SIX }]);
  });

  it('loses what a malformed UPDATE announces (RFC 7606 §2), and everything with the session', () => {
    const table: Table = new Map();
    applyUpdate(table, update([], [ONE, OTHER]), false);
    expect(applyUpdate(table, update([], [ONE]), true)).toEqual([{ type: 'withdrawn', prefix: ONE }]);
    expect(clearTable(table)).toEqual([{ type: 'withdrawn', prefix: OTHER }]);
    expect(table.size).toBe(0);
  });
});
