/** Numbers that look like chance and come again with their seed: sfc32 (Chris Doty-Humphrey, PractRand), seeded by splitmix32. */
export interface Random {
  u32(): number;
  /** 0 to `limit` - 1. */
  below(limit: number): number;
  isOneIn(chances: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const seeded = (): number => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [a, b, c, counter] = [seeded(), seeded(), seeded(), 1];

  function u32(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  const below = (limit: number): number => u32() % limit;

  return {
    u32,
    below,
    isOneIn: (chances) => below(chances) === 0,
    pick(list) {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    bytes: (length) => Uint8Array.from({ length }, () => u32() & 0xff),
  };
}
