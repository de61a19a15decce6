/**
 * Any state of the core's as JSON and back, PURE: maps, sets and prefix indices in their order, objects that stand in two
 * places as one object again, and what JSON has no word for. Whatever is none of these is refused: what cannot be written
 * down must not be forgotten in silence.
 */
import type { Prefix } from './address.ts';
import { isPrefixIndex, prefixIndex } from './prefix-index.ts';

/** `$` says what stands for something that JSON has no word for. */
const TAG = '$';
const NUMBERS: Readonly<Record<string, number>> = {
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
  '-0': -0,
};

/** Objects that both sides have, by a name for each. */
export type Common = ReadonlyMap<string, object>;

/**
 * Throws `TypeError` on what is no plain data. One encoder knows again, by its number, an object that it met before; and by
 * its name one that is `common`.
 */
export function encoder(common: Common = new Map()): (value: unknown) => unknown {
  const names = new Map(Array.from(common, ([name, value]) => [value, name]));
  const met = numbering();

  function encode(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { [TAG]: nameOf(value) };
      case 'undefined':
        return { [TAG]: 'undefined' };
      case 'object':
        return value === null ? null : encodeObject(value);
      default:
        throw new TypeError(`a ${typeof value} is no plain data`);
    }
  }

  function encodeObject(value: object): unknown {
    if (Array.isArray(value)) return value.map(encode);
    const name = names.get(value);
    if (name !== undefined) return { [TAG]: 'common', as: name };
    const known = met(value);
    if (known !== undefined) return { [TAG]: 'same', as: known };
    if (value instanceof Map) return { [TAG]: 'map', of: [...value].map(([key, each]) => [encode(key), encode(each)]) };
    if (value instanceof Set) return { [TAG]: 'set', of: [...value].map(encode) };
    if (isPrefixIndex(value)) {
      return { [TAG]: 'prefixes', of: Array.from(value.entries(), ([key, each]) => [key, encode(each)]) };
    }
    if (Object.getPrototypeOf(value) !== Object.prototype)
      throw new TypeError('an instance of a class is no plain data');
    const encoded: Record<string, unknown> = {};
    for (const [name, each] of Object.entries(value)) {
      if (name === TAG || name === '__proto__') throw new TypeError(`"${name}" names no part of plain data`);
      encoded[name] = encode(each);
    }
    return encoded;
  }

  return encode;
}

/** So many keys a map holds before the next one is begun: a large one stands still, when it grows, for all that it has. */
const LARGEST_MAP = 2 ** 15;

/** The number of an object that was asked about before; `undefined` for a new one, which has the next number from then on. */
function numbering(): (value: object) => number | undefined {
  let newest = new Map<object, number>();
  const maps = [newest];
  let next = 0;
  return (value) => {
    for (const map of maps) {
      const number = map.get(value);
      if (number !== undefined) return number;
    }
    if (newest.size === LARGEST_MAP) {
      newest = new Map();
      maps.push(newest);
    }
    newest.set(value, next++);
    return undefined;
  };
}

/** Throws `TypeError` on what no encoder wrote. One decoder for all that one encoder wrote, in the same order. */
export function decoder(common: Common = new Map()): (encoded: unknown) => unknown {
  const met: object[] = [];
  const meet = <T extends object>(value: T): T => {
    met.push(value);
    return value;
  };

  function decode(encoded: unknown): unknown {
    if (typeof encoded !== 'object' || encoded === null) return encoded;
    if (Array.isArray(encoded)) return encoded.map(decode);
    const tagged = encoded as { readonly [TAG]?: unknown; readonly of?: unknown; readonly as?: unknown };
    const tag = tagged[TAG];
    if (tag === undefined) {
      const value = meet<Record<string, unknown>>({});
      for (const [name, each] of Object.entries(encoded)) value[name] = decode(each);
      return value;
    }
    switch (tag) {
      case 'undefined':
        return undefined;
      case 'same': {
        const known = typeof tagged.as === 'number' ? met[tagged.as] : undefined;
        if (known === undefined) throw new TypeError('refers to nothing');
        return known;
      }
      case 'common': {
        const known = typeof tagged.as === 'string' ? common.get(tagged.as) : undefined;
        if (known === undefined) throw new TypeError('refers to nothing that both sides have');
        return known;
      }
      case 'map': {
        const value = meet(new Map<unknown, unknown>());
        for (const [key, each] of pairs(tagged.of)) value.set(decode(key), decode(each));
        return value;
      }
      case 'set': {
        const value = meet(new Set<unknown>());
        for (const each of list(tagged.of)) value.add(decode(each));
        return value;
      }
      case 'prefixes': {
        const value = meet(prefixIndex<unknown>());
        for (const [key, each] of pairs(tagged.of)) value.set(key as Prefix, decode(each));
        return value;
      }
      default: {
        const number = typeof tag === 'string' && Object.hasOwn(NUMBERS, tag) ? NUMBERS[tag] : undefined;
        if (number === undefined) throw new TypeError(`stands for something unknown: ${JSON.stringify(tag)}`);
        return number;
      }
    }
  }

  return decode;
}

/** The plain objects inside a value, named by their places: `attributes.ipv4`. */
export function objectsIn(value: object, place = ''): Common {
  const found = new Map<string, object>();
  for (const [name, each] of Object.entries(value) as [string, unknown][]) {
    if (typeof each !== 'object' || each === null || Object.getPrototypeOf(each) !== Object.prototype) continue;
    found.set(`${place}${name}`, each);
    for (const [inner, object] of objectsIn(each, `${place}${name}.`)) found.set(inner, object);
  }
  return found;
}

const nameOf = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('expected a list');
  return value;
}

export function pairs(value: unknown): readonly (readonly [unknown, unknown])[] {
  const all = list(value);
  if (!all.every((pair) => Array.isArray(pair) && pair.length === 2)) throw new TypeError('expected a list of pairs');
  return all as readonly (readonly [unknown, unknown])[];
}
