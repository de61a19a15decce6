/** Lines that nobody took, counted: since the start, and since somebody was told of them. */
export interface LostLines {
  add(count: number): void;
  total(): number;
  /** How many nobody was told of. */
  unsaid(): number;
  /** Somebody was told of so many. */
  said(count: number): void;
}

export function createLostLines(): LostLines {
  let total = 0;
  let unsaid = 0;
  return {
    add(count) {
      total += count;
      unsaid += count;
    },
    total: () => total,
    unsaid: () => unsaid,
    said(count) {
      unsaid -= count;
    },
  };
}
