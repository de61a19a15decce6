// A host with many sockets on which nothing happens: what does watching it cost, all of it?
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf, ha2bgp, TRACEFS, unhinted } from './contenders.js';
import { atMost, spread } from './figures.js';
import { byTurns, hostCpu, pairwise } from './load.js';
import { startHelper } from './python.js';

const PORT = 8_883;
const OTHER_PORT = 8_882;
const [MATCHING, OTHERS] = [20, 980];
// A descriptor for each end: more processes where a process may have 20,000.
const [PROCESSES, CONNECTIONS] = [4, 5_000];
/** What is compiled in the first seconds belongs to the start, not to idleness. */
const WARM_UP_MS = 15_000;
const NETWORK = ['--network', '127.90.0.0/16', '--listen-filter', `sport = :${PORT}`, '--announce-delay', '0'];

export async function idle(context) {
  const title = `Idle host: ${PROCESSES * CONNECTIONS} established connections, ${MATCHING + OTHERS} listeners of which ${MATCHING} match`;
  if (!context.has('python', title)) return [];
  const rows = await context.attempt(title, () => measure(context));
  const columns = ['who', 'n', 'host, median % of a core', 'least … most', 'own process, median %'];
  return [{ title, columns, rows }];
}

async function measure(context) {
  await fillHost();
  const contenders = {};
  if (context.has('tracefs', 'idle host: ha2bgp, tracefs')) {
    contenders['ha2bgp, tracefs'] = () => announcing([...NETWORK, ...TRACEFS]);
  }
  contenders['ha2bgp, no hint'] = () => announcing([...NETWORK, ...unhinted('auto')]);
  const results = await byTurns(contenders, context.isQuick ? 2 : 6, async (contender) => {
    const before = contender?.cpuMs() ?? 0;
    const host = await hostCpu(context.idleMs);
    if (contender !== undefined) context.remember(`idle host, ${MATCHING + OTHERS} listeners`, contender);
    return { host, own: (((contender?.cpuMs() ?? 0) - before) / context.idleMs) * 100 };
  });
  return Object.keys(contenders).map((name) => rowOf(name, results[name], results.without));
}

function rowOf(name, measured, without) {
  const host = spread(pairwise(measured, without, (one, other) => one.host - other.host));
  const own = spread(measured.map((one) => one.own));
  return {
    cells: [
      name,
      host.n,
      `${host.median.toFixed(2)} ± ${host.error.toFixed(2)}`,
      `${host.least.toFixed(2)} … ${host.most.toFixed(2)}`,
      own.median.toFixed(2),
    ],
    data: { what: name, host, own, without: spread(without.map((one) => one.host)), unit: '% of a core' },
    goals: atMost({ host: host.median, own: own.median }, { host: 1, own: 1 }, '%', { host: host.error }),
  };
}

async function fillHost() {
  const listeners = startHelper('listeners');
  await listeners.ask('open', MATCHING, '127.90.0.1', PORT);
  await listeners.ask('open', OTHERS, '127.91.0.1', OTHER_PORT);
  const holders = Array.from({ length: PROCESSES }, () => startHelper('established'));
  for (const [index, holder] of holders.entries())
    await holder.ask('hold', CONNECTIONS, `127.92.0.${index + 1}`, 8_881);
}

/** ha2bgp, once it has announced all that matches. */
async function announcing(words) {
  let announced = 0;
  const daemon = await ha2bgp(words, {
    hear: (lines) => (announced += lines.flatMap((line) => commandOf(line)[1]).length),
  });
  for (let attempt = 0; announced < MATCHING && attempt < 100; attempt++) await pause(50);
  if (announced !== MATCHING) throw new Error(`${announced} announced, not ${MATCHING}`);
  await pause(WARM_UP_MS);
  return daemon;
}
