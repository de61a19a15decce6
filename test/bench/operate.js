// Looking at a daemon of 5,000 services: what it takes to be told of them, and what it costs the daemon.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loopLag } from './burst.js';
import { commandOf, ha2bgp, program, unhinted } from './contenders.js';
import { atMost, spread, summarise } from './figures.js';
import { now, start } from './processes.js';
import { startHelper } from './python.js';
import { scratch } from './scratch.js';
import { ask, openStreams, STREAMS } from './watchers.js';

const SERVICES = 5_000;
const PORT = 8_876;
const NETWORK = ['--network', '127.96.0.0/16', '--listen-filter', `sport = :${PORT}`, '--max-routes', '20000'];
const NO_DELAYS = ['--announce-delay', '0', '--withdraw-delay', '0', '--no-dampening', '--reannounce', '0'];
const SETTLE_MS = 3_000;

const CASES = [
  { name: 'nothing, 200 ms of it', act: idleFor },
  { name: '/metrics', act: (socket) => whole(socket, '/metrics', SERVICES * 6), limits: { p99: 150 }, lag: 20 },
  { name: '/v1/status', act: (socket) => whole(socket, '/v1/status', 0), lag: 20 },
  { name: 'ha2bgp status, whole process', act: (socket) => statusCommand(socket), limits: { p99: 400 }, lag: 20 },
  {
    name: 'ha2bgp status --json, whole process',
    act: (socket) => statusCommand(socket, '--json'),
    ...{ limits: { p99: 400 }, lag: 20 },
  },
];

export async function operate(context) {
  const title = `Looking at ${SERVICES} services`;
  if (!context.has('python', title)) return [];
  const rows = [];
  for (const entry of CASES) rows.push(...(await context.attempt(entry.name, () => look(entry, context))));
  const streams = `${STREAMS} streams of events, and nothing happens`;
  const costs = await context.attempt(streams, () => streaming(streams, context));
  return [
    {
      title,
      columns: ['what', 'n', 'p50 ms', 'p99 ms', 'max ms', 'CPU of the daemon, ms', 'loop stood still, max ms'],
      rows,
    },
    { title: streams, columns: ['what', 'n', 'median % of a core', 'least … most'], rows: costs },
  ];
}

async function look({ name, act, limits = {}, lag }, context) {
  const { daemon, socket, lagFile } = await serve(SERVICES);
  // Compiling belongs to the first ones.
  for (let attempt = 0; attempt < 5; attempt++) await act(socket);
  await loopLag(daemon, lagFile);
  const times = [];
  const before = daemon.cpuMs();
  for (let attempt = 0; attempt < (context.isQuick ? 5 : 100); attempt++) times.push(await act(socket));
  const cpu = (daemon.cpuMs() - before) / times.length;
  const stood = await loopLag(daemon, lagFile);
  context.remember(`${SERVICES} services, ${name}`, daemon);
  return rowOf(name, times, limits, { cpu, stood }, lag);
}

function rowOf(name, times, limits, { cpu, stood }, most) {
  const measured = summarise(times);
  const { n, p50, p99, max } = measured;
  return {
    cells: [name, n, ...[p50, p99, max, cpu, stood].map((value) => value.toFixed(1))],
    data: { what: name, ...measured, cpu, stood, unit: 'ms' },
    goals: [
      ...atMost(measured, limits, 'ms'),
      ...(most === undefined ? [] : atMost({ 'loop max': stood }, { 'loop max': most }, 'ms')),
    ],
  };
}

async function idleFor() {
  await pause(200);
  return 200;
}

async function whole(socket, what, leastLines) {
  const { ms, length, lines } = await ask(socket, what);
  if (lines < leastLines || length < SERVICES * 50) throw new Error(`${what}: ${length} octets in ${lines} lines`);
  return ms;
}

/** From its start to its end. */
async function statusCommand(socket, ...words) {
  let length = 0;
  const asked = start(process.execPath, [program, 'status', '--control-socket', socket, ...words], {
    hear: (lines) => {
      length += lines.reduce((sum, line) => sum + line.length + 1, 0);
    },
  });
  const how = await asked.ended;
  const ms = now() - asked.startedAt;
  if (length < SERVICES * 20) throw new Error(`ha2bgp status: ${length} octets; ${how}`);
  return ms;
}

async function streaming(name, context) {
  const { daemon, socket } = await serve(20);
  const rounds = context.isQuick ? 2 : 10;
  const found = { without: [], with: [] };
  for (let round = 0; round < rounds; round++) {
    for (const which of round % 2 === 0 ? ['without', 'with'] : ['with', 'without']) {
      const streams = which === 'with' ? await openStreams(socket) : undefined;
      await pause(SETTLE_MS);
      const [before, since] = [daemon.cpuMs(), now()];
      await pause(context.idleMs);
      found[which].push(((daemon.cpuMs() - before) / (now() - since)) * 100);
      streams?.close();
    }
  }
  const more = spread(found.with.map((value, index) => value - found.without[index]));
  const row = (what, of, goals = []) => ({
    cells: [
      what,
      of.n,
      `${of.median.toFixed(2)} ± ${of.error.toFixed(2)}`,
      `${of.least.toFixed(2)} … ${of.most.toFixed(2)}`,
    ],
    data: { what, ...of, unit: '% of a core' },
    goals,
  });
  return [
    row('ha2bgp, nobody looks on', spread(found.without)),
    row(`more with ${name}`, more, atMost({ more: more.median }, { more: 1 }, '%', { more: more.error })),
  ];
}

/** A daemon that announces so many. */
async function serve(count) {
  const place = scratch();
  const [socket, lagFile] = ['x.sock', 'lag'].map((name) => path.join(place, name));
  let announced = 0;
  const daemon = await ha2bgp([...NETWORK, ...NO_DELAYS, ...unhinted('auto'), '--control-socket', socket], {
    preload: `${import.meta.dirname}/loop-lag.js`,
    env: { BENCH_LAG_FILE: lagFile },
    hear: (lines) => {
      announced += lines.reduce((sum, line) => sum + commandOf(line)[1].length, 0);
    },
  });
  await startHelper('listeners').ask('open', count, '127.96.0.1', PORT);
  for (let attempt = 0; announced < count && attempt < 200; attempt++) await pause(50);
  if (announced !== count) throw new Error(`${announced} announced, not ${count}`);
  await pause(SETTLE_MS);
  return { daemon, socket, lagFile };
}
