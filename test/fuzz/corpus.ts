/** Messages from which others are made: the kept ones, and each that showed something new, up to a number of them. */
import type { Random } from './random.ts';
import type { Seed } from './seed.ts';

export interface Corpus {
  /** A message that is there in every run: what it shows is known, and as a parent (`isParent`) it stays. */
  know(seed: Seed, features: readonly string[], isParent: boolean): void;
  /** `isParent`: it is taken when it shows two features together that nothing before it did. */
  add(seed: Seed, features: readonly string[], isParent: boolean): void;
  /** A parent: of what showed something new as often as of what was always there, or else damage would pile up. */
  pick(): Seed;
  readonly size: number;
  /** The shortest that together show each feature that is not known. */
  news(): Seed[];
}

const TYPE_OFFSET = 18;
/** Of the messages that are always there: OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE-REFRESH, as often as there is much to damage. */
const TYPES = [1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4, 5];
/** Beyond it one of them makes room for each that comes. */
const MOST = 4_096;
/** Of a message with more features only the first of them are paired: the pairs grow with the square. */
const MOST_PAIRED = 24;
/** More features than these are not paired: there are some hundreds. */
const FEATURES = 1_024;

export function createCorpus(random: Random): Corpus {
  const first = new Map<number, Seed[]>();
  const seeds: Seed[] = [];
  const numbers = new Map<string, number>();
  const pairs = new Uint8Array(FEATURES * FEATURES);
  const known = new Set<string>();
  const shortest = new Map<string, Seed>();

  function numberOf(feature: string): number {
    const number = numbers.get(feature) ?? numbers.size;
    numbers.set(feature, number);
    return number;
  }

  function showsNews(features: readonly string[]): boolean {
    const own = features.map(numberOf).filter((number) => number < FEATURES);
    const paired = own.slice(0, MOST_PAIRED);
    let isNews = false;
    for (const one of own) {
      for (const other of paired) {
        const pair = one * FEATURES + other;
        if (pairs[pair] !== 0) continue;
        pairs[pair] = 1;
        isNews = true;
      }
    }
    return isNews;
  }

  return {
    know(seed, features, isParent) {
      showsNews(features);
      for (const feature of features) known.add(feature);
      if (!isParent) return;
      const type = seed.bytes[TYPE_OFFSET] ?? 0;
      const others = first.get(type) ?? [];
      others.push(seed);
      first.set(type, others);
    },
    add(seed, features, isParent) {
      for (const feature of features) {
        const other = shortest.get(feature);
        if (other === undefined || seed.bytes.length < other.bytes.length) shortest.set(feature, seed);
      }
      if (!isParent || !showsNews(features)) return;
      if (seeds.length < MOST) seeds.push(seed);
      else seeds[random.below(MOST)] = seed;
    },
    pick() {
      if (seeds.length > 0 && random.isOneIn(2)) return random.pick(seeds);
      const some = first.get(random.pick(TYPES)) ?? [];
      return some.length > 0 ? random.pick(some) : random.pick([...first.values()].flat());
    },
    get size() {
      return seeds.length;
    },
    news: () => [...new Set([...shortest].filter(([feature]) => !known.has(feature)).map(([, seed]) => seed))],
  };
}
