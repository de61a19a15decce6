// The same for every row that measures latency: a service goes and comes, at any point of whatever interval there is.
import { setTimeout as pause } from 'node:timers/promises';
import { now } from './processes.js';

/**
 * `watch` is `{ contender, address, service }`; the service is up. `down` and `up` in the answer are the milliseconds from
 * each change to its line at our end of stdout.
 */
export async function goAndCome({ contender, address, service }, { tries, pauseMs }) {
  const times = { down: [], up: [] };
  for (let attempt = 0; attempt < tries; attempt++) {
    await service.settle?.(attempt);
    await pause(Math.random() * pauseMs);
    times.down.push(await lag(contender.next(`withdraw route ${address}/32`), service.down()));
    await pause(Math.random() * pauseMs);
    times.up.push(await lag(contender.next(`announce route ${address}/32`), service.up()));
  }
  return times;
}

/** Puts the service up, and waits until that is announced. */
export async function bringUp({ contender, address, service }) {
  await Promise.all([contender.next(`announce route ${address}/32`), service.up()]);
}

async function lag(heard, changed) {
  const [at, changedAt] = await Promise.all([heard, changed]);
  if (at < changedAt) throw new Error(`a command came ${changedAt - at} ms before what it is about`);
  return at - changedAt;
}

/** Processor time of each contender while nothing changes, in % of a core; the mean where there are several. */
export async function idleCpu(contenders, forMs) {
  await pause(1_000);
  const sum = () => contenders.reduce((total, contender) => total + contender.cpuMs(), 0);
  const [before, since] = [sum(), now()];
  await pause(forMs);
  return ((sum() - before) / (now() - since) / contenders.length) * 100;
}
