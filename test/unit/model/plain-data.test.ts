import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { decoder, encoder, objectsIn } from '../../../src/model/plain-data.ts';
import { prefixIndex } from '../../../src/model/prefix-index.ts';

const through = (value: unknown): unknown => decoder()(JSON.parse(JSON.stringify(encoder()(value))));

describe('plain data', () => {
  it.each([
    ['text', 'a "quoted" 𝒳 \u0000'],
    ['numbers', [0, 1.5, -1, 2 ** 53, Number.MIN_VALUE, 0.1 + 0.2]],
    ['numbers that JSON has no word for', [Infinity, -Infinity, NaN, -0]],
    ['nothing', [undefined, null, false, '', [], {}]],
    ['fields that are undefined', { a: undefined, b: 1 }],
    [
      'maps in maps',
      new Map<unknown, unknown>([
        ['a', new Map([[1, new Set(['x'])]])],
        [undefined, 2],
      ]),
    ],
    ['sets', new Set([3, 1, 2])],
  ])('comes back as it was: %s', (_name, value) => {
    expect(through(value)).toStrictEqual(value);
  });

  it('keeps the order of maps and sets', () => {
    expect([
      ...(
        through(
          new Map([
            [2, 'b'],
            [1, 'a'],
          ]),
        ) as Map<number, string>
      ).keys(),
    ]).toEqual([2, 1]);
  });

  it('keeps what stands in two places one object, also one that contains itself', () => {
    const shared = { a: 1 };
    const [one, other] = through([shared, new Map([['x', shared]])]) as [object, Map<string, object>];
    expect(other.get('x')).toBe(one);
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const back = through(loop) as Record<string, unknown>;
    expect(back['self']).toBe(back);
  });

  it('takes what both sides have for that, wherever it stands', () => {
    const policy = { attributes: { ipv4: { nextHop: 'self' }, ipv6: undefined }, maxRoutes: 1 };
    const common = objectsIn(policy);
    expect([...common.keys()]).toEqual(['attributes', 'attributes.ipv4']);
    const text = JSON.stringify(encoder(common)([{ attributes: policy.attributes.ipv4 }]));
    expect(text).not.toContain('self');
    const [route] = decoder(common)(JSON.parse(text)) as [{ attributes: object }];
    expect(route.attributes).toBe(policy.attributes.ipv4);
    expect(() => decoder()(JSON.parse(text))).toThrow(TypeError);
  });

  it('brings back an index of prefixes that finds the same', () => {
    const index = prefixIndex<number>();
    index.set('10.0.0.0/8' as Prefix, 1);
    index.set('10.0.0.0/24' as Prefix, 2);
    index.set('10.0.1.0/24' as Prefix, 3);
    index.delete('10.0.0.0/24' as Prefix);
    index.set('10.0.0.0/28' as Prefix, 4);
    const back = through(index) as typeof index;
    expect([...back.entries()]).toEqual([...index.entries()]);
    for (const address of ['10.0.0.1', '10.0.1.1', '10.9.9.9']) {
      expect(back.containing(address as never)).toEqual(index.containing(address as never));
    }
    expect(back.containing('10.0.0.1' as never).map(([prefix]) => prefix)).toEqual(['10.0.0.0/28', '10.0.0.0/8']);
  });

  it.each([
    ['a function', () => {}],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['an instance of a class', new Date(0)],
    ['a method somewhere inside', { a: new Map([['x', { b: () => {} }]]) }],
    ['an object that looks like one of ours', { $: 'map', of: [] }],
  ])('refuses %s', (_name, value) => {
    expect(() => encoder()(value)).toThrow(TypeError);
  });

  it.each([{ $: 'date' }, { $: 'map' }, { $: 'map', of: [1] }, { $: 'same', as: 0 }, { $: 'set', of: 1 }, { $: 1 }])(
    'reads nothing that no encoder writes: %j',
    (value) => {
      expect(() => decoder()(value)).toThrow(TypeError);
    },
  );
});
