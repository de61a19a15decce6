// A BIRD that takes whole tables, asked over its control socket. Its counters are asked for, never its table: a walk over
// 100,000 routes each millisecond would be most of what it does.
import { setTimeout as pause } from 'node:timers/promises';
import { now } from './processes.js';
import { openBird } from './router-tables.js';
import { run } from './surroundings.js';

export const FROM = '10.253.0.1';
export const SENDER_AS = 65_000;
export const RECEIVER_AS = 65_001;
const WITHIN_MS = 120_000;

/** Addresses are added to the loopback device; the sender's is `FROM`. */
export async function birdTable(address) {
  for (const each of [FROM, address]) run('ip', 'address', 'replace', `${each}/32`, 'dev', 'lo');
  const { bird, ask } = await openBird(`router id ${address};
protocol device { }
protocol bgp sender {
  local ${address} as ${RECEIVER_AS}; neighbor ${FROM} as ${SENDER_AS};
  strict bind on; passive on; multihop; error wait time 1, 1;
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}
`);
  const status = () => ask('show protocols all sender\n');
  const until = async (what, look) => {
    for (const end = now() + WITHIN_MS; now() < end; await pause(1)) if (look(await status())) return now();
    throw new Error(`BIRD: not ${what} after ${WITHIN_MS / 1_000} s: ${await status()}`);
  };
  const sumOf = (text, pattern) => [...text.matchAll(pattern)].reduce((sum, [, each]) => sum + Number(each), 0);
  const countIn = (text) => sumOf(text, /Routes:\s+(\d+) imported/g);
  return {
    address,
    stop: bird.stop,
    isUp: () => until('up', (text) => text.includes('Established')),
    /** When it is so. */
    has: (isSo, what = 'so many routes') => until(what, (text) => isSo(countIn(text))),
    /** The same of routes that it was told, ever: each time that something else was said of one counts. */
    heard: (count) => until(`told ${count} routes`, (text) => sumOf(text, /Import updates:\s+(\d+)/g) >= count),
  };
}

/** When 99 % of so many routes were there, and when all. */
export async function arrival(bird, count) {
  const nearlyAt = await bird.has((found) => found >= count * 0.99, `at ${count * 0.99} routes`);
  const allAt = await bird.has((found) => found === count, `at ${count} routes`);
  return { nearlyAt, allAt };
}
