// The drop-in beside the original: the same check fails, and passes; when is the command on stdout, and what does it cost?
import { drop, healthcheck } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { tcpService } from './services.js';
import { bringUp, goAndCome, idleCpu } from './tries.js';

const PORT = 8_889;

/** Interval in seconds, as either is told, and how many run beside each other: see `latency`. */
const INTERVALS = [
  { interval: '1', pauseMs: 1_000, lanes: 5, tries: 100 },
  { interval: '0.1', pauseMs: 100, lanes: 2, tries: 400 },
  { interval: '0.01', pauseMs: 10, lanes: 1, tries: 400 },
];

const CONTENDERS = [
  { name: 'ha2bgp healthcheck', start: drop },
  { name: 'exabgp healthcheck', needs: 'exabgp', start: healthcheck },
];

export async function healthchecks(context) {
  const rows = { down: [], up: [] };
  for (const of of INTERVALS) {
    for (const { name, needs, start } of CONTENDERS) {
      const what = `${name} -i ${of.interval}`;
      if (!context.has(needs, what)) continue;
      for (const row of await context.attempt(what, () => measure(what, start, of, context))) {
        rows.down.push(row.down);
        rows.up.push(row.up);
      }
    }
  }
  return [
    { title: 'The check fails → withdraw on stdout', columns: LATENCY_COLUMNS, rows: rows.down },
    { title: 'The check passes → announce on stdout', columns: LATENCY_COLUMNS, rows: rows.up },
  ];
}

async function measure(what, start, { interval, pauseMs, lanes, tries }, context) {
  const watches = [];
  for (let lane = 1; lane <= lanes; lane++) {
    const address = `127.89.0.${lane}`;
    watches.push({
      contender: await start(address, PORT, interval),
      address,
      service: tcpService(address, PORT),
    });
  }
  await Promise.all(watches.map(bringUp));
  const contenders = watches.map(({ contender }) => contender);
  // While the check passes. The shells that it starts are counted with whoever starts them.
  const cpu = await idleCpu(contenders, context.idleMs);
  const share = { tries: Math.ceil(context.tries(tries) / lanes), pauseMs };
  const times = await Promise.all(watches.map((watch) => goAndCome(watch, share)));
  if (what.startsWith('ha2bgp')) context.remember(`${what}: ${tries} tries`, watches[0].contender);
  const all = (which) => times.flatMap((each) => each[which]);
  return { down: latencyRow(what, all('down'), cpu), up: latencyRow(what, all('up'), cpu) };
}
