import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonPieces } from '../../../src/api/json-pieces.ts';

it('is what JSON.stringify makes of it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })), (map) => {
      expect([...jsonPieces(map)].join('')).toBe(JSON.stringify(map));
    }),
  );
});

it('leaves out what is undefined, of a map and of its lists', () => {
  expect([...jsonPieces({ a: undefined, b: [undefined, 1, undefined, 2], c: { d: undefined } })].join('')).toBe(
    '{"b":[1,2],"c":{}}',
  );
});

it('is a piece for each item, which is made when it is asked for', () => {
  let made = 0;
  function* items(): Generator<number | undefined> {
    for (let item = 0; item < 1_000; item++) {
      made++;
      yield item % 2 === 0 ? item : undefined;
    }
  }
  const walk = jsonPieces({ about: { x: [1, 2] }, items: items(), last: 1 });
  expect([walk.next().value, made]).toEqual(['{"about":{"x":[1,2]},"items":[', 0]);
  expect([walk.next().value, made]).toEqual(['0', 1]);
  expect([walk.next().value, made]).toEqual(['', 2]);
  expect([walk.next().value, made]).toEqual([',2', 3]);
  expect([...walk].at(-1)).toBe('],"last":1}');
});
