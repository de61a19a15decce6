// What the whole host does, with and without ha2bgp on it: whatever it costs outside its own process is in there too.
import fs from 'node:fs';
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { now } from './processes.js';

const SETTLE_MS = 1_500;
const [IDLE, IOWAIT, STEAL] = [3, 4, 7]; // proc(5), the fields of "cpu"

/**
 * How busy the host is for so long, in % of one core. What is left of the time that was not idle: the kernel counts idle
 * time to the microsecond, busy time only by what runs at a tick, which a program of timers hides from.
 */
export async function hostCpu(forMs) {
  const before = sample();
  await pause(forMs);
  const after = sample();
  const unusedMs = [IDLE, IOWAIT, STEAL].reduce(
    (sum, field) => sum + (after.ticks[field] - before.ticks[field]) * 10,
    0,
  );
  return (((after.at - before.at) * os.cpus().length - unusedMs) / (after.at - before.at)) * 100;
}

function sample() {
  const [, ...ticks] = fs.readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/).map(Number);
  return { ticks, at: now() };
}

/**
 * Measures without and with each of `contenders` (`{ name: start }`), by turns, `rounds` times: `{ name: [measured…] }`,
 * `without` first. `measure(contender)` gets `undefined` for nobody. Every second round goes backwards, so that what
 * drifts hits all alike.
 */
export async function byTurns(contenders, rounds, measure) {
  const all = { without: () => undefined, ...contenders };
  const results = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(all);
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const contender = await all[name]();
      await pause(SETTLE_MS);
      results[name].push(await measure(contender));
      await contender?.stop();
    }
  }
  return results;
}

/** The differences, or what else `compare` makes of them, between what was measured in the same round. */
export const pairwise = (ones, others, compare) => ones.map((value, index) => compare(value, others[index]));
