import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needed, optional, readFields } from '../../../src/api/field.ts';
import {
  addressOrPrefix,
  choices,
  duration,
  integer,
  isWithin,
  prefix,
  present,
  why,
  word,
} from '../../../src/api/kinds.ts';
import type { Prefix } from '../../../src/model/address.ts';

const given = (of: object): ReadonlyMap<string, unknown> => new Map(Object.entries(of));
const FIELDS = {
  target: needed({ ...word, help: 'whom' }),
  for: optional({ ...duration, help: 'how long' }),
};

describe('fields', () => {
  it('are values where all is well', () => {
    expect(readFields(FIELDS, given({ target: 'all', for: '30m' }), 'body')).toEqual({
      values: { target: 'all', for: 1_800_000 },
    });
    expect(readFields(FIELDS, given({ target: 'all' }), 'body')).toEqual({ values: { target: 'all' } });
  });

  it('are all that is wrong otherwise', () => {
    expect(readFields(FIELDS, given({ targets: 'all', for: '30' }), 'body')).toEqual({
      problems: [
        { place: 'body.targets', text: '"targets": unknown; did you mean target?' },
        { place: 'body.target', text: 'is needed: whom' },
        { place: 'body.for', text: expect.stringMatching(/^"30": expected a duration with its unit/) },
      ],
    });
  });

  it('that nobody knows are named with those that there are', () => {
    expect(readFields(FIELDS, given({ target: 'x', xyzzy: 1 }), 'query')).toEqual({
      problems: [{ place: 'query.xyzzy', text: '"xyzzy": expected one of target, for' }],
    });
    expect(readFields({}, given({ x: '' }), 'query')).toEqual({
      problems: [{ place: 'query.x', text: '"x": nothing is expected here' }],
    });
  });

  it('are no part of what every object has', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(
        readFields(
          FIELDS,
          new Map([
            [key, 'x'],
            ['target', 'all'],
          ]),
          'body',
        ),
      ).toHaveProperty('problems');
    }
  });

  it('never throw, whatever is given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom('target', 'for'), fc.string()), fc.anything()), (body) => {
        const read = readFields(FIELDS, given(body), 'body');
        if ('problems' in read) for (const { text } of read.problems) expect(text).not.toMatch(/[\p{Cc}]/u);
      }),
    );
  });
});

describe('kinds of values', () => {
  it.each([
    [prefix, '192.0.2.1', '192.0.2.1/32'],
    [prefix, '2001:DB8::/32', '2001:db8::/32'],
    [addressOrPrefix, '192.0.2.1', '192.0.2.1'],
    [addressOrPrefix, '::ffff:192.0.2.1', '192.0.2.1'],
    [duration, '1s', 1_000],
    [duration, '365d', 31_536_000_000],
    [integer(1, 10), '10', 10],
    [present, '', true],
    [choices(['a', 'b', 'c']), 'c,a', new Set(['a', 'c'])],
    [why, ' moving the rack ', 'moving the rack'],
    [word, 'dns', 'dns'],
  ])('%# reads %j', (kind, text, value) => {
    expect(kind.parse(text)).toEqual({ value });
  });

  it.each([
    [prefix, ['', 'x', '192.0.2.1/24', '192.0.2.0/33', '192.0.2', '192.0.2.01', 'fe80::1%eth0']],
    [addressOrPrefix, ['', 'localhost', '192.0.2.1/24', '1.2.3.4.5']],
    [duration, ['', '0', '0s', '30', '-1s', '999ms', '11y', '3651d', '1m1h', '1e9s']],
    [integer(1, 10), ['', '0', '11', '01', '1.0', '-1', '1e1', ' 1']],
    [present, ['false', '1', 'x']],
    [choices(['a', 'b']), ['', 'c', 'a,', 'a b']],
    [why, ['a\nb', 'a\x1b[2J', 'a\u202eb', '\u2028', '\ud800', 'x'.repeat(201)]],
    [word, ['', 'a\0', '\u200b', 'x'.repeat(256)]],
  ])('%# refuses %j', (kind, texts) => {
    for (const text of texts) expect(kind.parse(text), text).toHaveProperty('expected');
  });

  it('are within one another in one family only', () => {
    expect(isWithin('192.0.2.1/32' as Prefix, '192.0.2.0/24' as Prefix)).toBe(true);
    expect(isWithin('192.0.2.0/24' as Prefix, '192.0.2.0/25' as Prefix)).toBe(false);
    expect(isWithin('2001:db8::/128' as Prefix, '0.0.0.0/0' as Prefix)).toBe(false);
  });
});
