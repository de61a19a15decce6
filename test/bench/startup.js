// From the start of the process to the first facts, and to the first announce of a service that is up already.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { ha2bgp, healthcheck, quantile } from './contenders.js';

const ADDRESS = '127.88.0.2';
const PORT = 8889;
const TRIES = 15;

export async function startup({ hasExabgp }) {
  const server = net.createServer((socket) => socket.destroy());
  await new Promise((resolve) => server.listen(PORT, ADDRESS, resolve));
  const rows = [
    await measure('node -e 0 (to its end)', bareNode),
    await measure('ha2bgp, to the first facts', () => first(ha2bgp(ADDRESS, PORT, '250ms'), 'first facts read')),
    await measure('ha2bgp, to the first announce', () => first(ha2bgp(ADDRESS, PORT, '250ms'), 'announce route')),
  ];
  if (hasExabgp) {
    const start = () => first(healthcheck(ADDRESS, PORT, '1'), 'announce route');
    rows.push(await measure('exabgp healthcheck -i 1, to the first announce', start));
  }
  server.close();
  return { title: 'Start', columns: ['what', 'n', 'p50 ms', 'max ms'], rows };
}

async function first(contender, text) {
  const at = await contender.next(text);
  await contender.stop();
  return at - contender.startedAt;
}

function bareNode() {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    spawn(process.execPath, ['-e', '0']).on('close', () => resolve(performance.now() - startedAt));
  });
}

async function measure(name, once) {
  const times = [];
  for (let attempt = 0; attempt < TRIES; attempt++) times.push(await once());
  return [name, TRIES, quantile(times, 0.5).toFixed(0), Math.max(...times).toFixed(0)];
}
