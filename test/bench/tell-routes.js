// A process of ExaBGP's that is nothing but the sink: once a neighbor is up, it is given its whole desired set at once.
// COUNT grouped|single FILE: what it measured is written there when all is told.
import fs from 'node:fs';
import { realClock } from '../../dist/runtime/clock.js';
import { createExabgpSink } from '../../dist/sink/exabgp/exabgp.js';
import { now } from './processes.js';

const [count, kind, file] = process.argv.slice(2);
// A route with a path identifier is always told alone.
const scope = kind === 'single' ? { scope: { pathInformation: 1 } } : {};
const attributes = { nextHop: 'self' };
const desired = new Map();
for (let index = 0; index < Number(count); index++) {
  const prefix = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`;
  desired.set(`${prefix}${kind === 'single' ? ' path 1' : ''}`, { prefix, attributes, ...scope });
}

const silent = { debug() {}, info() {}, warn() {}, error: (fields) => console.error(fields) };
let told = 0;
let startedAt;
let setMs;
let tickAt = now();
let lagMs = 0;
setInterval(() => {
  lagMs = Math.max(lagMs, now() - tickAt - 1);
  tickAt = now();
}, 1);

const sink = createExabgpSink({ output: process.stdout, clock: realClock(), log: silent, push });
process.stdin.on('data', (chunk) => {
  sink.hear(chunk);
  if (startedAt === undefined && /neighbor \S+ up/.test(String(chunk))) tell();
});

function tell() {
  startedAt = now();
  [lagMs, tickAt] = [0, startedAt];
  sink.set(desired, new Set(desired.keys()));
  setMs = now() - startedAt;
}

function push({ type }) {
  if (type !== 'routeTold' || ++told !== desired.size) return;
  fs.writeFileSync(`${file}.new`, JSON.stringify({ startedAt, toldMs: now() - startedAt, setMs, lagMs }));
  fs.renameSync(`${file}.new`, file);
}
