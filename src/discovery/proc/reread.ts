/**
 * When to believe a file of /proc, PURE.
 *
 * seq_file hands a file out a page (4 KiB) at a time, and each time looks its place up anew, by position: in one bucket for
 * TCP, from the very start for UDP and addresses (tcp_seek_last_pos in net/ipv4/tcp_ipv4.c, udp_get_idx in net/ipv4/udp.c,
 * fib_trie_get_idx in net/ipv4/fib_trie.c). Whatever goes in between makes rows be passed over. So a row that is shown was
 * there, but a row that is missing may be there, and unlike netlink, /proc cannot be asked for one row by name.
 * What is missing is believed when three readings in a row, made at once, are alike: nothing came or went meanwhile.
 */
const ALIKE = 3;
/** Of a host where something comes or goes all the time. */
const MOST_READS = 12;

export interface Rows<T> {
  readonly rows: readonly T[];
  /** The same for two readings between which nothing came or went that could make rows be missed. */
  readonly trace: string;
}

/**
 * For rows that stand alone, and of which some may always come and go. `before`: the keys that were there last time; without
 * it any may be missing. Returns every row that was seen in as many readings as it took. Without three alike, what was in
 * none of twelve is gone.
 */
export function withAbsenceConfirmed<T>(
  read: () => Rows<T>,
  keyOf: (row: T) => string,
  before: Iterable<string> | undefined,
): ReadonlyMap<string, T> {
  const seen = new Map<string, T>();
  const alike = countAlike();
  for (let times = 0; times < MOST_READS; times++) {
    const { rows, trace } = read();
    for (const row of rows) seen.set(keyOf(row), row);
    if (before !== undefined && [...before].every((key) => seen.has(key))) break;
    if (alike(trace) === ALIKE) break;
  }
  return seen;
}

/**
 * For tables that have to fit together. Returns what is read if that is `last` still; else what is read three times in a
 * row, or `undefined` if that does not happen.
 */
export function settled<T>(read: () => T, last: T | undefined): T | undefined {
  const before = JSON.stringify(last);
  const alike = countAlike();
  for (let tries = 0; tries < MOST_READS; tries++) {
    const value = read();
    const text = JSON.stringify(value);
    if (alike(text) === ALIKE || text === before) return value;
  }
  return undefined;
}

/** How often in a row it was given the same text. */
function countAlike(): (text: string) => number {
  let last: string | undefined;
  let times = 0;
  return (text) => {
    times = text === last ? times + 1 : 1;
    last = text;
    return times;
  };
}
