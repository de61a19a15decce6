// A listener closes: when is the withdraw on stdout, and what does the watching cost?
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ha2bgp, healthcheck, quantile } from './contenders.js';

const ADDRESS = '127.88.0.1';
const PORT = 8888;
const IDLE_MS = 10_000;

const CONTENDERS = [
  {
    name: 'ha2bgp --interval 250ms (default)',
    start: () => ha2bgp(ADDRESS, PORT, '250ms'),
    intervalMs: 250,
    tries: 60,
  },
  { name: 'ha2bgp --interval 20ms', start: () => ha2bgp(ADDRESS, PORT, '20ms'), intervalMs: 20, tries: 200 },
  {
    name: 'exabgp healthcheck -i 1',
    start: () => healthcheck(ADDRESS, PORT, '1'),
    intervalMs: 1_000,
    tries: 20,
    isPeer: true,
  },
  {
    name: 'exabgp healthcheck -i 0.1',
    start: () => healthcheck(ADDRESS, PORT, '0.1'),
    intervalMs: 100,
    tries: 60,
    isPeer: true,
  },
  {
    name: 'exabgp healthcheck -i 0.01',
    start: () => healthcheck(ADDRESS, PORT, '0.01'),
    intervalMs: 10,
    tries: 200,
    isPeer: true,
  },
];

export async function latency({ hasExabgp }) {
  const results = [];
  for (const contender of CONTENDERS.filter(({ isPeer }) => hasExabgp || !isPeer))
    results.push(await measure(contender));
  const best = Math.min(...results.filter(({ isPeer }) => isPeer).map(({ p50 }) => p50));
  return {
    title: 'Listener closed → withdraw on stdout, no withdraw delay',
    columns: ['who', 'n', 'p50 ms', 'p99 ms', 'max ms', '÷ best peer', 'CPU idle, % of a core', 'resident MB'],
    rows: results.map(({ name, times, p50, cpu, resident }) => [
      ...[name, times.length, p50.toFixed(1), quantile(times, 0.99).toFixed(1), Math.max(...times).toFixed(1)],
      ...[Number.isFinite(best) ? (p50 / best).toFixed(2) : '-', cpu.toFixed(2), resident.toFixed(0)],
    ]),
  };
}

async function measure({ name, start, intervalMs, tries, isPeer = false }) {
  let server = await open();
  const contender = start();
  await contender.next('announce route');
  await pause(1_000);
  const before = contender.cpuMs();
  await pause(IDLE_MS);
  const cpu = ((contender.cpuMs() - before) / IDLE_MS) * 100;
  const times = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    // At any point of its interval.
    await pause(Math.random() * intervalMs);
    const withdrawn = contender.next('withdraw route');
    const closedAt = performance.now();
    server.close();
    times.push((await withdrawn) - closedAt);
    const announced = contender.next('announce route');
    server = await open();
    await announced;
  }
  const resident = contender.residentMb();
  await contender.stop();
  server.close();
  return { name, times, p50: quantile(times, 0.5), cpu, resident, isPeer };
}

function open() {
  const server = net.createServer((socket) => socket.destroy());
  return new Promise((resolve) => server.listen(PORT, ADDRESS, () => resolve(server)));
}
