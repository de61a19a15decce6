// From the start of the process to the first facts, and to the first announce of a service that is up already.
import { spawn } from 'node:child_process';
import { healthcheck, launch, NO_DELAYS, one } from './contenders.js';
import { atMost, summarise } from './figures.js';
import { now } from './processes.js';
import { tcpService } from './services.js';

const ADDRESS = '127.88.0.200';
const PORT = 8_889;
const TRIES = 15;

const ours = () => launch([...one(ADDRESS, PORT), ...NO_DELAYS]);
const CASES = [
  { name: 'node -e 0 (to its end)', once: bareNode },
  { name: 'ha2bgp, to the first facts', once: () => first(ours(), 'first facts read'), reach: { max: 400 } },
  { name: 'ha2bgp, to the first announce', once: () => first(ours(), 'announce route') },
  {
    name: 'exabgp healthcheck -i 1, to the first announce',
    needs: 'exabgp',
    once: () => first(healthcheck(ADDRESS, PORT, '1'), 'announce route'),
  },
];

export async function startup(context) {
  const rows = [];
  for (const entry of CASES) {
    if (context.has(entry.needs, entry.name)) rows.push(...(await context.attempt(entry.name, () => measure(entry))));
  }
  return [{ title: 'Start', columns: ['what', 'n', 'p50 ms', 'p99 ms', 'max ms'], rows }];
}

async function measure({ name, once, reach = {} }) {
  await tcpService(ADDRESS, PORT).up();
  const times = [];
  for (let attempt = 0; attempt < TRIES; attempt++) times.push(await once());
  const measured = summarise(times);
  const { n, p50, p99, max } = measured;
  return {
    cells: [name, n, ...[p50, p99, max].map((value) => value.toFixed(0))],
    data: { what: name, ...measured, unit: 'ms' },
    goals: atMost(measured, reach, 'ms'),
  };
}

async function first(contender, text) {
  const at = await contender.next(text);
  await contender.stop();
  return at - contender.startedAt;
}

function bareNode() {
  const startedAt = now();
  return new Promise((resolve) => {
    spawn(process.execPath, ['-e', '0']).on('close', () => resolve(now() - startedAt));
  });
}
