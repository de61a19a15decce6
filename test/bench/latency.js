// A listener closes, or opens: when is the command on stdout, and what does the watching cost? Ours and others', in one run.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ha2bgp, ha2bgpsWay, healthcheck, NO_DELAYS, one, procPoller, TRACEFS, unhinted } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { now } from './processes.js';
import { startHelper } from './python.js';
import { scratch } from './scratch.js';
import { tcpService, udpService } from './services.js';
import { bringUp, goAndCome, idleCpu } from './tries.js';
import { STREAMS, watch } from './watchers.js';

const PORT = 8_888;
const FLOOR = 'the machine: a line to a process and back';

/**
 * `lanes` so many of them run beside each other, each with an address and a process of its own, where an interval makes
 * tries long: they do not hear of each other's changes. `pauseMs`: at any point of the interval.
 */
function contenders({ tries }) {
  return [
    {
      name: 'ha2bgp, TCP, tracefs',
      needs: 'tracefs',
      start: (address) => ha2bgp([...one(address, PORT), ...NO_DELAYS, ...TRACEFS]),
      ...{ pauseMs: 50, lanes: 1, tries: tries(2_000) },
      reach: { down: { p50: 1.5, p99: 6 }, up: { p99: 6 } },
    },
    {
      name: `the same, ${STREAMS} streams of events and a scrape each 15 s beside it`,
      needs: 'tracefs',
      start: (address) => watched(address, [...NO_DELAYS, ...TRACEFS]),
      ...{ pauseMs: 50, lanes: 1, tries: tries(2_000) },
      reach: { down: { p50: 1.5, p99: 6 }, up: { p99: 6 } },
    },
    unhintedOne('tcp', 100, 4, tries),
    unhintedOne('tcp', 20, 2, tries),
    unhintedOne('udp', 100, 4, tries),
    unhintedOne('udp', 20, 2, tries),
    {
      name: "HA2BGP's way: ss and ip, each second",
      needs: 'python',
      start: (address) => ha2bgpsWay(address, PORT),
      ...{ pauseMs: 1_000, lanes: 5, tries: tries(100) },
    },
    exabgpsOne('1', 1_000, 5, tries(100)),
    exabgpsOne('0.1', 100, 2, tries(400)),
    exabgpsOne('0.01', 10, 1, tries(400)),
    {
      name: '/proc/net/tcp, each 100 ms',
      needs: 'python',
      start: (address) => procPoller(address, PORT, 0.1),
      ...{ pauseMs: 100, lanes: 2, tries: tries(400) },
    },
  ];
}

/** One that is looked at through its control socket, from when it has something to tell. */
async function watched(address, words) {
  const socket = path.join(scratch(), 'x.sock');
  const daemon = await ha2bgp([...one(address, PORT), ...words, '--control-socket', socket]);
  return { ...daemon, lookOn: () => watch(socket) };
}

function unhintedOne(protocol, interval, lanes, tries) {
  const words = [...NO_DELAYS, ...unhinted(`${interval}ms`), ...(protocol === 'udp' ? ['--protocol', 'udp'] : [])];
  return {
    name: `ha2bgp, ${protocol.toUpperCase()}, no hint, unprivileged, ${interval} ms`,
    start: (address) => ha2bgp([...one(address, PORT), ...words], { isUnprivileged: true }),
    service: protocol === 'udp' ? udpService : tcpService,
    ...{ pauseMs: interval, lanes, tries: tries(2_000) },
    reach: { down: { p99: interval + 6 }, up: { p99: interval + 6 } },
  };
}

const exabgpsOne = (interval, pauseMs, lanes, tries) => ({
  name: `exabgp healthcheck -i ${interval}`,
  needs: 'exabgp',
  start: (address) => healthcheck(address, PORT, interval),
  ...{ pauseMs, lanes, tries },
});

export async function latency(context) {
  const rows = { down: [], up: [] };
  if (context.has('python', FLOOR)) rows.down.push(...(await context.attempt(FLOOR, () => measureFloor(context))));
  for (const contender of contenders(context)) {
    if (!context.has(contender.needs, contender.name)) continue;
    for (const row of await context.attempt(contender.name, () => measure(contender, context))) {
      rows.down.push(row.down);
      rows.up.push(row.up);
    }
  }
  return [
    { title: 'Listener closed → withdraw on stdout, no withdraw delay', columns: LATENCY_COLUMNS, rows: rows.down },
    { title: 'Listener opened → announce on stdout, no announce delay', columns: LATENCY_COLUMNS, rows: rows.up },
  ];
}

async function measure({ name, start, service = tcpService, pauseMs, lanes, tries, reach }, context) {
  const watches = [];
  for (let lane = 1; lane <= lanes; lane++) {
    const address = `127.88.0.${lane}`;
    watches.push({ contender: await start(address), address, service: service(address, PORT) });
  }
  await Promise.all(watches.map(bringUp));
  const cpu = await idleCpu(
    watches.map(({ contender }) => contender),
    context.idleMs,
  );
  const watchers = await Promise.all(watches.map(({ contender }) => contender.lookOn?.()));
  const share = { tries: Math.ceil(tries / lanes), pauseMs };
  const times = await Promise.all(watches.map((watch) => goAndCome(watch, share)));
  for (const watcher of watchers) watcher?.close();
  if (name.startsWith('ha2bgp')) context.remember(`${name}: ${tries} tries`, watches[0].contender);
  return {
    down: latencyRow(
      name,
      times.flatMap(({ down }) => down),
      cpu,
      reach?.down,
    ),
    up: latencyRow(
      name,
      times.flatMap(({ up }) => up),
      cpu,
      reach?.up,
    ),
  };
}

/** What no contender can be better than, and how much of the tails is the machine's: two pipes and two wake-ups. */
async function measureFloor(context) {
  const helper = startHelper('listeners');
  await helper.ask('close'); // it has started
  const times = [];
  for (let attempt = 0; attempt < context.tries(2_000); attempt++) {
    await pause(Math.random() * 10);
    const at = now();
    await helper.ask('close');
    times.push(now() - at);
  }
  return latencyRow(FLOOR, times, 0);
}
