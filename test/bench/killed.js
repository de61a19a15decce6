// The process that listens is killed: nobody closes its socket but the kernel, once it has taken the process apart.
import { ha2bgp, NO_DELAYS, one, TRACEFS } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { now } from './processes.js';
import { startHelper } from './python.js';
import { bringUp, goAndCome, idleCpu } from './tries.js';

const ADDRESS = '127.88.1.1';
const PORT = 8_887;
const REACH = { p50: 4, p99: 10 };

export async function killed(context) {
  const name = 'ha2bgp, TCP, tracefs';
  const title = 'Process of the listener killed (from the signal) → withdraw on stdout';
  if (!context.has('python', title) || !context.has('tracefs', title)) return [];
  const rows = await context.attempt(title, async () => {
    const contender = await ha2bgp([...one(ADDRESS, PORT), ...NO_DELAYS, ...TRACEFS]);
    const watch = { contender, address: ADDRESS, service: killedService(ADDRESS, PORT) };
    await bringUp(watch);
    const cpu = await idleCpu([contender], context.idleMs);
    const { down } = await goAndCome(watch, { tries: context.tries(2_000), pauseMs: 50 });
    return latencyRow(name, down, cpu, REACH);
  });
  return [{ title, columns: LATENCY_COLUMNS, rows }];
}

/** A small process, forked for each try, so that 2,000 of them do not take for ever. */
export function killedService(address, port) {
  const helper = startHelper('listeners');
  let pid;
  return {
    async up() {
      const at = now();
      pid = await helper.ask('fork', address, port);
      return at;
    },
    async down() {
      const at = now();
      process.kill(pid, 'SIGKILL');
      return at;
    },
  };
}
